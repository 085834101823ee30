//===- RemoteQueueTest.cpp - What travels together, and what not ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PendingObject.h"
#include "PlayedExecutor.h"
#include "Remote/Wire.h"
#include "Support/Process.h"
#include <csignal>
#include <mutex>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;

// A hanging executor would let tests hang.
static constexpr std::chrono::seconds Soon(20);

static RemoteOptions withoutSharedMemory() {
  RemoteOptions O;
  O.SharedMemory = false;
  return O;
}

namespace {
/// Plays an executor in this process, to which writing takes its time, and
/// which replies when it may.
class SlowExecutor : public PlayedExecutor {
public:
  ~SlowExecutor() override {
    for (std::thread &T : Threads)
      T.join();
  }

  void callWrapperAsync(orc::ExecutorAddr Function, IncomingWFRHandler OnReply,
                        ArrayRef<char> Args) override {
    const bool Alone = ++Writers == 1;
    Overlapped = Overlapped || !Alone;
    std::this_thread::sleep_for(Takes.load());
    --Writers;
    ++Calls;
    std::lock_guard<std::mutex> Guard(Lock);
    Threads.emplace_back([this, Function, Reply = std::move(OnReply),
                          Bytes = Args.vec()]() mutable {
      using Wrapper = wire::CBuffer (*)(const char *, size_t);
      {
        std::lock_guard<std::mutex> Wait(Replies);
      }
      Reply(
          wire::Buffer(Function.toPtr<Wrapper>()(Bytes.data(), Bytes.size())));
    });
  }

  /// How long it takes to write a message.
  std::atomic<std::chrono::milliseconds> Takes{std::chrono::milliseconds(0)};
  /// Held: no message has an effect.
  std::mutex Replies;
  std::atomic<size_t> Calls{0};
  std::atomic<bool> Overlapped{false};

private:
  std::atomic<int> Writers{0};
  std::mutex Lock;
  std::vector<std::thread> Threads;
};

struct SlowSession {
  SlowSession() : ES(std::make_unique<SlowExecutor>()) {
    ES.setErrorReporter([](Error Err) { consumeError(std::move(Err)); });
    Manager = valueOf(RemoteJITLinkMemoryManager::create(
        ES.getExecutorProcessControl(), withoutSharedMemory()));
    // The slabs for what follows.
    Objects.push_back(valueOf(load(*Manager, 1)));
  }
  ~SlowSession() {
    for (Loaded &Object : Objects)
      consumeError(Manager->deallocate(std::move(Object.Alloc)));
    Manager.reset();
    consumeError(ES.endSession());
  }
  SlowExecutor &executor() {
    return static_cast<SlowExecutor &>(ES.getExecutorProcessControl());
  }

  orc::ExecutionSession ES;
  std::unique_ptr<RemoteJITLinkMemoryManager> Manager;
  std::vector<Loaded> Objects;
};
} // namespace

// The executor makes changes in order: it would wait for what may never come.
TEST_CASE("A message is on its way before the next one is sent") {
  SlowSession S;
  S.executor().Takes = std::chrono::milliseconds(40);
  std::mutex Lock;
  std::vector<std::thread> Threads;
  for (unsigned I = 0; I != 4; ++I)
    Threads.emplace_back([&] {
      for (unsigned J = 0; J != 3; ++J) {
        Expected<Loaded> Object = load(*S.Manager, 1);
        std::lock_guard<std::mutex> Guard(Lock);
        S.Objects.push_back(valueOf(std::move(Object)));
      }
    });
  for (std::thread &T : Threads)
    T.join();
  CHECK(!S.executor().Overlapped);
}

TEST_CASE("What arrives while a message is out travels together") {
  SlowSession S;
  const size_t Before = S.Manager->stats().WorkMessages;
  std::vector<std::thread> Threads;
  std::mutex Lock;
  std::unique_lock<std::mutex> NoReplies(S.executor().Replies);
  const size_t Calls = S.executor().Calls;
  for (unsigned I = 0; I != 16; ++I) {
    Threads.emplace_back([&] {
      Expected<Loaded> Object = load(*S.Manager, 1);
      std::lock_guard<std::mutex> Guard(Lock);
      S.Objects.push_back(valueOf(std::move(Object)));
    });
    while (S.executor().Calls == Calls)
      std::this_thread::yield();
  }
  // They are in the queue when they are no longer on their way to it.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  NoReplies.unlock();
  for (std::thread &T : Threads)
    T.join();
  const size_t Messages = S.Manager->stats().WorkMessages - Before;
  CHECK(Messages >= 2);
  // Those that came while the machine was busy with others may have gone apart.
  CHECK(Messages < 8);
}

TEST_CASE("Actions that wait for each other run, whenever they come") {
  RemoteJIT J;
  J.add("actions");
  const orc::ExecutorAddr Wait = J.addressOf("waitForFlag");
  const orc::ExecutorAddr Set = J.addressOf("setFlag");
  std::vector<std::unique_ptr<Pending>> Objects;
  for (orc::ExecutorAddr Action : {Wait, Wait, Wait, Set, Set})
    Objects.push_back(std::make_unique<Pending>(J, Action, false));
  for (auto &Object : Objects)
    Object->finalize();
  const bool Ends = Objects[1]->isDone(Soon);
  CHECK(Ends);
  if (!Ends)
    J.Process.kill();
  for (auto &Object : Objects) {
    auto Alloc = Object->Result.get();
    if (Alloc)
      REQUIRE_SUCCESS(J.Manager->deallocate(std::move(*Alloc)));
    else
      consumeError(Alloc.takeError());
  }
}

