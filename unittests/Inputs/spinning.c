/* Runs long enough for a profiler, and lets a host look at itself from within. */
unsigned jit_spin(unsigned rounds) {
  unsigned state = rounds;
  for (unsigned i = 0; i < rounds * 1000; ++i)
    state = state * 1664525 + 1013904223 + (state >> 7);
  return state;
}

int jit_call(int (*function)(void)) {
  return function() + 1;
}

int jit_fault(int *pointer) {
  return *pointer + 1;
}
