// A frame that exceptions pass through; its destructor has to run on the way.
// Compiled twice, as two objects with different names for the function.
extern "C" int relay_unwound;
namespace {
struct Guard {
  ~Guard() { ++relay_unwound; }
};
} // namespace
extern "C" int RELAY(int (*Callee)(void *), void *Argument) {
  Guard G;
  return Callee(Argument) + 1;
}
