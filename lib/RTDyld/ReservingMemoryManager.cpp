//===- ReservingMemoryManager.cpp - RuntimeDyld memory from an arena ------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/ReservingMemoryManager.h"
#include "../Core/ArenaAccess.h"
#include "../LLVMFixes/CommonSymbols.h"
#include "../Unwind/FrameRegistry.h"
#include "ManagerState.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cassert>
#include <utility>

using namespace llvm;

namespace jitslab {

// As in SectionMemoryManager, an alignment of 0 means 16.
static size_t bytesOfAlignment(unsigned Alignment) {
  return Alignment ? Alignment : 16;
}

ReservingMemoryManager::ReservingMemoryManager(std::shared_ptr<Arena> A)
    : Memory(std::move(A)) {
  assert(Memory && "a memory manager needs an arena");
}

ReservingMemoryManager::~ReservingMemoryManager() {
  // A host that drops the manager early has not done it; the unwinder would
  // read the frames later.
  ReservingMemoryManager::deregisterEHFrames();
}

ReservingMemoryManager::Batch &ReservingMemoryManager::open() {
  if (!Open)
    Open = std::make_unique<Batch>();
  return *Open;
}

ReservingMemoryManager::Failures &ReservingMemoryManager::failures() {
  if (!Failed)
    Failed = std::make_unique<Failures>(ArenaAccess::memory(*Memory));
  return *Failed;
}

bool ReservingMemoryManager::needsToReserveAllocationSpace() {
  return Memory->wantsReservations() &&
         !(Open && Open->Sections.hasAmpleRoom(*Memory));
}

void ReservingMemoryManager::reserveAllocationSpace(
    uintptr_t CodeSize, ReserveAlign CodeAlign, uintptr_t RODataSize,
    ReserveAlign RODataAlign, uintptr_t RWDataSize, ReserveAlign RWDataAlign) {
  Footprint F;
  F[SegmentKind::Code] = {CodeSize, alignmentInBytes(CodeAlign)};
  F[SegmentKind::ROData] = {RODataSize, alignmentInBytes(RODataAlign)};
  F[SegmentKind::RWData] = {RWDataSize, alignmentInBytes(RWDataAlign)};
  Batch &B = open();
  B.ObjectFailed = false;
  B.LargeCommons = nullptr;
  B.ReservedDataAlign = F[SegmentKind::RWData].Align;
  // What is left of an object without its large data shows section by section.
  B.IsTooLarge = OutsideData::isTooLarge(*Memory, F);
  if (B.IsTooLarge)
    B.Sections.endObject();
  else if (Error Err = B.Sections.beginObject(*Memory, F))
    failObject(std::move(Err));
}

uint8_t *ReservingMemoryManager::allocate(SegmentKind K, size_t Size,
                                          size_t Align, unsigned SectionID,
                                          StringRef Name) {
  Size = std::max<size_t>(Size, 1);
  Batch &B = open();
  if (!B.ObjectFailed) {
    const bool IsLarge = OutsideData::isLarge(Name);
    Expected<Segment> Section =
        IsLarge && B.IsTooLarge ? allocateOutside(K, Size, Align, Name)
                                : B.Sections.allocate(*Memory, K, Size, Align);
    if (IsLarge && !B.IsTooLarge && Section.errorIsA<ArenaFullError>()) {
      consumeError(Section.takeError());
      Section = allocateOutside(K, Size, Align, Name);
    }
    if (Section) {
      if (reinterpret_cast<uintptr_t>(Section->Working) != Section->Executor)
        B.Elsewhere.push_back({SectionID, Section->Working, Section->Executor});
      return Section->Working;
    }
    failObject(Section.takeError());
  }
  return failures().Scratch.allocate(Size);
}

Expected<Segment> ReservingMemoryManager::allocateOutside(SegmentKind K,
                                                          size_t Size,
                                                          size_t Align,
                                                          StringRef Name) {
  if (!Outside)
    Outside = std::make_unique<OutsideData>();
  Expected<uint8_t *> Start =
      Outside->allocate(*Memory, Size, Align, Name, K == SegmentKind::ROData);
  if (!Start)
    return Start.takeError();
  return Segment{*Start, reinterpret_cast<uintptr_t>(*Start), Size};
}

// The current object cannot be linked: from now on it gets scratch memory.
void ReservingMemoryManager::failObject(Error Err) {
  failures().note(std::move(Err));
  Batch &B = open();
  B.Sections.abandonObject();
  B.ObjectFailed = true;
}

uint8_t *ReservingMemoryManager::allocateCodeSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned SectionID,
                                                     StringRef /*Name*/) {
  return allocate(SegmentKind::Code, Size, bytesOfAlignment(Alignment),
                  SectionID);
}

uint8_t *ReservingMemoryManager::allocateDataSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned SectionID,
                                                     StringRef SectionName,
                                                     bool IsReadOnly) {
  size_t Align = bytesOfAlignment(Alignment);
  SegmentKind Kind = IsReadOnly ? SegmentKind::ROData : SegmentKind::RWData;
  open().HasFrames |= SectionName == ".eh_frame";
  if (SectionName != CommonSymbolsSection)
    return allocate(Kind, Size, Align, SectionID, SectionName);
  // An alignment that was not announced may be up to a page: compilers ask for
  // no larger one.
  size_t Announced = open().ReservedDataAlign;
  Align = commonSymbolsAlignment(
      Size, Align,
      Announced ? Announced : ArenaAccess::memory(*Memory).pageSize());
  uint8_t *Section = allocate(Kind, Size, Align, SectionID);
  if (Size > Align)
    open().LargeCommons = Section;
  return Section;
}

