//===- Engine.h - A JIT of a life -------------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_ENGINE_H
#define JITSLAB_UNITTESTS_LIVES_ENGINE_H

#include "Lives/MemoryHost.h"
#include "Lives/Step.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdint>

namespace jitslab {

/// An object and the number of its module.
struct NumberedObject {
  unsigned Number = 0;
  std::unique_ptr<llvm::MemoryBuffer> Object;
};

class Engine {
public:
  virtual ~Engine() = default;

  /// Loads and links them together, so that their functions can be called.
  virtual llvm::Error load(std::vector<NumberedObject> Objects) = 0;
  /// 0 if there is none.
  virtual uintptr_t addressOf(const std::string &Name) = 0;
  /// False when modules go with the engine only.
  virtual bool canRemove() const { return false; }
  virtual llvm::Error remove(unsigned Number);
};

/// Null where this LLVM has none of that kind.
llvm::Expected<std::unique_ptr<Engine>> makeEngine(MemoryHost &Host,
                                                   EngineKind K);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_ENGINE_H
