//===- RemoteWorkTest.cpp - Work by a socket of its own -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FramedObject.h"
#include "PendingObject.h"
#include "Remote/WorkReply.h"
#include "ServedSession.h"
#include "Support/Threads.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace jitslab;
using namespace llvm;
using namespace llvm::jitlink;

using Alloc = JITLinkMemoryManager::FinalizedAlloc;

namespace {
/// Threads that each load an object with frames while the executor is stopped.
class StoppedSession {
public:
  explicit StoppedSession(size_t Threads) {
    // The slabs for what follows.
    keep(loadFramed(*S.Manager));
    MessagesBefore = S.Manager->stats().WorkMessages;
    kill(S.Process.pid(), SIGSTOP);
    // All its threads are.
    int Status = 0;
    CHECK(waitpid(S.Process.pid(), &Status, WUNTRACED) == S.Process.pid());
    CHECK(WIFSTOPPED(Status));
    for (size_t I = 0; I != Threads; ++I)
      Loaders.emplace_back([this] {
        ++Begun;
        keep(loadFramed(*S.Manager));
      });
    CHECK(waitUntil([&] { return Begun == Threads; }));
    // They wait for the executor when they are no longer on their way to it.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  ~StoppedSession() { join(); }

  void join() {
    for (std::thread &T : Loaders)
      T.join();
    Loaders.clear();
  }
  void keep(Framed::Result R) {
    std::lock_guard<std::mutex> Guard(Lock);
    if (R)
      Allocs.push_back(std::move(*R));
    else
      Errors.push_back(toString(R.takeError()));
  }

  RemoteSession S;
  size_t MessagesBefore = 0;
  std::vector<Alloc> Allocs;
  std::vector<std::string> Errors;

private:
  std::atomic<size_t> Begun{0};
  std::mutex Lock;
  std::vector<std::thread> Loaders;
};
} // namespace

TEST_CASE("Who loads code with frames is told in his own thread") {
  RemoteSession S;
  Framed Object(*S.Manager);
  std::atomic<bool> Told{false};
  std::promise<Alloc> Done;
  std::thread::id Teller;
  Object.Alloc->finalize([&](Framed::Result R) {
    Teller = std::this_thread::get_id();
    Told = true;
    Done.set_value(valueOf(std::move(R)));
  });
  CHECK(Told);
  Alloc A = Done.get_future().get();
  CHECK(Teller == std::this_thread::get_id());
  CHECK(S.Manager->stats().WorkMessages == 1);
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(A)));
}

TEST_CASE("Code with frames of several threads travels together") {
  StoppedSession T(8);
  kill(T.S.Process.pid(), SIGCONT);
  T.join();
  CHECK(T.Errors.empty());
  CHECK(T.Allocs.size() == 9);
  // What came first went by itself.
  const size_t Messages = T.S.Manager->stats().WorkMessages - T.MessagesBefore;
  CHECK(Messages >= 2);
  CHECK(Messages <= 4);
  REQUIRE_SUCCESS(T.S.Manager->deallocate(std::move(T.Allocs)));
  CHECK(T.S.Manager->stats().Memory.LiveBytes == 0);
}

TEST_CASE("An executor that dies is an error of all who wait for it") {
  const size_t DescriptorsBefore = openDescriptors();
  {
    StoppedSession T(4);
    T.S.Process.kill();
    T.join();
    CHECK(T.Errors.size() == 4);
    for (const std::string &Text : T.Errors)
      CHECK_THAT(Text, containing("executor"));
    consumeError(T.S.Manager->deallocate(std::move(T.Allocs)));
    CHECK(T.S.Manager->stats().Memory.LiveBytes == 0);
  }
  CHECK(openDescriptors() == DescriptorsBefore);
}

// A record has 64 KiB at most, and each of these takes eight bytes.
TEST_CASE("More is deallocated at once than a record has room for") {
  RemoteSession S;
  std::vector<Alloc> Allocs;
  for (unsigned I = 0; I != 9000; ++I)
    Allocs.push_back(valueOf(loadFramed(*S.Manager)));
  REQUIRE_SUCCESS(S.Manager->deallocate(std::move(Allocs)));
  CHECK(S.Manager->stats().Memory.LiveBytes == 0);
  REQUIRE_SUCCESS(S.Manager->deallocate(valueOf(loadFramed(*S.Manager))));
}

