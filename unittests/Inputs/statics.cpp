// What only a platform can run: initialisers, destructors at exit, thread-local
// variables, exceptions.
extern "C" void host_log(int Event);
namespace {
struct Logged {
  explicit Logged(int Event) : Event(Event) { host_log(Event); }
  ~Logged() { host_log(-Event); }
  int Event;
};
Logged First(1);
Logged Second(2);
thread_local int PerThread = 40;
} // namespace
extern "C" int next_per_thread() { return ++PerThread; }
extern "C" int catch_own(int Value) {
  try {
    if (Value)
      throw Value;
    return 0;
  } catch (int Caught) {
    return Caught + First.Event + Second.Event;
  }
}
