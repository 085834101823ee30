//===- RemoteChannelTest.cpp - The socket between two processes -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChannelPair.h"
#include <atomic>
#include <csignal>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace jitslab;

// As a profiler's: poll fails with EINTR even if it does not wait.
TEST_CASE("A signal is not the end of a connection") {
  ChannelPair P;
  static std::atomic<unsigned> Signals;
  Signals = 0;
  struct sigaction Action = {}, Before;
  Action.sa_handler = [](int) { ++Signals; };
  Action.sa_flags = SA_RESTART;
  REQUIRE(sigaction(SIGALRM, &Action, &Before) == 0);
  const itimerval Often = {{0, 50}, {0, 50}}, Never = {};
  REQUIRE(setitimer(ITIMER_REAL, &Often, nullptr) == 0);
  size_t Lost = 0;
  // Of many, some come while poll is in the kernel.
  for (unsigned I = 0; I != 20000000 && Signals < 10000; ++I)
    Lost += !P.Accepting.isConnected();
  setitimer(ITIMER_REAL, &Never, nullptr);
  sigaction(SIGALRM, &Before, nullptr);
  CHECK(Lost == 0);
  P.Connecting = DescriptorChannel();
  CHECK(!P.Accepting.isConnected());
}

TEST_CASE("A connection that is hung up ends, whoever has a copy of it") {
  ChannelPair P;
  const pid_t Child = fork();
  if (Child == 0)
    for (;;)
      pause();
  P.Connecting.hangUp();
  P.Connecting = DescriptorChannel();
  CHECK(!P.Accepting.isConnected());
  kill(Child, SIGKILL);
  waitpid(Child, nullptr, 0);
}

TEST_CASE("A descriptor that there is no room for is an error that says so") {
  ChannelPair P;
  REQUIRE(!P.Connecting.send(1, STDERR_FILENO));
  rlimit Before, None;
  REQUIRE(getrlimit(RLIMIT_NOFILE, &Before) == 0);
  None = {0, Before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &None) == 0);
  const auto Got = P.Accepting.receive(1);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &Before) == 0);
  CHECK(Got.getError() == std::errc::too_many_files_open);
}
