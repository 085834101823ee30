//===- FrameSection.cpp - What an .eh_frame section says ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrameSection.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Support/LEB128.h"
#include <algorithm>
#include <cstring>

using namespace llvm;
using namespace llvm::dwarf;

namespace jitslab {

namespace {

/// Reads fields of a record. After something that cannot be read, it fails for
/// good.
class Reader {
public:
  Reader(const uint8_t *P, const uint8_t *End) : P(P), End(End) {}

  bool failed() const { return Failed; }
  const uint8_t *position() const { return P; }

  template <typename T> T read() {
    T Value{};
    if (size_t(End - P) < sizeof(T)) {
      Failed = true;
      return Value;
    }
    std::memcpy(&Value, P, sizeof(T));
    P += sizeof(T);
    return Value;
  }

  uint64_t readULEB() { return readLEB(decodeULEB128); }
  int64_t readSLEB() { return readLEB(decodeSLEB128); }

  StringRef readString() {
    const void *Null = std::memchr(P, 0, End - P);
    if (!Null) {
      Failed = true;
      return {};
    }
    StringRef Text(reinterpret_cast<const char *>(P));
    P += Text.size() + 1;
    return Text;
  }

  void skip(uint64_t Bytes) {
    if (Bytes > uint64_t(End - P))
      Failed = true;
    else
      P += Bytes;
  }

  /// A pointer; what an indirect one points at is not looked at. 0 is null,
  /// whatever it is relative to.
  uintptr_t readPointer(uint8_t Encoding) {
    auto Field = reinterpret_cast<uintptr_t>(P);
    uintptr_t Value = readValue(Encoding & 0x0f);
    switch (Encoding & 0x70) {
    case DW_EH_PE_absptr:
      return Value;
    case DW_EH_PE_pcrel:
      return Value ? Field + Value : 0;
    default: // Nothing that an object file in memory has a base for.
      Failed = true;
      return 0;
    }
  }

  uintptr_t readValue(uint8_t Format) {
    switch (Format) {
    case DW_EH_PE_absptr:
      return read<uintptr_t>();
    case DW_EH_PE_uleb128:
      return readULEB();
    case DW_EH_PE_sleb128:
      return readSLEB();
    case DW_EH_PE_udata2:
      return read<uint16_t>();
    case DW_EH_PE_udata4:
      return read<uint32_t>();
    case DW_EH_PE_sdata2:
      return read<int16_t>();
    case DW_EH_PE_sdata4:
      return read<int32_t>();
    case DW_EH_PE_udata8:
    case DW_EH_PE_sdata8:
      return read<uint64_t>();
    default:
      Failed = true;
      return 0;
    }
  }

private:
  template <typename T>
  T readLEB(T Decode(const uint8_t *, unsigned *, const uint8_t *,
                     const char **)) {
    unsigned Bytes = 0;
    const char *Error = nullptr;
    T Value = Decode(P, &Bytes, End, &Error);
    if (Error)
      Failed = true;
    else
      P += Bytes;
    return Value;
  }

