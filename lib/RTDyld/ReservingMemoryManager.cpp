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
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cassert>

using namespace llvm;

namespace jitslab {

// What SectionMemoryManager takes an alignment of 0 for.
static constexpr size_t DefaultAlign = 16;

class ReservingMemoryManager::Impl {
public:
  explicit Impl(std::shared_ptr<Arena> A) : Memory(std::move(A)) {
    assert(Memory && "a memory manager needs an arena");
  }

  void beginObject(const Footprint &F) {
    ObjectFailed = false;
    ReservedDataAlign = F[SegmentKind::RWData].Align;
    if (Error Err = Open.beginObject(*Memory, F))
      failObject(std::move(Err));
  }

  uint8_t *allocate(SegmentKind K, size_t Size, size_t Align) {
    Size = std::max<size_t>(Size, 1);
    Align = Align ? Align : DefaultAlign;
    if (!ObjectFailed) {
      Expected<uint8_t *> Section = Open.allocate(*Memory, K, Size, Align);
      if (Section)
        return *Section;
      failObject(Section.takeError());
    }
    return Scratch.allocate(Size, Align);
  }

  uint8_t *allocateCommonSymbols(size_t Size, size_t Align) {
    return allocate(SegmentKind::RWData, Size,
                    commonSymbolsAlignment(Size, Align, ReservedDataAlign));
  }

  /// The current object cannot be linked: from now on it gets scratch memory.
  void failObject(Error Err) {
    note(std::move(Err));
    Open.abandonObject();
    ObjectFailed = true;
  }

  bool finalize(std::string *ErrMsg) {
    ObjectFailed = false;
    if (Error Err = Open.seal(*Memory))
      note(std::move(Err));
    else
      Open.moveTo(Sealed);
    if (Reported == Messages.size())
      return false;
    if (ErrMsg)
      *ErrMsg = join(Messages.begin() + Reported, Messages.end(), "\n");
    Reported = Messages.size();
    return true;
  }

  Error takeError() {
    if (Messages.empty())
      return Error::success();
    std::string All = join(Messages, "\n");
    Messages.clear();
    Reported = 0;
    return make_error<StringError>(std::move(All), Failure);
  }

  bool isScratch(const uint8_t *P) const { return Scratch.contains(P); }

private:
  // Only the text is kept: an unread Error would abort in a debug build.
  void note(Error Err) {
    handleAllErrors(std::move(Err), [&](const ErrorInfoBase &E) {
      Failure = E.convertToErrorCode();
      Messages.push_back(E.message());
    });
  }

  // The arena has to outlive the memory taken from it.
  std::shared_ptr<Arena> Memory;

  /// Of the objects since the last finalizeMemory, and of those before it.
  SectionMemory Open;
  std::vector<Allocation> Sealed;

  /// Of the current object.
  bool ObjectFailed = false;
  size_t ReservedDataAlign = 1;

  ScratchMemory Scratch;

  std::vector<std::string> Messages;
  size_t Reported = 0;
  std::error_code Failure;
};

ReservingMemoryManager::ReservingMemoryManager(std::shared_ptr<Arena> A)
    : State(std::make_unique<Impl>(std::move(A))) {}

ReservingMemoryManager::~ReservingMemoryManager() {
  // Hosts that drop the manager early leave frames behind that the unwinder
  // would read later. A no-op for all others.
  ReservingMemoryManager::deregisterEHFrames();
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
                                                     unsigned /*SectionID*/,
                                                     StringRef /*Name*/) {
  return State->allocate(SegmentKind::Code, Size, Alignment);
}

uint8_t *ReservingMemoryManager::allocateDataSection(uintptr_t Size,
                                                     unsigned Alignment,
                                                     unsigned /*SectionID*/,
                                                     StringRef SectionName,
                                                     bool IsReadOnly) {
  if (SectionName == CommonSymbolsSection)
    return State->allocateCommonSymbols(Size, Alignment);
  return State->allocate(IsReadOnly ? SegmentKind::ROData : SegmentKind::RWData,
                         Size, Alignment);
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
