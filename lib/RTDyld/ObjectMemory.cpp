//===- ObjectMemory.cpp - The sections of one object ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ObjectMemory.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

Error ObjectMemory::reserve(Arena &A, const Footprint &F) {
  Expected<Allocation> Memory = A.allocate(F);
  if (!Memory)
    return Memory.takeError();
  Blocks.emplace_back();
  Blocks.back().Memory = std::move(*Memory);
  return Error::success();
}

uint8_t *ObjectMemory::Block::allocate(SegmentKind K, size_t Size,
                                       size_t Align) {
  const Segment &S = Memory[K];
  if (!S)
    return nullptr;
  // Alignment is that of the executor address; the working address has the
  // same offset from its segment's start.
  size_t Offset = alignTo(S.Executor + Used[K], Align) - S.Executor;
  if (Offset > S.Size || S.Size - Offset < Size)
    return nullptr;
  Used[K] = Offset + Size;
  return S.Working + Offset;
}

Expected<uint8_t *> ObjectMemory::allocate(Arena &A, SegmentKind K, size_t Size,
                                           size_t Align) {
  for (Block &B : Blocks)
    if (uint8_t *Section = B.allocate(K, Size, Align))
      return Section;

  Footprint F;
  F[K] = {Size, Align};
  Expected<Allocation> More =
      A.allocate(F, Blocks.empty() ? nullptr : &Blocks.front().Memory);
  if (!More)
    return More.takeError();
  Blocks.emplace_back();
  Blocks.back().Memory = std::move(*More);
  return Blocks.back().allocate(K, Size, Align);
}

void ObjectMemory::close() {
  for (Block &B : Blocks)
    for (SegmentKind K : AllSegmentKinds)
      B.Memory.shrink(K, B.Used[K]);
}

} // namespace jitslab
