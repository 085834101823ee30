/* Two frames for a debugger; it is stopped in `jit_inner`, or in what that calls. */
int (*jit_stop)(int);

__attribute__((noinline)) int jit_inner(int value) {
  __asm__ volatile("");
  return (jit_stop ? jit_stop(value) : value) * 3;
}

__attribute__((noinline)) int jit_outer(int value) {
  return jit_inner(value + 1) + 1;
}
