//===- RTDyldModel.cpp - Memory managers of RuntimeDyld -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/RTDyldModel.h"
#include "Support/MachineCode.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

// What RuntimeDyld takes an alignment of 0 for.
static constexpr size_t DefaultAlign = 16;

RTDyldModel::RTDyldModel(ArenaOptions O, KnownSections &Known,
                         OperationSource &Source, size_t MostMappings)
    : Options(O), Known(Known), Source(Source) {
  Memory.MostMappings = MostMappings;
  A = cantFail(ArenaAccess::create(O, Memory));
}

bool RTDyldModel::fail(const std::string &What) {
  if (Problem.empty())
    Problem = What;
  return false;
}

size_t RTDyldModel::granule() const {
  return Options.ObjectLayout == Layout::Dense ? 64 : Memory.pageSize();
}

RTDyldModel::Host *RTDyldModel::anyHost() {
  return Hosts.empty() ? nullptr : &Hosts[Source.below(Hosts.size())];
}

size_t RTDyldModel::randomSize() {
  size_t What = Source.below(2000);
  if (What < 200)
    return 0;
  if (What < 1900)
    return Source.between(1, 2000);
  if (What < 1994)
    return Source.between(1, 100000);
  return Source.between(1, 2 * SlabSize);
}

bool RTDyldModel::addHost() {
  if (Hosts.size() == 16)
    return true;
  Host H;
  H.Manager = std::make_unique<ReservingMemoryManager>(A);
  H.Reserves = Source.percent(80);
  Hosts.push_back(std::move(H));
  return true;
}

// ReserveAlign is a number in older versions of LLVM.
static ReserveAlign reserveAlign(size_t Align) { return ReserveAlign(Align); }

void RTDyldModel::failObject(Host &H) {
  ++Count.Failed;
  H.Failed = H.HasError = true;
  for (size_t I = H.FirstOfObject; I != H.Sections.size(); ++I)
    H.Sections[I].Failed = true;
}

bool RTDyldModel::beginObject(Host &H) {
  if (H.Loading)
    return allocateSection(H);
  ++Count.Objects;
  H.Loading = true;
  H.Failed = H.HasMemory = false;
  H.FirstOfObject = H.Sections.size();
  H.Reserved = {};
  if (!H.Reserves || !H.Manager->needsToReserveAllocationSpace())
    return true;
  size_t Aligns[NumSegmentKinds];
  for (SegmentKind K : AllSegmentKinds) {
    H.Reserved[K] = randomSize();
    Aligns[size_t(K)] = size_t(1) << Source.below(8);
  }
  size_t Before = A->stats().LiveObjects;
  H.Manager->reserveAllocationSpace(
      H.Reserved[SegmentKind::Code], reserveAlign(Aligns[0]),
      H.Reserved[SegmentKind::ROData], reserveAlign(Aligns[1]),
      H.Reserved[SegmentKind::RWData], reserveAlign(Aligns[2]));
  // The interface tells nobody whether it worked.
  H.HasMemory = A->stats().LiveObjects == Before + 1;
  if (!H.HasMemory) {
    failObject(H);
    return expect(!Options.Grow, "an arena that may grow refuses an object");
  }
  ++H.Objects;
  for (size_t Size : H.Reserved)
    H.ReservedOpen += Size;
  return true;
}

bool RTDyldModel::allocateSection(Host &H) {
  if (!H.Loading)
    return beginObject(H);
  size_t Number = H.Sections.size() - H.FirstOfObject;
  if (Number == Known.ids().size())
    return endObject(H);
  Section S;
  S.Kind = AllSegmentKinds[Source.below(NumSegmentKinds)];
  size_t Left = H.Reserved[S.Kind];
  // RuntimeDyld asks for more than it reserved now and then.
  bool Beyond = !Left || Source.percent(10);
  S.Size = Beyond ? randomSize() : Source.between(0, Left);
  H.Reserved[S.Kind] -= std::min(Left, S.Size);
  Count.Beyond += S.Size > Left;
  unsigned Align =
      Source.percent(10) ? 0 : 1u << Source.below(Source.percent(95) ? 8 : 15);
  // Where instructions are aligned, code always is.
  if (Align && S.Kind == SegmentKind::Code)
    Align = std::max(Align, 4u);
  S.Align = S.MostAlign = Align ? Align : DefaultAlign;
  unsigned ID = Known.ids()[Number];
  bool IsData = S.Kind == SegmentKind::RWData;
  size_t What = Source.below(100);
  if (S.Kind == SegmentKind::Code)
    S.Working = H.Manager->allocateCodeSection(S.Size, Align, ID, ".text");
  else if (IsData && What < 5) {
    S.Working = H.Manager->allocateDataSection(S.Size, Align, ID,
                                               "<common symbols>", false);
    S.MostAlign = std::max({S.Align, Memory.pageSize(), S.Size});
  } else if (IsData && What < 6) {
    failObject(H);
    S.Working = H.Manager->allocateTLSSection(S.Size, Align, ID, ".tdata")
                    .InitializationImage;
  } else
    S.Working =
        H.Manager->allocateDataSection(S.Size, Align, ID, ".data", !IsData);
  if (!S.Working)
    return fail("a section without memory");
  ++Count.Sections;
  S.Executor = Memory.executorOf(reinterpret_cast<uintptr_t>(S.Working));
  S.InArena = Memory.windowOf(S.Executor, S.Size) >= 0;
  if (!S.InArena && !H.Failed)
    failObject(H);
  S.Failed = H.Failed;
  if (S.InArena) {
    if (!H.HasMemory) {
      H.HasMemory = true;
      ++H.Objects;
    }
    // An address of its own also for what has no size.
    if (!Live.add({S.Executor, S.Executor + std::max<size_t>(S.Size, 1)}))
      return fail("a section that overlaps another one");
  }
  if (S.Failed && S.InArena)
    return fail("a section in the arena of an object that has failed");
  // Scratch memory is aligned to a page.
  if (S.Executor % (S.InArena ? S.Align : std::min(S.Align, Memory.pageSize())))
    return fail("a section that is not aligned as asked for");
  S.Bytes = Contents(uint8_t(Source.below(256)));
  S.Bytes.write(S.Working, S.Size);
  H.Sections.push_back(S);
  return checkSection(S, /*Sealed=*/false);
}

