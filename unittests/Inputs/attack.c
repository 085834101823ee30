// Tries to write its own code, as an executor would that is taken over. Each
// function returns 0 where it was refused, and -1 where there was nothing to
// try on.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int victim(int x) { return x + 1; }

static const int readonly[4] = {1, 2, 3, 4};

static char *pageOf(const void *p) {
  uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
  return (char *)((uintptr_t)p & ~(size - 1));
}

static int protectedPages(const void *what, int rights) {
  return mprotect(pageOf(what), 1, rights) == 0;
}

int attackByMprotect(int unused) {
  (void)unused;
  return protectedPages((void *)victim, PROT_READ | PROT_WRITE) +
         protectedPages((void *)victim, PROT_READ | PROT_WRITE | PROT_EXEC) +
         protectedPages(readonly, PROT_READ | PROT_WRITE);
}

// What can be done with a descriptor of the code's memory.
static int byDescriptor(int fd) {
  int done = 0;
  void *p = mmap(0, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  done += p != MAP_FAILED;
  p = mmap(0, 1, PROT_READ, MAP_SHARED, fd, 0);
  if (p != MAP_FAILED)
    done += mprotect(p, 1, PROT_READ | PROT_WRITE) == 0;
  done += pwrite(fd, "x", 1, 0) == 1;
  done += ftruncate(fd, 0) == 0;
  done +=
      fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0;
  return done;
}

// A second mapping of the same memory: by the mapping, and by the file that
// the kernel shows for it (to those who may).
int attackByMmap(int unused) {
  (void)unused;
  int done = 0;
  void *p = mremap(pageOf((void *)victim), 0, 4096, MREMAP_MAYMOVE);
  if (p != MAP_FAILED)
    done += mprotect(p, 4096, PROT_READ | PROT_WRITE) == 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  int tried = 0;
  while (maps && fgets(line, sizeof(line), maps)) {
    unsigned long begin, end;
    char rights[8], path[96];
    if (sscanf(line, "%lx-%lx %7s", &begin, &end, rights) != 3 ||
        begin > (uintptr_t)victim || end <= (uintptr_t)victim)
      continue;
    snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx", begin, end);
    for (int flags = O_RDONLY; flags <= O_RDWR; ++flags) {
      int fd = open(path, flags);
      if (fd < 0)
        continue;
      ++tried;
      done += byDescriptor(fd);
      close(fd);
    }
  }
  if (maps)
    fclose(maps);
  return done || tried ? done : -1;
}

// Descriptors that the process has, reopened for writing.
int attackByDescriptors(int unused) {
  (void)unused;
  int done = 0;
  DIR *all = opendir("/proc/self/fd");
  struct dirent *entry;
  while (all && (entry = readdir(all))) {
    char path[300], target[256];
    snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
    ssize_t length = readlink(path, target, sizeof(target) - 1);
    if (length < 0)
      continue;
    target[length] = 0;
    if (!strstr(target, "memfd:"))
      continue;
    int fd = open(path, O_RDWR);
    if (fd >= 0)
      done += byDescriptor(fd);
    close(fd);
  }
  if (all)
    closedir(all);
  return done;
}

int attackByMemoryFile(int unused) {
  (void)unused;
  int fd = open("/proc/self/mem", O_RDWR);
  if (fd < 0)
    return -1;
  char same;
  memcpy(&same, (void *)victim, 1);
  int done = pwrite(fd, &same, 1, (off_t)(uintptr_t)victim) == 1;
  done += pwrite(fd, readonly, 1, (off_t)(uintptr_t)readonly) == 1;
  close(fd);
  return done;
}

// Only another process may trace this one: a child.
int attackByTracing(int unused) {
  (void)unused;
  int parent = getpid();
  int child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_ATTACH, parent, 0, 0))
      _exit(2);
    waitpid(parent, 0, __WALL);
    long word = ptrace(PTRACE_PEEKTEXT, parent, (void *)victim, 0);
    long failed = ptrace(PTRACE_POKETEXT, parent, (void *)victim, word);
    ptrace(PTRACE_DETACH, parent, 0, 0);
    _exit(failed ? 0 : 1);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
      WEXITSTATUS(status) == 2)
    return -1;
  return WEXITSTATUS(status);
}
