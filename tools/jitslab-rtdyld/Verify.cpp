//===- Verify.cpp - The -verify action ------------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Verify.h"
#include "Diagnostics.h"
#include "Disassembler.h"
#include "InputFile.h"
#include "LLVMCompat.h"
#include "TargetAddresses.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ExecutionEngine/RuntimeDyldChecker.h"
#include "llvm/Support/Debug.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/TargetSelect.h"

using namespace llvm;

namespace jitslab {

using Region = RuntimeDyldChecker::MemoryRegionInfo;

// What llvm-rtdyld's checks begin with.
static constexpr char RulePrefix[] = "# rtdyld-check:";

class Verifier::Impl {
public:
  Impl(RTDyldLinker &L, const LoaderOptions &O)
      : L(L), O(O), Target(Triple::normalize(O.Triple)) {}

  Error start() {
    InitializeAllTargetInfos();
    InitializeAllTargetMCs();
    InitializeAllDisassemblers();
    auto D = Disassembler::create(Target, O.CPU);
    if (!D)
      return D.takeError();
    Decoder = std::move(*D);
    L.forAnotherProcess();
    L.dyld().setProcessAllSections(true);
    L.dyld().setNotifyStubEmitted([this](StringRef File, StringRef Section,
                                         StringRef Symbol, unsigned SectionID,
                                         uint32_t Offset) {
      std::string Container = (sys::path::filename(File) + "/" + Section).str();
      Stubs[Container][Symbol] = {SectionID, Offset};
    });
    return Error::success();
  }

  Error makeUpAddresses() {
    if (Error Err = jitslab::makeUpAddresses(L, O))
      return Err;
    return defineDummySymbols(L, O);
  }

  Error check();

private:
  struct Stub {
    unsigned SectionID;
    uint32_t Offset;
  };

  std::unique_ptr<RuntimeDyldChecker> makeChecker();

  bool isSymbolValid(StringRef Name) const {
    return L.dyld().getSymbol(Name) || L.resolver().find(Name) != 0;
  }

  Expected<Region> symbol(StringRef Name) const {
    Region Result;
    RuntimeDyld &Dyld = L.dyld();
    JITEvaluatedSymbol Own = Dyld.getSymbol(Name);
    uint64_t Address = Own ? Own.getAddress() : L.resolver().find(Name);
    if (!Address)
      return make_error<StringError>("Could not find definition for \"" + Name +
                                         "\"",
                                     inconvertibleErrorCode());
    Result.setTargetAddress(Address);
    void *Local = Dyld.getSymbolLocalAddress(Name);
    unsigned SectionID = Local ? Dyld.getSymbolSectionID(Name) : ~0u;
    // Absolute symbols have no contents.
    if (SectionID != ~0u) {
      StringRef Section = Dyld.getSectionContent(SectionID);
      auto *Begin = static_cast<const char *>(Local);
      Result.setContent(
          ArrayRef<char>(Begin, Section.data() + Section.size() - Begin));
#if JITSLAB_LLVM_CHECKER_TAKES_TRIPLE
      Result.setTargetFlags(Own.getFlags().getTargetFlags());
#endif
    }
    return Result;
  }

  Expected<Region> section(StringRef File, StringRef Name) const {
    auto Section = findSection(L, File, Name);
    if (!Section)
      return Section.takeError();
    return contentsFrom((*Section)->ID, 0);
  }

  Expected<Region> stub(StringRef Container, StringRef Symbol) const {
    auto In = Stubs.find(Container);
    if (In == Stubs.end())
      return make_error<StringError>("Stub container not found: " + Container,
                                     inconvertibleErrorCode());
    auto At = In->second.find(Symbol);
    if (At == In->second.end())
      return make_error<StringError>("Symbol name " + Symbol +
                                         " in stub container " + Container,
                                     inconvertibleErrorCode());
    return contentsFrom(At->second.SectionID, At->second.Offset);
  }

  Region contentsFrom(unsigned SectionID, uint64_t Offset) const {
    Region Result;
    Result.setTargetAddress(L.dyld().getSectionLoadAddress(SectionID) + Offset);
    StringRef Contents = L.dyld().getSectionContent(SectionID).substr(Offset);
    Result.setContent(ArrayRef<char>(Contents.data(), Contents.size()));
    return Result;
  }

  RTDyldLinker &L;
  const LoaderOptions &O;
  const Triple Target;
  std::unique_ptr<Disassembler> Decoder;
  StringMap<StringMap<Stub>> Stubs;
};

std::unique_ptr<RuntimeDyldChecker> Verifier::Impl::makeChecker() {
  auto IsValid = [this](StringRef Name) { return isSymbolValid(Name); };
  auto Symbol = [this](StringRef Name) { return symbol(Name); };
  auto Section = [this](StringRef File, StringRef Name) {
    return section(File, Name);
  };
  auto GOT = [this](StringRef Container, StringRef Name) {
    return stub(Container, Name);
  };
  const object::ObjectFile &First = L.objectFile(0);
#if JITSLAB_LLVM_CHECKER_TAKES_TRIPLE
  auto Stub = [this](StringRef Container, StringRef Name, StringRef) {
    return stub(Container, Name);
  };
  return std::make_unique<RuntimeDyldChecker>(
      IsValid, Symbol, Section, Stub, GOT,
      First.isLittleEndian() ? endianness::little : endianness::big, Target,
      O.CPU, SubtargetFeatures(), errs());
#else
  return std::make_unique<RuntimeDyldChecker>(
      IsValid, Symbol, Section, /*Stub=*/GOT, GOT,
      First.isLittleEndian() ? support::little : support::big,
      &Decoder->disassembler(), &Decoder->printer(), errs());
#endif
}

Error Verifier::Impl::check() {
  std::unique_ptr<RuntimeDyldChecker> Checker = makeChecker();
  for (const std::string &File : O.CheckFiles) {
    WorkingOn Checking(File);
    auto Contents = readFile(File);
    if (!Contents)
      return errorIn(File,
                     "unable to read input: " + toString(Contents.takeError()));
    if (!Checker->checkAllRulesInBuffer(RulePrefix, Contents->get()))
      return make_error<StringError>("some checks in '" + File + "' failed",
                                     inconvertibleErrorCode());
  }
  return Error::success();
}

Verifier::Verifier(RTDyldLinker &L, const LoaderOptions &O)
    : I(std::make_unique<Impl>(L, O)) {}

Verifier::~Verifier() = default;

Expected<std::unique_ptr<Verifier>> Verifier::create(RTDyldLinker &L,
                                                     const LoaderOptions &O) {
  if (O.Triple.empty())
    return make_error<StringError>(
        "-triple required when running in -verify mode.",
        inconvertibleErrorCode());
  std::unique_ptr<Verifier> V(new Verifier(L, O));
  if (Error Err = V->I->start())
    return Err;
  return V;
}

Error Verifier::makeUpAddresses() { return I->makeUpAddresses(); }
Error Verifier::check() { return I->check(); }

} // namespace jitslab
