//===- GraphMemory.cpp - The memory of one link graph ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphMemory.h"
#include "../Core/ArenaAccess.h"
#include "../LLVMFixes/FrameGaps.h"
#include "../Platform/InParts.h"
#include "AbsoluteAddresses.h"
#include "llvm/ADT/STLExtras.h"
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

bool has(orc::MemProt Prot, orc::MemProt Right) {
  return (Prot & Right) != orc::MemProt::None;
}

SegmentKind kindFor(orc::MemProt Prot) {
  if (has(Prot, orc::MemProt::Exec))
    return SegmentKind::Code;
  return has(Prot, orc::MemProt::Write) ? SegmentKind::RWData
                                        : SegmentKind::ROData;
}

/// Fails where a section asks for what no layout allows, and where \p G is too
/// large for any window even without padding. BasicLayout adds up sizes without
/// looking for overflow; below that limit there is none, because the padding
/// before a block is less than 2 GiB.
Error checkSections(Arena &A, LinkGraph &G) {
  Footprint Least;
  for (const Section &S : G.sections()) {
    orc::MemProt Prot = S.getMemProt();
    if (S.blocks().empty() || S.getMemLifetime() == orc::MemLifetime::NoAlloc)
      continue;
    if (has(Prot, orc::MemProt::Write) && has(Prot, orc::MemProt::Exec))
      return make_error<StringError>(
          "jitslab: a section of " + G.getName() +
              " asks to be writable and executable at once, which no layout "
              "allows",
          std::make_error_code(std::errc::permission_denied));
    size_t &Size = Least[kindFor(Prot)].Size;
    for (const Block *B : S.blocks())
      Size = SaturatingAdd<size_t>(Size, B->getSize());
  }
  if (any_of(Least,
             [](const SegmentFootprint &F) { return F.Size > MaxWindowSize; }))
    return A.allocate(Least).takeError(); // The arena says what is too large.
  return Error::success();
}

/// \returns where \p Seg begins. One of size 0 gets a byte, so that its
/// symbols have addresses, within reach and of the right access rights.
size_t append(SegmentFootprint &F, const BasicLayout::Segment &Seg) {
  size_t Offset = alignTo(F.Size, Seg.Alignment.value());
  F.Size = Offset + std::max<size_t>(Seg.ContentSize + Seg.ZeroFillSize, 1);
  F.Align = std::max<size_t>(F.Align, Seg.Alignment.value());
  return Offset;
}

/// What has room for both wherever it lies, with what alignment and whole pages
/// cost. Layouts that put kinds side by side need room for all of \p Finalize
/// behind the last.
Footprint together(const Footprint &Standard, const Footprint &Finalize,
                   size_t PageSize) {
  Footprint Result = Standard;
  size_t All = 0;
  for (SegmentKind K : AllSegmentKinds) {
    if (!Finalize[K].Size)
      continue;
    size_t More = Finalize[K].Size + Finalize[K].Align + 2 * PageSize;
    Result[K].Size += More;
    Result[K].Align = std::max(Result[K].Align, Finalize[K].Align);
    All += More;
  }
  Result[SegmentKind::RWData].Size += All;
  return Result;
}

/// Takes memory for both lifetimes, in one window.
Error allocateBoth(Arena &A, WindowGroup Group, const Footprint &Standard,
                   const Footprint &Finalize, Allocation &ForStandard,
                   Allocation &ForFinalize) {
  auto Allocate = [&](const Footprint &F) {
    return ArenaAccess::allocateIn(A, Group, F).moveInto(ForStandard);
  };
  if (Error Err = Allocate(Standard))
    return Err;
  if (none_of(Finalize, [](const SegmentFootprint &F) { return F.Size; }))
    return Error::success();
  Error Full = A.allocate(Finalize, &ForStandard).moveInto(ForFinalize);
  if (!Full || !A.options().Grow || !Full.isA<ArenaFullError>())
    return Full;
  // Another window may have room for both, or a further one.
  ForStandard.release();
  size_t PageSize = ArenaAccess::memory(A).pageSize();
  if (Error Err = Allocate(together(Standard, Finalize, PageSize))) {
    consumeError(std::move(Err));
    return Full; // It says what the graph really needs.
  }
  consumeError(std::move(Full));
  for (SegmentKind K : AllSegmentKinds)
    ForStandard.shrink(K, Standard[K].Size);
  return A.allocate(Finalize, &ForStandard).moveInto(ForFinalize);
}

// From here on dropping pages costs less than writing zeros to them.
constexpr size_t LargeZeroFill = size_t(1) << 20;

// From here on pages are asked for at once; as many as the kernel brings in
// with one fault where it has them (fault_around_bytes).
constexpr size_t LargeContent = size_t(64) << 10;

/// Where a large segment is written before contents are. What is written twice
/// is read and written by the processor twice.
struct LargeSegment {
  AddressRange Executor;
  char *Working;
};

/// Backs the pages that hold nothing but what \p S is written with next.
void populate(VirtualMemory &VM, const LargeSegment &S) {
  const size_t Page = VM.pageSize();
  const auto Begin = reinterpret_cast<uintptr_t>(S.Working);
  const uintptr_t First = alignTo(Begin, Page);
  populateInParts(VM, {First, alignDown(Begin + S.Executor.size(), Page)});
}

