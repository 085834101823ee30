//===- RemoteConnection.h - To an executor ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_REMOTE_REMOTECONNECTION_H
#define JITSLAB_REMOTE_REMOTECONNECTION_H

#include "../Core/Lane.h"
#include "../JITLink/FrameCallsPlugin.h"
#include "../Platform/AddressSpace.h"
#include "../Platform/RecordSocket.h"
#include "Wire.h"
#include "llvm/ADT/FunctionExtras.h"
#include "llvm/ExecutionEngine/Orc/ExecutorProcessControl.h"
#include "llvm/Support/Error.h"
#include <atomic>
#include <mutex>

namespace jitslab {

/// A range of this process's arenas as messages have it.
inline wire::ExecutorAddrRange remote(AddressRange R) {
  return {wire::ExecutorAddr(R.Begin), wire::ExecutorAddr(R.End)};
}

inline llvm::ArrayRef<char> bytesOf(const wire::Buffer &B) {
  return {B.data(), B.size()};
}

/// A session with the ExecutorService at the other side of an EPC. Once
/// anything goes wrong with it that is no answer of the executor's, it is over:
/// all that follows fails at once. Thread-safe, but for what says otherwise.
class RemoteConnection {
public:
  static llvm::Expected<std::unique_ptr<RemoteConnection>>
  open(llvm::orc::ExecutorProcessControl &EPC, bool SharedMemory);

  /// In the process that began it, closes the session. The EPC may be gone if
  /// it was closed before.
  ~RemoteConnection();
  RemoteConnection(const RemoteConnection &) = delete;
  RemoteConnection &operator=(const RemoteConnection &) = delete;

  /// Fails where the session is over: the executor is gone, or this process is
  /// a child of the one that began it.
  llvm::Error check();
  /// The same, but for an executor that is gone without anybody having noticed.
  llvm::Error checkKnown();

  /// Sends nothing any more but that the session is over, where LLVM has not
  /// disconnected from the executor, and waits for the reply. With LLVM 19
  /// nobody knows whether it has.
  void close();

  /// As the executor has said, in bytes.
  size_t pageSize() const { return PageSize; }
  /// What is written is seen by instruction fetches without being told.
  bool hasCoherentInstructions() const { return CoherentInstructions; }
  bool sharesMemory() const { return bool(Channel); }
  /// Which leave out frames in windows: those are registered by work.
  const FrameFunctions &frameFunctions() const { return ForFrames; }

  // These wait for the reply. They fail with the executor's errno, or with
  // ECONNRESET where the session is over.

  llvm::ErrorOr<uintptr_t> reserve(size_t Size);
  /// A window, or a section outside.
  std::error_code release(uintptr_t Start);
  /// \p File is what the processes share, null where they share nothing.
  std::error_code map(AddressRange R, Lane L, const SharedMemory *File);
  /// \returns where a section lies now, outside all windows.
  llvm::ErrorOr<uintptr_t> mapSection(size_t Size, size_t Align, Lane L,
                                      const SharedMemory *File);
  std::error_code unmap(AddressRange R);

  /// Numbers and sends \p W, and calls \p OnReply, whatever happens: in another
  /// thread or, where it cannot be sent, perhaps in this one. One thread at a
  /// time, since the executor makes changes of memory in the numbers' order:
  /// what has a number is on its way when the next one is given.
  using WorkReply = llvm::unique_function<void(llvm::Expected<wire::Buffer>)>;
  void work(wire::Work &W, WorkReply OnReply);

  /// There is a way for work but LLVM's: a thread of the executor's waits for
  /// it, and who sends it can read the replies.
  bool hasWorkSocket() const { return bool(WorkSocket); }
  /// The longest work that goes there, without its number, in bytes.
  static constexpr size_t MostDirectBytes = RecordSocket::LongestRecord - 512;
  /// As work(), by that way. What has actions does not go there, since the
  /// executor would do nothing else meanwhile. A failure is told to who reads:
  /// there is nothing to read any more.
  void workDirectly(wire::Work &W);
  /// Waits for the reply to what was sent there first, and is not replied to.
  /// Is valid until the next call. One thread at a time.
  llvm::Expected<llvm::ArrayRef<char>> readReply();

  /// Ends the session, since the executor has sent what makes no sense.
  /// \returns the error.
  llvm::Error failMalformed();

  /// Those that were sent so far.
  size_t messages() const { return Messages; }

private:
  class OneReply;
  struct Question;

  explicit RemoteConnection(llvm::orc::ExecutorProcessControl &EPC);

  llvm::Expected<llvm::orc::ExecutorAddr> findOpen();
  llvm::Error openSession(llvm::orc::ExecutorAddr Open, bool SharedMemory);
  llvm::Error fail(const llvm::Twine &Reason);
  llvm::Error over();
  template <typename Fn> auto withFile(const SharedMemory *File, Fn Call);
  llvm::ErrorOr<uintptr_t> callForStart(llvm::orc::ExecutorAddr Function,
                                        const wire::Buffer &Args, size_t Size,
                                        size_t Align);
  llvm::Expected<wire::Buffer> call(llvm::orc::ExecutorAddr Function,
                                    const wire::Buffer &Args);
  std::error_code callForErrno(llvm::orc::ExecutorAddr Function,
                               const wire::Buffer &Args);
  llvm::Expected<wire::Buffer> checked(wire::Buffer Reply);

  llvm::orc::ExecutorProcessControl &EPC;
  const uint32_t Birth;
  uint64_t Session = 0;
  size_t PageSize = 0;
  bool CoherentInstructions = false;
  llvm::orc::ExecutorAddr ReserveFn, ReleaseFn, MapFn, UnmapFn, WorkFn,
      MapSectionFn;
  FrameFunctions ForFrames;
  DescriptorChannel Channel;
  /// From a descriptor that is sent until the executor has taken it: those come
  /// in the order of their numbers.
  std::mutex SendLock;
  uint64_t LastFile = 0;
  RecordSocket WorkSocket;
  std::unique_ptr<char[]> Reply;
  uint64_t LastWork = 0;
  std::atomic<size_t> Messages{0};
  std::atomic<bool> Closed{false}, Failed{false};
  std::mutex Lock;
  std::string Reason;
  /// Those that somebody waits for an answer to.
  std::vector<std::shared_ptr<Question>> Asked;
};

} // namespace jitslab

#endif // JITSLAB_REMOTE_REMOTECONNECTION_H
