//===- mcjit-host.cpp - The smallest MCJIT host on an arena ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../common/TripleModule.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/ExecutionEngine.h"
#include "llvm/ExecutionEngine/MCJIT.h"
#include <cstdio>

using namespace llvm;

static ExitOnError ExitOnErr("mcjit-host: ");

static int run(std::unique_ptr<Module> M) {
  std::string Message;
  // quote begin mcjit
  std::shared_ptr<jitslab::Arena> Arena = ExitOnErr(jitslab::Arena::create());
  auto Owned = std::make_unique<jitslab::ReservingMemoryManager>(Arena);
  jitslab::ReservingMemoryManager *Manager = Owned.get(); // owned by the engine
  std::unique_ptr<ExecutionEngine> Engine(
      EngineBuilder(std::move(M))
          .setErrorStr(&Message)
          // The line to change; before:
          // std::make_unique<SectionMemoryManager>()
          .setMCJITMemoryManager(std::move(Owned))
          .setRelocationModel(Reloc::PIC_)
          .setCodeModel(CodeModel::Small) // safe: a window is within reach
          .create());
  if (!Engine)
    ExitOnErr(createStringError(inconvertibleErrorCode(), Message));
  Engine->finalizeObject();
  ExitOnErr(Manager->takeError()); // MCJIT drops what finalizeMemory returns
  uint64_t Address = Engine->getFunctionAddress("triple");
  auto *Triple = reinterpret_cast<int (*)(int)>(Address);
  // quote end mcjit
  printf("triple(14) = %d\n", Triple(14));
  printf("objects in the arena: %zu\n", Arena->stats().LiveObjects);
  return 0;
}

int main() {
  jitslab::initializeExampleTarget();
  LLVMContext Context;
  return run(jitslab::makeTripleModule(Context));
}
