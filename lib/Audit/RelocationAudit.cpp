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
#include "GOTSlots.h"
#include "Indirection.h"
#include "Judge.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ELFObjectFile.h"
#include <optional>

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

namespace {

using ELFT = ELF64LE;

class Auditor {
public:
  Auditor(const LinkedObject &O, const ELF64LEObjectFile &Object)
      : O(O), Object(Object), File(Object.getELFFile()),
        Machine(File.getHeader().e_machine), Symbols(O, Object), Slots(O) {}

  Expected<AuditResult> run() {
    if (Machine == ELF::EM_AARCH64)
      if (Error Err = forEachRelocation(&Auditor::collectSlotHalves))
        return Err;
    if (Error Err = forEachRelocation(&Auditor::auditRelocation))
      return Err;
    return Result;
  }

private:
  /// The section that is changed.
  struct Place {
    std::string Section;
    uint64_t Address;
    bool IsEHFrame;
    /// The relocation before this one has replaced the code of this one.
    bool AfterThreadLocal;
  };
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
    // Debug information is not loaded: readers use the file.
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
      if (!Addend) { // It was in the place, which has been overwritten.
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

  // RuntimeDyld replaces the code that calls __tls_get_addr by code that
  // computes the address. The next relocation, the call's, then has nothing to
  // change.
  bool replacesCall(const Relocation &R) const {
    return Machine == ELF::EM_X86_64 &&
           (R.Type == ELF::R_X86_64_TLSGD || R.Type == ELF::R_X86_64_TLSLD);
  }

  static bool needsGOTStart(Formula F) {
    return F == Formula::GOTStart || F == Formula::FromGOTStart;
  }

  // So that later each half of a slot's address finds the other one.
  Error collectSlotHalves(const Place &At, const Relocation &R) {
    std::optional<RelocationKind> Kind = relocationKind(Machine, R.Type);
    if (!Kind || (Kind->Computes != Formula::GOTPage &&
                  Kind->Computes != Formula::GOTPageOffset))
      return Error::success();
    uint8_t Bytes[8] = {};
    uint64_t P = At.Address + R.Offset;
    // auditRelocation reports what cannot be read.
    if (!canRead(O.Read, P, {Bytes, sizeOf(Kind->Where)}))
      return Error::success();
    uint64_t Encoded = readField(Kind->Where, Bytes);
    if (Kind->Computes == Formula::GOTPage)
      Slots.addPage({R.Symbol, R.Addend}, (P & PageMask) + Encoded);
    else
      Slots.addOffset({R.Symbol, R.Addend}, Encoded);
    return Error::success();
  }

  Error auditRelocation(const Place &At, const Relocation &R) {
    std::optional<RelocationKind> Kind = relocationKind(Machine, R.Type);
    if (!Kind || Kind->Computes == Formula::Unknown || At.AfterThreadLocal ||
        (needsGOTStart(Kind->Computes) && O.Added.empty())) {
      ++Result.NotChecked;
      return Error::success();
    }
    if (Kind->Computes == Formula::None)
      return Error::success();
    // The ABI allows values without a sign; unwinders read all with one.
    if (At.IsEHFrame && Kind->Where == Field::Word32 &&
        Kind->Computes == Formula::Relative)
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
    Use.IsAbsolute = Kind->Computes == Formula::Absolute;

    uint8_t Bytes[8];
    uint64_t P = At.Address + R.Offset;
    if (Error Err =
            O.Read(P, MutableArrayRef<uint8_t>(Bytes, sizeOf(Kind->Where))))
      return cannotRead(At, R, std::move(Err));
    judge(Result, Kind->Where, Bytes, std::move(Use),
          candidates(*Kind, *Symbol, Bytes, P, R));
    return Error::success();
  }

  static Error cannotRead(const Place &At, const Relocation &R, Error Err) {
    std::error_code Reason;
    std::string Why;
    handleAllErrors(std::move(Err), [&](const ErrorInfoBase &E) {
      Reason = E.convertToErrorCode();
      Why = E.message();
    });
    return make_error<StringError>(
        "section " + At.Section + ": the linked memory at offset 0x" +
            utohexstr(R.Offset, /*LowerCase=*/true) + " cannot be read: " + Why,
        Reason);
  }

  /// The values that may be in memory. The first one is what a problem reports
  /// when the one that was meant cannot be told.
  Candidates candidates(const RelocationKind &Kind,
                        const ReferredSymbol &Symbol, const uint8_t *Bytes,
                        uint64_t P, const Relocation &R) {
    const int64_t A = R.Addend;
    Candidates C;
    for (uint64_t S : Symbol.Addresses)
      if (std::optional<int64_t> Value = compute(Kind.Computes, S, A, P))
        C.push_back(*Value);
    int64_t Encoded = readField(Kind.Where, Bytes);
    switch (Kind.Computes) {
    case Formula::Branch: {
      // On x86-64 the addend is the distance to the end of the field. On
      // AArch64 the stub's target includes the addend.
      const bool IsX86 = Machine == ELF::EM_X86_64;
      GOTSlots::Addresses Wanted;
      for (uint64_t S : Symbol.Addresses)
        Wanted.push_back(IsX86 ? S : S + A);
      if (isStub(Machine, O.Read, P + Encoded - (IsX86 ? A : 0), Wanted))
        C.push_back(Encoded);
      break;
    }
    case Formula::GOTRelative:
      // The addend is part of the distance, not of what the slot holds.
      for (uint64_t G : Slots.findAt(Symbol.Addresses, P + Encoded - A))
        C.push_back(G + A - P);
      break;
    case Formula::GOTStart:
      for (const LinkedObject::Range &G : O.Added)
        C.push_back(G.Begin + A - P);
      break;
    case Formula::FromGOTStart:
      for (const LinkedObject::Range &G : O.Added)
        for (uint64_t S : Symbol.Addresses)
          C.push_back(S + A - G.Begin);
      break;
    case Formula::GOTPage:
      for (uint64_t G : slots(Symbol, R))
        C.push_back((G & PageMask) - (P & PageMask));
      break;
    case Formula::GOTPageOffset:
      for (uint64_t G : slots(Symbol, R))
        C.push_back(G & ~PageMask);
      break;
    default:
      break;
    }
    return C;
  }

  GOTSlots::Addresses slots(const ReferredSymbol &Symbol, const Relocation &R) {
    GOTSlots::Addresses Wanted;
    for (uint64_t S : Symbol.Addresses)
      Wanted.push_back(S + R.Addend);
    return Slots.findFor(Wanted, {R.Symbol, R.Addend});
  }

  const LinkedObject &O;
  const ELF64LEObjectFile &Object;
  const ELFFile<ELFT> &File;
  const uint16_t Machine;
  SymbolFinder Symbols;
  GOTSlots Slots;
  AuditResult Result;
};

} // namespace
} // namespace jitslab

Expected<jitslab::AuditResult>
jitslab::auditRelocations(const LinkedObject &O) {
  const auto *Object = dyn_cast<ELF64LEObjectFile>(O.File);
  if (!Object || (Object->getArch() != Triple::x86_64 &&
                  Object->getArch() != Triple::aarch64))
    return createStringError(
        std::make_error_code(std::errc::not_supported),
        "only ELF objects of x86-64 and AArch64 can be audited");
  return Auditor(O, *Object).run();
}

Expected<jitslab::AuditResult>
jitslab::auditRelocations(const ObjectFile &File,
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
