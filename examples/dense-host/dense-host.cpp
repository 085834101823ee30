//===- dense-host.cpp - Layout::Dense where the system allows it ----------===//
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
#include "llvm/Support/raw_ostream.h"
#include <cstdio>

using namespace llvm;

static ExitOnError ExitOnErr("dense-host: ");

static Expected<std::shared_ptr<jitslab::Arena>> makeArena() {
  // quote begin dense
  jitslab::ArenaOptions Options;
  Options.ObjectLayout = jitslab::Layout::Dense;
  auto Arena = jitslab::Arena::create(Options);
  if (!Arena) { // The message says what forbids it.
    errs() << toString(Arena.takeError()) << "\n";
    Options.ObjectLayout = jitslab::Layout::PerProtection;
    Arena = jitslab::Arena::create(Options);
  }
  // quote end dense
  return Arena;
}

static void run(std::unique_ptr<Module> M) {
  std::shared_ptr<jitslab::Arena> Arena = ExitOnErr(makeArena());
  auto Owned = std::make_unique<jitslab::ReservingMemoryManager>(Arena);
  jitslab::ReservingMemoryManager *Manager = Owned.get();
  std::string Message;
  std::unique_ptr<ExecutionEngine> Engine(
      EngineBuilder(std::move(M))
          .setErrorStr(&Message)
          .setMCJITMemoryManager(std::move(Owned))
          .setRelocationModel(Reloc::PIC_)
          .setCodeModel(CodeModel::Small)
          .create());
  if (!Engine)
    ExitOnErr(createStringError(inconvertibleErrorCode(), Message));
  Engine->finalizeObject();
  ExitOnErr(Manager->takeError());
  auto *Triple = reinterpret_cast<int (*)(int)>(
      static_cast<uintptr_t>(Engine->getFunctionAddress("triple")));
  printf("triple(14) = %d\n", Triple(14));
  printf("objects in the arena: %zu\n", Arena->stats().LiveObjects);
}

int main() {
  jitslab::initializeExampleTarget();
  LLVMContext Context;
  run(jitslab::makeTripleModule(Context));
  return 0;
}
