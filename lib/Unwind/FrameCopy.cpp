//===- FrameCopy.cpp - Frames that may lie anywhere -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrameCopy.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Support/MathExtras.h"
#include <cassert>
#include <cstring>

using namespace llvm;
using namespace llvm::dwarf;

namespace jitslab {

// A CIE and the FDE of the function that is made up come first. A linker that
// discards a function leaves 0 as its address, which unwinders skip.
static constexpr size_t MadeUpCommonSize = 24;
static constexpr size_t MadeUpFunctionSize = 32;
static constexpr size_t MadeUpSize = MadeUpCommonSize + MadeUpFunctionSize;

FrameCopy::FrameCopy() {
  // Version 1; pointers are absolute; factors 1 and -8; any return register.
  const uint8_t Common[] = {1, 'z', 'R', 0, 1, 0x78, 16, 1, DW_EH_PE_absptr};
  uint32_t Record = beginRecord();
  append(uint32_t(0));
  append(Common, sizeof(Common));
  endRecord(Record);
  assert(Bytes.size() == MadeUpCommonSize);

  Record = beginRecord();
  append(uint32_t(Bytes.size()));
  append(uintptr_t(0));
  append(uintptr_t(0));
  append(uint8_t(0));
  endRecord(Record);
  assert(Bytes.size() == MadeUpSize);
  append(uint32_t(0));
}

std::unique_ptr<FrameCopy> FrameCopy::create(const FrameSection &S,
                                             AddressRange R) {
  auto Copy = std::make_unique<FrameCopy>();
  bool Readable = S.forEachFunction([&](const FunctionFrame &F) {
    if (F.Code.Begin < R.End && R.Begin < F.Code.End)
      Copy->add(F);
  });
  if (!Readable)
    return nullptr;
  Copy->finish();
  return Copy;
}

void FrameCopy::finish() {
  std::memcpy(&SecondLength, &Bytes[MadeUpSize], sizeof(uint32_t));
}

const uint8_t *FrameCopy::madeUpFunction() const {
  return Bytes.data() + MadeUpCommonSize;
}

void FrameCopy::showOnly(AddressRange R) {
  uintptr_t Fields[] = {R.Begin, R.size()};
  std::memcpy(&Bytes[MadeUpCommonSize + 8], Fields, sizeof(Fields));
  std::memset(&Bytes[MadeUpSize], 0, sizeof(uint32_t));
}

void FrameCopy::showCopied() {
  std::memset(&Bytes[MadeUpCommonSize + 8], 0, 2 * sizeof(uintptr_t));
  std::memcpy(&Bytes[MadeUpSize], &SecondLength, sizeof(uint32_t));
}

void FrameCopy::appendCommon(const CommonFrame &C) {
  uint32_t Record = beginRecord();
  append(uint32_t(0));
  // Version and augmentation string do not change.
  append(C.Begin + 8, C.FactorsEnd);
  if (!C.Augmentation.empty()) {
    SmallVector<uint8_t, 16> Data;
    for (char Kind : C.Augmentation.drop_front()) {
      if (Kind == 'R')
        Data.push_back(DW_EH_PE_absptr);
      if (Kind == 'L')
        Data.push_back(C.LSDA == DW_EH_PE_omit ? DW_EH_PE_omit
                                               : C.LSDA & DW_EH_PE_indirect);
      if (Kind == 'P') {
        Data.push_back(C.Personality & DW_EH_PE_indirect);
        auto *Value = reinterpret_cast<const uint8_t *>(&C.PersonalityValue);
        Data.append(Value, Value + sizeof(uintptr_t));
      }
    }
    append(uint8_t(Data.size()));
    append(Data.data(), Data.size());
  }
  append(C.Instructions, C.End);
  endRecord(Record);
  Common = C.Begin;
  CommonCopy = Record;
}

void FrameCopy::add(const FunctionFrame &F) {
  Bytes.truncate(Bytes.size() - sizeof(uint32_t)); // What ends the section.
  if (Common != F.Common->Begin)
    appendCommon(*F.Common);
  uint32_t Record = beginRecord();
  append(uint32_t(Bytes.size() - CommonCopy));
  append(F.Code.Begin);
  append(uintptr_t(F.Code.size()));
  if (!F.Common->Augmentation.empty()) {
    bool HasLSDA = F.Common->LSDA != DW_EH_PE_omit;
    append(uint8_t(HasLSDA ? sizeof(uintptr_t) : 0));
    if (HasLSDA)
      append(F.LSDAValue);
  }
  append(F.Instructions, F.End);
  endRecord(Record);
  append(uint32_t(0));
}

void FrameCopy::append(const void *Data, size_t Size) {
  auto *From = static_cast<const uint8_t *>(Data);
  Bytes.append(From, From + Size);
}

uint32_t FrameCopy::beginRecord() {
  auto Record = static_cast<uint32_t>(Bytes.size());
  append(uint32_t(0));
  return Record;
}

void FrameCopy::endRecord(uint32_t Record) {
  Bytes.resize(alignTo(Bytes.size(), sizeof(uintptr_t)), DW_CFA_nop);
  uint32_t Length = Bytes.size() - Record - sizeof(Length);
  std::memcpy(&Bytes[Record], &Length, sizeof(Length));
}

} // namespace jitslab
