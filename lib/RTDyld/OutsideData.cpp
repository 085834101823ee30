//===- OutsideData.cpp - Large data that needs no reach -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutsideData.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MathExtras.h"
#include <utility>

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

bool OutsideData::isLarge(StringRef Section) {
  // With -fdata-sections the variable's name follows.
  for (StringRef Name : {".lbss", ".ldata", ".lrodata"})
    if (Section.consume_front(Name))
      return Section.empty() || Section.front() == '.';
  return false;
}

bool OutsideData::isTooLarge(const Arena &A, const Footprint &F) {
  const ArenaOptions &O = A.options();
  size_t Data =
      SaturatingAdd(F[SegmentKind::ROData].Size, F[SegmentKind::RWData].Size);
  return Data > (O.Grow ? MaxWindowSize - SlabSize : O.WindowSize);
}

AddressRange OutsideData::beside(AddressRange Window) {
  const uintptr_t Lowest = Window.End - std::min(Window.End, MaxWindowSize);
  return {Lowest, Window.Begin + MaxWindowSize};
}

Expected<uint8_t *> OutsideData::allocate(Arena &A, size_t Size, size_t Align,
                                          StringRef Section, bool ReadOnly,
                                          AddressRange Within) {
  Expected<OutsideMapping> Memory =
      OutsideMapping::create(A, Size, Align, Section, Within);
  if (!Memory)
    return Memory.takeError();
  Sections.push_back({std::move(*Memory), ReadOnly});
  return reinterpret_cast<uint8_t *>(Sections.back().Memory.data());
}

static bool dependsOnDistance(uint32_t Type, bool FromLarge) {
  switch (Type) {
  case ELF::R_X86_64_NONE:
  case ELF::R_X86_64_64:
  case ELF::R_X86_64_PC64:
  case ELF::R_X86_64_GOTOFF64:
  case ELF::R_X86_64_GOT64:
  case ELF::R_X86_64_SIZE32:
  case ELF::R_X86_64_SIZE64:
    return false;
  case ELF::R_X86_64_GOTPCREL: // The slot lies in the window.
  case ELF::R_X86_64_GOTPCRELX:
  case ELF::R_X86_64_REX_GOTPCRELX:
    return FromLarge;
  default:
    return true;
  }
}

static Expected<bool> isLargeSection(const SectionRef &S) {
  Expected<StringRef> Name = S.getName();
  if (!Name)
    return Name.takeError();
  return OutsideData::isLarge(*Name);
}

static Error check(const ObjectFile &O, const SectionRef &From, bool FromLarge,
                   const RelocationRef &R) {
  section_iterator To = O.section_end();
  if (symbol_iterator Symbol = R.getSymbol(); Symbol != O.symbol_end()) {
    Expected<section_iterator> Defined = Symbol->getSection();
    if (!Defined)
      return Defined.takeError();
    To = *Defined;
  }
  Expected<bool> ToLarge = To == O.section_end() ? false : isLargeSection(*To);
  if (!ToLarge)
    return ToLarge.takeError();
  // A section moves as a whole.
  if ((!FromLarge && !*ToLarge) || (To != O.section_end() && *To == From) ||
      !dependsOnDistance(uint32_t(R.getType()), FromLarge))
    return Error::success();
  SmallString<32> Type;
  R.getTypeName(Type);
  return make_error<StringError>(
      "jitslab: no window has room for the large data of " + O.getFileName() +
          ", and a relocation to or from it (" + Type +
          ") depends on distance; compile with -mcmodel=large",
      std::make_error_code(std::errc::result_out_of_range));
}

Error OutsideData::endObject(const ObjectFile &O) {
  if (std::exchange(Ended, Sections.size()) == Sections.size())
    return Error::success();
  for (const SectionRef &S : O.sections()) {
    Expected<section_iterator> From = S.getRelocatedSection();
    if (!From)
      return From.takeError();
    // Debug information is linked for no place.
    if (*From == O.section_end() ||
        !(ELFSectionRef(**From).getFlags() & ELF::SHF_ALLOC))
      continue;
    Expected<bool> FromLarge = isLargeSection(**From);
    if (!FromLarge)
      return FromLarge.takeError();
    for (const RelocationRef &R : S.relocations())
      if (Error Err = check(O, **From, *FromLarge, R))
        return Err;
  }
  return Error::success();
}

Error OutsideData::seal() {
  for (; Sealed != Sections.size(); ++Sealed)
    if (Sections[Sealed].IsReadOnly)
      if (Error Err = Sections[Sealed].Memory.makeReadOnly())
        return Err;
  return Error::success();
}

} // namespace jitslab
