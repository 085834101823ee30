/* Two frames for a debugger; `jit_inner` is where it is stopped. */
__attribute__((noinline)) int jit_inner(int value) {
  __asm__ volatile("");
  return value * 3;
}

__attribute__((noinline)) int jit_outer(int value) {
  return jit_inner(value + 1) + 1;
}
