//===- RemoteWorkQueue.h - What waits for an executor -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_REMOTE_REMOTEWORKQUEUE_H
#define JITSLAB_REMOTE_REMOTEWORKQUEUE_H

#include "RemoteMemory.h"
#include <condition_variable>
#include <thread>

namespace jitslab {

/// Sends work to an executor, one message at a time: what comes while one is
/// out goes with the next. Only where a message is out for long is the next
/// sent beside it: an action in it may wait for what is behind it here.
/// Thread-safe.
class RemoteWorkQueue : public std::enable_shared_from_this<RemoteWorkQueue> {
public:
  explicit RemoteWorkQueue(std::shared_ptr<RemoteMemory> M)
      : Memory(std::move(M)), VM(*Memory) {}
  /// Nothing may wait any more.
  ~RemoteWorkQueue();

  struct FinalizeRequest {
    wire::Finalize Object;
    /// What is written has to stay until OnDone is called.
    std::vector<wire::Write> Writes;
    std::vector<llvm::orc::ExecutorAddrRange> Flushes;
    /// Gets what deallocates the object, 0 if there is nothing to do.
    llvm::unique_function<void(llvm::Expected<uint64_t>)> OnDone;
  };
  struct DeallocateRequest {
    wire::Deallocate Objects;
    llvm::unique_function<void(llvm::Error)> OnDone;
  };

  /// Every request's OnDone is called, once, without a lock.
  void add(FinalizeRequest R);
  void add(DeallocateRequest R);

  /// True when threads of the executor have to be synchronized before new code
  /// may run: the next message does it.
  bool mustSynchronize() const {
    return VM.synchronizations() > Synchronized.load();
  }

  /// Messages that were sent.
  size_t messages() const { return Messages; }

  /// Ends the thread that watches. Nothing may wait any more.
  void stop();

private:
  /// What goes with one message.
  struct Batch {
    std::vector<FinalizeRequest> Finalizes;
    std::vector<DeallocateRequest> Deallocates;
    uint64_t Number = 0;

    bool empty() const { return Finalizes.empty() && Deallocates.empty(); }
  };

  void sendOrWait(std::unique_lock<std::mutex> Guard);
  void send(std::unique_lock<std::mutex> Guard);
  void onReply(Batch B, uint64_t Synchronizations,
               llvm::Expected<wire::Buffer> Reply);
  void watch();

  const std::shared_ptr<RemoteMemory> Memory;
  RemoteMemory &VM;
  std::atomic<uint64_t> Synchronized{0};
  std::atomic<size_t> Messages{0};

  std::mutex Lock;
  Batch Waiting;
  uint64_t LastNumber = 0;
  size_t Out = 0;

  std::condition_variable Wake;
  std::thread Watcher;
  bool WatcherSleeps = false, Stopping = false;
};

} // namespace jitslab

#endif // JITSLAB_REMOTE_REMOTEWORKQUEUE_H
