//===- RemoteAttackTest.cpp - An executor that writes its code ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorProcess.h"
#include "Support/InputObject.h"
#include "Support/NativeTarget.h"

using namespace jitslab;
using namespace llvm;

// Each way is refused, or there was nothing to try it on.
static void checkRefused(const char *Attack, bool MayLackMeans = false) {
  RemoteJIT J;
  J.add("attack");
  const int Done = valueOf(J.call(Attack, 0));
  CHECK((Done == 0 || (MayLackMeans && Done == -1)));
  CHECK(valueOf(J.call("victim", 1)) == 2);
}

TEST_CASE("An executor cannot make its code writable") {
  checkRefused("attackByMprotect");
}

// The kernel shows the file behind a mapping to privileged processes only.
TEST_CASE("An executor cannot map its code a second time to write it") {
  checkRefused("attackByMmap", /*MayLackMeans=*/true);
}

TEST_CASE("An executor has no descriptor to write its code by") {
  checkRefused("attackByDescriptors");
}

#ifndef JITSLAB_TESTS_EMULATED
// The emulator's /proc/self/mem is its own, and it cannot trace.
TEST_CASE("An executor cannot write its code through its memory file") {
  checkRefused("attackByMemoryFile");
}

TEST_CASE("An executor cannot write its code by tracing itself") {
  checkRefused("attackByTracing", /*MayLackMeans=*/true);
}
#endif

#ifndef JITSLAB_TESTS_EMULATED
TEST_CASE("Control: code of LLVM's default manager can be written so") {
  ExecutorProcess Process;
  initializeTarget();
  orc::LLJITBuilder Builder;
  Builder.setExecutorProcessControl(Process.takeEPC())
      .setPlatformSetUp(orc::setUpInactivePlatform);
  auto JIT = valueOf(Builder.create());
  REQUIRE_SUCCESS(JIT->addObjectFile(readObject("attack")));
  auto Attack = valueOf(JIT->lookup("attackByMemoryFile"));
  CHECK(valueOf(JIT->getExecutionSession()
                    .getExecutorProcessControl()
                    .runAsIntFunction(Attack, 0)) != 0);
}
#endif
