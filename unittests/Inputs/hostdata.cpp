// Refers to data of the process's C++ library, and to a handle of its own, as
// GCC's -fpie does: by distance.
#include <stdexcept>
#include <typeinfo>

struct Counted {
  int Value;
  explicit Counted(int V) : Value(V) {}
  virtual ~Counted() { Value = 0; }
};

// Has a destructor: registers it with __dso_handle.
static Counted &counted() {
  static Counted Only(3);
  return Only;
}

static void __attribute__((noinline)) fail(int Value) {
  if (Value > 0)
    throw std::runtime_error("thrown");
}

// Each way in which the C++ library is needed is a decimal of the result.
extern "C" int use_host_data(int Value) {
  int Result = counted().Value;
  try {
    fail(Value);
  } catch (const std::exception &Caught) {
    Result += 10;
    if (typeid(Caught) == typeid(std::runtime_error))
      Result += 100;
    if (dynamic_cast<const std::runtime_error *>(&Caught))
      Result += 1000;
  }
  return Result;
}
