//===- JITLinkLinker.h - Objects through JITLink ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_JITLINKLINKER_H
#define JITSLAB_BENCHMARKS_JITLINKLINKER_H

#include "Linker.h"
#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"

namespace jitslab::bench {

/// Makes a LinkGraph of each object and links it with jitlink::link and the
/// least context there can be. What orc::ObjectLinkingLayer does beyond that
/// (materialisation, symbol tables, EH frame registration) is the same for
/// every manager, costs more than any of them, and would hide them.
class JITLinkLinker : public Linker {
public:
  explicit JITLinkLinker(
      std::shared_ptr<llvm::jitlink::JITLinkMemoryManager> Memory)
      : Memory(std::move(Memory)) {}

  void makeSlots(size_t N) override;
  void registerFrames() override { RegistersFrames = true; }
  llvm::Error load(const InputObject &O, size_t Slot) override;
  llvm::Error loadTogether(const InputObject &O, size_t N,
                           size_t Slot) override;
  llvm::Error unload(size_t Slot) override;

private:
  std::shared_ptr<llvm::jitlink::JITLinkMemoryManager> Memory;
  bool RegistersFrames = false;
  std::vector<llvm::jitlink::JITLinkMemoryManager::FinalizedAlloc> Allocations;
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_JITLINKLINKER_H
