//===- ReservingMemoryManager.cpp - RuntimeDyld memory from an arena ------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/ReservingMemoryManager.h"
#include "../LLVMFixes/CommonSymbols.h"
#include "ScratchMemory.h"
#include "SectionMemory.h"
#include "jitslab/VirtualMemory.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cassert>

using namespace llvm;

namespace jitslab {

// What SectionMemoryManager takes an alignment of 0 for.
static constexpr size_t DefaultAlign = 16;

// Hosts make one for each object and keep it as long as the object lives, so it
// keeps small: what is needed only on the way is gone afterwards.
class ReservingMemoryManager::Impl {
public:
  explicit Impl(std::shared_ptr<Arena> A) : Memory(std::move(A)) {
    assert(Memory && "a memory manager needs an arena");
  }

  bool wantsReservations() const { return Memory->wantsReservations(); }

  void beginObject(const Footprint &F) {
    Batch &B = open();
    B.ObjectFailed = false;
    B.ReservedDataAlign = F[SegmentKind::RWData].Align;
    if (Error Err = B.Sections.beginObject(*Memory, F))
      failObject(std::move(Err));
  }

  uint8_t *allocate(SegmentKind K, size_t Size, size_t Align,
                    unsigned SectionID) {
    Size = std::max<size_t>(Size, 1);
    Align = Align ? Align : DefaultAlign;
    Batch &B = open();
    if (!B.ObjectFailed) {
      Expected<Segment> Section = B.Sections.allocate(*Memory, K, Size, Align);
      if (Section) {
        if (reinterpret_cast<uintptr_t>(Section->Working) != Section->Executor)
          B.WrittenElsewhere.push_back(
              {SectionID, Section->Working, Section->Executor});
        return Section->Working;
      }
      failObject(Section.takeError());
    }
    return failures().Scratch.allocate(Size, Align);
  }

  uint8_t *allocateCommonSymbols(size_t Size, size_t Align,
                                 unsigned SectionID) {
    // What was not announced may be anything up to a page, beyond which
    // compilers do not go.
    size_t Announced = open().ReservedDataAlign;
    return allocate(
        SegmentKind::RWData, Size,
        commonSymbolsAlignment(
            Size, Align, Announced ? Announced : Memory->memory().pageSize()),
        SectionID);
  }

  /// The current object cannot be linked: from now on it gets scratch memory.
  void failObject(Error Err) {
    note(std::move(Err));
    Batch &B = open();
    B.Sections.abandonObject();
    B.ObjectFailed = true;
  }

  void endLoading(RuntimeDyld &Dyld) {
    if (!Open)
      return;
    // RuntimeDyld may have stopped before it knew a section. What it links for
    // address 0 (debug info) stays there.
    if (!Dyld.hasError())
      for (const SectionElsewhere &S : Open->WrittenElsewhere)
        if (Dyld.getSectionLoadAddress(S.ID) ==
            reinterpret_cast<uintptr_t>(S.Working))
          Dyld.reassignSectionAddress(S.ID, S.Executor);
    Open->WrittenElsewhere.clear();
    Open->Sections.endObject();
    Open->ObjectFailed = false;
    Open->ReservedDataAlign = 0;
  }

  bool finalize(std::string *ErrMsg) {
    if (Open) {
      Open->ObjectFailed = false;
      if (Error Err = Open->Sections.seal(*Memory)) {
        note(std::move(Err));
      } else {
        Open->Sections.moveTo(Sealed);
        Open.reset();
      }
    }
    if (!Failed || Failed->Reported == Failed->Messages.size())
      return false;
    if (ErrMsg)
      *ErrMsg = join(Failed->Messages.begin() + Failed->Reported,
                     Failed->Messages.end(), "\n");
    Failed->Reported = Failed->Messages.size();
    return true;
  }

  Error takeError() {
    if (!Failed || Failed->Messages.empty())
      return Error::success();
    std::string All = join(Failed->Messages, "\n");
    Failed->Messages.clear();
    Failed->Reported = 0;
    return make_error<StringError>(std::move(All), Failed->Reason);
  }

  bool isScratch(const uint8_t *P) const {
    return Failed && Failed->Scratch.contains(P);
  }

private:
  struct SectionElsewhere {
    unsigned ID;
    const uint8_t *Working;
    uintptr_t Executor;
  };

  /// The objects since the last finalizeMemory.
  struct Batch {
    SectionMemory Sections;
    SmallVector<SectionElsewhere, 8> WrittenElsewhere;
    /// Of the current object.
    bool ObjectFailed = false;
    /// Bytes; 0: it was not announced.
    size_t ReservedDataAlign = 0;
  };

