/* Runs long enough for a profiler. */
unsigned jit_spin(unsigned rounds) {
  unsigned state = rounds;
  for (unsigned i = 0; i < rounds * 1000; ++i)
    state = state * 1664525 + 1013904223 + (state >> 7);
  return state;
}
