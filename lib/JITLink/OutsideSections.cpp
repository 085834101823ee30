//===- OutsideSections.cpp - Large sections that need no reach ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutsideSections.h"
#include "../Core/OutsideMapping.h"
#include "EdgeReach.h"
#include "jitslab/Arena.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

// Device code of CUDA, as nvcc and clang name its sections: the driver finds it
// through absolute pointers (CUDA Binary Utilities, "fatbinary").
static bool holdsDeviceCode(StringRef Name) {
  return Name.starts_with(".nv_fatbin") || Name.starts_with("__nv_");
}

/// The sum of the blocks' sizes, without padding; SIZE_MAX if it overflows.
static size_t sizeOf(const Section &S) {
  size_t Size = 0;
  for (const Block *B : S.blocks())
    Size = SaturatingAdd<size_t>(Size, B->getSize());
  return Size;
}

static bool isCandidate(const Section &S, size_t MinSize) {
  size_t Size = sizeOf(S);
  if (Size == 0 || S.getMemLifetime() != orc::MemLifetime::Standard ||
      (S.getMemProt() & orc::MemProt::Exec) != orc::MemProt::None ||
      MinSize == SIZE_MAX)
    return false;
  if (holdsDeviceCode(S.getName()))
    return true;
  // What no window holds would be refused.
  if (Size > MaxWindowSize - SlabSize)
    return true;
  // Objects that are linked later may refer to global symbols by distance.
  return Size >= MinSize && all_of(S.symbols(), [](const Symbol *Sym) {
           return Sym->getScope() == Scope::Local;
         });
}

SmallVector<Section *, 2> findOutsideSections(LinkGraph &G, size_t MinSize) {
  SmallVector<Section *, 2> Result;
  for (Section &S : G.sections())
    if (isCandidate(S, MinSize))
      Result.push_back(&S);
  if (Result.empty())
    return Result;

  // There are many edges, and few graphs with a candidate.
  DenseSet<const Section *> NeedReach;
  for (Block *B : G.blocks())
    for (const Edge &E : B->edges()) {
      EdgeReach Reach = edgeReach(G, E.getKind());
      if (Reach == EdgeReach::Anywhere)
        continue;
      const Section *From = &B->getSection();
      const Section *To = E.getTarget().isDefined()
                              ? &E.getTarget().getBlock().getSection()
                              : nullptr;
      if (From == To && Reach == EdgeReach::Distance)
        continue; // A section moves as a whole.
      NeedReach.insert(From);
      if (To)
        NeedReach.insert(To);
    }
  erase_if(Result, [&](Section *S) { return NeedReach.contains(S); });
  return Result;
}

// No process has more: the other half of the addresses is the kernel's. Padding
// adds less than 2 GiB for each block, so that sums do not overflow.
static constexpr size_t MaxAddressSpace = SIZE_MAX / 2;

namespace {

class MappedOutside final : public OutsideMemory {
public:
  MappedOutside(OutsideMapping M, const OutsideRequest &R)
      : Memory(std::move(M)), ReadOnly(R.ReadOnly) {
    Place.Working = reinterpret_cast<uint8_t *>(Memory.data());
    Place.Executor = reinterpret_cast<uintptr_t>(Memory.data());
    Place.Size = R.ContentSize;
  }

  Error seal() override {
    return ReadOnly ? Memory.makeReadOnly() : Error::success();
  }

private:
  OutsideMapping Memory;
  const bool ReadOnly;
};

} // namespace

OutsideMemoryOrError mapOutside(Arena &A, const OutsideRequest &R) {
  Expected<OutsideMapping> Memory =
      OutsideMapping::create(A, R.Size, R.Align, R.Name);
  if (!Memory)
    return Memory.takeError();
  return std::make_unique<MappedOutside>(std::move(*Memory), R);
}

OutsideMemoryOrError placeOutside(Section &S, OutsideSource Source) {
  SmallVector<Block *, 4> Blocks(S.blocks().begin(), S.blocks().end());
  // As in LLVM's own layout.
  sort(Blocks, [](const Block *L, const Block *R) {
    return std::make_pair(L->getAddress(), L->getSize()) <
           std::make_pair(R->getAddress(), R->getSize());
  });
  OutsideRequest Request;
  Request.Name = S.getName();
  Request.ReadOnly =
      (S.getMemProt() & orc::MemProt::Write) == orc::MemProt::None;
  Request.Size = sizeOf(S);
  if (Request.Size <= MaxAddressSpace) {
    Request.Size = 0;
    for (const Block *B : Blocks) {
      Request.Size = alignToBlock(Request.Size, *B) + B->getSize();
      Request.Align = std::max<size_t>(Request.Align, B->getAlignment());
      if (!B->isZeroFill())
        Request.ContentSize = Request.Size;
    }
  }
  OutsideMemoryOrError Memory = Source(Request);
  if (!Memory)
    return Memory;

  const Segment &Place = (*Memory)->place();
  auto *const Start = reinterpret_cast<char *>(Place.Working);
  size_t Offset = 0;
  for (Block *B : Blocks) {
    Offset = alignToBlock(Offset, *B);
    B->setAddress(orc::ExecutorAddr(Place.Executor + Offset));
    if (!B->isZeroFill() && B->getSize()) {
      memcpy(Start + Offset, B->getContent().data(), B->getSize());
      B->setMutableContent({Start + Offset, size_t(B->getSize())});
    }
    Offset += B->getSize();
  }
  return Memory;
}

} // namespace jitslab