TEST_CASE("Threads load code with frames, and with actions among it") {
  RemoteJIT J;
  J.add("actions");
  const orc::ExecutorAddr Count = J.addressOf("countUp");
  constexpr unsigned Threads = 4, Rounds = 60;
  runThreads(Threads, [&](size_t Number, Problems &P) {
    std::vector<Alloc> Allocs;
    for (unsigned I = 0; I != Rounds; ++I) {
      Framed Object(*J.Manager);
      if ((I + Number) % 3 == 0)
        Object.G->allocActions().push_back({actionAt(Count), {}});
      Framed::Result R = Object.finalize();
      if (!P.check(R.takeError(), "finalize"))
        return;
      Allocs.push_back(std::move(*R));
      if (I % 4 == 3) {
        P.check(J.Manager->deallocate(std::move(Allocs)), "deallocate");
        Allocs.clear();
      }
    }
  });
  CHECK(valueOf(J.call("getCount", 0)) == int(Threads * Rounds / 3));
}

/// \returns the value of \p Field in /proc/PID/task/TASK/status of the thread
/// \p Name, empty if there is none.
static std::string ofThread(pid_t Pid, StringRef Name, StringRef Field) {
  std::error_code EC;
  sys::fs::directory_iterator I("/proc/" + Twine(Pid) + "/task", EC), E;
  for (; I != E && !EC; I.increment(EC)) {
    auto Status = MemoryBuffer::getFileAsStream(I->path() + "/status");
    if (!Status)
      continue;
    StringRef Text = (*Status)->getBuffer();
    if (Text.starts_with(("Name:\t" + Name + "\n").str()))
      return Text.split((Field + ":\t").str()).second.split('\n').first.str();
  }
  return "";
}

TEST_CASE("Signals of an executor's go to the host's threads") {
  RemoteSession S;
  uint64_t Blocked = 0;
  // It takes its name itself, when it runs.
  REQUIRE(waitUntil([&] {
    return to_integer(ofThread(S.Process.pid(), "jitslab-work", "SigBlk"),
                      Blocked, 16);
  }));
  for (int Signal : {SIGTERM, SIGUSR1, SIGPROF, SIGCHLD})
    CHECK((Blocked >> (Signal - 1) & 1) == 1);
}

TEST_CASE("A session's thread ends with it") {
  RemoteSession S;
  CHECK(waitUntil([&] {
    return ofThread(S.Process.pid(), "jitslab-work", "Name") == "jitslab-work";
  }));
  S.Manager.reset();
  CHECK(waitUntil([&] {
    return ofThread(S.Process.pid(), "jitslab-work", "Name").empty();
  }));
}

TEST_CASE("What is too long to be told is cut") {
  constexpr size_t Objects = 100, Longest = 5000;
  ExecutorSession::Done D;
  for (unsigned I = 0; I != Objects; ++I) {
    D.Finalizes.push_back({std::string(100, 'f'), 0});
    D.Deallocates.push_back(std::string(I % 2, 'd'));
  }
  const wire::Buffer B = ExecutorSession::reply(std::move(D), Longest);
  CHECK(B.size() <= Longest);
  WorkReply R(Objects, Objects);
  REQUIRE(R.read({B.data(), B.size()}));
  CHECK(StringRef(toString(R.finalized(0).takeError())).starts_with("ff"));
  CHECK(toString(R.deallocated(1)) == "d");
  REQUIRE_SUCCESS(R.deallocated(0));
}

#if !JITSLAB_HAS_ASAN
TEST_CASE("A child of the controller's frees code with frames while others "
          "wait") {
  StoppedSession T(3);
  const pid_t Child = fork();
  if (Child == 0) {
    alarm(20);
    const std::string Text =
        toString(T.S.Manager->deallocate(std::move(T.Allocs)));
    T.S.Manager.reset();
    _exit(StringRef(Text).contains("forked") ? 0 : 1);
  }
  int Status = -1;
  waitpid(Child, &Status, 0);
  CHECK(Status == 0);
  kill(T.S.Process.pid(), SIGCONT);
  T.join();
  CHECK(T.Errors.empty());
  REQUIRE_SUCCESS(T.S.Manager->deallocate(std::move(T.Allocs)));
}

TEST_CASE("A child of an executor's ends the session, and it goes on") {
  ExecutorSession S{DescriptorChannel()};
  RecordSocket Controller = serve(S);
  const pid_t Child = fork();
  if (Child == 0) {
    alarm(20);
    _exit(S.end() ? 1 : 0);
  }
  int Status = -1;
  waitpid(Child, &Status, 0);
  CHECK(Status == 0);
  wire::Work W;
  W.Number = 1;
  W.Finalizes.emplace_back();
  send(Controller, W);
  char Buffer[256];
  ErrorOr<ArrayRef<char>> Reply = Controller.receive(Buffer);
  REQUIRE(Reply);
  WorkReply R(1, 0);
  REQUIRE(R.read(*Reply));
  CHECK(valueOf(R.finalized(0)) == 0);
  REQUIRE_SUCCESS(S.end());
  CHECK(Controller.receive(Buffer).getError() == std::errc::connection_reset);
}
#endif
