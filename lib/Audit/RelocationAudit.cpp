//===- RelocationAudit.cpp - Did the linker encode what it meant? ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/RelocationAudit.h"
#include "ELFRelocations.h"
#include "ELFSymbols.h"
#include "Indirection.h"
#include "Judge.h"
#include "llvm/Object/ELFObjectFile.h"
#include <map>
#include <optional>
#include <set>

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

namespace {

using ELFT = ELF64LE;
using Shdr = ELFT::Shdr;

constexpr uint64_t PageMask = ~uint64_t(0xfff);

class Auditor {
public:
  Auditor(const LinkedObject &O, const ELF64LEObjectFile &Object)
      : O(O), Object(Object), File(Object.getELFFile()),
        Machine(File.getHeader().e_machine), Symbols(O, Object) {}

  Expected<AuditResult> run() {
    if (Machine == ELF::EM_AARCH64)
      if (Error Err = forEachRelocation(&Auditor::collectSlotHalves))
        return Err;
    if (Error Err = forEachRelocation(&Auditor::auditRelocation))
      return Err;
    return Result;
  }

private:
  // What all relocations of one table share.
  struct Table {
    const Shdr *Symbols;
    std::string Section;
    uint64_t Address;
    bool IsEHFrame;
  };

  using Visitor = Error (Auditor::*)(const Table &, const ELFT::Rela &);

  Error forEachRelocation(Visitor Visit) {
    auto Sections = File.sections();
    if (!Sections)
      return Sections.takeError();
    for (const Shdr &S : *Sections)
      if (S.sh_type == ELF::SHT_RELA)
        if (Error Err = visitTable(S, Visit))
          return Err;
    return Error::success();
  }

  Error visitTable(const Shdr &Relocations, Visitor Visit) {
    auto Target = File.getSection(Relocations.sh_info);
    if (!Target)
      return Target.takeError();
    // Debug information is read where it lies in the file.
    if (!((*Target)->sh_flags & ELF::SHF_ALLOC))
      return Error::success();
    uint64_t Address = O.SectionAddress(Object.toSectionRef(*Target));
    if (!Address)
      return Error::success();
    auto SymbolTable = File.getSection(Relocations.sh_link);
    if (!SymbolTable)
      return SymbolTable.takeError();
    auto Name = File.getSectionName(**Target);
    if (!Name)
      return Name.takeError();
    auto Entries = File.relas(Relocations);
    if (!Entries)
      return Entries.takeError();
    Table T = {*SymbolTable, Name->str(), Address, *Name == ".eh_frame"};
    for (const ELFT::Rela &R : *Entries)
      if (Error Err = (this->*Visit)(T, R))
        return Err;
    return Error::success();
  }

  // ADRP has the page of a slot and LDR the place in it: each leads to the slot
  // only together with another one that refers to the same.
  Error collectSlotHalves(const Table &T, const ELFT::Rela &R) {
    std::optional<RelocationKind> Kind =
        relocationKind(Machine, R.getType(false));
    if (!Kind || (Kind->Value != Meaning::GOTPage &&
                  Kind->Value != Meaning::GOTPageOffset))
      return Error::success();
    uint8_t Bytes[8];
    uint64_t P = T.Address + R.r_offset;
    // What cannot be read is an error of the audit itself.
    if (!O.Read(P, MutableArrayRef<uint8_t>(Bytes, sizeOf(Kind->Where))))
      return Error::success();
    uint64_t Encoded = readField(Kind->Where, Bytes);
    SlotHalves &H = Halves[{R.getSymbol(false), R.r_addend}];
    if (Kind->Value == Meaning::GOTPage)
      H.Pages.insert((P & PageMask) + Encoded);
    else
      H.Offsets.insert(Encoded);
    return Error::success();
  }

  Error auditRelocation(const Table &T, const ELFT::Rela &R) {
    uint32_t Type = R.getType(false);
    std::optional<RelocationKind> Kind = relocationKind(Machine, Type);
    if (!Kind || Kind->Value == Meaning::Unknown) {
      ++Result.NotChecked;
      return Error::success();
    }
    if (Kind->Value == Meaning::None)
      return Error::success();
    // Unwinders extend the sign, whatever the ABI lets linkers encode.
    if (T.IsEHFrame && Kind->Where == Field::Word32 &&
        Kind->Value == Meaning::Relative)
      Kind->Range = signedLimits(32);

    Expected<ReferredSymbol> Symbol =
        Symbols.find(*T.Symbols, R.getSymbol(false));
    if (!Symbol)
      return Symbol.takeError();
    if (Symbol->IsThreadLocal) {
      ++Result.NotChecked;
      return Error::success();
    }

    RelocationUse Use;
    Use.Section = T.Section;
    Use.Offset = R.r_offset;
    SmallString<32> TypeName;
    File.getRelocationTypeName(Type, TypeName);
    Use.Type = TypeName.str().str();
    Use.Target = Symbol->Name;
    Use.Min = Kind->Range.Min;
    Use.Max = Kind->Range.Max;

    uint8_t Bytes[8];
    uint64_t P = T.Address + R.r_offset;
    if (!O.Read(P, MutableArrayRef<uint8_t>(Bytes, sizeOf(Kind->Where))))
      return createStringError(
          inconvertibleErrorCode(),
          "section %s: the linked memory at offset 0x%llx cannot be read",
          T.Section.c_str(), static_cast<unsigned long long>(R.r_offset));
    judge(Result, Kind->Where, Bytes, std::move(Use),
          candidates(*Kind, *Symbol, Bytes, P, R));
    return Error::success();
  }

