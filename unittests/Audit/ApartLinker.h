//===- ApartLinker.h - Links sections where a test wants them ---*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_APARTLINKER_H
#define JITSLAB_UNITTESTS_APARTLINKER_H

#include "Support/Catch.h"
#include "jitslab/RelocationAudit.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstring>
#include <map>
#include <memory>

namespace jitslab {

/// Links an object of any architecture in this process's heap, for made-up
/// addresses.
class ApartLinker : llvm::RuntimeDyld::MemoryManager, llvm::JITSymbolResolver {
public:
  struct Section {
    std::string Name;
    unsigned ID;
    std::unique_ptr<uint8_t[]> Memory;
    size_t Size;
  };

  /// What the one undefined symbol of the object is.
  static constexpr uint64_t Elsewhere = 0x123456789abc;

  /// Whether the audit is told where the GOT is.
  bool TellsGOT = true;

  /// Loads Inputs/<Name>.o. Without \p Stubs, branches of AArch64 go to their
  /// targets themselves.
  explicit ApartLinker(const std::string &Name, bool Stubs = true)
      : Stubs(Stubs), Dyld(*this, *this) {
    auto File =
        llvm::MemoryBuffer::getFile(JITSLAB_AUDIT_INPUTS "/" + Name + ".o");
    REQUIRE(File);
    Contents = std::move(*File);
    Object = valueOf(llvm::object::ObjectFile::createObjectFile(
        Contents->getMemBufferRef()));
    Info = Dyld.loadObject(*Object);
    REQUIRE_FALSE(Dyld.hasError());
    // Apart from each other and from everything that tests ask for.
    for (size_t I = 0; I != Sections.size(); ++I)
      Dyld.reassignSectionAddress(Sections[I].ID, 0x5000000 + 0x10000 * I);
  }

  /// From now on the section has this address.
  void put(llvm::StringRef Name, uint64_t Address) {
    Dyld.reassignSectionAddress(section(Name).ID, Address);
  }

  void link() {
    Dyld.resolveRelocations();
    REQUIRE_FALSE(Dyld.hasError());
  }

  Section &section(llvm::StringRef Name) {
    for (Section &S : Sections)
      if (S.Name == Name)
        return S;
    FAIL("no section " + Name.str());
    return Sections.front();
  }

  uint64_t addressOf(llvm::StringRef Name) {
    return Dyld.getSectionLoadAddress(section(Name).ID);
  }

  llvm::Expected<AuditResult> tryAudit() {
    LinkedObject O;
    O.File = Object.get();
    O.SectionAddress = [this](const llvm::object::SectionRef &S) {
      return Info->getSectionLoadAddress(S);
    };
    O.SymbolAddress = [this](llvm::StringRef Name) -> uint64_t {
      if (llvm::JITEvaluatedSymbol S = Dyld.getSymbol(Name))
        return S.getAddress();
      return Elsewhere;
    };
    O.Read = [this](uint64_t Address,
                    llvm::MutableArrayRef<uint8_t> To) -> llvm::Error {
      for (Section &S : Sections) {
        uint64_t Offset = Address - Dyld.getSectionLoadAddress(S.ID);
        if (Offset <= S.Size && S.Size - Offset >= To.size()) {
          std::memcpy(To.data(), S.Memory.get() + Offset, To.size());
          return llvm::Error::success();
        }
      }
      return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                     "no section is there");
    };
    if (TellsGOT) {
      uint64_t GOT = addressOf(".got");
      O.Added.push_back({GOT, GOT + section(".got").Size});
    }
    return auditRelocations(O);
  }
  AuditResult audit() { return valueOf(tryAudit()); }

  /// The problem of the relocation in this section; null if there is none.
  const RelocationProblem *problemIn(llvm::StringRef Name) {
    Last = audit();
    for (const RelocationProblem &P : Last.Problems)
      if (P.Section == Name)
        return &P;
    return nullptr;
  }

private:
  uint8_t *allocate(size_t Size, unsigned ID, llvm::StringRef Name) {
    // Alignment does not matter: nothing is executed.
    Sections.push_back(
        {Name.str(), ID, std::make_unique<uint8_t[]>(Size + 16), Size});
    return Sections.back().Memory.get();
  }
  uint8_t *allocateCodeSection(uintptr_t Size, unsigned, unsigned ID,
                               llvm::StringRef Name) override {
    return allocate(Size, ID, Name);
  }
  uint8_t *allocateDataSection(uintptr_t Size, unsigned, unsigned ID,
                               llvm::StringRef Name, bool) override {
    return allocate(Size, ID, Name);
  }
  bool allowStubAllocation() const override { return Stubs; }
  void registerEHFrames(uint8_t *, uint64_t, size_t) override {}
  void deregisterEHFrames() override {}
  bool finalizeMemory(std::string *) override { return false; }

  void lookup(const LookupSet &Symbols, OnResolvedFunction Done) override {
    LookupResult Result;
    for (llvm::StringRef Name : Symbols)
      Result[Name] =
          llvm::JITEvaluatedSymbol(Elsewhere, llvm::JITSymbolFlags::Exported);
    Done(std::move(Result));
  }
  llvm::Expected<LookupSet> getResponsibilitySet(const LookupSet &) override {
    return LookupSet();
  }

  const bool Stubs;
  std::vector<Section> Sections;
  std::unique_ptr<llvm::MemoryBuffer> Contents;
  std::unique_ptr<llvm::object::ObjectFile> Object;
  llvm::RuntimeDyld Dyld;
  std::unique_ptr<llvm::RuntimeDyld::LoadedObjectInfo> Info;
  AuditResult Last;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_APARTLINKER_H