  const uint8_t *P, *End;
  bool Failed = false;
};

/// The bits of a function's address that its field has. A linker that discards
/// a function leaves 0 in them.
uintptr_t bitsOf(uint8_t Encoding) {
  switch (Encoding & 0x07) {
  case DW_EH_PE_udata2:
    return UINT16_MAX;
  case DW_EH_PE_udata4:
    return UINT32_MAX;
  default:
    return UINTPTR_MAX;
  }
}

bool readAugmentation(Reader &R, CommonFrame &C) {
  R.readULEB(); // The size of what follows.
  for (char Kind : C.Augmentation.drop_front())
    switch (Kind) {
    case 'R':
      C.Pointers = R.read<uint8_t>();
      break;
    case 'L':
      C.LSDA = R.read<uint8_t>();
      break;
    case 'P':
      C.Personality = R.read<uint8_t>();
      C.PersonalityValue = R.readPointer(C.Personality);
      break;
    case 'S': // A signal's frame,
    case 'B': // AArch64's second key
    case 'G': // and its tagged memory say it by being there.
      break;
    default:
      return false;
    }
  return !R.failed();
}

/// \p C has the record's ends already.
bool readCommon(CommonFrame &C) {
  Reader R(C.Begin + 8, C.End);
  uint8_t Version = R.read<uint8_t>();
  C.Augmentation = R.readString();
  if (R.failed() || (Version != 1 && Version != 3))
    return false;
  C.Pointers = DW_EH_PE_absptr;
  C.LSDA = C.Personality = DW_EH_PE_omit;
  C.Factors = R.position();
  R.readULEB();
  R.readSLEB();
  if (Version == 1)
    R.read<uint8_t>();
  else
    R.readULEB();
  C.FactorsEnd = R.position();
  if (!C.Augmentation.empty() &&
      (C.Augmentation.front() != 'z' || !readAugmentation(R, C)))
    return false;
  C.Instructions = R.position();
  return !R.failed();
}

/// \p F has its CIE and the record's ends already.
bool readFunction(FunctionFrame &F) {
  const CommonFrame &C = *F.Common;
  Reader R(F.Begin + 8, F.End);
  F.Code.Begin = R.readPointer(C.Pointers);
  F.Code.End = F.Code.Begin + R.readValue(C.Pointers & 0x0f);
  F.LSDAValue = 0;
  if (!C.Augmentation.empty()) {
    uint64_t Size = R.readULEB();
    const uint8_t *Augmentation = R.position();
    R.skip(Size);
    if (!R.failed() && C.LSDA != DW_EH_PE_omit)
      F.LSDAValue =
          Reader(Augmentation, Augmentation + Size).readPointer(C.LSDA);
  }
  F.Instructions = R.position();
  return !R.failed();
}

} // namespace

bool FrameSection::forEachFunction(
    function_ref<void(const FunctionFrame &)> Visit) const {
  const uint8_t *End = Begin + Size;
  CommonFrame C;
  Reader R(Begin, End);
  for (;;) {
    const uint8_t *Record = R.position();
    if (Record == End)
      return true;
    auto Length = R.read<uint32_t>();
    if (R.failed() || Length == 0)
      return !R.failed();
    const uint8_t *Field = R.position();
    R.skip(Length);
    // UINT32_MAX stands for a longer length, which unwinders do not read.
    if (R.failed() || Length < 4 || Length == UINT32_MAX)
      return false;
    uint32_t ToCommon;
    std::memcpy(&ToCommon, Field, sizeof(ToCommon));
    if (ToCommon == 0)
      continue;

    const uint8_t *Common = Field - ToCommon;
    if (Common < Begin || Common >= Record)
      return false;
    if (Common != C.Begin) {
      uint32_t CommonLength;
      std::memcpy(&CommonLength, Common, sizeof(CommonLength));
      C = CommonFrame();
      C.Begin = Common;
      C.End = Common + 4 + CommonLength;
      if (CommonLength < 4 || C.End > Record || !readCommon(C))
        return false;
    }
    FunctionFrame F{&C, Record, R.position(), nullptr, {}, 0};
    if (!readFunction(F))
      return false;
    if (F.Code.Begin & bitsOf(C.Pointers))
      Visit(F);
  }
}

bool FrameSection::isCommon(const uint8_t *Record) {
  uint32_t Length, ID;
  std::memcpy(&Length, Record, sizeof(Length));
  // The length may follow in eight bytes.
  std::memcpy(&ID, Record + (Length == UINT32_MAX ? 12 : 4), sizeof(ID));
  return ID == 0;
}

std::optional<AddressRange> FrameSection::extent() const {
  AddressRange All{UINTPTR_MAX, 0};
  bool Readable = forEachFunction([&](const FunctionFrame &F) {
    All.Begin = std::min(All.Begin, F.Code.Begin);
    All.End = std::max(All.End, F.Code.End);
  });
  if (!Readable)
    return std::nullopt;
  return All.Begin < All.End ? All : AddressRange();
}

} // namespace jitslab
