//===- orc-rtdyld-host.cpp - ORC with RuntimeDyld on an arena -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../common/TripleModule.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"
#include <cstdio>

using namespace llvm;

static ExitOnError ExitOnErr("orc-rtdyld-host: ");

// LLJIT::lookup returns an ExecutorAddr from LLVM 15, and a JITEvaluatedSymbol
// before.
template <typename T>
static auto addressOf(const T &S) -> decltype(S.getValue()) {
  return S.getValue();
}
template <typename T>
static auto addressOf(const T &S) -> decltype(S.getAddress()) {
  return S.getAddress();
}

static void run(orc::ThreadSafeModule Module) {
  // quote begin orc-rtdyld
  std::shared_ptr<jitslab::Arena> Arena = ExitOnErr(jitslab::Arena::create());
  auto Target = ExitOnErr(orc::JITTargetMachineBuilder::detectHost());
  Target.setRelocationModel(Reloc::PIC_);
  Target.setCodeModel(CodeModel::Small); // safe: a window is within reach
  orc::LLJITBuilder Builder;
  Builder.setJITTargetMachineBuilder(std::move(Target));
  // `auto &&...`: parameters that differ between versions of LLVM.
  Builder.setObjectLinkingLayerCreator(
      [Arena](orc::ExecutionSession &Session,
              auto &&...) -> Expected<std::unique_ptr<orc::ObjectLayer>> {
        return std::make_unique<orc::RTDyldObjectLinkingLayer>(
            Session, [Arena](auto &&...) { // before: SectionMemoryManager
              return std::make_unique<jitslab::ReservingMemoryManager>(Arena);
            });
      });
  std::unique_ptr<orc::LLJIT> JIT = ExitOnErr(Builder.create());
  ExitOnErr(JIT->addIRModule(std::move(Module)));
  auto Symbol = ExitOnErr(JIT->lookup("triple"));
  // quote end orc-rtdyld
  auto Address = static_cast<uintptr_t>(addressOf(Symbol));
  auto *Triple = reinterpret_cast<int (*)(int)>(Address);
  printf("triple(14) = %d\n", Triple(14));
  bool Before = Arena->stats().LiveObjects != 0;
  JIT.reset();
  bool After = Arena->stats().LiveObjects != 0;
  printf("live while the JIT is: %s, after it: %s\n", Before ? "yes" : "no",
         After ? "yes" : "no");
}

int main() {
  jitslab::initializeExampleTarget();
  auto Context = std::make_unique<LLVMContext>();
  auto M = jitslab::makeTripleModule(*Context);
  run(orc::ThreadSafeModule(std::move(M), std::move(Context)));
  return 0;
}
