//===- RemoteWorkQueue.cpp - What waits for an executor -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemoteWorkQueue.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace jitslab {

void RemoteWorkQueue::add(FinalizeRequest R) {
  // Before the lock: in a child it may be held by a thread that is not there.
  if (Error Err = VM.executor().check())
    return R.OnDone(std::move(Err));
  std::unique_lock<std::mutex> Guard(Lock);
  batchFor(!R.Object.Actions.empty()).Finalizes.push_back(std::move(R));
  sendAll(std::move(Guard));
}

void RemoteWorkQueue::add(DeallocateRequest R) {
  if (Error Err = VM.executor().check())
    return R.OnDone(std::move(Err));
  std::unique_lock<std::mutex> Guard(Lock);
  batchFor(R.HasActions).Deallocates.push_back(std::move(R));
  sendAll(std::move(Guard));
}

RemoteWorkQueue::Batch &RemoteWorkQueue::batchFor(bool HasActions) {
  if (!HasActions)
    return Waiting;
  closeBatch();
  Batch &B = Closed.emplace_back();
  B.HasActions = true;
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
void RemoteWorkQueue::sendAll(std::unique_lock<std::mutex> Guard) {
  if (!Out)
    closeBatch();
  if (IsSending)
    return;
  // Who is called back may let go of it.
  const auto Self = shared_from_this();
  IsSending = true;
  Sender = std::this_thread::get_id();
  while (!Closed.empty()) {
    Batch B = std::move(Closed.front());
    Closed.pop_front();
    Guard.unlock();
    send(std::move(B));
    Guard.lock();
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
  const uint64_t Synchronizations = VM.synchronizations();
  W.SynchronizeThreads = Synchronizations > Synchronized;
  for (FinalizeRequest &R : B.Finalizes) {
    append_range(W.Writes, R.Writes);
    append_range(W.Flushes, R.Flushes);
    W.Finalizes.push_back(std::move(R.Object));
  }
  for (DeallocateRequest &R : B.Deallocates)
    W.Deallocates.push_back(std::move(R.Objects));
  ++Messages;
  VM.executor().work(W, [Self = shared_from_this(), B = std::move(B),
                         Synchronizations](Expected<wire::Buffer> R) mutable {
    Self->onReply(std::move(B), Synchronizations, std::move(R));
  });
}

namespace {
/// What a reply says of one request.
struct Answer {
  StringRef Failure;
  uint64_t Key = 0;
};
} // namespace

static Error failure(const Twine &Text) {
  return make_error<StringError>(Text, inconvertibleErrorCode());
}

/// Reads \p Bytes for the given numbers of requests. \returns false if it is
/// something else.
static bool readReply(ArrayRef<char> Bytes, StringRef &Refusal,
                      MutableArrayRef<Answer> Finalizes,
                      MutableArrayRef<Answer> Deallocates) {
  wire::sps::SPSInputBuffer In(Bytes.data(), Bytes.size());
  if (!wire::WorkReplyHead::deserialize(In, Refusal))
    return false;
  for (Answer &A : Finalizes)
    if (Refusal.empty() &&
        !wire::FinalizeReply::deserialize(In, A.Failure, A.Key))
      return false;
  for (Answer &A : Deallocates)
    if (!wire::DeallocateReply::deserialize(In, A.Failure))
      return false;
  return wire::isAtEnd(In);
}

void RemoteWorkQueue::onReply(Batch B, uint64_t Synchronizations,
                              Expected<wire::Buffer> Reply) {
  std::vector<Answer> Finalized(B.Finalizes.size()),
      Deallocated(B.Deallocates.size());
  StringRef Refusal;
  std::optional<std::string> Over;
  {
    // Who is called back may wait for what would be sent next.
    std::lock_guard<std::mutex> Guard(Lock);
    if (IsSending && Sender == std::this_thread::get_id()) {
      RepliedToSender.push_back([this, B = std::move(B), Synchronizations,
                                 Reply = std::move(Reply)]() mutable {
        onReply(std::move(B), Synchronizations, std::move(Reply));
      });
      return;
    }
  }
  if (!Reply)
    Over = toString(Reply.takeError());
  else if (!readReply({Reply->data(), Reply->size()}, Refusal, Finalized,
                      Deallocated))
    Over = toString(VM.executor().failMalformed());

  std::unique_lock<std::mutex> Guard(Lock);
  if (!B.HasActions)
    --Out;
  if (!Over && Refusal.empty() && Synchronized < Synchronizations)
    Synchronized = Synchronizations;
  sendAll(std::move(Guard));

  auto ErrorOf = [&](const Answer &A) {
    if (Over)
      return make_error<StringError>(
          *Over, std::make_error_code(std::errc::connection_reset));
    return A.Failure.empty() ? Error::success() : failure(A.Failure);
  };
  for (auto [R, A] : zip(B.Finalizes, Finalized)) {
    if (!Over && !Refusal.empty())
      R.OnDone(failure("jitslab: the executor refuses: " + Refusal));
    else if (Error Err = ErrorOf(A))
      R.OnDone(std::move(Err));
    else
      R.OnDone(A.Key);
  }
  for (auto [R, A] : zip(B.Deallocates, Deallocated))
    R.OnDone(ErrorOf(A));
}

} // namespace jitslab
