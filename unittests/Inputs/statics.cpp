// What only a platform can run: initialisers and destructors at exit; and an
// exception.
extern "C" void host_log(int Event);
namespace {
struct Logged {
  explicit Logged(int Event) : Event(Event) { host_log(Event); }
  ~Logged() { host_log(-Event); }
  int Event;
};
Logged First(1);
Logged Second(2);
} // namespace
extern "C" int catch_own(int Value) {
  try {
    if (Value)
      throw Value;
    return 0;
  } catch (int Caught) {
    return Caught + First.Event + Second.Event;
  }
}
