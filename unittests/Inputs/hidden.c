/* What range.c refers to without a GOT. */
#define HIDDEN __attribute__((visibility("hidden")))
HIDDEN int hidden_table[4] = {1000, 2000, 3000, 4000};
HIDDEN int hidden_add(int A, int B) { return A + B; }
