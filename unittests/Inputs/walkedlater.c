/* Loaded while walked.c has breakpoints. */
int jit_later(int value) {
  return value + 100;
}
