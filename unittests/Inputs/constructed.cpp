// Needs whoever runs constructors, and an unwinder that knows its frames.
namespace {
struct Counter {
  Counter() : Value(40) {}
  ~Counter() { Value = 0; }
  int Value;
};
Counter Count;
} // namespace

extern "C" int throw_count(int Value) {
  try {
    throw Count.Value + Value;
  } catch (int Caught) {
    return Caught;
  }
}
