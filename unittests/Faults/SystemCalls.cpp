//===- SystemCalls.cpp - Makes one system call fail -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Faults/SystemCalls.h"
#include "Platform/AddressSpace.h"
#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jitslab {

namespace {

/// How a call fails. Errno 0: it succeeds with less than it was asked for.
struct Failure {
  int Errno;
  /// A part is done all the same, as the system does.
  bool Partly = false;
};

struct Description {
  const char *Name;
  size_t Count;
  // The most severe first: reduced runs try this one more often.
  Failure Failures[5];
};

// As their manual pages have it, and what a seccomp filter or a security module
// returns (EPERM, EACCES).
const Description Descriptions[NumSystemCalls] = {
    {"mmap", 5, {{ENOMEM}, {EACCES}, {EPERM}, {EINVAL}, {EAGAIN}}},
    {"munmap", 2, {{ENOMEM}, {EINVAL}}},
    // The front part may have changed when a mapping cannot be split.
    {"mprotect", 5, {{ENOMEM}, {ENOMEM, true}, {EACCES}, {EPERM}, {EINVAL}}},
    {"madvise", 4, {{ENOMEM}, {EAGAIN}, {EINVAL}, {EPERM}}},
    {"memfd_create", 5, {{EMFILE}, {EINVAL}, {ENOMEM}, {EACCES}, {EPERM}}},
    {"ftruncate", 3, {{EINVAL}, {EPERM}, {EINTR}}},
    {"fallocate", 4, {{ENOSPC}, {ENOMEM}, {EPERM}, {EINTR}}},
    {"fcntl", 3, {{EPERM}, {EINVAL}, {EBUSY}}},
    {"fstat", 2, {{ENOMEM}, {EPERM}}},
    {"open", 4, {{EMFILE}, {EACCES}, {ENOENT}, {ENOMEM}}},
    {"read", 4, {{EIO}, {EINTR}, {EAGAIN}, {0, true}}},
    {"write", 3, {{EPIPE}, {EFAULT}, {EINTR}}},
    {"pread", 3, {{EIO}, {EPERM}, {0, true}}},
    {"pwrite", 4, {{EIO}, {EPERM}, {EINTR}, {0, true}}},
    // The descriptor is closed nevertheless.
    {"close", 2, {{EIO, true}, {EINTR, true}}},
    {"pipe2", 2, {{EMFILE}, {ENFILE}}},
    {"getrlimit", 2, {{EPERM}, {EINVAL}}},
    {"getentropy", 2, {{ENOSYS}, {EIO}}},
    // membarrier.
    {"syscall", 3, {{ENOSYS}, {EPERM}, {EINVAL}}},
    {"prctl", 2, {{EINVAL}, {ENOMEM}}},
    {"pthread_atfork", 1, {{ENOMEM}}},
};

const Description &of(SystemCall Call) { return Descriptions[size_t(Call)]; }

// Nothing here may take memory from the heap, whose use is compared.
struct State {
  bool Armed = false;
  Fault Plan;
  size_t Seen = 0;
  bool Hit = false;
  SystemCall HitCall = SystemCall::Mmap;
  Failure HitFailure{};
  AddressRange Mapped[1024];
  size_t NumMapped = 0;

  void addMapped(AddressRange R) {
    if (NumMapped == std::size(Mapped))
      abort();
    Mapped[NumMapped++] = R;
  }

  void removeMapped(AddressRange R) {
    for (size_t I = NumMapped; I-- > 0;) {
      AddressRange Old = Mapped[I];
      if (Old.End <= R.Begin || R.End <= Old.Begin)
        continue;
      Mapped[I] = Mapped[--NumMapped];
      if (Old.Begin < R.Begin)
        addMapped({Old.Begin, R.Begin});
      if (R.End < Old.End)
        addMapped({R.End, Old.End});
    }
  }
};

State S;

std::function<void()> AtPthreadAtfork;

/// The failure of this call, null if it is not to fail.
const Failure *injected(SystemCall Call) {
  if (!S.Armed)
    return nullptr;
  const Description &D = of(Call);
  const Failure *Only =
      std::find_if(D.Failures, D.Failures + D.Count, [](const Failure &F) {
        return F.Errno == S.Plan.OnlyErrno;
      });
  if (S.Plan.OnlyErrno && Only == D.Failures + D.Count)
    return nullptr;
  ++S.Seen;
  // Who repeats what was interrupted is interrupted once more.
  if (S.Hit && S.HitFailure.Errno == EINTR && !S.HitFailure.Partly &&
      Call == S.HitCall && S.Seen == S.Plan.Nth + 1) {
    errno = EINTR;
    return &S.HitFailure;
  }
  if (!S.Plan.Nth || S.Seen < S.Plan.Nth ||
      (S.Seen > S.Plan.Nth && !S.Plan.KeepFailing))
    return nullptr;
  // A call that is always interrupted is repeated for ever.
  size_t Way = S.Plan.OnlyErrno ? Only - D.Failures : S.Plan.Failure % D.Count;
  if (S.Hit && D.Failures[Way].Errno == EINTR)
    Way = 0;
  const Failure &F = D.Failures[Way];
  if (!S.Hit) {
    S.Hit = true;
    S.HitCall = Call;
    S.HitFailure = F;
  }
  errno = F.Errno;
  return &F;
}

AddressRange rangeOf(void *Start, size_t Size) {
  auto Begin = reinterpret_cast<uintptr_t>(Start);
  size_t Page = size_t(sysconf(_SC_PAGESIZE));
  return {Begin, Begin + (Size + Page - 1) / Page * Page};
}

} // namespace

