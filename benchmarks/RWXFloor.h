//===- RWXFloor.h - The unsafe lower bound ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The physical limit that safe managers are compared with. It keeps no W^X,
/// never frees anything, and stops when its one mapping is full.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_RWXFLOOR_H
#define JITSLAB_BENCHMARKS_RWXFLOOR_H

#include "llvm/Support/MathExtras.h"
#include <atomic>
#include <cstdint>
#include <sys/mman.h>

namespace jitslab::bench {

class RWXFloor {
public:
  static constexpr size_t Size = size_t(1) << 30;

  RWXFloor() {
    void *P = mmap(nullptr, Size, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (P == MAP_FAILED)
      return;
    Next = reinterpret_cast<uintptr_t>(P);
    End = Next + Size;
  }

  /// \returns null when the mapping is full. \p Bytes are zero. Thread-safe.
  uint8_t *allocate(size_t Bytes, size_t Align) {
    uintptr_t Old = Next.load(std::memory_order_relaxed), Start;
    do {
      Start = llvm::alignTo(Old, Align);
      if (Start > End || End - Start < Bytes)
        return nullptr;
    } while (!Next.compare_exchange_weak(Old, Start + Bytes,
                                         std::memory_order_relaxed));
    return reinterpret_cast<uint8_t *>(Start);
  }

private:
  std::atomic<uintptr_t> Next{0};
  uintptr_t End = 0;
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_RWXFLOOR_H
