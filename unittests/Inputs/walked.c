/* Debuggers/RunGdb.cmake has the numbers of these lines. */
int jit_leaf(int value) {
  return value * 3;
}

int jit_walk(int value) {
  int sum = 0;
  for (int i = 0; i < value; ++i)
    sum += jit_leaf(i);
  return sum;
}