void atNextPthreadAtfork(std::function<void()> Hook) {
  AtPthreadAtfork = std::move(Hook);
}

const char *nameOf(SystemCall Call) { return of(Call).Name; }
size_t failuresOf(SystemCall Call) { return of(Call).Count; }

void Armed::set(bool On) { S.Armed = On; }

void plan(const Fault &F) {
  S.Plan = F;
  S.Seen = 0;
  S.Hit = false;
}

size_t callsSeen() { return S.Seen; }
bool wasHit() { return S.Hit; }
SystemCall hitCall() { return S.HitCall; }
int hitErrno() { return S.Hit ? S.HitFailure.Errno : 0; }

std::string describeHit() {
  if (!S.Hit)
    return {};
  std::string Text = nameOf(S.HitCall);
  if (!S.HitFailure.Errno)
    return Text + " that does less";
  Text += std::string(" with ") + strerrorname_np(S.HitFailure.Errno);
  return S.HitFailure.Partly ? Text + ", partly done" : Text;
}

size_t bytesMapped() {
  size_t Sum = 0;
  for (size_t I = 0; I != S.NumMapped; ++I)
    Sum += S.Mapped[I].size();
  return Sum;
}

} // namespace jitslab

using namespace jitslab;

// What jitslab calls, and where ld's --wrap sends on to; the names are ld's.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *Start, size_t Size, int Rights, int Flags, int File,
                  off_t Offset) {
  if (injected(SystemCall::Mmap))
    return MAP_FAILED;
  void *Result = __real_mmap(Start, Size, Rights, Flags, File, Offset);
  if (Result != MAP_FAILED) {
    S.removeMapped(rangeOf(Result, Size));
    S.addMapped(rangeOf(Result, Size));
  }
  return Result;
}

int __real_munmap(void *, size_t);
int __wrap_munmap(void *Start, size_t Size) {
  if (injected(SystemCall::Munmap))
    return -1;
  int Result = __real_munmap(Start, Size);
  if (Result == 0)
    S.removeMapped(rangeOf(Start, Size));
  return Result;
}

int __real_mprotect(void *, size_t, int);
int __wrap_mprotect(void *Start, size_t Size, int Rights) {
  if (const Failure *F = injected(SystemCall::Mprotect)) {
    size_t Page = size_t(sysconf(_SC_PAGESIZE));
    if (F->Partly && Size > Page)
      __real_mprotect(Start, Page, Rights);
    errno = F->Errno;
    return -1;
  }
  return __real_mprotect(Start, Size, Rights);
}

int __real_madvise(void *, size_t, int);
int __wrap_madvise(void *Start, size_t Size, int Advice) {
  return injected(SystemCall::Madvise) ? -1
                                       : __real_madvise(Start, Size, Advice);
}

int __real_memfd_create(const char *, unsigned);
int __wrap_memfd_create(const char *Name, unsigned Flags) {
  return injected(SystemCall::MemfdCreate) ? -1
                                           : __real_memfd_create(Name, Flags);
}

int __real_ftruncate(int, off_t);
int __wrap_ftruncate(int File, off_t Size) {
  return injected(SystemCall::Ftruncate) ? -1 : __real_ftruncate(File, Size);
}

int __real_fallocate(int, int, off_t, off_t);
int __wrap_fallocate(int File, int Mode, off_t Offset, off_t Size) {
  return injected(SystemCall::Fallocate)
             ? -1
             : __real_fallocate(File, Mode, Offset, Size);
}

