// Allocation actions that wait for each other, in an executor. What they return
// is LLVM's CWrapperFunctionResult with a success.
#include <stddef.h>
#include <stdlib.h>
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

// What a shell says that these functions execute: 0 for yes.

int executes(int unused) {
  (void)unused;
  return system("true");
}

int hasDescriptor(int number) {
  char command[] = "test -e /proc/self/fd/NN";
  command[sizeof(command) - 3] = (char)('0' + number / 10);
  command[sizeof(command) - 2] = (char)('0' + number % 10);
  return system(command);
}

int ignoresBrokenPipes(int unused) {
  (void)unused;
  // Bit 12, of the digits the fourth from the right.
  return system("grep -q '^SigIgn:.[0-9a-f]*[13579bdf][0-9a-f]\\{3\\}$' "
                "/proc/self/status");
}

int getCount(int unused) {
  (void)unused;
  return count;
}
