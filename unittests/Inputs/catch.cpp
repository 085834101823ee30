// Throws and catches within JIT'd C++ code.
extern "C" int throw_and_catch(int Value) {
  try {
    if (Value > 0)
      throw Value;
    return -1;
  } catch (int Caught) {
    return Caught * 2;
  }
}
