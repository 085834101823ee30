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

PreloadMemoryManager::PreloadMemoryManager(
    std::shared_ptr<MCJITMemoryManager> InsteadOf)
    : ReservingMemoryManager(ProcessArena::get().arena()),
      InsteadOf(std::move(InsteadOf)) {}

// RuntimeDyld calls this once for each object, with every layout; it announces
// the sizes of sections with some layouts only.
void PreloadMemoryManager::notifyObjectLoaded(
    RuntimeDyld &Dyld, const object::ObjectFile &Object) {
  ProcessArena::get().countObject();
  ReservingMemoryManager::notifyObjectLoaded(Dyld, Object);
}

bool PreloadMemoryManager::finalizeMemory(std::string *ErrMsg) {
  std::string Why;
  bool Failed = ReservingMemoryManager::finalizeMemory(&Why);
  if (Error Err = takeError())
    say(toString(std::move(Err)));
  if (Failed && ErrMsg)
    *ErrMsg = std::move(Why);
  return Failed;
}

} // namespace jitslab