int __real_fcntl(int, int, ...);
int __wrap_fcntl(int File, int Command, ...) {
  va_list Arguments;
  va_start(Arguments, Command);
  int Argument = va_arg(Arguments, int);
  va_end(Arguments);
  return injected(SystemCall::Fcntl) ? -1
                                     : __real_fcntl(File, Command, Argument);
}

int __real_fstat(int, struct stat *);
int __wrap_fstat(int File, struct stat *Status) {
  return injected(SystemCall::Fstat) ? -1 : __real_fstat(File, Status);
}

int __real_open(const char *, int, ...);
int __wrap_open(const char *Path, int Flags, ...) {
  va_list Arguments;
  va_start(Arguments, Flags);
  mode_t Mode = va_arg(Arguments, mode_t);
  va_end(Arguments);
  return injected(SystemCall::Open) ? -1 : __real_open(Path, Flags, Mode);
}

ssize_t __real_read(int, void *, size_t);
ssize_t __wrap_read(int File, void *Buffer, size_t Size) {
  if (const Failure *F = injected(SystemCall::Read)) {
    if (F->Errno)
      return -1;
    Size = std::min<size_t>(Size, 1);
  }
  return __real_read(File, Buffer, Size);
}

ssize_t __real_write(int, const void *, size_t);
ssize_t __wrap_write(int File, const void *Buffer, size_t Size) {
  return injected(SystemCall::Write) ? -1 : __real_write(File, Buffer, Size);
}

ssize_t __real_pread(int, void *, size_t, off_t);
ssize_t __wrap_pread(int File, void *Buffer, size_t Size, off_t Offset) {
  if (const Failure *F = injected(SystemCall::Pread)) {
    if (F->Errno)
      return -1;
    Size = std::min<size_t>(Size, 8);
  }
  return __real_pread(File, Buffer, Size, Offset);
}

ssize_t __real_pwrite(int, const void *, size_t, off_t);
ssize_t __wrap_pwrite(int File, const void *Buffer, size_t Size, off_t Offset) {
  if (const Failure *F = injected(SystemCall::Pwrite)) {
    if (F->Errno)
      return -1;
    Size = 0;
  }
  return __real_pwrite(File, Buffer, Size, Offset);
}

int __real_close(int);
int __wrap_close(int File) {
  const Failure *F = injected(SystemCall::Close);
  int Result = __real_close(File);
  if (!F)
    return Result;
  errno = F->Errno;
  return -1;
}

int __real_pipe2(int[2], int);
int __wrap_pipe2(int Ends[2], int Flags) {
  return injected(SystemCall::Pipe2) ? -1 : __real_pipe2(Ends, Flags);
}

int __real_getrlimit(__rlimit_resource_t, rlimit *);
int __wrap_getrlimit(__rlimit_resource_t Resource, rlimit *Limit) {
  return injected(SystemCall::Getrlimit) ? -1
                                         : __real_getrlimit(Resource, Limit);
}

int __real_getentropy(void *, size_t);
int __wrap_getentropy(void *Buffer, size_t Size) {
  return injected(SystemCall::Getentropy) ? -1
                                          : __real_getentropy(Buffer, Size);
}

long __real_syscall(long, ...);
long __wrap_syscall(long Number, ...) {
  va_list Arguments;
  va_start(Arguments, Number);
  int First = va_arg(Arguments, int), Second = va_arg(Arguments, int),
      Third = va_arg(Arguments, int);
  va_end(Arguments);
  return injected(SystemCall::Syscall)
             ? -1
             : __real_syscall(Number, First, Second, Third);
}

int __real_prctl(int, ...);
int __wrap_prctl(int Option, ...) {
  unsigned long Rest[4];
  va_list Arguments;
  va_start(Arguments, Option);
  for (unsigned long &Argument : Rest)
    Argument = va_arg(Arguments, unsigned long);
  va_end(Arguments);
  return injected(SystemCall::Prctl)
             ? -1
             : __real_prctl(Option, Rest[0], Rest[1], Rest[2], Rest[3]);
}

int __real_pthread_atfork(void (*)(), void (*)(), void (*)());
int __wrap_pthread_atfork(void (*Before)(), void (*InParent)(),
                          void (*InChild)()) {
  // Called by a constructor that runs before this file's.
  static bool Loaded = false;
  if (!std::exchange(Loaded, true))
    return ENOMEM;
  if (std::function<void()> Hook = std::exchange(AtPthreadAtfork, nullptr))
    Hook();
  if (const Failure *F = injected(SystemCall::PthreadAtfork))
    return F->Errno;
  return __real_pthread_atfork(Before, InParent, InChild);
}

} // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
