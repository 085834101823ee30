//===- SystemCalls.h - Makes one system call fail ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Everything that jitslab asks of the C library and that can fail is linked to
/// functions of this program (ld's --wrap). LLVM's own calls and malloc's are
/// not: LLVM, and what is made of its templates, aborts when the heap is used
/// up. While armed, calls are counted and one of them fails.
/// CheckWrapped.cmake compares the list with what the library really needs.
///
/// The first call of pthread_atfork, when the program is loaded, fails always:
/// so there is a later one to fail.
///
/// Not thread-safe.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_SYSTEMCALLS_H
#define JITSLAB_UNITTESTS_SYSTEMCALLS_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace jitslab {

enum class SystemCall : uint8_t {
  Mmap,
  Munmap,
  Mprotect,
  Madvise,
  MemfdCreate,
  Ftruncate,
  Fallocate,
  Fcntl,
  Fstat,
  Open,
  Read,
  Write,
  Pread,
  Pwrite,
  Close,
  Pipe2,
  Getrlimit,
  Getentropy,
  Syscall,
  Prctl,
  PthreadAtfork
};
inline constexpr size_t NumSystemCalls = size_t(SystemCall::PthreadAtfork) + 1;

const char *nameOf(SystemCall Call);

/// In how many ways \p Call can be made to fail.
size_t failuresOf(SystemCall Call);

/// What is to fail: the Nth call from now on (1 is the next one), in the way
/// Failure, modulo how many there are for it. With EINTR the next one fails too
/// if it is the same: who was interrupted has to try more than once.
struct Fault {
  size_t Nth = 0;
  size_t Failure = 0;
  /// True: all calls after that one fail too.
  bool KeepFailing = false;
  /// Other than 0: only calls that can fail so count, and that is how.
  int OnlyErrno = 0;
};

/// Calls are counted, and fail, as long as it lives.
class Armed {
public:
  Armed() { set(true); }
  ~Armed() { set(false); }
  Armed(const Armed &) = delete;
  Armed &operator=(const Armed &) = delete;

private:
  static void set(bool On);
};

/// Sets counters to zero, and \p F for the calls to come; without Nth none
/// fails.
void plan(const Fault &F);

/// Since the last plan:
size_t callsSeen();
bool wasHit();
/// Which call failed and how, such as "mmap with ENOMEM"; empty if none did.
std::string describeHit();
SystemCall hitCall();
/// The errno of that, 0 for a call that did less than it was asked for.
int hitErrno();

/// Calls \p Hook once, when the next pthread_atfork begins.
void atNextPthreadAtfork(std::function<void()> Hook);

/// Bytes of address space that jitslab has mapped and not unmapped.
size_t bytesMapped();

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_SYSTEMCALLS_H
