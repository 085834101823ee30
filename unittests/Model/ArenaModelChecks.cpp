//===- ArenaModelChecks.cpp - What an arena has to hold -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/ArenaModel.h"
#include "Support/MachineCode.h"
#include "llvm/Support/MathExtras.h"
#include <set>

using namespace llvm;

namespace jitslab {

static AddressRange shifted(AddressRange R, ptrdiff_t By) {
  return {R.Begin + By, R.End + By};
}

static SlabUse useAt(const ArenaSnapshot &S, uintptr_t Address) {
  for (const WindowSnapshot &W : S.Windows)
    if (W.Begin <= Address && Address < W.End)
      return W.Slabs[(Address - W.Begin) / SlabSize].Use;
  return SlabUse::Untaken;
}

// Where mappings run short all of an object lies in lanes, or nothing of it.
bool ArenaModel::isInLanes(const ObjectFacts &O) const {
  if (Options.ObjectLayout != Layout::PerObject || !Memory.MostMappings)
    return false;
  const ArenaSnapshot S = A->snapshot();
  for (const Piece &P : O.Pieces)
    if (P)
      return useAt(S, P.Executor) != SlabUse::Mixed;
  return false;
}

bool ArenaModel::checkContents(const Object &O) {
  for (SegmentKind K : AllSegmentKinds) {
    const Piece &P = O.Pieces[K];
    if (!P)
      continue;
    bool TwoViews = isDense() && K != SegmentKind::RWData;
    // A page that stays a copy because a call fails shows code when it is
    // sealed.
    bool MayShowLess = Faults && TwoViews && P.Working;
    if (!MayShowLess && !P.Bytes.areAt(P.Executor, P.Size))
      return fail("contents that are not what was written");
    auto Working = reinterpret_cast<uintptr_t>(P.Working);
    if (P.Working && (Working != P.Executor) != TwoViews)
      return fail("a segment with the wrong number of views");
    if (P.Working && TwoViews &&
        (!P.Bytes.areAt(Working, P.Size) ||
         Memory.executorOf(Working) != P.Executor))
      return fail("two views that do not show the same");
  }
  return true;
}

bool ArenaModel::checkRights(const Object &O) {
  for (SegmentKind K : AllSegmentKinds) {
    const Piece &P = O.Pieces[K];
    if (!P)
      continue;
    Access Final = K == SegmentKind::Code     ? Access::ReadExecute
                   : K == SegmentKind::ROData ? Access::ReadOnly
                                              : Access::ReadWrite;
    bool IsFinal = isDense() || O.Sealed;
    if (!O.Changing &&
        !Memory.has(P.Owned, IsFinal ? Final : Access::ReadWrite))
      return fail("a segment with the wrong access rights");
    if (isDense() && P.Working &&
        !Memory.has(shifted(P.Owned, reinterpret_cast<intptr_t>(P.Working) -
                                         intptr_t(P.Executor)),
                    Access::ReadWrite))
      return fail("a segment that is to be written and cannot be");
  }
  return true;
}

// Of \p O all addresses belong to it, or did, and others do not.
bool ArenaModel::checkLookup(const ObjectFacts &O, MemoryState State) {
  for (SegmentKind K : AllSegmentKinds) {
    const Piece &P = O.Pieces[K];
    if (!P)
      continue;
    const size_t Size = P.Owned.End - P.Executor;
    for (size_t Offset : {size_t(0), Size / 2, Size - 1}) {
      const MemoryLocation L = A->lookup(P.Executor + Offset);
      if (L.State != State || L.Kind != K || L.Begin != P.Executor ||
          L.Size != Size || L.Offset != Offset)
        return fail("an address of an object that is not found");
    }
    const MemoryLocation Before = A->lookup(P.Executor - 1),
                         Behind = A->lookup(P.Owned.End);
    if ((Before && Before.Begin == P.Executor) ||
        (Behind && Behind.Begin == P.Executor))
      return fail("an address that is found in an object beside it");
  }
  return true;
}

// What nobody owns any more holds traps, or nothing where they could not be
// written. It is looked at before anybody can use it again.
bool ArenaModel::checkFreed(const ObjectFacts &O) {
  const Piece &Code = O.Pieces[SegmentKind::Code];
  if (!Code || isFaulty())
    return true;
  ++Count.TrapsChecked;
  bool Dropped = (O.InLanes || dropsSealedCode(Options.ObjectLayout)) &&
                 (O.Sealed || O.Changing);
  auto IsGone = [&](size_t Offset, size_t Size) {
    auto *Start = reinterpret_cast<const uint8_t *>(Code.Executor + Offset);
    return Dropped ? std::all_of(Start, Start + Size,
                                 [](uint8_t Byte) { return Byte == 0; })
                   : holdsTraps(Start, Size);
  };
  constexpr size_t Looked = 128;
  if (Code.Size <= 2 * Looked)
    return expect(IsGone(0, Code.Size), "freed code that is still there");
  size_t Middle = alignDown(Source.below(Code.Size - Looked), 4);
  return expect(IsGone(0, Looked) && IsGone(Middle, Looked) &&
                    IsGone(alignDown(Code.Size - Looked, 4), Looked),
                "freed code that is still there");
}

bool ArenaModel::checkRefusal(Error Err, const Footprint &F,
                              const Object *Sibling) {
  ++Count.Refused;
  bool Full = Err.isA<ArenaFullError>();
  std::string Message = toString(std::move(Err));
  if (isFaulty())
    return true;
  if (!Full)
    return fail(Message);
  // No object of these is too large for a window of its own.
  if (Options.Grow && !Sibling)
    return fail("an arena that may grow refuses: " + Message);
  size_t Bytes = 0, AlignSlabs = 1, Segments = 0;
  for (SegmentKind K : AllSegmentKinds) {
    if (!F[K].Size)
      continue;
    ++Segments;
    Bytes += alignTo(F[K].Size, granule()) + F[K].Align;
    AlignSlabs = std::max(AlignSlabs, F[K].Align / SlabSize);
  }
  if (!Segments)
    return fail("refused to give nothing");
  // Several lanes may split what is untaken in ways that nobody can foresee.
  if (Segments > 1 && Options.ObjectLayout != Layout::PerObject)
    return true;
  size_t Needed = divideCeil(Bytes, SlabSize) + AlignSlabs;
  for (const WindowSnapshot &W : A->snapshot().Windows) {
    size_t Run = 0;
    if (Sibling && Sibling->Home != W.Begin)
      continue;
    for (const SlabSnapshot &S : W.Slabs) {
      Run = S.Use == SlabUse::Untaken ? Run + 1 : 0;
      if (Run > Needed)
        return fail("refused although there is room: " + Message);
    }
  }
  return true;
}

bool ArenaModel::trim() {
  ArenaStats Before = A->stats();
  size_t GivenBack = A->trim();
  ArenaStats After = A->stats();
  if (isFaulty())
    return true;
  if (Before.CommittedBytes - After.CommittedBytes != GivenBack)
    return fail("trim gives back something else than it says");
  if (After.CommittedBytes != Live.slabs() * SlabSize)
    return fail("trim leaves slabs that nothing lives in");
  std::set<uintptr_t> Homes;
  size_t Unknown = 0;
  for (const Object &O : Objects)
    if (O.Home)
      Homes.insert(O.Home);
    else
      ++Unknown;
  return expect(After.Windows >= std::max<size_t>(Homes.size(), 1) &&
                    After.Windows <=
                        std::max<size_t>(Homes.size() + Unknown, 1),
                "trim leaves the wrong number of windows");
}

bool ArenaModel::checkStats() {
  if (!Memory.violations().empty())
    return fail("calls that should not be made: " + Memory.violations());
  ArenaStats S = A->stats();
  size_t Reserved = 0;
  for (AddressRange W : Memory.Windows)
    Reserved += W.size();
  if (S.LiveObjects != LiveObjects)
    return fail("LiveObjects is wrong");
  size_t LanedObjects = 0;
  for (const Object &O : Objects)
    LanedObjects += O.InLanes ? O.Objects : 0;
  // Nobody can tell where an object lies that has no segment.
  if (S.LanedObjects < LanedObjects || S.LanedObjects > LiveObjects ||
      (S.LanedObjects && !Memory.MostMappings))
    return fail("LanedObjects is wrong");
  if (S.OutsideBytes)
    return fail("OutsideBytes is wrong");
  if (S.LiveBytes != Live.bytes())
    return fail("LiveBytes is wrong");
  if (S.Windows != Memory.Windows.size() || S.ReservedBytes != Reserved ||
      S.WindowsNear != 0)
    return fail("the windows are counted wrongly");
  if (S.CommittedBytes < Live.slabs() * SlabSize ||
      S.CommittedBytes > Reserved || S.CommittedBytes % SlabSize)
    return fail("CommittedBytes is wrong");
  if (S.LiveBytes + S.FreeBytes != S.CommittedBytes || S.FrozenBytes)
    return fail("FreeBytes is wrong");
  if (Memory.OpenReservations != S.Windows * (isDense() ? 2 : 1))
    return fail("reservations that belong to no window");
  return expect(isDense() || ArenaAccess::wantsReservations(*A),
                "a layout without pieces wants no reservations");
}

bool ArenaModel::checkSnapshot() {
  ArenaSnapshot S = A->snapshot();
  if (!Live.equals(S))
    return fail("a snapshot with other bytes than are live");
  for (const Object &O : Objects) {
    if (!checkLookup(O, MemoryState::Live))
      return false;
    for (SegmentKind K : AllSegmentKinds) {
      const Piece &P = O.Pieces[K];
      if (!P)
        continue;
      SlabUse Use = Options.ObjectLayout == Layout::PerObject && !O.InLanes
                        ? SlabUse::Mixed
                    : K == SegmentKind::Code   ? SlabUse::Code
                    : K == SegmentKind::ROData ? SlabUse::ROData
                                               : SlabUse::RWData;
      if (useAt(S, P.Executor) != Use)
        return fail("a segment in a lane that is not its own");
    }
  }
  return true;
}

} // namespace jitslab
