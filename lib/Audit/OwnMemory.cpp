//===- OwnMemory.cpp - Reads memory that may not be there -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Platform/Descriptors.h"
#include "jitslab/RelocationAudit.h"
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

namespace {

// The kernel copies from bad addresses without a fault: write() fails with
// EFAULT. Emulators keep to that too, which process_vm_readv cannot be relied
// on for.
class Pipe {
public:
  Pipe() = default;
  ~Pipe() { drop(); }
  Pipe(const Pipe &) = delete;
  Pipe &operator=(const Pipe &) = delete;

  Error copy(uint64_t From, MutableArrayRef<uint8_t> To) {
    // What one thread has written must not be read by another one.
    std::lock_guard<std::mutex> Guard(Lock);
    if (Ends[0] < 0 && !make())
      return errorOf(errno);
    const void *Source = reinterpret_cast<const void *>(uintptr_t(From));
    ssize_t Written;
    do
      Written = write(Ends[1], Source, To.size());
    while (Written < 0 && errno == EINTR);
    if (Written < 0)
      return errorOf(errno);
    // Also what came across the end of a mapping has to leave the pipe.
    size_t Done = 0;
    while (Done != size_t(Written)) {
      // A pipe with O_NONBLOCK does not wait.
      // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection)
      ssize_t Read = read(Ends[0], To.data() + Done, Written - Done);
      if (Read > 0) {
        Done += Read;
      } else if (Read == 0 || errno != EINTR) {
        int Reason = errno;
        drop();
        return errorOf(Reason);
      }
    }
    return Done == To.size() ? Error::success() : errorOf(EFAULT);
  }

private:
  static Error errorOf(int Reason) {
    return errorCodeToError(std::error_code(Reason, std::generic_category()));
  }

  bool make() {
    if (pipe2(Ends, O_CLOEXEC | O_NONBLOCK) != 0)
      return false;
    for (int &End : Ends)
      End = aboveStdio(End);
    if (Ends[0] >= 0 && Ends[1] >= 0)
      return true;
    int Reason = errno;
    drop();
    errno = Reason;
    return false;
  }

  void drop() {
    for (int &End : Ends) {
      if (End >= 0)
        close(End);
      End = -1;
    }
  }

  std::mutex Lock;
  int Ends[2] = {-1, -1};
};

} // namespace
} // namespace jitslab

jitslab::MemoryReader jitslab::ownMemory() {
  return [P = std::make_shared<Pipe>()](uint64_t Address,
                                        MutableArrayRef<uint8_t> To) {
    return P->copy(Address, To);
  };
}