  // What may be encoded. The first one is reported if none is.
  Candidates candidates(const RelocationKind &Kind,
                        const ReferredSymbol &Symbol, const uint8_t *Bytes,
                        uint64_t P, const ELFT::Rela &R) {
    const int64_t A = R.r_addend;
    Candidates C;
    for (uint64_t S : Symbol.Addresses) {
      switch (Kind.Value) {
      case Meaning::Absolute:
        C.push_back(S + A);
        break;
      case Meaning::Relative:
      case Meaning::Branch:
        C.push_back(S + A - P);
        break;
      case Meaning::Page:
        C.push_back(((S + A) & PageMask) - (P & PageMask));
        break;
      case Meaning::PageOffset:
        C.push_back((S + A) & ~PageMask);
        break;
      default:
        break;
      }
    }
    int64_t Encoded = readField(Kind.Where, Bytes);
    switch (Kind.Value) {
    case Meaning::Branch: {
      // x86-64 counts from the end of the field, which is in the addend.
      uint64_t To = P + Encoded - (Machine == ELF::EM_X86_64 ? A : 0);
      if (isStub(Machine, O.Read, To, Symbol.Addresses))
        C.push_back(Encoded);
      break;
    }
    case Meaning::GOTRelative:
      // The addend counts from the place, not from the symbol.
      for (uint64_t G : slots(Symbol.Addresses, P + Encoded - A))
        C.push_back(G + A - P);
      break;
    case Meaning::GOTPage:
      for (uint64_t G : slots(Symbol, R))
        C.push_back((G & PageMask) - (P & PageMask));
      break;
    case Meaning::GOTPageOffset:
      for (uint64_t G : slots(Symbol, R))
        C.push_back(G & ~PageMask);
      break;
    default:
      break;
    }
    return C;
  }

  using Addresses = SmallVector<uint64_t, 2>;

  // Where the slot with one of Wanted is: every place to which the code leads
  // and every place in the linker's own memory that holds it.
  Addresses slots(ArrayRef<uint64_t> Wanted, ArrayRef<uint64_t> LedTo) {
    Addresses Found;
    for (uint64_t Hint : LedTo)
      if (holdsOneOf(O.Read, Hint, Wanted))
        Found.push_back(Hint);
    if (!GOT)
      GOT = readSlots(O);
    for (uint64_t W : Wanted)
      for (auto [It, End] = GOT->equal_range(W); It != End; ++It)
        Found.push_back(It->second);
    return Found;
  }

  Addresses slots(const ReferredSymbol &Symbol, const ELFT::Rela &R) {
    Addresses Wanted, LedTo;
    for (uint64_t S : Symbol.Addresses)
      Wanted.push_back(S + R.r_addend);
    const SlotHalves &H = Halves[{R.getSymbol(false), R.r_addend}];
    for (uint64_t Page : H.Pages)
      for (uint64_t Offset : H.Offsets)
        LedTo.push_back(Page + Offset);
    return slots(Wanted, LedTo);
  }

  struct SlotHalves {
    std::set<uint64_t> Pages, Offsets;
  };

  const LinkedObject &O;
  const ELF64LEObjectFile &Object;
  const ELFFile<ELFT> &File;
  const uint16_t Machine;
  SymbolFinder Symbols;
  // By symbol and addend: each pair of them has its slot.
  std::map<std::pair<uint32_t, int64_t>, SlotHalves> Halves;
  std::optional<SlotMap> GOT;
  AuditResult Result;
};

} // namespace

Expected<AuditResult> auditRelocations(const LinkedObject &O) {
  const auto *Object = dyn_cast<ELF64LEObjectFile>(O.File);
  if (!Object || (Object->getArch() != Triple::x86_64 &&
                  Object->getArch() != Triple::aarch64))
    return createStringError(
        std::make_error_code(std::errc::not_supported),
        "only ELF objects of x86-64 and AArch64 can be audited");
  return Auditor(O, *Object).run();
}

Expected<AuditResult>
auditRelocations(const ObjectFile &File,
                 const RuntimeDyld::LoadedObjectInfo &Info,
                 std::function<uint64_t(StringRef)> SymbolAddress) {
  LinkedObject O;
  O.File = &File;
  O.SectionAddress = [&Info](const SectionRef &S) {
    return Info.getSectionLoadAddress(S);
  };
  O.SymbolAddress = std::move(SymbolAddress);
  O.Read = ownMemory();
  return auditRelocations(O);
}

} // namespace jitslab
