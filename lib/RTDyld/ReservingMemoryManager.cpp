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
#include <cassert>
#include <utility>

using namespace llvm;

namespace jitslab {

// As in SectionMemoryManager, an alignment of 0 means 16.
static size_t bytesOfAlignment(unsigned Alignment) {
  return Alignment ? Alignment : 16;
}

ReservingMemoryManager::ReservingMemoryManager(std::shared_ptr<Arena> A)
    : S(std::make_unique<State>(std::move(A))) {
  assert(S->TheArena && "a memory manager needs an arena");
}

ReservingMemoryManager::~ReservingMemoryManager() {
  // A host that drops the manager early has not done it; the unwinder would
  // read the frames later.
  ReservingMemoryManager::deregisterEHFrames();
}

bool ReservingMemoryManager::needsToReserveAllocationSpace() {
  return ArenaAccess::wantsReservations(*S->TheArena) &&
         !(S->Open && S->Open->Sections.hasAmpleRoom(*S->TheArena));
}

void ReservingMemoryManager::reserveAllocationSpace(
    uintptr_t CodeSize, ReserveAlign CodeAlign, uintptr_t RODataSize,
    ReserveAlign RODataAlign, uintptr_t RWDataSize, ReserveAlign RWDataAlign) {
  Footprint F;
  F[SegmentKind::Code] = {CodeSize, alignmentInBytes(CodeAlign)};
  F[SegmentKind::ROData] = {RODataSize, alignmentInBytes(RODataAlign)};
  F[SegmentKind::RWData] = {RWDataSize, alignmentInBytes(RWDataAlign)};
  ManagerBatch &B = S->open();
  B.ObjectFailed = false;
  B.LargeCommons = nullptr;
  B.ReservedDataAlign = F[SegmentKind::RWData].Align;
  // What is left of an object without its large data shows section by section.
  B.IsTooLarge = OutsideData::isTooLarge(*S->TheArena, F);
  if (B.IsTooLarge)
    B.Sections.endObject();
  else if (Error Err = B.Sections.beginObject(*S->TheArena, F))
    S->failObject(std::move(Err));
}

uint8_t *ReservingMemoryManager::allocateCodeSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned SectionID,
                                                     StringRef /*Name*/) {
  return S->allocate(SegmentKind::Code, Size, bytesOfAlignment(Alignment),
                     SectionID);
}

uint8_t *ReservingMemoryManager::allocateDataSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned SectionID,
                                                     StringRef SectionName,
                                                     bool IsReadOnly) {
  size_t Align = bytesOfAlignment(Alignment);
  SegmentKind Kind = IsReadOnly ? SegmentKind::ROData : SegmentKind::RWData;
  S->open().HasFrames |= SectionName == ".eh_frame";
  if (SectionName != CommonSymbolsSection)
    return S->allocate(Kind, Size, Align, SectionID, SectionName);
  // An alignment that was not announced may be up to a page: compilers ask for
  // no larger one.
  size_t Announced = S->open().ReservedDataAlign;
  Align = commonSymbolsAlignment(
      Size, Align,
      Announced ? Announced : ArenaAccess::memory(*S->TheArena).pageSize());
  uint8_t *Section = S->allocate(Kind, Size, Align, SectionID);
  if (Size > Align)
    S->open().LargeCommons = Section;
  return Section;
}

RuntimeDyld::MemoryManager::TLSSection
ReservingMemoryManager::allocateTLSSection(uintptr_t Size, unsigned Alignment,
                                           unsigned SectionID,
                                           StringRef SectionName) {
  S->failObject(make_error<StringError>(
      "jitslab: section " + SectionName +
          " is thread-local, which RuntimeDyld cannot link into a running "
          "process; compile with -femulated-tls or use JITLink",
      std::make_error_code(std::errc::not_supported)));
  return {allocateDataSection(Size, Alignment, SectionID, SectionName, false),
          0};
}

void ReservingMemoryManager::notifyObjectLoaded(RuntimeDyld &Dyld,
                                                const object::ObjectFile &O) {
  if (!S->Open)
    return;
  S->checkCommons(O);
  if (S->Outside && !S->Open->ObjectFailed)
    if (Error Err = S->Outside->endObject(O))
      S->failObject(std::move(Err));
  // After an error RuntimeDyld may not know the section. Debug information is
  // linked for address 0 and stays there.
  if (!Dyld.hasError())
    for (const ManagerBatch::SectionElsewhere &E : S->Open->Elsewhere)
      if (Dyld.getSectionLoadAddress(E.ID) ==
          reinterpret_cast<uintptr_t>(E.Working))
        Dyld.reassignSectionAddress(E.ID, E.Executor);
  S->Open->Elsewhere.clear();
  S->Open->HasFrames = false;
  // MCJIT tells debuggers next.
  S->Open->Sections.show(*S->TheArena);
  S->Open->Sections.endObject();
  S->Open->ObjectFailed = S->Open->IsTooLarge = false;
  S->Open->ReservedDataAlign = 0;
}

bool ReservingMemoryManager::finalizeMemory(std::string *ErrMsg) {
  if (S->Open) {
    S->checkNotified();
    S->Open->ObjectFailed = false;
    if (Error Err =
            joinErrors(S->Open->Sections.seal(*S->TheArena),
                       S->Outside ? S->Outside->seal() : Error::success())) {
      S->failures().note(std::move(Err));
    } else {
      S->Open->Sections.moveTo(S->Sealed);
      S->Open.reset();
    }
  }
  if (S->Failed)
    S->Failed->Scratch.rest();
  return S->Failed && S->Failed->report(ErrMsg);
}

void ReservingMemoryManager::registerEHFrames(uint8_t *Addr, uint64_t LoadAddr,
                                              size_t Size) {
  // A section that is not loaded for execution has no address.
  if (!Addr || !LoadAddr || (S->Failed && S->Failed->Scratch.contains(Addr)))
    return;
  if (S->Open && !S->Open->Elsewhere.empty()) {
    S->failures().NotNotified = true;
    return;
  }
  if (!S->TheArena->options().RegisterFrames)
    return;
  // The unwinder has to see the addresses that the code runs at.
  auto *Frames = reinterpret_cast<uint8_t *>(static_cast<uintptr_t>(LoadAddr));
  if (Error Err = FrameRegistry::process().add(
          {Frames, Size},
          [this](uintptr_t Address) { return S->codeAt(Address); }))
    S->failures().note(std::move(Err));
  else
    EHFrames.push_back({Frames, Size});
}

void ReservingMemoryManager::deregisterEHFrames() {
  for (const EHFrame &Frame : reverse(EHFrames))
    FrameRegistry::process().remove({Frame.Addr, Frame.Size});
  EHFrames.clear();
}

Error ReservingMemoryManager::takeError() {
  return S->Failed ? S->Failed->take() : Error::success();
}

} // namespace jitslab
