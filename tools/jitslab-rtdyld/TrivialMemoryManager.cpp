//===- TrivialMemoryManager.cpp - As llvm-rtdyld's ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TrivialMemoryManager.h"
#include "Platform/VirtualMemory.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

constexpr unsigned ReadWrite = sys::Memory::MF_READ | sys::Memory::MF_WRITE;

TrivialMemoryManager::~TrivialMemoryManager() {
  deregisterEHFrames();
  if (Block.base()) { // It has the code.
    (void)sys::Memory::releaseMappedMemory(Block);
    return;
  }
  for (sys::MemoryBlock &MB : Code)
    (void)sys::Memory::releaseMappedMemory(MB);
  for (sys::MemoryBlock &MB : Data)
    (void)sys::Memory::releaseMappedMemory(MB);
}

Error TrivialMemoryManager::preallocate(size_t Bytes) {
  size_t Half = alignTo(Bytes, VirtualMemory::system().pageSize());
  std::error_code EC;
  Block = sys::Memory::allocateMappedMemory(2 * Half, nullptr, ReadWrite, EC);
  if (EC)
    return createStringError(EC, "Can't allocate enough memory: %s",
                             EC.message().c_str());
  Limit = Bytes;
  Low = High = reinterpret_cast<uintptr_t>(Block.base()) + Half;
  return Error::success();
}

uint8_t *TrivialMemoryManager::allocateFromBlock(size_t Size, size_t Align,
                                                 bool IsCode) {
  if (Size > Limit || Align > Limit)
    return nullptr;
  uintptr_t Start =
      IsCode ? alignTo(High, Align) : alignDown(Low - Size, Align);
  uintptr_t NewLow = std::min(Low, Start);
  uintptr_t NewHigh = std::max(High, Start + Size);
  if (NewHigh - NewLow > Limit)
    return nullptr;
  Low = NewLow;
  High = NewHigh;
  return reinterpret_cast<uint8_t *>(Start);
}

uint8_t *TrivialMemoryManager::allocate(size_t Size, size_t Align,
                                        bool IsCode) {
  // Addresses have to be distinct.
  Size = std::max<size_t>(Size, 1);
  Align = std::max<size_t>(Align, 1);
  if (Block.base()) {
    uint8_t *Start = allocateFromBlock(Size, Align, IsCode);
    if (!Start)
      report_fatal_error("Can't allocate enough memory. Tune --preallocate");
    if (IsCode)
      Code.push_back(sys::MemoryBlock(Start, Size));
    return Start;
  }
  // Pages are aligned for almost everything.
  size_t Page = VirtualMemory::system().pageSize();
  std::error_code EC;
  sys::MemoryBlock MB = sys::Memory::allocateMappedMemory(
      Align > Page ? Size + Align : Size, nullptr, ReadWrite, EC);
  if (EC)
    return nullptr;
  (IsCode ? Code : Data).push_back(MB);
  return reinterpret_cast<uint8_t *>(
      alignTo(reinterpret_cast<uintptr_t>(MB.base()), Align));
}

uint8_t *TrivialMemoryManager::allocateCodeSection(uintptr_t Size,
                                                   unsigned Alignment, unsigned,
                                                   StringRef) {
  return allocate(Size, Alignment, /*IsCode=*/true);
}

uint8_t *TrivialMemoryManager::allocateDataSection(uintptr_t Size,
                                                   unsigned Alignment, unsigned,
                                                   StringRef, bool) {
  return allocate(Size, Alignment, /*IsCode=*/false);
}

// Enough for a variable or two, as in llvm-rtdyld.
#if defined(__x86_64__)
alignas(16) static thread_local char TLSSpace[16];
#endif

RuntimeDyld::MemoryManager::TLSSection
TrivialMemoryManager::allocateTLSSection(uintptr_t Size, unsigned Alignment,
                                         unsigned, StringRef) {
#if defined(__x86_64__)
  size_t Start = alignTo(UsedTLS, std::max(Alignment, 1u));
  if (Start + Size > sizeof(TLSSpace) || Alignment > alignof(max_align_t))
    return {};
  UsedTLS = Start + Size;
  // The thread pointer points to itself (System V ABI, AMD64 supplement: TLS
  // variant II), and offsets are counted from it.
  uintptr_t ThreadPointer;
  asm("movq %%fs:0, %0" : "=r"(ThreadPointer));
  TLSSection Section;
  Section.InitializationImage = reinterpret_cast<uint8_t *>(TLSSpace) + Start;
  Section.Offset =
      reinterpret_cast<uintptr_t>(TLSSpace) + Start - ThreadPointer;
  return Section;
#else
  (void)Size;
  (void)Alignment;
  return {};
#endif
}

bool TrivialMemoryManager::finalizeMemory(std::string *ErrMsg) {
  for (; Sealed != Code.size(); ++Sealed) {
    const sys::MemoryBlock &MB = Code[Sealed];
    std::error_code EC = sys::Memory::protectMappedMemory(
        MB, sys::Memory::MF_READ | sys::Memory::MF_EXEC);
    if (!EC)
      continue;
    if (ErrMsg)
      *ErrMsg = "unable to mark function executable: '" + EC.message() + "'";
    return true;
  }
  return false;
}

} // namespace jitslab
