//===- TargetAddresses.cpp - Addresses that -verify makes up --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TargetAddresses.h"
#include "Platform/VirtualMemory.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"
#include <map>
#include <set>

using namespace llvm;

namespace jitslab {

static Error invalid(const Twine &What) {
  return make_error<StringError>(What, inconvertibleErrorCode());
}

Expected<const RecordedSection *> findSection(RTDyldLinker &L, StringRef File,
                                              StringRef Section) {
  const RecordedSection *Found = nullptr;
  bool FileExists = false;
  for (size_t I = 0; I != L.numObjects(); ++I)
    FileExists |= sys::path::filename(L.fileOf(I)) == File;
  if (!FileExists)
    return invalid("No file named " + File);
  for (const RecordedSection &S : L.recorder().sections())
    if (S.Name == Section && sys::path::filename(L.fileOf(S.Object)) == File)
      Found = &S;
  if (!Found)
    return invalid("No section named \"" + Section + "\" in file " + File);
  return Found;
}

namespace {

class AddressMaker {
public:
  AddressMaker(RTDyldLinker &L, const LoaderOptions &O)
      : L(L), O(O.TargetAddresses), End(endOf(O)),
        // One block of memory has no pages of its own for each section.
        Unit(O.Preallocate ? 1 : VirtualMemory::system().pageSize()) {}

  Error run() {
    for (const std::string &Mapping : O.Sections)
      if (Error Err = placeAsAsked(Mapping))
        return Err;
    ArrayRef<RecordedSection> Sections = L.recorder().sections();
    for (bool Code : {true, false})
      for (const RecordedSection &S : Sections)
        // Sections that were not loaded have no address.
        if ((S.Kind == SegmentKind::Code) == Code && !Placed.count(S.ID) &&
            L.dyld().getSectionLoadAddress(S.ID))
          if (Error Err = placeSomewhere(S))
            return Err;
    return Error::success();
  }

private:
  static uint64_t endOf(const LoaderOptions &O) {
    if (O.TargetAddresses.End)
      return *O.TargetAddresses.End;
    Triple T(Triple::normalize(O.Triple));
    if (T.isArch16Bit())
      return maxUIntN(16);
    return T.isArch32Bit() ? maxUIntN(32) : UINT64_MAX;
  }

  uint64_t sizeOf(const RecordedSection &S) const {
    return alignTo(std::max<uint64_t>(S.Size, 1),
                   Unit == 1 ? std::max<uint64_t>(S.Align, 1) : Unit);
  }

  // "<file>,<section>=<address>"
  Error placeAsAsked(StringRef Mapping) {
    auto [Where, Number] = Mapping.split('=');
    auto [File, Name] = Where.split(',');
    if (Where.find(',') == StringRef::npos)
      return invalid("Invalid section specification '" + Mapping +
                     "'. Should be '<file name>,<section name>=<addr>'");
    auto Section = findSection(L, File, Name);
    if (!Section)
      return Section.takeError();
    uint64_t Address;
    if (Number.getAsInteger(0, Address))
      return invalid("Invalid section address in mapping '" + Mapping + "'.");
    place(**Section, Address);
    return Error::success();
  }

  Error placeSomewhere(const RecordedSection &S) {
    uint64_t Next = O.Start, Size = sizeOf(S);
    for (auto [Begin, Taken] : Used) {
      if (Next + Size + O.Separation <= Begin)
        break;
      Next = Begin + Taken + O.Separation;
    }
    if (Next > End || End - Next < Size - 1)
      return invalid(
          "section " + S.Name + " of " + L.fileOf(S.Object) +
          " does not fit below the end of the target's addresses, 0x" +
          utohexstr(End, /*LowerCase=*/true) +
          " (-target-addr-end, -target-section-sep)");
    place(S, Next);
    return Error::success();
  }

  void place(const RecordedSection &S, uint64_t Address) {
    L.dyld().reassignSectionAddress(S.ID, Address);
    Used[Address] = sizeOf(S);
    Placed.insert(S.ID);
  }

  RTDyldLinker &L;
  const TargetAddressOptions &O;
  const uint64_t End;
  const uint64_t Unit;
  std::map<uint64_t, uint64_t> Used;
  std::set<unsigned> Placed;
};

} // namespace

Error makeUpAddresses(RTDyldLinker &L, const LoaderOptions &O) {
  return AddressMaker(L, O).run();
}

Error defineDummySymbols(RTDyldLinker &L, const LoaderOptions &O) {
  for (StringRef Mapping : O.TargetAddresses.DummySymbols) {
    auto [Symbol, Number] = Mapping.split('=');
    if (Symbol.size() == Mapping.size())
      return invalid("Invalid dummy symbol specification '" + Mapping +
                     "'. Should be '<symbol name>=<addr>'");
    uint64_t Address;
    if (Number.getAsInteger(0, Address))
      return invalid("Invalid symbol mapping '" + Mapping + "'.");
    L.resolver().define(Symbol, Address);
  }
  return Error::success();
}

} // namespace jitslab
