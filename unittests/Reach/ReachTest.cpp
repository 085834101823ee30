//===- ReachTest.cpp - Objects reach the data of the host's libraries -----===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Layouts.h"
#include "Support/RunProgram.h"
#include "jitslab/LLVMCompat.h"

using namespace jitslab;

/// How many fresh processes there are for each case: what the kernel draws for
/// the libraries' addresses is to come out in all its ways.
static int processes() {
  return isBrief() || JITSLAB_HAS_SHADOW_MEMORY || runsUnderEmulator() ? 2 : 24;
}

/// \returns in how many of them everything works.
static int working(const char *Linker, int Layout, int Arenas, int BlockedGiB,
                   std::string &Message) {
  std::vector<std::string> Command = {
      JITSLAB_TEST_REACH_HOST, Linker, std::to_string(Layout),
      std::to_string(Arenas), std::to_string(BlockedGiB)};
  int Count = 0;
  for (int I = 0; I != processes(); ++I) {
    Outcome Ended = runProgram(Command);
    Count += Ended.Status == 0;
    Message += Ended.Err;
  }
  return Count;
}

static void checkEveryProcess(const char *Linker) {
  Layout L = anyLayout();
  int Arenas = GENERATE(1, 10);
  int BlockedGiB = GENERATE(0, 3);
  std::string Message;
  int Working = working(Linker, int(L), Arenas, BlockedGiB, Message);
  INFO("layout " << int(L) << ", " << Arenas << " arenas, " << BlockedGiB
                 << " GiB taken: " << Message);
  CHECK(Working == processes());
}

TEST_CASE("MCJIT's objects reach the data of libstdc++ in every process") {
  checkEveryProcess("mcjit");
}

#if JITSLAB_HAS_JITLINK
TEST_CASE("JITLink's objects reach the data of libstdc++ in every process") {
  checkEveryProcess("jitlink");
}
#endif