  /// What failed, and what stands in for it.
  struct Failures {
    ScratchMemory Scratch;
    std::vector<std::string> Messages;
    size_t Reported = 0;
    std::error_code Reason;
  };

  Batch &open() {
    if (!Open)
      Open = std::make_unique<Batch>();
    return *Open;
  }

  Failures &failures() {
    if (!Failed)
      Failed = std::make_unique<Failures>();
    return *Failed;
  }

  // Only the text is kept: an unread Error would abort in a debug build.
  void note(Error Err) {
    handleAllErrors(std::move(Err), [&](const ErrorInfoBase &E) {
      failures().Reason = E.convertToErrorCode();
      failures().Messages.push_back(E.message());
    });
  }

  // The arena has to outlive the memory taken from it.
  std::shared_ptr<Arena> Memory;
  std::vector<Allocation> Sealed;
  std::unique_ptr<Batch> Open;
  std::unique_ptr<Failures> Failed;
};

ReservingMemoryManager::ReservingMemoryManager(std::shared_ptr<Arena> A)
    : State(std::make_unique<Impl>(std::move(A))) {}

ReservingMemoryManager::~ReservingMemoryManager() {
  // Hosts that drop the manager early leave frames behind that the unwinder
  // would read later. A no-op for all others.
  ReservingMemoryManager::deregisterEHFrames();
}

bool ReservingMemoryManager::needsToReserveAllocationSpace() {
  return State->wantsReservations();
}

void ReservingMemoryManager::reserveAllocationSpace(
    uintptr_t CodeSize, ReserveAlign CodeAlign, uintptr_t RODataSize,
    ReserveAlign RODataAlign, uintptr_t RWDataSize, ReserveAlign RWDataAlign) {
  Footprint F;
  F[SegmentKind::Code] = {CodeSize, alignmentInBytes(CodeAlign)};
  F[SegmentKind::ROData] = {RODataSize, alignmentInBytes(RODataAlign)};
  F[SegmentKind::RWData] = {RWDataSize, alignmentInBytes(RWDataAlign)};
  State->beginObject(F);
}

uint8_t *ReservingMemoryManager::allocateCodeSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned SectionID,
                                                     StringRef /*Name*/) {
  return State->allocate(SegmentKind::Code, Size, Alignment, SectionID);
}

uint8_t *ReservingMemoryManager::allocateDataSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned SectionID,
                                                     StringRef SectionName,
                                                     bool IsReadOnly) {
  if (SectionName == CommonSymbolsSection)
    return State->allocateCommonSymbols(Size, Alignment, SectionID);
  return State->allocate(IsReadOnly ? SegmentKind::ROData : SegmentKind::RWData,
                         Size, Alignment, SectionID);
}

RuntimeDyld::MemoryManager::TLSSection
ReservingMemoryManager::allocateTLSSection(uintptr_t Size, unsigned Alignment,
                                           unsigned SectionID,
                                           StringRef SectionName) {
  State->failObject(make_error<StringError>(
      "jitslab: section " + SectionName +
          " is thread-local, which RuntimeDyld cannot link into a running "
          "process; compile with -femulated-tls or use JITLink",
      std::make_error_code(std::errc::not_supported)));
  return {allocateDataSection(Size, Alignment, SectionID, SectionName, false),
          0};
}

void ReservingMemoryManager::notifyObjectLoaded(RuntimeDyld &Dyld,
                                                const object::ObjectFile &) {
  State->endLoading(Dyld);
}

bool ReservingMemoryManager::finalizeMemory(std::string *ErrMsg) {
  return State->finalize(ErrMsg);
}

void ReservingMemoryManager::registerEHFrames(uint8_t *Addr, uint64_t LoadAddr,
                                              size_t Size) {
  // A section that is not loaded for execution has no address.
  if (!Addr || !LoadAddr || State->isScratch(Addr))
    return;
  // The unwinder has to see the addresses that the code runs at.
  auto *Frames = reinterpret_cast<uint8_t *>(static_cast<uintptr_t>(LoadAddr));
  registerEHFramesInProcess(Frames, Size);
  EHFrames.push_back({Frames, Size});
}

void ReservingMemoryManager::deregisterEHFrames() {
  // Newest first: libgcc keeps unsorted objects in a list with the newest at
  // its head, so the other direction costs the square of their number.
  for (const EHFrame &Frame : reverse(EHFrames))
    deregisterEHFramesInProcess(Frame.Addr, Frame.Size);
  EHFrames.clear();
}

Error ReservingMemoryManager::takeError() { return State->takeError(); }

} // namespace jitslab
