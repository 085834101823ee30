// Allocation actions that wait for each other, in an executor. What they return
// is LLVM's CWrapperFunctionResult with a success.
#include <stddef.h>
#include <unistd.h>

struct result {
  union {
    char *pointer;
    char value[sizeof(char *)];
  } data;
  size_t size;
};

static const struct result success = {{0}, 1};

static volatile int flag;
static volatile int count;

struct result waitForFlag(const char *data, size_t size) {
  (void)data;
  (void)size;
  while (!flag)
    usleep(1000);
  return success;
}

struct result setFlag(const char *data, size_t size) {
  (void)data;
  (void)size;
  flag = 1;
  return success;
}

struct result countUp(const char *data, size_t size) {
  (void)data;
  (void)size;
  __atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST);
  return success;
}

struct result hang(const char *data, size_t size) {
  (void)data;
  (void)size;
  for (;;)
    pause();
  return success;
}

int getCount(int unused) {
  (void)unused;
  return count;
}
