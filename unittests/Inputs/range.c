/* One object with every kind of reference whose range is limited: the GOT,
   read-only data, a constant pool, data, zero-initialised data, calls to the
   host, and hidden symbols of another object. */
#define HIDDEN __attribute__((visibility("hidden")))

extern int host_counter;          /* through the GOT */
extern int host_twice(int);       /* a call to the host */
extern HIDDEN int hidden_table[]; /* ADRP+ADD, PC32: no GOT */
extern HIDDEN int hidden_add(int, int);

static const char *const Names[] = {"zero", "one", "two", "three"};
static int State = 40;
static int Scratch[64];

int use_got(void) { return ++host_counter; }
double use_constant_pool(double X) { return X * 3.14159 + 2.71828; }
const char *use_rodata(int I) { return Names[I & 3]; }
int use_data(void) { return ++State; }
int use_bss(int I) {
  Scratch[I & 63] += I;
  return Scratch[I & 63];
}
int use_host_call(int X) { return host_twice(X) + 1; }
int use_hidden_data(int I) { return hidden_table[I & 3]; }
int use_hidden_call(int A, int B) { return hidden_add(A, B); }
