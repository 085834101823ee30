//===- lljit-host.cpp - The smallest LLJIT host on an arena ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../common/TripleModule.h"
#include "jitslab/LLJITSupport.h"
#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include <cstdio>

using namespace llvm;

static ExitOnError ExitOnErr("lljit-host: ");

static int run(orc::ThreadSafeModule Module) {
  // quote begin lljit
  jitslab::ArenaOptions Options;
  Options.ObjectLayout = jitslab::Layout::PerProtection;
  std::shared_ptr<jitslab::Arena> Arena =
      ExitOnErr(jitslab::Arena::create(Options));
  auto Target = ExitOnErr(orc::JITTargetMachineBuilder::detectHost());
  Target.setRelocationModel(Reloc::PIC_);
  Target.setCodeModel(CodeModel::Small); // safe: a window is within reach
  orc::LLJITBuilder Builder;
  Builder.setJITTargetMachineBuilder(std::move(Target));
  jitslab::useArena(Builder, Arena); // the line to add
  std::unique_ptr<orc::LLJIT> JIT = ExitOnErr(Builder.create());
  ExitOnErr(JIT->addIRModule(std::move(Module)));
  auto *Triple = ExitOnErr(JIT->lookup("triple")).toPtr<int (*)(int)>();
  // quote end lljit
  printf("triple(14) = %d\n", Triple(14));
  bool Before = Arena->stats().LiveObjects != 0;
  JIT.reset();
  bool After = Arena->stats().LiveObjects != 0;
  printf("live while the JIT is: %s, after it: %s\n", Before ? "yes" : "no",
         After ? "yes" : "no");
  return 0;
}

int main() {
  jitslab::initializeExampleTarget();
  auto Context = std::make_unique<LLVMContext>();
  auto M = jitslab::makeTripleModule(*Context);
  return run(orc::ThreadSafeModule(std::move(M), std::move(Context)));
}
