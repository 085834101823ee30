// Throwing functions in sections of their own: an object whose code can lie in
// several places.
#define SPREAD(NAME)                                                           \
  extern "C" int NAME(int Value) {                                             \
    if (Value > 0)                                                             \
      throw Value;                                                             \
    return -1;                                                                 \
  }
SPREAD(spread0)
SPREAD(spread1)
SPREAD(spread2)
SPREAD(spread3)
SPREAD(spread4)
SPREAD(spread5)
