/* Compiled without position independence, it takes absolute addresses of its
   code, its data and the host's in whatever way the compiler has for them: on
   x86-64 by 32 bits, with and without a sign. */
static int Numbers[64] = {3, 1, 4, 1, 5};
static int Zeros[64];
static int twice(int X) { return 2 * X; }
static int negate(int X) { return -X; }
int (*volatile nonpic_chosen)(int);

int nonpic_call(int Which, int X) {
  nonpic_chosen = Which ? twice : negate;
  return nonpic_chosen(X);
}
int nonpic_data(unsigned I) {
  Zeros[I % 64] += Numbers[I % 64];
  return Zeros[I % 64];
}
const char *nonpic_text(void) { return "text"; }
