//===- RecordingMemoryManager.h - Notes what is allocated -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_RECORDINGMEMORYMANAGER_H
#define JITSLAB_TOOLS_RTDYLD_RECORDINGMEMORYMANAGER_H

#include "jitslab/Allocation.h"
#include "jitslab/LLVMCompat.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include <string>
#include <vector>

namespace jitslab {

/// A section as RuntimeDyld asked for it.
struct RecordedSection {
  /// Index of the object, in the order of loading.
  size_t Object;
  /// RuntimeDyld's number for it.
  unsigned ID;
  SegmentKind Kind;
  std::string Name;
  size_t Size;
  size_t Align;
  /// Where RuntimeDyld writes it.
  const uint8_t *Working;
};

/// Passes everything on to another memory manager and remembers the sections:
/// the only way to see stubs' room, GOTs and common symbols, which no object
/// file lists.
class RecordingMemoryManager : public llvm::RuntimeDyld::MemoryManager {
public:
  /// \p Real has to outlive this.
  explicit RecordingMemoryManager(llvm::RuntimeDyld::MemoryManager &Real)
      : Real(Real) {}

  /// What follows belongs to a further object.
  void beginObject() { ++Objects; }

  size_t numObjects() const { return Objects; }
  llvm::ArrayRef<RecordedSection> sections() const { return Sections; }
  /// Those of one object. No section may be added while the result is used.
  llvm::ArrayRef<RecordedSection> sectionsOf(size_t Object) const;

  /// Prints every request to stdout, as llvm-rtdyld does.
  void printRequests() { Printing = true; }

  /// EH frames are not passed on: their addresses are not those of this
  /// process.
  void keepEHFramesToItself() { PassEHFrames = false; }

  bool needsToReserveAllocationSpace() override {
    return Real.needsToReserveAllocationSpace();
  }
  bool allowStubAllocation() const override {
    return Real.allowStubAllocation();
  }
  void reserveAllocationSpace(uintptr_t CodeSize, ReserveAlign CodeAlign,
                              uintptr_t RODataSize, ReserveAlign RODataAlign,
                              uintptr_t RWDataSize,
                              ReserveAlign RWDataAlign) override {
    Real.reserveAllocationSpace(CodeSize, CodeAlign, RODataSize, RODataAlign,
                                RWDataSize, RWDataAlign);
  }
  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Alignment,
                               unsigned SectionID,
                               llvm::StringRef Name) override;
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Alignment,
                               unsigned SectionID, llvm::StringRef Name,
                               bool IsReadOnly) override;
  TLSSection allocateTLSSection(uintptr_t Size, unsigned Alignment,
                                unsigned SectionID,
                                llvm::StringRef Name) override {
    return Real.allocateTLSSection(Size, Alignment, SectionID, Name);
  }
  void registerEHFrames(uint8_t *Addr, uint64_t LoadAddr,
                        size_t Size) override {
    if (PassEHFrames)
      Real.registerEHFrames(Addr, LoadAddr, Size);
  }
  void deregisterEHFrames() override {
    if (PassEHFrames)
      Real.deregisterEHFrames();
  }
  bool finalizeMemory(std::string *ErrMsg = nullptr) override {
    return Real.finalizeMemory(ErrMsg);
  }
  void notifyObjectLoaded(llvm::RuntimeDyld &Dyld,
                          const llvm::object::ObjectFile &Obj) override {
    Real.notifyObjectLoaded(Dyld, Obj);
  }

private:
  uint8_t *record(uint8_t *Working, size_t Size, size_t Align, unsigned ID,
                  SegmentKind Kind, llvm::StringRef Name);
  void print(llvm::StringRef Function, size_t Size, size_t Align,
             llvm::StringRef Name) const;

  llvm::RuntimeDyld::MemoryManager &Real;
  bool Printing = false;
  bool PassEHFrames = true;
  size_t Objects = 0;
  std::vector<RecordedSection> Sections;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_RECORDINGMEMORYMANAGER_H
