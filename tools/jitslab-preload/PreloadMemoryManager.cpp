//===- PreloadMemoryManager.cpp - A manager that nobody asks --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PreloadMemoryManager.h"
#include "Message.h"

using namespace llvm;

namespace jitslab {

PreloadMemoryManager::PreloadMemoryManager()
    : ReservingMemoryManager(ProcessArena::get().arena()) {}

PreloadMemoryManager::~PreloadMemoryManager() { Closed.emplace(); }

void PreloadMemoryManager::reserveAllocationSpace(
    uintptr_t CodeSize, ReserveAlign CodeAlign, uintptr_t RODataSize,
    ReserveAlign RODataAlign, uintptr_t RWDataSize, ReserveAlign RWDataAlign) {
  ProcessArena::get().countObject();
  ForkGate Gate;
  ReservingMemoryManager::reserveAllocationSpace(
      CodeSize, CodeAlign, RODataSize, RODataAlign, RWDataSize, RWDataAlign);
}

uint8_t *PreloadMemoryManager::allocateCodeSection(uintptr_t Size,
                                                   unsigned Alignment,
                                                   unsigned SectionID,
                                                   StringRef SectionName) {
  ForkGate Gate;
  return ReservingMemoryManager::allocateCodeSection(Size, Alignment, SectionID,
                                                     SectionName);
}

uint8_t *PreloadMemoryManager::allocateDataSection(uintptr_t Size,
                                                   unsigned Alignment,
                                                   unsigned SectionID,
                                                   StringRef SectionName,
                                                   bool IsReadOnly) {
  ForkGate Gate;
  return ReservingMemoryManager::allocateDataSection(Size, Alignment, SectionID,
                                                     SectionName, IsReadOnly);
}

bool PreloadMemoryManager::finalizeMemory(std::string *ErrMsg) {
  ForkGate Gate;
  std::string Why;
  bool Failed = ReservingMemoryManager::finalizeMemory(&Why);
  if (Error Err = takeError())
    say(toString(std::move(Err)));
  if (Failed && ErrMsg)
    *ErrMsg = std::move(Why);
  return Failed;
}

} // namespace jitslab
