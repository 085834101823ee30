/* Loaded while walked.c has breakpoints. */
int jit_later(int value) {
  return value + 100;
}

int jit_fault(const int *pointer) {
  return *pointer;
}
