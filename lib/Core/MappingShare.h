//===- MappingShare.h - Mappings that blocks of objects take ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_MAPPINGSHARE_H
#define JITSLAB_CORE_MAPPINGSHARE_H

#include "../Platform/VirtualMemory.h"
#include "jitslab/Allocation.h"
#include <atomic>

namespace jitslab {

/// The share of the process's mappings that objects in blocks of their own may
/// take, those of all arenas together. Thread-safe.
///
/// What is counted for a block is the number of its segments that are sealed:
/// so many mappings neighbours add when they meet with equal rights, which they
/// mostly do. At worst there is one more, with free pages behind the block.
class MappingShare {
public:
  explicit MappingShare(const VirtualMemory &VM)
      : Most(VM.mostMappings() / Part) {}

  /// \returns what an object of \p F counts in a block of its own.
  static uint32_t needs(const Footprint &F) {
    return uint32_t(F[SegmentKind::Code].Size != 0) +
           uint32_t(F[SegmentKind::ROData].Size != 0);
  }

  bool isUsedUp() const { return taken().load() >= Most; }
  static void take(uint32_t Mappings) { taken() += Mappings; }
  static void give(uint32_t Mappings) { taken() -= Mappings; }

private:
  /// The rest is the host's, whose heap needs mappings, too: it is what fails
  /// first where there are none left. With one more than counted for each block
  /// three eighths are used.
  static constexpr size_t Part = 4;

  static std::atomic<size_t> &taken() {
    static std::atomic<size_t> Taken{0};
    return Taken;
  }

  const size_t Most;
};

} // namespace jitslab

#endif // JITSLAB_CORE_MAPPINGSHARE_H