bool RTDyldModel::endObject(Host &H) {
  if (!H.Loading)
    return true;
  RuntimeDyld &Dyld = Known.dyld();
  for (size_t I = H.FirstOfObject; I != H.Sections.size(); ++I)
    Dyld.reassignSectionAddress(
        Known.ids()[I - H.FirstOfObject],
        reinterpret_cast<uintptr_t>(H.Sections[I].Working));
  H.Manager->notifyObjectLoaded(Dyld, Known.object());
  for (size_t I = H.FirstOfObject; I != H.Sections.size(); ++I)
    if (Dyld.getSectionLoadAddress(Known.ids()[I - H.FirstOfObject]) !=
        H.Sections[I].Executor)
      return fail("RuntimeDyld is told a wrong address");
  H.Loading = false;
  return true;
}

bool RTDyldModel::finalize(Host &H) {
  // A host may finalize without having loaded anything.
  if (!endObject(H))
    return false;
  std::string Message;
  bool Failed = H.Manager->finalizeMemory(&Message);
  ++Count.Finalized;
  if (Failed != H.HasError || Failed == Message.empty())
    return fail("finalizeMemory reports something else than happened: " +
                Message);
  Error Err = H.Manager->takeError();
  if (bool(Err) != H.HasError) {
    consumeError(std::move(Err));
    return fail("takeError reports something else than happened");
  }
  consumeError(std::move(Err));
  H.HasError = false;
  H.ReservedOpen = 0;
  H.FirstOpen = H.FirstOfObject = H.Sections.size();
  return checkHost(H);
}

bool RTDyldModel::writeData(Host &H) {
  if (H.Sections.empty())
    return true;
  Section &S = H.Sections[Source.below(H.Sections.size())];
  if (S.Kind != SegmentKind::RWData)
    return true;
  S.Bytes = Contents(uint8_t(Source.below(256)));
  S.Bytes.write(reinterpret_cast<uint8_t *>(S.Executor), S.Size);
  return checkHost(H);
}

bool RTDyldModel::removeHost(size_t Index) {
  Host H = std::move(Hosts[Index]);
  std::swap(Hosts[Index], Hosts.back());
  Hosts.pop_back();
  if (!checkHost(H))
    return false;
  H.Manager.reset();
  for (size_t I = 0; I != H.Sections.size(); ++I) {
    const Section &S = H.Sections[I];
    if (!S.InArena)
      continue;
    Live.remove({S.Executor, S.Executor + std::max<size_t>(S.Size, 1)});
    if (S.Kind == SegmentKind::Code && !checkFreed(S, I < H.FirstOpen))
      return false;
  }
  return true;
}

// Sealed or not, what nobody owns any more is traps, or dropped where it cannot
// be written.
bool RTDyldModel::checkFreed(const Section &S, bool Sealed) {
  ++Count.TrapsChecked;
  auto *Start = reinterpret_cast<const uint8_t *>(S.Executor);
  size_t Looked = std::min<size_t>(S.Size, 256);
  const bool IsDropped = std::all_of(Start, Start + Looked,
                                     [](uint8_t Byte) { return Byte == 0; });
  if (dropsSealedCode(Options.ObjectLayout) && Sealed)
    return expect(IsDropped, "freed code that is still there");
  // Where mappings run short it may have been in lanes.
  const bool MayBeDropped = Memory.MostMappings && Sealed && IsDropped;
  return expect(MayBeDropped || holdsTraps(Start, Looked),
                "freed code that is still there");
}

