//===- OwnMemory.cpp - Reads memory that may not be there -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Platform/DescriptorChannel.h"
#include "../Platform/Descriptors.h"
#include "../Platform/Fork.h"
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
  Error copy(uint64_t From, MutableArrayRef<uint8_t> To) {
    // The parent's pipe has its bytes, and another thread may have had the
    // lock.
    if (Birth != forkCountAtBirth())
      return Pipe().copy(From, To);
    // What one thread has written must not be read by another one.
    std::lock_guard<std::mutex> Guard(Lock);
    // The host may have closed it, and opened another file by its number.
    for (const OwnedDescriptor &End : Ends)
      if (std::error_code EC = checkDescriptor(End.file())) {
        if (EC == std::errc::bad_file_descriptor)
          EC = make();
        if (EC)
          return errorCodeToError(EC);
      }
    // A pipe has room for a page at least.
    constexpr size_t MostAtOnce = 4096;
    for (; To.size() > MostAtOnce;
         From += MostAtOnce, To = To.drop_front(MostAtOnce))
      if (Error Err = copyPart(From, To.take_front(MostAtOnce)))
        return Err;
    return copyPart(From, To);
  }

private:
  Error copyPart(uint64_t From, MutableArrayRef<uint8_t> To) {
    const void *Source = reinterpret_cast<const void *>(uintptr_t(From));
    ssize_t Written;
    do
      Written = write(Ends[1].number(), Source, To.size());
    while (Written < 0 && errno == EINTR);
    if (Written < 0)
      return errorOf(errno);
    // Also what came across the end of a mapping has to leave the pipe.
    size_t Done = 0;
    while (Done != size_t(Written)) {
      // A pipe with O_NONBLOCK does not wait.
      // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection)
      ssize_t Read = read(Ends[0].number(), To.data() + Done, Written - Done);
      if (Read > 0) {
        Done += Read;
      } else if (Read == 0 || errno != EINTR) {
        // Somebody has closed the other end.
        int Reason = Read == 0 ? EIO : errno;
        drop();
        return errorOf(Reason);
      }
    }
    return Done == To.size() ? Error::success() : errorOf(EFAULT);
  }

  static Error errorOf(int Reason) {
    return errorCodeToError(std::error_code(Reason, std::generic_category()));
  }

  std::error_code make() {
    int Numbers[2];
    if (pipe2(Numbers, O_CLOEXEC | O_NONBLOCK) != 0)
      return lastError();
    std::error_code EC;
    for (int I : {0, 1}) {
      Ends[I] = OwnedDescriptor(aboveStdio(Numbers[I]));
      if (Ends[I].number() < 0)
        EC = lastError();
    }
    if (EC)
      drop();
    return EC;
  }

  void drop() {
    for (OwnedDescriptor &End : Ends)
      End = OwnedDescriptor();
  }

  std::mutex Lock;
  OwnedDescriptor Ends[2];
  const uint32_t Birth = forkCountAtBirth();
};

} // namespace
} // namespace jitslab

jitslab::MemoryReader jitslab::ownMemory() {
  return [P = std::make_shared<Pipe>()](uint64_t Address,
                                        MutableArrayRef<uint8_t> To) {
    return P->copy(Address, To);
  };
}
