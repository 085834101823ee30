//===- RTDyldLinker.h - Objects through RuntimeDyld -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_RTDYLDLINKER_H
#define JITSLAB_BENCHMARKS_RTDYLDLINKER_H

#include "Linker.h"
#include "llvm/ExecutionEngine/ExecutionEngine.h"
#include "llvm/ExecutionEngine/RTDyldMemoryManager.h"

namespace jitslab::bench {

/// Makes one memory manager and one RuntimeDyld for each object, as
/// orc::RTDyldObjectLinkingLayer does.
class RTDyldLinker : public Linker {
public:
  using MakeManager =
      std::function<std::unique_ptr<llvm::RTDyldMemoryManager>()>;

  explicit RTDyldLinker(MakeManager Make) : Make(std::move(Make)) {}

  void makeSlots(size_t N) override;
  llvm::Error load(const InputObject &O, size_t Slot) override;
  llvm::Error loadTogether(const InputObject &O, size_t N,
                           size_t Slot) override;
  llvm::Error loadInEngine(const InputObject &O, size_t N,
                           size_t Slot) override;
  llvm::Error unload(size_t Slot) override;

private:
  MakeManager Make;
  std::vector<std::unique_ptr<llvm::RTDyldMemoryManager>> Managers;
  std::vector<std::unique_ptr<llvm::ExecutionEngine>> Engines;
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_RTDYLDLINKER_H