bool RTDyldModel::checkSection(const Section &S, bool Sealed) {
  bool IsCode = S.Kind == SegmentKind::Code;
  if (S.Failed && !S.InArena)
    return true; // All that fails shares scratch memory.
  if (S.Failed && Sealed && IsCode)
    return expect(holdsTraps(reinterpret_cast<uint8_t *>(S.Executor),
                             std::min<size_t>(S.Size, 256)),
                  "code of a failed object that is no trap");
  if (!S.Bytes.areAt(S.Executor, S.Size))
    return fail("contents that are not what was written");
  AddressRange R{S.Executor, S.Executor + std::max<size_t>(S.Size, 1)};
  bool IsFinal = Sealed || Options.ObjectLayout == Layout::Dense;
  Access Final = IsCode                          ? Access::ReadExecute
                 : S.Kind == SegmentKind::ROData ? Access::ReadOnly
                                                 : Access::ReadWrite;
  return expect(Memory.has(R, IsFinal ? Final : Access::ReadWrite),
                "a section with the wrong access rights");
}

bool RTDyldModel::checkHost(const Host &H) {
  for (size_t I = 0; I != H.Sections.size(); ++I)
    if (!checkSection(H.Sections[I], /*Sealed=*/I < H.FirstOpen))
      return false;
  return true;
}

bool RTDyldModel::checkStats() {
  if (!Memory.violations().empty())
    return fail("calls that should not be made: " + Memory.violations());
  ArenaStats S = A->stats();
  size_t Objects = 0, Sections = 0, Most = 0;
  for (const Host &H : Hosts) {
    Objects += H.Objects;
    Sections += H.Sections.size();
    bool Open = H.ReservedOpen || H.FirstOpen != H.Sections.size();
    // Each section, what its alignment may cost, and the rest of its granules.
    for (const Section &Each : H.Sections)
      if (Each.InArena)
        Most += Each.Size + std::max(Each.MostAlign, granule()) + 2 * granule();
    // A batch that is open keeps what was reserved, and a block for further
    // objects with twice what those before have used.
    if (Open)
      Most += 2 * H.ReservedOpen + NumSegmentKinds * 256 * 1024;
    for (size_t I = H.FirstOpen; I != H.Sections.size(); ++I)
      Most += 2 * (H.Sections[I].Size + H.Sections[I].MostAlign);
    Most += H.Objects * 2 * NumSegmentKinds * granule();
  }
  Count.MostSections = std::max(Count.MostSections, Sections);
  if (S.LiveObjects != Objects)
    return fail("LiveObjects is wrong");
  Count.MostLaned = std::max(Count.MostLaned, S.LanedObjects);
  if (S.LanedObjects > (Memory.MostMappings ? Objects : 0))
    return fail("LanedObjects is wrong");
  if (S.OutsideBytes)
    return fail("OutsideBytes is wrong");
  if (S.LiveBytes < Live.bytes() || S.LiveBytes > Most)
    return fail("LiveBytes is wrong: " + std::to_string(S.LiveBytes) +
                " for sections of " + std::to_string(Live.bytes()) +
                ", at most " + std::to_string(Most));
  if (S.LiveBytes + S.FreeBytes != S.CommittedBytes || S.FrozenBytes)
    return fail("FreeBytes is wrong");
  if (S.CommittedBytes < Live.slabs() * SlabSize)
    return fail("CommittedBytes is wrong");
  return expect(S.Windows == Memory.Windows.size(),
                "the windows are counted wrongly");
}

bool RTDyldModel::step() {
  ++Count.Operations;
  Host *H = anyHost();
  size_t What = Source.below(1000);
  bool Ok = true;
  if (!H || What < 60)
    Ok = addHost();
  else if (What < 200)
    Ok = beginObject(*H);
  else if (What < 740)
    Ok = allocateSection(*H);
  else if (What < 850)
    Ok = endObject(*H);
  else if (What < 900)
    Ok = finalize(*H);
  else if (What < 945)
    Ok = writeData(*H);
  else if (What < 998)
    Ok = removeHost(H - Hosts.data());
  else
    A->trim();
  Host *Any = Ok && Count.Operations % 4 == 0 ? anyHost() : nullptr;
  return Ok && checkStats() && (!Any || checkHost(*Any)) &&
         (Count.Operations % 64 ||
          expect(A->verify(), "the arena's structures do not fit together"));
}

bool RTDyldModel::finish() {
  while (!Hosts.empty())
    if (!removeHost(Hosts.size() - 1))
      return false;
  ArenaStats S = A->stats();
  A->trim();
  if (S.LiveBytes || S.LiveObjects || A->stats().CommittedBytes ||
      A->stats().Windows != 1 || !A->verify())
    return fail("an arena that still holds something");
  A.reset();
  return expect(Memory.OpenReservations == 0 && Memory.OpenShared == 0,
                "an arena that is gone has left something behind");
}

} // namespace jitslab
