//===- WatchdogTest.cpp - A deadlock is a failure, not a hang -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Watchdog.h"
#include "Support/Catch.h"
#include "Support/Child.h"
#include <future>

using namespace jitslab;

TEST_CASE("The watchdog ends a test that hangs, and says which one") {
  int Ends[2];
  REQUIRE(pipe(Ends) == 0);
  ChildOutcome Outcome = runInChild([&] {
    dup2(Ends[1], STDERR_FILENO);
    Watchdog Dog("two threads that wait for each other",
                 std::chrono::seconds(1));
    std::promise<void> Never;
    Never.get_future().wait();
    return 0;
  });
  close(Ends[1]);
  std::string Text(4096, '\0');
  ssize_t Size = read(Ends[0], Text.data(), Text.size());
  close(Ends[0]);
  REQUIRE(Size > 0);
  Text.resize(size_t(Size));
  INFO(Text << Outcome.describe());
  CHECK(WIFEXITED(Outcome.Status));
  CHECK(WEXITSTATUS(Outcome.Status) == Watchdog::Status);
  CHECK(Text.find("two threads that wait for each other") != std::string::npos);
  CHECK(Text.find("  thread ") != std::string::npos);
}

TEST_CASE("The watchdog leaves alone what ends in time") {
  ChildOutcome Outcome = runInChild([&] {
    Watchdog Dog("nothing", std::chrono::seconds(60));
    return 0;
  });
  CHECK(Outcome.passed());
}
