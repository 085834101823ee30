//===- RemoteWorkQueue.cpp - What waits for an executor -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemoteWorkQueue.h"
#include "llvm/ADT/STLExtras.h"
#include <chrono>

using namespace llvm;

namespace jitslab {

// As long as a message takes at most that has no actions which wait.
static constexpr auto Patience = std::chrono::milliseconds(10);

RemoteWorkQueue::~RemoteWorkQueue() { stop(); }

void RemoteWorkQueue::stop() {
  {
    std::lock_guard<std::mutex> Guard(Lock);
    Stopping = true;
  }
  Wake.notify_all();
  if (Watcher.joinable())
    Watcher.join();
}

void RemoteWorkQueue::add(FinalizeRequest R) {
  std::unique_lock<std::mutex> Guard(Lock);
  Waiting.Finalizes.push_back(std::move(R));
  sendOrWait(std::move(Guard));
}

void RemoteWorkQueue::add(DeallocateRequest R) {
  std::unique_lock<std::mutex> Guard(Lock);
  Waiting.Deallocates.push_back(std::move(R));
  sendOrWait(std::move(Guard));
}

void RemoteWorkQueue::sendOrWait(std::unique_lock<std::mutex> Guard) {
  if (!Out)
    return send(std::move(Guard));
  if (!Watcher.joinable())
    Watcher = std::thread([this] { watch(); });
  else if (WatcherSleeps)
    Wake.notify_all();
}

void RemoteWorkQueue::watch() {
  std::unique_lock<std::mutex> Guard(Lock);
  while (!Stopping) {
    if (Waiting.empty() || !Out) {
      WatcherSleeps = true;
      Wake.wait(Guard);
      WatcherSleeps = false;
      continue;
    }
    const uint64_t Number = LastNumber;
    Wake.wait_for(Guard, Patience);
    if (!Stopping && LastNumber == Number && !Waiting.empty()) {
      send(std::move(Guard));
      Guard = std::unique_lock<std::mutex>(Lock);
    }
  }
}

void RemoteWorkQueue::send(std::unique_lock<std::mutex> Guard) {
  Batch B = std::exchange(Waiting, {});
  B.Number = ++LastNumber;
  ++Out;
  wire::Work W;
  W.Number = B.Number;
  // Before memory that was freed is written anew.
  W.Traps = VM.takeFreedCode();
  Guard.unlock();
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

static Error failure(StringRef Text) {
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
  if (!Refusal.empty())
    return wire::isAtEnd(In);
  for (Answer &A : Finalizes)
    if (!wire::FinalizeReply::deserialize(In, A.Failure, A.Key))
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
  if (!Reply)
    Over = toString(Reply.takeError());
  else if (!readReply({Reply->data(), Reply->size()}, Refusal, Finalized,
                      Deallocated))
    Over = toString(VM.executor().failMalformed());
  else if (!Refusal.empty())
    Over = ("jitslab: the executor refuses: " + Refusal).str();

  std::unique_lock<std::mutex> Guard(Lock);
  --Out;
  if (!Over && Synchronized < Synchronizations)
    Synchronized = Synchronizations;
  if (!Waiting.empty() && !Out)
    send(std::move(Guard));
  else
    Guard.unlock();

  auto ErrorOf = [&](const Answer &A) {
    if (Over)
      return make_error<StringError>(
          *Over, std::make_error_code(std::errc::connection_reset));
    return A.Failure.empty() ? Error::success() : failure(A.Failure);
  };
  for (auto [R, A] : zip(B.Finalizes, Finalized)) {
    if (Error Err = ErrorOf(A))
      R.OnDone(std::move(Err));
    else
      R.OnDone(A.Key);
  }
  for (auto [R, A] : zip(B.Deallocates, Deallocated))
    R.OnDone(ErrorOf(A));
}

} // namespace jitslab
