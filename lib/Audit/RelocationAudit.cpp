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
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ELFObjectFile.h"
#include <cerrno>
#include <map>
#include <optional>
#include <set>

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

namespace {

using ELFT = ELF64LE;

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
  // What all relocations of one section share.
  struct Place {
    std::string Section;
    uint64_t Address;
    bool IsEHFrame;
    /// The relocation before this one has changed what this one would.
    bool AfterThreadLocal;
  };
  using Addresses = SmallVector<uint64_t, 2>;
  struct Relocation {
    uint64_t Offset;
    uint32_t Type;
    /// Its number in the symbol table; 0: none.
    uint32_t Symbol;
    int64_t Addend;
    RelocationRef Ref;
  };

  using Visitor = Error (Auditor::*)(const Place &, const Relocation &);

  Error forEachRelocation(Visitor Visit) {
    for (const SectionRef &S : Object.sections()) {
      Expected<section_iterator> Target = S.getRelocatedSection();
      if (!Target)
        return Target.takeError();
      if (*Target != Object.section_end())
        if (Error Err = visitSection(S, **Target, Visit))
          return Err;
    }
    return Error::success();
  }

  Error visitSection(const SectionRef &Relocations, const SectionRef &Target,
                     Visitor Visit) {
    // Debug information is read where it lies in the file.
    if (!(ELFSectionRef(Target).getFlags() & ELF::SHF_ALLOC))
      return Error::success();
    uint64_t Address = O.SectionAddress(Target);
    if (!Address)
      return Error::success();
    Expected<StringRef> Name = Target.getName();
    if (!Name)
      return Name.takeError();
    Place At = {Name->str(), Address, *Name == ".eh_frame", false};
    for (const ELFRelocationRef R : Relocations.relocations()) {
      Expected<int64_t> Addend = R.getAddend();
      if (!Addend) { // It is in the place that was changed.
        consumeError(Addend.takeError());
        countUncheckable(Visit);
        continue;
      }
      symbol_iterator Symbol = R.getSymbol();
      Relocation Each = {R.getOffset(), uint32_t(R.getType()), 0, *Addend, R};
      if (Symbol != Object.symbol_end())
        Each.Symbol = Symbol->getRawDataRefImpl().d.b;
      if (Error Err = (this->*Visit)(At, Each))
        return Err;
      At.AfterThreadLocal = replacesCall(Each);
    }
    return Error::success();
  }

  void countUncheckable(Visitor Visit) {
    if (Visit == &Auditor::auditRelocation)
      ++Result.NotChecked;
  }

  // Code that asks __tls_get_addr for an address becomes code that computes it.
  // The call, whose relocation follows, is no more.
  bool replacesCall(const Relocation &R) const {
    return Machine == ELF::EM_X86_64 &&
           (R.Type == ELF::R_X86_64_TLSGD || R.Type == ELF::R_X86_64_TLSLD);
  }

  // ADRP has the page of a slot and LDR the place in it: each leads to the slot
  // only together with another one that refers to the same.
  Error collectSlotHalves(const Place &At, const Relocation &R) {
    std::optional<RelocationKind> Kind = relocationKind(Machine, R.Type);
    if (!Kind || (Kind->Value != Meaning::GOTPage &&
                  Kind->Value != Meaning::GOTPageOffset))
      return Error::success();
    uint8_t Bytes[8];
    uint64_t P = At.Address + R.Offset;
    // What cannot be read is an error of the audit itself.
    if (!O.Read(P, MutableArrayRef<uint8_t>(Bytes, sizeOf(Kind->Where))))
      return Error::success();
    uint64_t Encoded = readField(Kind->Where, Bytes);
    SlotHalves &H = Halves[{R.Symbol, R.Addend}];
    if (Kind->Value == Meaning::GOTPage)
      H.Pages.insert((P & PageMask) + Encoded);
    else
      H.Offsets.insert(Encoded);
    return Error::success();
  }