RuntimeDyld::MemoryManager::TLSSection
ReservingMemoryManager::allocateTLSSection(uintptr_t Size, unsigned Alignment,
                                           unsigned SectionID,
                                           StringRef SectionName) {
  failObject(make_error<StringError>(
      "jitslab: section " + SectionName +
          " is thread-local, which RuntimeDyld cannot link into a running "
          "process; compile with -femulated-tls or use JITLink",
      std::make_error_code(std::errc::not_supported)));
  return {allocateDataSection(Size, Alignment, SectionID, SectionName, false),
          0};
}

void ReservingMemoryManager::notifyObjectLoaded(RuntimeDyld &Dyld,
                                                const object::ObjectFile &O) {
  if (!Open)
    return;
  checkCommons(O);
  if (Outside && !Open->ObjectFailed)
    if (Error Err = Outside->endObject(O))
      failObject(std::move(Err));
  // After an error RuntimeDyld may not know the section. Debug information is
  // linked for address 0 and stays there.
  if (!Dyld.hasError())
    for (const Batch::SectionElsewhere &S : Open->Elsewhere)
      if (Dyld.getSectionLoadAddress(S.ID) ==
          reinterpret_cast<uintptr_t>(S.Working))
        Dyld.reassignSectionAddress(S.ID, S.Executor);
  Open->Elsewhere.clear();
  Open->HasFrames = false;
  // MCJIT tells debuggers next.
  Open->Sections.show(*Memory);
  Open->Sections.endObject();
  Open->ObjectFailed = Open->IsTooLarge = false;
  Open->ReservedDataAlign = 0;
}

// Too late to place them elsewhere, but in time to say so.
void ReservingMemoryManager::checkCommons(const object::ObjectFile &O) {
  const uint8_t *Commons = std::exchange(Open->LargeCommons, nullptr);
  if (!Commons || Open->ObjectFailed)
    return;
  size_t Align = largestCommonAlignment(O);
  if (reinterpret_cast<uintptr_t>(Commons) % Align)
    failObject(make_error<StringError>(
        "jitslab: a common symbol is aligned to " + Twine(Align) +
            " bytes, which RuntimeDyld does not ask for; compile with "
            "-fno-common",
        std::make_error_code(std::errc::not_supported)));
}

bool ReservingMemoryManager::finalizeMemory(std::string *ErrMsg) {
  if (Open) {
    checkNotified();
    Open->ObjectFailed = false;
    if (Error Err = joinErrors(Open->Sections.seal(*Memory),
                               Outside ? Outside->seal() : Error::success())) {
      failures().note(std::move(Err));
    } else {
      Open->Sections.moveTo(Sealed);
      Open.reset();
    }
  }
  if (Failed)
    Failed->Scratch.rest();
  if (!Failed || Failed->Reported == Failed->Messages.size())
    return false;
  if (ErrMsg)
    *ErrMsg = join(Failed->Messages.begin() + Failed->Reported,
                   Failed->Messages.end(), "\n");
  Failed->Reported = Failed->Messages.size();
  return true;
}

// RuntimeDyld tells each object that it has loaded. Where nobody passes that
// on, code was linked for where it is written, and would be called there. That
// RuntimeDyld links, and not the host itself, shows when it asks for memory for
// frames, or to register them, which not all that wrap a manager pass on.
void ReservingMemoryManager::checkNotified() {
  if (Open->Elsewhere.empty() ||
      !(Open->HasFrames || (Failed && Failed->NotNotified)))
    return;
  Open->Elsewhere.clear();
  failObject(make_error<StringError>(
      "jitslab: RuntimeDyld was not told where code runs, which is elsewhere "
      "than it is written in this arena; what wraps this memory manager has to "
      "pass notifyObjectLoaded on, or the arena needs another layout than "
      "Dense",
      std::make_error_code(std::errc::not_supported)));
}

void ReservingMemoryManager::registerEHFrames(uint8_t *Addr, uint64_t LoadAddr,
                                              size_t Size) {
  // A section that is not loaded for execution has no address.
  if (!Addr || !LoadAddr || (Failed && Failed->Scratch.contains(Addr)))
    return;
  if (Open && !Open->Elsewhere.empty()) {
    failures().NotNotified = true;
    return;
  }
  if (!Memory->options().RegisterFrames)
    return;
  // The unwinder has to see the addresses that the code runs at.
  auto *Frames = reinterpret_cast<uint8_t *>(static_cast<uintptr_t>(LoadAddr));
  if (Error Err = FrameRegistry::process().add(
          {Frames, Size},
          [this](uintptr_t Address) { return codeAt(Address); }))
    failures().note(std::move(Err));
  else
    EHFrames.push_back({Frames, Size});
}

AddressRange ReservingMemoryManager::codeAt(uintptr_t Address) {
  if (Open)
    if (AddressRange R = Open->Sections.codeAt(Address); R.size())
      return R;
  // A host may register frames after it has finalized.
  for (const Allocation &A : reverse(Sealed)) {
    const Segment Code = A[SegmentKind::Code];
    if (Address >= Code.Executor && Address - Code.Executor < Code.Size)
      return {Code.Executor, Code.Executor + Code.Size};
  }
  return {};
}

void ReservingMemoryManager::deregisterEHFrames() {
  for (const EHFrame &Frame : reverse(EHFrames))
    FrameRegistry::process().remove({Frame.Addr, Frame.Size});
  EHFrames.clear();
}

Error ReservingMemoryManager::takeError() {
  if (!Failed || Failed->Messages.empty())
    return Error::success();
  std::string All = join(Failed->Messages, "\n");
  Failed->Messages.clear();
  Failed->Reported = 0;
  return make_error<StringError>(std::move(All), Failed->Reason);
}

} // namespace jitslab