TEST_CASE("What cannot wait does not wait for actions that do") {
  RemoteJIT J(withoutSharedMemory());
  J.add("actions");
  std::vector<Loaded> Objects;
  auto Fastest = [&] {
    using Clock = std::chrono::steady_clock;
    Clock::duration Least = std::chrono::hours(1);
    for (unsigned I = 0; I != 30; ++I) {
      const auto Start = Clock::now();
      Objects.push_back(valueOf(load(*J.Manager, 1)));
      Least = std::min(Least, Clock::now() - Start);
    }
    return Least;
  };
  Pending Waits(J, J.addressOf("waitForFlag"));
  Pending Sets(J, J.addressOf("setFlag"));
  const auto Without = Fastest();
  Waits.finalize();
  const auto With = Fastest();
  CHECK(!Waits.isDone());
  Sets.finalize();
  for (Pending *P : {&Waits, &Sets})
    REQUIRE_SUCCESS(J.Manager->deallocate(P->take()));
  for (Loaded &Object : Objects)
    REQUIRE_SUCCESS(J.Manager->deallocate(std::move(Object.Alloc)));
  CHECK(With < 10 * Without);
}

/// \returns the error of deallocating \p Alloc, or what was left waiting.
static std::string
errorOfDeallocating(JITLinkMemoryManager &Manager,
                    JITLinkMemoryManager::FinalizedAlloc Alloc) {
  auto Done = std::make_shared<std::promise<std::string>>();
  auto Result = Done->get_future();
  std::vector<JITLinkMemoryManager::FinalizedAlloc> Allocs;
  Allocs.push_back(std::move(Alloc));
  Manager.deallocate(std::move(Allocs), [Done](Error Err) {
    Done->set_value(toString(std::move(Err)));
  });
  return Result.wait_for(Soon) == std::future_status::ready
             ? Result.get()
             : "it waits for ever";
}

TEST_CASE("What is freed when the session has ended is an error") {
  RemoteOptions O;
  O.SharedMemory = GENERATE(false, true);
  CAPTURE(O.SharedMemory);
  RemoteJIT J(O);
  J.add("actions");
  Pending P(J, J.addressOf("countUp"), /*DeallocToo=*/true);
  P.finalize();
  auto Alloc = P.take();
  consumeError(J.JIT->getExecutionSession().endSession());
  CHECK_THAT(errorOfDeallocating(*J.Manager, std::move(Alloc)),
             containing("executor"));
}

#if !JITSLAB_HAS_ASAN
TEST_CASE(
    "A child of the controller's frees what it has, and waits for nobody") {
  RemoteJIT J;
  J.add("actions");
  auto Manager = valueOf(RemoteJITLinkMemoryManager::create(
      J.JIT->getExecutionSession().getExecutorProcessControl()));
  const orc::ExecutorAddr Count = J.addressOf("countUp");
  Pending Waits(*Manager, J.addressOf("waitForFlag"));
  Pending Counts(*Manager, Count, /*DeallocToo=*/true);
  Pending Behind(*Manager, Count);
  Counts.finalize();
  auto Alloc = Counts.take();
  Waits.finalize();
  Behind.finalize();
  REQUIRE_SUCCESS(J.Manager->deallocate(
      valueOf(load(*J.Manager, 1)).Alloc)); // Has no message.
  const pid_t Child = fork();
  if (Child == 0) {
    alarm(unsigned(Soon.count()));
    const std::string Text = toString(Manager->deallocate(std::move(Alloc)));
    Manager.reset();
    _exit(StringRef(Text).contains("forked") ? 0 : 1);
  }
  int Status = -1;
  waitpid(Child, &Status, 0);
  CHECK(Status == 0);
  // The parent's session goes on.
  Pending Sets(J, J.addressOf("setFlag"));
  Sets.finalize();
  REQUIRE_SUCCESS(J.Manager->deallocate(Sets.take()));
  REQUIRE_SUCCESS(Manager->deallocate(Waits.take()));
  REQUIRE_SUCCESS(Manager->deallocate(Behind.take()));
  REQUIRE_SUCCESS(Manager->deallocate(std::move(Alloc)));
}
#endif

TEST_CASE("Threads that say what could not be sent know SIGPIPE as before") {
  RemoteSession S(withoutSharedMemory());
  Block *Code, *Data;
  auto G = makeObject(Code, Data, /*DataSize=*/8);
  auto Alloc = valueOf(S.Manager->allocate(nullptr, *G));
  S.Process.kill();
  std::promise<bool> Blocked;
  Alloc->finalize([&](Expected<JITLinkMemoryManager::FinalizedAlloc> A) {
    consumeError(A.takeError());
    sigset_t Mask;
    pthread_sigmask(SIG_BLOCK, nullptr, &Mask);
    Blocked.set_value(sigismember(&Mask, SIGPIPE) == 1);
  });
  CHECK(!Blocked.get_future().get());
}
