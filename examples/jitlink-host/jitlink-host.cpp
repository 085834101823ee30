//===- jitlink-host.cpp - An ObjectLinkingLayer on an arena ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../common/TripleModule.h"
#include "jitslab/ArenaJITLinkMemoryManager.h"
#include "jitslab/GOTPCRELXFixPlugin.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include <cstdio>

using namespace llvm;

static ExitOnError ExitOnErr("jitlink-host: ");

static int run(orc::ThreadSafeModule Module) {
  jitslab::ArenaOptions Options;
  Options.ObjectLayout = jitslab::Layout::PerProtection;
  auto Arena = ExitOnErr(jitslab::Arena::create(Options));
  auto Target = ExitOnErr(orc::JITTargetMachineBuilder::detectHost());
  Target.setRelocationModel(Reloc::PIC_);
  Target.setCodeModel(CodeModel::Small);
  orc::LLJITBuilder Builder;
  Builder.setJITTargetMachineBuilder(std::move(Target));
  // quote begin jitlink-layer
  Builder.setObjectLinkingLayerCreator(
      [Arena](orc::ExecutionSession &Session,
              auto &&...) -> Expected<std::unique_ptr<orc::ObjectLayer>> {
        // Before: jitlink::InProcessMemoryManager::Create(), or
        // orc::MapperJITLinkMemoryManager::CreateWithMapper<...>(...)
        auto Manager =
            std::make_unique<jitslab::ArenaJITLinkMemoryManager>(Arena);
        auto Layer = std::make_unique<orc::ObjectLinkingLayer>(
            Session, std::move(Manager));
        Layer->addPlugin(std::make_shared<jitslab::GOTPCRELXFixPlugin>());
        return Layer;
      });
  // quote end jitlink-layer
  std::unique_ptr<orc::LLJIT> JIT = ExitOnErr(Builder.create());
  ExitOnErr(JIT->addIRModule(std::move(Module)));
  auto *Triple = ExitOnErr(JIT->lookup("triple")).toPtr<int (*)(int)>();
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
