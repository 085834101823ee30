//===- LiveProcess.cpp - The memory of a process that goes on -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProcessMemory.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <sys/uio.h>

using namespace llvm;

namespace jitslab {

ProcessMemory::~ProcessMemory() = default;

namespace {

// The process is not stopped: what is read may change meanwhile.
class LiveProcess final : public ProcessMemory {
public:
  explicit LiveProcess(int PID) : PID(PID) {
    const std::string Number = std::to_string(PID);
    Name = "process " + Number;
    // Files are those that the process sees, which may be in a container.
    Root = "/proc/" + Number + "/root";
    // By the number that the process has for itself, if it is in a container,
    // the name would be another one.
    PerfMap = Root + "/tmp/perf-" + Number + ".map";
  }

  bool read(uint64_t Address, MutableArrayRef<char> To) const override {
    iovec Here = {To.data(), To.size()};
    iovec There = {reinterpret_cast<void *>(Address), To.size()};
    return process_vm_readv(PID, &Here, 1, &There, 1, 0) == ssize_t(To.size());
  }

  Error readMappings();

private:
  const int PID;
  std::string Root;
};

} // namespace

static Error refused(int PID, int Errno) {
  std::error_code EC(Errno, std::generic_category());
  if (Errno == ESRCH || Errno == ENOENT)
    return make_error<StringError>("there is no process " + Twine(PID), EC);
  if (Errno == EPERM || Errno == EACCES)
    return make_error<StringError>(
        "process " + Twine(PID) +
            " may not be read; run this as its user or as root, and see "
            "kernel.yama.ptrace_scope, which has to be 0 for others than root",
        EC);
  return make_error<StringError>(
      "process " + Twine(PID) + " cannot be read: " + EC.message(), EC);
}

Error LiveProcess::readMappings() {
  const std::string Path = "/proc/" + std::to_string(PID) + "/maps";
  FILE *File = fopen(Path.c_str(), "re");
  if (!File)
    return refused(PID, kill(PID, 0) && errno == ESRCH ? ESRCH : errno);
  errno = 0;
  char *Line = nullptr;
  size_t Size = 0;
  while (getline(&Line, &Size, File) > 0) {
    unsigned long long Begin = 0, Offset = 0;
    int PathAt = 0;
    // BEGIN-END RIGHTS OFFSET DEVICE INODE PATH
    if (sscanf(Line, "%llx-%*x %*s %llx %*s %*s %n", &Begin, &Offset, &PathAt) <
            2 ||
        Offset || Line[PathAt] != '/')
      continue;
    Files.push_back({Begin, Root + StringRef(Line + PathAt).rtrim('\n').str()});
  }
  const int Errno = errno;
  free(Line);
  fclose(File);
  if (Files.empty())
    return refused(PID, Errno ? Errno : ESRCH);
  // A process may be listed and yet not be read. A mapping of it may be gone by
  // now, or have no access, as slabs that are given back.
  for (const MappedFile &F : Files) {
    char Byte;
    if (read(F.Begin, {&Byte, 1}))
      break;
    if (errno != EFAULT)
      return refused(PID, errno);
  }
  return Error::success();
}

Expected<std::unique_ptr<ProcessMemory>> openLive(int PID) {
  auto Process = std::make_unique<LiveProcess>(PID);
  if (Error Err = Process->readMappings())
    return Err;
  return Process;
}

} // namespace jitslab
