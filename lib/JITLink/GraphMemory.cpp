//===- GraphMemory.cpp - The memory of one link graph ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphMemory.h"
#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

namespace {

/// Where a segment of LLVM's layout lies in the allocation of its lifetime.
struct PlacedSegment {
  BasicLayout::Segment *Seg;
  SegmentKind Kind;
  bool ForFinalize;
  size_t Offset;
};

Expected<SegmentKind> kindFor(const LinkGraph &G, orc::MemProt Prot) {
  bool Writable = (Prot & orc::MemProt::Write) != orc::MemProt::None;
  bool Executable = (Prot & orc::MemProt::Exec) != orc::MemProt::None;
  if (Writable && Executable)
    return make_error<StringError>(
        "jitslab: a section of " + G.getName() +
            " asks to be writable and executable at once, which no layout "
            "allows",
        std::make_error_code(std::errc::permission_denied));
  if (Executable)
    return SegmentKind::Code;
  return Writable ? SegmentKind::RWData : SegmentKind::ROData;
}

size_t append(SegmentFootprint &F, const BasicLayout::Segment &Seg) {
  size_t Offset = alignTo(F.Size, Seg.Alignment.value());
  F.Size = Offset + Seg.ContentSize + Seg.ZeroFillSize;
  F.Align = std::max<size_t>(F.Align, Seg.Alignment.value());
  return Offset;
}

} // namespace

Expected<GraphMemory> GraphMemory::create(Arena &A, LinkGraph &G,
                                          size_t OutsideMinSize) {
  SmallVector<Section *, 2> OutsideCandidates =
      findOutsideSections(G, OutsideMinSize);
  // BasicLayout passes over sections that need no memory.
  for (Section *S : OutsideCandidates)
    S->setMemLifetime(orc::MemLifetime::NoAlloc);
  BasicLayout Layout(G);
  for (Section *S : OutsideCandidates)
    S->setMemLifetime(orc::MemLifetime::Standard);

  Footprint Standard, Finalize;
  SmallVector<PlacedSegment, 8> Segments;
  for (auto &[Group, Seg] : Layout.segments()) {
    Expected<SegmentKind> Kind = kindFor(G, Group.getMemProt());
    if (!Kind)
      return Kind.takeError();
    bool ForFinalize = Group.getMemLifetime() == orc::MemLifetime::Finalize;
    size_t Offset = append((ForFinalize ? Finalize : Standard)[*Kind], Seg);
    Segments.push_back({&Seg, *Kind, ForFinalize, Offset});
  }

  GraphMemory M;
  if (Error Err = A.allocate(Standard).moveInto(M.Standard))
    return Err;
  if (any_of(Segments, [](const PlacedSegment &S) { return S.ForFinalize; }))
    if (Error Err = A.allocate(Finalize, &M.Standard).moveInto(M.Finalize))
      return Err;

  for (const PlacedSegment &S : Segments) {
    const Segment &Memory = (S.ForFinalize ? M.Finalize : M.Standard)[S.Kind];
    S.Seg->Addr = orc::ExecutorAddr(Memory.Executor + S.Offset);
    S.Seg->WorkingMem = reinterpret_cast<char *>(Memory.Working) + S.Offset;
    // Reused memory is not zero: neither what is between blocks nor .bss.
    memset(S.Seg->WorkingMem, 0, S.Seg->ContentSize + S.Seg->ZeroFillSize);
  }
  M.Standard.shrink(SegmentKind::Code, Standard[SegmentKind::Code].Size);
  M.Finalize.shrink(SegmentKind::Code, Finalize[SegmentKind::Code].Size);
  if (Error Err = Layout.apply())
    return Err;

  for (Section *S : OutsideCandidates) {
    Expected<OutsideSection> Mapped = OutsideSection::create(A.memory(), *S);
    if (!Mapped)
      return Mapped.takeError();
    M.Outside.push_back(std::move(*Mapped));
  }
  return M;
}

Error GraphMemory::seal(Arena &A) {
  SmallVector<Allocation *, 2> InArena{&Standard};
  if (Finalize)
    InArena.push_back(&Finalize);
  if (Error Err = A.seal(InArena))
    return Err;
  for (OutsideSection &S : Outside)
    if (Error Err = S.seal())
      return Err;
  return Error::success();
}

} // namespace jitslab
