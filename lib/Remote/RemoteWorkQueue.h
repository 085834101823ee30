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
#include <deque>
#include <thread>

namespace jitslab {

class WorkReply;

/// Sends work to an executor. What cannot wait there (contents, caches, frames)
/// travels together: one such message is out at a time, and what comes in the
/// meantime goes with the next. What has actions, which may wait for anything,
/// goes by itself and at once, behind what came before it. Thread-safe.
///
/// Where the connection has a socket for work, who adds some without actions
/// waits for the reply, so that no other thread has to be woken for it: of
/// those who wait, one reads for all.
class RemoteWorkQueue : public std::enable_shared_from_this<RemoteWorkQueue> {
public:
  explicit RemoteWorkQueue(std::shared_ptr<RemoteMemory> M)
      : Memory(std::move(M)), VM(*Memory) {}

  /// Somebody who waits for a reply, under the lock.
  struct Waiter {
    std::condition_variable Woken;
    bool IsWaiting = false, IsAnswered = false;
    /// Calls OnDone.
    llvm::unique_function<void()> Tell;
  };

  struct FinalizeRequest {
    wire::Finalize Object;
    /// What is written has to stay until OnDone is called.
    std::vector<wire::Write> Writes;
    std::vector<llvm::orc::ExecutorAddrRange> Flushes;
    /// Gets what deallocates the object, 0 if there is nothing to do.
    llvm::unique_function<void(llvm::Expected<uint64_t>)> OnDone;
    Waiter *From = nullptr;

    bool hasActions() const { return !Object.Actions.empty(); }
    /// What it needs in a message, where it has neither actions nor contents.
    size_t bytes() const { return 64 + 16 * Flushes.size(); }
  };
  struct DeallocateRequest {
    wire::Deallocate Objects;
    /// Of theirs, outside all windows.
    std::vector<llvm::orc::ExecutorAddr> Sections;
    bool HasActions = false;
    llvm::unique_function<void(llvm::Error)> OnDone;
    Waiter *From = nullptr;

    bool hasActions() const { return HasActions; }
    size_t bytes() const { return 16 + 8 * (Objects.size() + Sections.size()); }
  };

  /// Every request's OnDone is called, once, without a lock. In a child of the
  /// process that began the session that happens at once, as when it is over.
  void add(FinalizeRequest R);
  void add(DeallocateRequest R);

  /// True when threads of the executor have to be synchronized before new code
  /// may run: the next message does it.
  bool mustSynchronize() const {
    return VM.synchronizations() > Synchronized.load();
  }

  /// Messages that were sent.
  size_t messages() const { return Messages; }

private:
  /// What goes with one message.
  struct Batch {
    std::vector<FinalizeRequest> Finalizes;
    std::vector<DeallocateRequest> Deallocates;
    /// Nothing else goes with it, and others go while it is out.
    bool Alone = false;
    size_t Bytes = 0;
    uint64_t Synchronizations = 0;

    bool empty() const { return Finalizes.empty() && Deallocates.empty(); }
  };
  using LockGuard = std::unique_lock<std::mutex>;

  template <typename Request>
  void addTo(std::vector<Request> Batch::*Part, Request R);
  bool goesDirectly(const Batch &B) const;
  Batch &batchFor(bool Alone, size_t Bytes);
  void closeBatch();
  void sendAll(LockGuard Guard);
  void send(Batch B);
  void onReply(Batch B, llvm::Expected<wire::Buffer> Reply);
  void noteReply(const Batch &B, const WorkReply &R);
  void tell(Batch &B, const WorkReply &R);
  void waitFor(Waiter &W);
  void wakeReader();
  void readOne(LockGuard &Guard);

  const std::shared_ptr<RemoteMemory> Memory;
  RemoteMemory &VM;
  std::atomic<uint64_t> Synchronized{0};
  std::atomic<size_t> Messages{0};

  std::mutex Lock;
  /// Not alone.
  Batch Waiting;
  /// To be sent, in this order, by the one thread that does it.
  std::deque<Batch> Closed;
  bool IsSending = false;
  std::thread::id Sender;
  /// What was replied to the sender while it sent.
  std::vector<llvm::unique_function<void()>> RepliedToSender;
  /// Batches that are not alone, sent or to be sent.
  size_t Out = 0;
  /// What went directly, in this order, and is not replied to.
  std::deque<Batch> Unanswered;
  bool IsReading = false;
};

} // namespace jitslab

#endif // JITSLAB_REMOTE_REMOTEWORKQUEUE_H
