//===- ScratchMemory.cpp - Memory for objects that cannot be loaded -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScratchMemory.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <new>

using namespace llvm;

namespace jitslab {

// What is less comes from the heap, doubled each time. What is more is mapped
// at most so often, each time a mapping.
static constexpr size_t LargestOnHeap = size_t(1) << 20;
static constexpr size_t SmallestOnHeap = size_t(4) << 10;
static constexpr size_t MostMappings = 256;

ScratchMemory::~ScratchMemory() {
  for (const Block &B : Blocks)
    if (B.OnHeap)
      ::operator delete(B.Start, std::align_val_t(VM.pageSize()));
    else
      (void)VM.release(reinterpret_cast<uintptr_t>(B.Start), B.Size,
                       /*Guard=*/0);
}

uint8_t *ScratchMemory::allocate(size_t Size) {
  if (!Blocks.empty() && Blocks.back().Size >= Size)
    return Blocks.back().Start;
  if (Size > LargestOnHeap) {
    if (uint8_t *Start = map(Size))
      return Start;
  } else {
    Size = PowerOf2Ceil(std::max(Size, SmallestOnHeap));
  }
  void *Start =
      ::operator new(Size, std::align_val_t(VM.pageSize()), std::nothrow);
  if (Start)
    Blocks.push_back({static_cast<uint8_t *>(Start), Size, /*OnHeap=*/true});
  return static_cast<uint8_t *>(Start);
}

// The same shared memory, one 256th of the size, over and over.
uint8_t *ScratchMemory::map(size_t Size) {
  if (Size > SIZE_MAX / 2)
    return nullptr;
  size_t Piece = PowerOf2Ceil(std::max(Size / MostMappings, VM.pageSize()));
  ReservationRequest Request;
  Request.Size = alignTo(Size, Piece);
  Request.Align = VM.pageSize();
  ErrorOr<uintptr_t> Start = VM.reserve(Request);
  if (!Start)
    return nullptr;
  std::error_code EC;
  ErrorOr<SharedMemory> Memory = VM.createShared(Piece, "jitslab scratch");
  if (Memory) {
    for (size_t Offset = 0; Offset != Request.Size && !EC; Offset += Piece)
      EC = VM.mapShared(*Start + Offset, Piece, Access::ReadWrite, *Memory,
                        /*Offset=*/0, Sharing::Shared);
    VM.closeShared(*Memory);
  }
  // Where memory cannot be shared, the block has memory of its own.
  if (!Memory)
    EC = VM.protect(*Start, Request.Size, Access::ReadWrite);
  if (EC) {
    (void)VM.release(*Start, Request.Size, /*Guard=*/0);
    return nullptr;
  }
  auto *Begin = reinterpret_cast<uint8_t *>(*Start);
  Blocks.push_back({Begin, Request.Size, /*OnHeap=*/false});
  return Begin;
}

bool ScratchMemory::contains(const uint8_t *P) const {
  return std::any_of(Blocks.begin(), Blocks.end(), [&](const Block &B) {
    return P >= B.Start && P < B.Start + B.Size;
  });
}

void ScratchMemory::rest() {
  for (const Block &B : Blocks)
    if (!B.OnHeap)
      (void)VM.discard(reinterpret_cast<uintptr_t>(B.Start), B.Size);
}

} // namespace jitslab