/// Makes zero what is between the blocks of \p S.
void clearGaps(LinkGraph &G, const LargeSegment &S) {
  SmallVector<AddressRange, 0> Blocks;
  for (const Block *B : G.blocks()) {
    const uintptr_t Begin = B->getAddress().getValue();
    if (!B->isZeroFill() && Begin >= S.Executor.Begin && Begin < S.Executor.End)
      Blocks.push_back({Begin, Begin + B->getSize()});
  }
  sort(Blocks,
       [](AddressRange A, AddressRange B) { return A.Begin < B.Begin; });
  uintptr_t End = S.Executor.Begin;
  Blocks.push_back({S.Executor.End, S.Executor.End});
  for (AddressRange Used : Blocks) {
    if (Used.Begin > End)
      memset(S.Working + (End - S.Executor.Begin), 0, Used.Begin - End);
    // An empty block may follow the block that begins where it does.
    End = std::max(End, Used.End);
  }
}

/// Makes \p Size bytes of private memory zero: reused memory is not. What is
/// large may be .bss that nobody ever writes to, so its pages are dropped.
void clear(VirtualMemory &VM, char *Start, size_t Size) {
  const size_t Page = VM.pageSize();
  auto *First = reinterpret_cast<char *>(
      alignTo(reinterpret_cast<uintptr_t>(Start), Page));
  size_t Before = First - Start;
  size_t Pages = Size > Before ? alignDown(Size - Before, Page) : 0;
  if (Size < LargeZeroFill || !Pages) {
    memset(Start, 0, Size);
    return;
  }
  memset(Start, 0, Before);
  memset(First + Pages, 0, Size - Before - Pages);
  // Emulators may say yes and do nothing.
  *First = 1;
  const auto Begin = reinterpret_cast<uintptr_t>(First);
  if (discardInParts(VM, {Begin, Begin + Pages}) || *First)
    memset(First, 0, Pages);
}

} // namespace

Expected<GraphMemory> GraphMemory::create(Arena &A, LinkGraph &G,
                                          size_t OutsideMinSize,
                                          OutsideSource Outside,
                                          WindowGroup Group) {
  closeFrameGaps(G);
  SmallVector<Section *, 2> OutsideCandidates =
      findOutsideSections(G, OutsideMinSize);
  // BasicLayout passes over sections that need no memory.
  for (Section *S : OutsideCandidates)
    S->setMemLifetime(orc::MemLifetime::NoAlloc);
  Error Refusal = checkSections(A, G);
  BasicLayout Layout(G);
  for (Section *S : OutsideCandidates)
    S->setMemLifetime(orc::MemLifetime::Standard);
  if (Refusal)
    return Refusal;

  Footprint Standard, Finalize;
  SmallVector<PlacedSegment, 8> Segments;
  for (auto &[Group, Seg] : Layout.segments()) {
    SegmentKind Kind = kindFor(Group.getMemProt());
    bool ForFinalize = Group.getMemLifetime() == orc::MemLifetime::Finalize;
    size_t Offset = append((ForFinalize ? Finalize : Standard)[Kind], Seg);
    Segments.push_back({&Seg, Kind, ForFinalize, Offset});
  }

  GraphMemory M;
  if (Error Err =
          allocateBoth(A, Group, Standard, Finalize, M.Standard, M.Finalize))
    return Err;

  VirtualMemory &VM = ArenaAccess::memory(A);
  SmallVector<LargeSegment, 4> LargeSegments;
  for (const PlacedSegment &S : Segments) {
    const Segment &Memory = (S.ForFinalize ? M.Finalize : M.Standard)[S.Kind];
    S.Seg->Addr = orc::ExecutorAddr(Memory.Executor + S.Offset);
    S.Seg->WorkingMem = reinterpret_cast<char *>(Memory.Working) + S.Offset;
    // Neither what is between blocks nor .bss is zero in reused memory.
    char *Zeros = S.Seg->WorkingMem + S.Seg->ContentSize;
    if (S.Kind == SegmentKind::RWData)
      clear(VM, Zeros, S.Seg->ZeroFillSize);
    else
      memset(Zeros, 0, S.Seg->ZeroFillSize);
    if (S.Seg->ContentSize < LargeContent) {
      memset(S.Seg->WorkingMem, 0, S.Seg->ContentSize);
      continue;
    }
    const uintptr_t Begin = S.Seg->Addr.getValue();
    LargeSegments.push_back(
        {{Begin, Begin + S.Seg->ContentSize}, S.Seg->WorkingMem});
    populate(VM, LargeSegments.back());
  }
  if (Error Err = Layout.apply())
    return Err;
  for (const LargeSegment &S : LargeSegments)
    clearGaps(G, S);

  for (Section *S : OutsideCandidates) {
    OutsideMemoryOrError Mapped = placeOutside(*S, Outside);
    if (!Mapped)
      return Mapped.takeError();
    M.Outside.push_back(std::move(*Mapped));
  }
  if (Error Err = checkAbsoluteAddresses(G))
    return Err;
  return M;
}

Error GraphMemory::seal(Arena &A) {
  SmallVector<Allocation *, 2> InArena{&Standard};
  if (Finalize)
    InArena.push_back(&Finalize);
  if (Error Err = A.seal(InArena))
    return Err;
  for (const auto &Section : Outside)
    if (Error Err = Section->seal())
      return Err;
  return Error::success();
}

} // namespace jitslab
