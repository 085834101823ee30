//===- ArenaModel.cpp - An arena and what it has to hold ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/ArenaModel.h"
#include "llvm/Support/MathExtras.h"
#include <cerrno>

using namespace llvm;

namespace jitslab {

ArenaModel::ArenaModel(ArenaOptions O, OperationSource &Source, bool Faults,
                       size_t MostMappings)
    : Options(O), Source(Source), Faults(Faults) {
  Memory.MostMappings = MostMappings;
  A = cantFail(ArenaAccess::create(O, Memory));
}

ArenaModel::~ArenaModel() = default;

bool ArenaModel::fail(const std::string &What) {
  if (Problem.empty())
    Problem = What;
  return false;
}

size_t ArenaModel::granule() const {
  return isDense() ? 64 : Memory.pageSize();
}

ArenaModel::Object *ArenaModel::anyObject() {
  return Objects.empty() ? nullptr : &Objects[Source.below(Objects.size())];
}

// Sizes at which something begins to be different are as likely as others.
size_t ArenaModel::randomSize() {
  size_t What = Source.below(2000);
  if (What < 300)
    return 0;
  if (What < 600) {
    const size_t Borders[] = {1, 64, 256, 1024, granule(), 4 * granule()};
    return Borders[Source.below(std::size(Borders))] - 1 + Source.below(3);
  }
  if (What < 1880)
    return Source.between(1, 6000);
  if (What < 1980)
    return Source.between(1, 200000);
  if (What < 1998)
    return Source.between(1, 3 * SlabSize);
  return Options.WindowSize - SlabSize + Source.below(3 * SlabSize);
}

Footprint ArenaModel::randomFootprint() {
  Footprint F;
  const unsigned MostAlign = Log2_64(ShadowMemory::WindowAlign);
  for (SegmentKind K : AllSegmentKinds)
    F[K] = {randomSize(),
            size_t(1) << Source.below(Source.percent(90) ? 9 : MostAlign + 1)};
  return F;
}

void ArenaModel::write(Piece &P) {
  P.Bytes = Contents(uint8_t(Source.below(256)));
  P.Bytes.write(P.Working, P.Size);
}

bool ArenaModel::add(Allocation Allocated, const Footprint &F,
                     const Object *Sibling) {
  Object O;
  O.Home = Sibling ? Sibling->Home : 0;
  for (SegmentKind K : AllSegmentKinds) {
    Segment S = Allocated[K];
    if (!F[K].Size) {
      if (S)
        return fail("a segment that was not asked for");
      continue;
    }
    Piece &P = O.Pieces[K];
    P.Executor = S.Executor;
    P.Working = S.Working;
    P.Size = F[K].Size;
    uintptr_t Begin = alignDown(S.Executor, granule());
    P.Owned = {Begin, Begin + alignTo(P.Size, granule())};
    int In = Memory.windowOf(P.Owned.Begin, P.Owned.size());
    if (!S || !S.Working || In < 0)
      return fail("a segment that lies in no window");
    if (S.Executor % F[K].Align)
      return fail("a segment that is not aligned as asked for");
    if (S.Size < P.Size || S.Executor + S.Size > P.Owned.End)
      return fail("a segment of the wrong size");
    uintptr_t Home = Memory.Windows[In].Begin;
    if (O.Home && O.Home != Home)
      return fail("parts of an object in two windows");
    O.Home = Home;
    if (!Live.add(P.Owned))
      return fail("a segment that overlaps another one");
    write(P);
  }
  O.InLanes = isInLanes(O);
  Count.Laned += O.InLanes;
  O.Objects = Sibling ? 0 : 1;
  O.Memory = std::move(Allocated);
  LiveObjects += O.Objects;
  Objects.push_back(std::move(O));
  return checkContents(Objects.back()) && checkRights(Objects.back());
}

bool ArenaModel::allocate() {
  Footprint F = randomFootprint();
  Expected<Allocation> Got = A->allocate(F);
  if (!Got)
    return checkRefusal(Got.takeError(), F, nullptr);
  ++Count.Allocated;
  return add(std::move(*Got), F, nullptr);
}

bool ArenaModel::allocateSibling() {
  Object *O = anyObject();
  if (!O)
    return true;
  Footprint F = randomFootprint();
  Expected<Allocation> Got = A->allocate(F, &O->Memory);
  if (!Got)
    return checkRefusal(Got.takeError(), F, O);
  ++Count.Siblings;
  return add(std::move(*Got), F, O);
}

bool ArenaModel::allocateNonsense() {
  Footprint F = randomFootprint();
  SegmentFootprint &Segment = F[AllSegmentKinds[Source.below(NumSegmentKinds)]];
  bool BadAlign = Source.percent(50);
  if (BadAlign) {
    const size_t Aligns[] = {0, 3, 48, SIZE_MAX};
    Segment = {1, Aligns[Source.below(std::size(Aligns))]};
  } else {
    const SegmentFootprint TooLarge[] = {
        {SIZE_MAX, 1},          {SIZE_MAX - 4094, 64}, {SIZE_MAX / 2, 1},
        {MaxWindowSize + 1, 1}, {MaxWindowSize, 1},    {1, size_t(1) << 31},
        {1, size_t(1) << 63}};
    Segment = TooLarge[Source.below(std::size(TooLarge))];
  }
  Expected<Allocation> Got = A->allocate(F);
  if (Got)
    return fail("an allocation of nonsense");
  Error Err = Got.takeError();
  bool Full = Err.isA<ArenaFullError>();
  std::error_code Code = errorToErrorCode(std::move(Err));
  // What is too large for this window only is found out by trying.
  return expect(BadAlign ? Code == std::errc::invalid_argument
                         : Full || isFaulty(),
                "nonsense is refused for the wrong reason");
}

bool ArenaModel::enlarge() {
  Object *O = anyObject();
  if (!O || O->Sealed || O->Changing)
    return true;
  SegmentKind K = AllSegmentKinds[Source.below(NumSegmentKinds)];
  Piece &P = O->Pieces[K];
  SegmentFootprint F{std::max<size_t>(randomSize(), 1),
                     size_t(1) << Source.below(12)};
  size_t Used = P.Size;
  Segment Room = ArenaAccess::enlarge(*A, O->Memory, K, Used, F);
  uintptr_t Wanted = alignTo(P.Executor + Used, F.Align);
  if (!Room) {
    ++Count.NotEnlarged;
    return expect(!isDense() || !P || Wanted + F.Size > P.Owned.End,
                  "a segment that has room is not enlarged");
  }
  ++Count.Enlarged;
  bool IsNew = !P;
  if (IsNew)
    Wanted = Room.Executor;
  else
    Live.remove(P.Owned);
  Segment S = O->Memory[K];
  P.Owned = {IsNew ? S.Executor : P.Owned.Begin,
             std::max(P.Owned.End, alignTo(Wanted + F.Size, granule()))};
  int In = Memory.windowOf(P.Owned.Begin, P.Owned.size());
  bool Ok = isDense() && Room.Executor == Wanted &&
            Room.Executor % F.Align == 0 && Room.Size >= F.Size &&
            (IsNew || S.Executor == P.Executor) &&
            Room.Working - S.Working == ptrdiff_t(Room.Executor - S.Executor) &&
            In >= 0 && (!O->Home || Memory.Windows[In].Begin == O->Home) &&
            Live.add(P.Owned);
  if (!Ok)
    return fail("a segment that is enlarged wrongly");
  O->Home = Memory.Windows[In].Begin;
  P.Executor = S.Executor;
  P.Working = S.Working;
  // As in checkContents.
  bool MayShowLess = Faults && K != SegmentKind::RWData;
  if (!MayShowLess && !P.Bytes.areAt(P.Executor, P.Size))
    return fail("contents are lost when a segment is enlarged");
  P.Size = Wanted + F.Size - P.Executor;
  write(P);
  return checkContents(*O) && checkRights(*O);
}

bool ArenaModel::shrink() {
  Object *O = anyObject();
  if (!O || O->Sealed || O->Changing)
    return true;
  SegmentKind K = AllSegmentKinds[Source.below(NumSegmentKinds)];
  Piece &P = O->Pieces[K];
  size_t Used = Source.percent(10) ? 0 : Source.below(P.Size + 1);
  O->Memory.shrink(K, Used);
  if (!P)
    return expect(!O->Memory[K], "a segment out of nothing");
  Live.remove(P.Owned);
  if (!Used) {
    P = Piece();
    return expect(!O->Memory[K], "a segment that was given back is there");
  }
  P.Owned.End = alignTo(P.Executor + Used, granule());
  Live.add(P.Owned);
  // Other places of it are looked at from now on.
  P.Size = Used;
  write(P);
  Segment S = O->Memory[K];
  return expect(S.Executor == P.Executor && S.Working == P.Working &&
                    S.Size >= Used && S.Executor + S.Size <= P.Owned.End,
                "a segment that shrinks moves") &&
         checkContents(*O) && checkRights(*O);
}

bool ArenaModel::seal() {
  std::vector<Allocation *> Batch;
  std::vector<Object *> InBatch;
  size_t Most = Source.percent(50) ? 1 : 16;
  for (size_t I = 0; I != Most; ++I)
    if (Object *O = anyObject())
      if (std::find(InBatch.begin(), InBatch.end(), O) == InBatch.end()) {
        InBatch.push_back(O);
        Batch.push_back(&O->Memory);
      }
  if (Error Err = A->seal(Batch)) {
    for (Object *O : InBatch)
      O->Changing |= !O->Sealed;
    std::string Message = toString(std::move(Err));
    return isFaulty() || fail(Message);
  }
  for (Object *O : InBatch) {
    ++Count.Sealed;
    O->Sealed = true;
    O->Changing = false;
    for (SegmentKind K : {SegmentKind::Code, SegmentKind::ROData}) {
      O->Pieces[K].Working = nullptr;
      if (O->Memory[K].Working)
        return fail("sealed memory has an address to write at");
    }
    if (!checkContents(*O) || !checkRights(*O))
      return false;
  }
  return true;
}

bool ArenaModel::writeData() {
  Object *O = anyObject();
  if (!O)
    return true;
  Piece &P = O->Pieces[SegmentKind::RWData];
  if (P)
    write(P);
  return checkContents(*O);
}

template <typename Fn> bool ArenaModel::endLife(Object &O, Fn GiveUp) {
  if (!checkContents(O))
    return false;
  ObjectFacts Old = O;
  LiveObjects -= Old.Objects;
  for (const Piece &P : Old.Pieces)
    if (P)
      Live.remove(P.Owned);
  GiveUp();
  return checkFreed(Old) && checkLookup(Old, MemoryState::Freed);
}

bool ArenaModel::release(size_t Index) {
  Object &O = Objects[Index];
  bool Ok = endLife(O, [&] { O.Memory.release(); }) &&
            expect(!O.Memory, "what was released owns memory");
  std::swap(O, Objects.back());
  Objects.pop_back();
  return Ok;
}

bool ArenaModel::releaseSome() {
  size_t Number = Source.percent(Growing ? 97 : 85) ? 1 : Source.between(2, 12);
  size_t Order = Source.below(3);
  for (; Number && !Objects.empty(); --Number) {
    size_t Index = Order == 0   ? Source.below(Objects.size())
                   : Order == 1 ? 0
                                : Objects.size() - 1;
    if (!release(Index))
      return false;
  }
  return true;
}

// Whoever is assigned to gives up what it had.
bool ArenaModel::assign() {
  Object *To = anyObject(), *From = anyObject();
  if (!To)
    return true;
  if (To == From) {
    Allocation &Same = From->Memory;
    To->Memory = std::move(Same);
    return checkContents(*To);
  }
  bool Ok = endLife(*To, [&] { To->Memory = std::move(From->Memory); }) &&
            expect(!From->Memory, "what was moved from owns memory");
  static_cast<ObjectFacts &>(*To) = *From;
  std::swap(*From, Objects.back());
  Objects.pop_back();
  return Ok;
}

bool ArenaModel::addObject() {
  if (Object *O = anyObject()) {
    O->Memory.addObject();
    ++O->Objects;
    ++LiveObjects;
  }
  return true;
}

bool ArenaModel::step() {
  ++Count.Operations;
  // Stretches of growing and of shrinking, so that it gets full and empty.
  Growing = Count.Operations % 2000 < 1200 && Objects.size() < 250;
  FaultArmed = Faults && Source.percent(15);
  if (FaultArmed) {
    Memory.FailNth = Source.between(1, 4);
    Memory.KeepFailing = Source.percent(30);
    Memory.FailWith = Source.percent(50) ? ENOMEM : EACCES;
  }
  size_t What = Source.below(1000);
  bool Ok = What < (Growing ? 480 : 220)   ? allocate()
            : What < (Growing ? 540 : 240) ? allocateSibling()
            : What < (Growing ? 545 : 245) ? allocateNonsense()
            : What < (Growing ? 590 : 290) ? enlarge()
            : What < (Growing ? 640 : 340) ? shrink()
            : What < (Growing ? 720 : 420) ? seal()
            : What < (Growing ? 760 : 460) ? writeData()
            : What < (Growing ? 770 : 470) ? assign()
            : What < (Growing ? 775 : 475) ? addObject()
            : What < (Faults ? 980 : 997)  ? releaseSome()
                                           : trim();
  if (isFaulty())
    ++Count.Faults;
  FaultArmed = false;
  Memory.FailNth = 0;
  Count.MostObjects = std::max(Count.MostObjects, Objects.size());
  Count.MostWindows = std::max(Count.MostWindows, Memory.Windows.size());
  Object *Any = Ok ? anyObject() : nullptr;
  return Ok && checkStats() &&
         (!Any || (checkContents(*Any) && checkRights(*Any))) &&
         (Count.Operations % 8 || checkSnapshot()) &&
         (Count.Operations % 64 ||
          expect(A->verify(), "the arena's structures do not fit together"));
}

bool ArenaModel::finish() {
  while (!Objects.empty())
    if (!release(Objects.size() - 1))
      return false;
  if (!checkStats() || !trim() || !checkStats() || !checkSnapshot())
    return false;
  ArenaStats S = A->stats();
  if (S.CommittedBytes || S.Windows != 1 || !A->verify())
    return fail("an empty arena that holds something");
  A.reset();
  return expect(Memory.OpenReservations == 0 && Memory.OpenShared == 0,
                "an arena that is gone has left something behind");
}

} // namespace jitslab
