//===- ReservingMemoryManager.cpp - RuntimeDyld memory from an arena ------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/ReservingMemoryManager.h"
#include "../LLVMFixes/CommonSymbols.h"
#include "ObjectMemory.h"
#include "ScratchMemory.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cassert>
#include <optional>

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
    endObject();
    Open.emplace();
    ReservedDataAlign = F[SegmentKind::RWData].Align;
    if (Error Err = Open->reserve(*Memory, F))
      fail(std::move(Err));
  }

  uint8_t *allocate(SegmentKind K, size_t Size, size_t Align) {
    Size = std::max<size_t>(Size, 1);
    Align = Align ? Align : DefaultAlign;
    if (!OpenFailed) {
      if (!Open)
        Open.emplace(); // A host that allocates without having reserved.
      Expected<uint8_t *> Section = Open->allocate(*Memory, K, Size, Align);
      if (Section)
        return *Section;
      fail(Section.takeError());
    }
    return Scratch.allocate(Size, Align);
  }

  uint8_t *allocateCommonSymbols(size_t Size, size_t Align) {
    return allocate(SegmentKind::RWData, Size,
                    commonSymbolsAlignment(Size, Align, ReservedDataAlign));
  }

  void fail(Error Err) {
    // Only the text is kept: an unread Error would abort in a debug build.
    handleAllErrors(std::move(Err), [&](const ErrorInfoBase &E) {
      Failure = E.convertToErrorCode();
      Messages.push_back(E.message());
    });
    OpenFailed = true;
  }

  bool finalize(std::string *ErrMsg) {
    endObject();
    SmallVector<Allocation *, 8> ToSeal;
    for (ObjectMemory &O : Unsealed)
      O.collect(ToSeal);
    if (Error Err = Memory->seal(ToSeal)) {
      fail(std::move(Err));
      OpenFailed = false;
    } else {
      Sealed.insert(Sealed.end(), std::make_move_iterator(Unsealed.begin()),
                    std::make_move_iterator(Unsealed.end()));
      Unsealed.clear();
    }
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
  // An object that failed keeps what it got until the manager dies: RuntimeDyld
  // goes on writing to it. It is never sealed.
  void endObject() {
    if (Open) {
      Open->close();
      (OpenFailed ? Abandoned : Unsealed).push_back(std::move(*Open));
    }
    Open.reset();
    OpenFailed = false;
  }

  // The arena has to outlive the memory taken from it.
  std::shared_ptr<Arena> Memory;

  std::optional<ObjectMemory> Open;
  bool OpenFailed = false;
  size_t ReservedDataAlign = 1;
  std::vector<ObjectMemory> Unsealed, Sealed, Abandoned;
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
  State->fail(make_error<StringError>(
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
  if (State->isScratch(Addr))
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