  Error auditRelocation(const Place &At, const Relocation &R) {
    std::optional<RelocationKind> Kind = relocationKind(Machine, R.Type);
    if (!Kind || Kind->Value == Meaning::Unknown || At.AfterThreadLocal ||
        (Kind->Value == Meaning::GOTStart && O.Added.empty())) {
      ++Result.NotChecked;
      return Error::success();
    }
    if (Kind->Value == Meaning::None)
      return Error::success();
    // Unwinders extend the sign, whatever the ABI lets linkers encode.
    if (At.IsEHFrame && Kind->Where == Field::Word32 &&
        Kind->Value == Meaning::Relative)
      Kind->Range = signedLimits(32);

    Expected<ReferredSymbol> Symbol = Symbols.find(R.Ref);
    if (!Symbol)
      return Symbol.takeError();
    if (Symbol->IsThreadLocal) {
      ++Result.NotChecked;
      return Error::success();
    }

    RelocationUse Use;
    Use.Section = At.Section;
    Use.Offset = R.Offset;
    SmallString<32> TypeName;
    File.getRelocationTypeName(R.Type, TypeName);
    Use.Type = TypeName.str().str();
    Use.Target = Symbol->Name;
    Use.Min = Kind->Range.Min;
    Use.Max = Kind->Range.Max;

    uint8_t Bytes[8];
    uint64_t P = At.Address + R.Offset;
    errno = 0;
    if (!O.Read(P, MutableArrayRef<uint8_t>(Bytes, sizeOf(Kind->Where))))
      return cannotRead(At, R);
    judge(Result, Kind->Where, Bytes, std::move(Use),
          candidates(*Kind, *Symbol, Bytes, P, R));
    return Error::success();
  }

  static Error cannotRead(const Place &At, const Relocation &R) {
    std::error_code Reason(errno, std::generic_category());
    std::string Text =
        "section " + At.Section + ": the linked memory at offset 0x" +
        utohexstr(R.Offset, /*LowerCase=*/true) + " cannot be read";
    if (!Reason)
      return make_error<StringError>(Text, inconvertibleErrorCode());
    return make_error<StringError>(Text + ": " + Reason.message(), Reason);
  }

  // What may be encoded. The first one is reported if none is.
  Candidates candidates(const RelocationKind &Kind,
                        const ReferredSymbol &Symbol, const uint8_t *Bytes,
                        uint64_t P, const Relocation &R) {
    const int64_t A = R.Addend;
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
      // x86-64 counts from the end of the field, which is in the addend; that
      // of AArch64 is added to the symbol by the stub.
      const bool IsX86 = Machine == ELF::EM_X86_64;
      Addresses Wanted;
      for (uint64_t S : Symbol.Addresses)
        Wanted.push_back(IsX86 ? S : S + A);
      if (isStub(Machine, O.Read, P + Encoded - (IsX86 ? A : 0), Wanted))
        C.push_back(Encoded);
      break;
    }
    case Meaning::GOTRelative:
      // The addend counts from the place, not from the symbol.
      for (uint64_t G : slots(Symbol.Addresses, P + Encoded - A))
        C.push_back(G + A - P);
      break;
    case Meaning::GOTStart:
      for (const LinkedObject::Range &G : O.Added)
        C.push_back(G.Begin + A - P);
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

  // Where the slot with one of Wanted is: every place to which the code leads,
  // or else every place in the linker's own memory that holds it.
  Addresses slots(ArrayRef<uint64_t> Wanted, ArrayRef<uint64_t> LedTo) {
    Addresses Found;
    for (uint64_t Hint : LedTo)
      if (holdsOneOf(O.Read, Hint, Wanted))
        Found.push_back(Hint);
    if (!Found.empty())
      return Found;
    if (!GOT)
      GOT = readSlots(O);
    for (uint64_t W : Wanted)
      for (auto [It, End] = GOT->equal_range(W); It != End; ++It)
        Found.push_back(It->second);
    return Found;
  }

  Addresses slots(const ReferredSymbol &Symbol, const Relocation &R) {
    Addresses Wanted, LedTo;
    for (uint64_t S : Symbol.Addresses)
      Wanted.push_back(S + R.Addend);
    const SlotHalves &H = Halves[{R.Symbol, R.Addend}];
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
