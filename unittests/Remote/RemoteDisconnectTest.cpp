//===- RemoteDisconnectTest.cpp - The connection ends in between ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PendingObject.h"
#include "PlayedExecutor.h"
#include "Remote/Wire.h"
#include "Support/Threads.h"
#include "Support/Watchdog.h"
#include <mutex>
#include <thread>

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;

#if JITSLAB_LLVM_DISPATCHERS_END
namespace {
/// Answers at once, or keeps what is to be called with an answer.
class HoldingExecutor : public PlayedExecutor {
public:
  void callWrapperAsync(orc::ExecutorAddr Function, IncomingWFRHandler OnReply,
                        ArrayRef<char> Args) override {
    if (Holds) {
      std::lock_guard<std::mutex> Guard(Lock);
      Held.push_back(std::move(OnReply));
      return;
    }
    using Wrapper = wire::CBuffer (*)(const char *, size_t);
    OnReply(wire::Buffer(Function.toPtr<Wrapper>()(Args.data(), Args.size())));
  }

  size_t held() {
    std::lock_guard<std::mutex> Guard(Lock);
    return Held.size();
  }

  /// Replies \p Errno to what waits.
  void refuse(int32_t Errno) {
    for (auto &Call : takeHeld())
      Call(wire::write<wire::ErrnoReply>(Errno));
  }

  /// As SimpleRemoteEPC does it.
  void hangUp() {
    getDispatcher().shutdown();
    for (auto &Call : takeHeld())
      Call(wire::Buffer::createOutOfBandError("disconnecting"));
  }

  std::atomic<bool> Holds{false};

private:
  std::vector<IncomingWFRHandler> takeHeld() {
    std::lock_guard<std::mutex> Guard(Lock);
    return std::exchange(Held, {});
  }

  std::mutex Lock;
  std::vector<IncomingWFRHandler> Held;
};
} // namespace

TEST_CASE(
    "What an executor lacks is not explained with this process's limits") {
  orc::ExecutionSession ES(std::make_unique<HoldingExecutor>());
  auto &Executor =
      static_cast<HoldingExecutor &>(ES.getExecutorProcessControl());
  RemoteOptions O;
  O.SharedMemory = false;
  auto Manager = valueOf(RemoteJITLinkMemoryManager::create(Executor, O));
  Loaded First = valueOf(load(*Manager, 1));
  Executor.Holds = true;
  std::string Text;
  std::error_code EC;
  std::atomic<bool> Done{false};
  std::thread Other([&] {
    Expected<Loaded> L = load(*Manager, 1, /*DataSize=*/size_t(16) << 20);
    handleAllErrors(L.takeError(), [&](const ErrorInfoBase &E) {
      Text = E.message();
      EC = E.convertToErrorCode();
    });
    Done = true;
  });
  Watchdog Guard("an executor that refuses memory");
  while (!Done) {
    Executor.refuse(ENOMEM);
    std::this_thread::yield();
  }
  Other.join();
  Executor.Holds = false;
  CHECK(EC == std::errc::not_enough_memory);
  CHECK(
      Text ==
      "jitslab: cannot commit a slab: in the executor: Cannot allocate memory");
  REQUIRE_SUCCESS(Manager->deallocate(std::move(First.Alloc)));
  Manager.reset();
  consumeError(ES.endSession());
}

// Who is told that his object fails frees its memory, which the thread that
// waits for an answer holds the lock of.
TEST_CASE("A connection ends while one thread allocates, and another's object "
          "is on its way") {
  orc::ExecutionSession ES(std::make_unique<HoldingExecutor>());
  ES.setErrorReporter([](Error Err) { consumeError(std::move(Err)); });
  auto &Executor =
      static_cast<HoldingExecutor &>(ES.getExecutorProcessControl());
  RemoteOptions O;
  O.SharedMemory = false;
  auto Manager = valueOf(RemoteJITLinkMemoryManager::create(Executor, O));
  Pending Object(*Manager, orc::ExecutorAddr(1));
  Executor.Holds = true;
  Object.finalize();
  REQUIRE(Executor.held() == 1);
  std::string Text;
  std::thread Other([&] {
    Expected<Loaded> L = load(*Manager, 1, /*DataSize=*/size_t(16) << 20);
    Text = toString(L.takeError());
  });
  CHECK(waitUntil([&] { return Executor.held() == 2; }));
  Watchdog Guard("a connection that ends while a thread allocates");
  Executor.hangUp();
  Other.join();
  CHECK_THAT(Text, containing("Connection reset"));
  REQUIRE(Object.isDone());
  CHECK_THAT(toString(Object.Result.get().takeError()),
             containing("disconnected"));
  CHECK(Manager->stats().Memory.LiveBytes == 0);
  Manager.reset();
  consumeError(ES.endSession());
}
#endif
