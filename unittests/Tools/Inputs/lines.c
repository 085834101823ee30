static volatile int Sink;

int first(int X) {
  Sink = X;
  return X + 1;
}

int second(int X) {
  int Y = first(X);
  return Y * 2;
}
