//===- RemoteWorkQueue.cpp - What waits for an executor -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemoteWorkQueue.h"
#include "WorkReply.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace jitslab {

template <typename Request>
void RemoteWorkQueue::addTo(std::vector<Request> Batch::*Part, Request R) {
  // Before the lock: in a child it may be held by a thread that is not there.
  if (Error Err = VM.executor().checkKnown())
    return R.OnDone(std::move(Err));
  // Who is called back may let go of it.
  const auto Self = shared_from_this();
  const bool HasSocket = VM.executor().hasWorkSocket();
  const bool Waits = HasSocket && !R.hasActions() &&
                     R.bytes() <= RemoteConnection::MostDirectBytes;
  Waiter W;
  if (Waits)
    R.From = &W;
  LockGuard Guard(Lock);
  Batch &B =
      batchFor(/*Alone=*/R.hasActions() || Waits != HasSocket, R.bytes());
  (B.*Part).push_back(std::move(R));
  sendAll(std::move(Guard));
  if (Waits)
    waitFor(W);
}

void RemoteWorkQueue::add(FinalizeRequest R) {
  addTo(&Batch::Finalizes, std::move(R));
}
void RemoteWorkQueue::add(DeallocateRequest R) {
  addTo(&Batch::Deallocates, std::move(R));
}

// In what goes directly, everything has somebody who waits.
bool RemoteWorkQueue::goesDirectly(const Batch &B) const {
  return VM.executor().hasWorkSocket() && !B.Alone;
}

RemoteWorkQueue::Batch &RemoteWorkQueue::batchFor(bool Alone, size_t Bytes) {
  if (Alone || (goesDirectly(Waiting) &&
                Waiting.Bytes + Bytes > RemoteConnection::MostDirectBytes))
    closeBatch();
  if (!Alone) {
    Waiting.Bytes += Bytes;
    return Waiting;
  }
  Batch &B = Closed.emplace_back();
  B.Alone = true;
  return B;
}

void RemoteWorkQueue::closeBatch() {
  if (Waiting.empty())
    return;
  ++Out;
  Closed.push_back(std::exchange(Waiting, {}));
}

// One thread sends, so that a message is on its way before the next one is: the
// executor would wait for the one before. Others only leave theirs.
void RemoteWorkQueue::sendAll(LockGuard Guard) {
  if (!Out)
    closeBatch();
  if (IsSending)
    return;
  const auto Self = shared_from_this();
  IsSending = true;
  Sender = std::this_thread::get_id();
  while (!Closed.empty()) {
    Batch B = std::move(Closed.front());
    Closed.pop_front();
    Guard.unlock();
    send(std::move(B));
    Guard.lock();
    wakeReader();
  }
  IsSending = false;
  auto Replied = std::exchange(RepliedToSender, {});
  Guard.unlock();
  for (auto &Call : Replied)
    Call();
}

void RemoteWorkQueue::send(Batch B) {
  wire::Work W;
  // Before memory that was freed is written anew.
  W.Traps = VM.takeFreedCode();
  B.Synchronizations = VM.synchronizations();
  W.SynchronizeThreads = B.Synchronizations > Synchronized;
  for (FinalizeRequest &R : B.Finalizes) {
    append_range(W.Writes, R.Writes);
    append_range(W.Flushes, R.Flushes);
    W.Finalizes.push_back(std::move(R.Object));
  }
  for (DeallocateRequest &R : B.Deallocates) {
    W.Deallocates.push_back(std::move(R.Objects));
    append_range(W.Sections, R.Sections);
  }
  ++Messages;
  if (goesDirectly(B)) {
    {
      // Before there can be a reply.
      LockGuard Guard(Lock);
      Unanswered.push_back(std::move(B));
    }
    return VM.executor().workDirectly(W);
  }
  VM.executor().work(W, [Self = shared_from_this(),
                         B = std::move(B)](Expected<wire::Buffer> R) mutable {
    Self->onReply(std::move(B), std::move(R));
  });
}

void RemoteWorkQueue::onReply(Batch B, Expected<wire::Buffer> Reply) {
  {
    // Who is called back may wait for what would be sent next.
    std::lock_guard<std::mutex> Guard(Lock);
    if (IsSending && Sender == std::this_thread::get_id()) {
      RepliedToSender.push_back(
          [this, B = std::move(B), Reply = std::move(Reply)]() mutable {
            onReply(std::move(B), std::move(Reply));
          });
      return;
    }
  }
  WorkReply R(B.Finalizes.size(), B.Deallocates.size());
  if (!Reply)
    R.setOver(toString(Reply.takeError()));
  else if (!R.read({Reply->data(), Reply->size()}))
    R.setOver(toString(VM.executor().failMalformed()));
  LockGuard Guard(Lock);
  noteReply(B, R);
  sendAll(std::move(Guard));
  tell(B, R);
}

void RemoteWorkQueue::noteReply(const Batch &B, const WorkReply &R) {
  if (!B.Alone)
    --Out;
  if (R.isDone() && Synchronized < B.Synchronizations)
    Synchronized = B.Synchronizations;
}

/// Tells who waits, under the lock, or calls back, without it.
template <typename Request, typename Result>
static void answer(Request &R, Result Answer) {
  if (!R.From)
    return R.OnDone(std::move(Answer));
  R.From->Tell = [OnDone = std::move(R.OnDone),
                  Answer = std::move(Answer)]() mutable {
    OnDone(std::move(Answer));
  };
  R.From->IsAnswered = true;
  R.From->Woken.notify_one();
}

void RemoteWorkQueue::tell(Batch &B, const WorkReply &R) {
  for (size_t I = 0, E = B.Finalizes.size(); I != E; ++I)
    answer(B.Finalizes[I], R.finalized(I));
  for (size_t I = 0, E = B.Deallocates.size(); I != E; ++I)
    answer(B.Deallocates[I], R.deallocated(I));
}

void RemoteWorkQueue::waitFor(Waiter &W) {
  LockGuard Guard(Lock);
  while (!W.IsAnswered) {
    if (!IsReading && !Unanswered.empty()) {
      readOne(Guard);
      continue;
    }
    W.IsWaiting = true;
    W.Woken.wait(Guard);
    W.IsWaiting = false;
  }
  wakeReader();
  Guard.unlock();
  W.Tell();
}

/// Lets somebody read if nobody does. Who is in none of the waits below comes
/// to look by himself.
void RemoteWorkQueue::wakeReader() {
  if (IsReading)
    return;
  auto Wake = [](const auto &Requests) {
    for (const auto &R : Requests)
      if (R.From->IsWaiting)
        return R.From->Woken.notify_one(), true;
    return false;
  };
  for (const Batch &B : Unanswered)
    if (Wake(B.Finalizes) || Wake(B.Deallocates))
      return;
}

void RemoteWorkQueue::readOne(LockGuard &Guard) {
  IsReading = true;
  Guard.unlock();
  Expected<ArrayRef<char>> Reply = VM.executor().readReply();
  Guard.lock();
  IsReading = false;
  std::optional<std::string> Over;
  if (!Reply)
    Over = toString(Reply.takeError());
  do {
    Batch B = std::move(Unanswered.front());
    Unanswered.pop_front();
    WorkReply R(B.Finalizes.size(), B.Deallocates.size());
    if (!Over && !R.read(*Reply))
      Over = toString(VM.executor().failMalformed());
    if (Over)
      R.setOver(*Over);
    noteReply(B, R);
    tell(B, R);
  } while (Over && !Unanswered.empty());
  sendAll(std::move(Guard));
  Guard = LockGuard(Lock);
}

} // namespace jitslab
