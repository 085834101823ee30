//===- TestLinker.h - Loads objects through RuntimeDyld ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_TESTLINKER_H
#define JITSLAB_UNITTESTS_TESTLINKER_H

#include "Support/InputObject.h"
#include "jitslab/RelocationAudit.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/JITEventListener.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/DynamicLibrary.h"
#include <map>
#include <memory>
#include <vector>

namespace jitslab {

/// A section that a memory manager handed out.
struct SectionRecord {
  std::string Name;
  /// Where it is written, and once its object is loaded where it runs.
  uintptr_t Start = 0;
  size_t Size = 0;
  size_t Align = 0;
  SegmentKind Kind = SegmentKind::Code;
  unsigned ID = 0;
};

/// A memory manager that notes down what it hands out.
template <typename Base> class Recording : public Base {
public:
  using Base::Base;

  std::vector<SectionRecord> Sections;

  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Align, unsigned ID,
                               llvm::StringRef Name) override {
    return note(Base::allocateCodeSection(Size, Align, ID, Name), Size, Align,
                Name, SegmentKind::Code, ID);
  }
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Align, unsigned ID,
                               llvm::StringRef Name, bool ReadOnly) override {
    return note(Base::allocateDataSection(Size, Align, ID, Name, ReadOnly),
                Size, Align, Name,
                ReadOnly ? SegmentKind::ROData : SegmentKind::RWData, ID);
  }

  using Base::notifyObjectLoaded;
  void notifyObjectLoaded(llvm::RuntimeDyld &Dyld,
                          const llvm::object::ObjectFile &Object) override {
    Base::notifyObjectLoaded(Dyld, Object);
    for (; Loaded != Sections.size(); ++Loaded)
      Sections[Loaded].Start = Dyld.getSectionLoadAddress(Sections[Loaded].ID);
  }

  void forgetSections() {
    Sections.clear();
    Loaded = 0;
  }

  /// The largest distance between a byte of code and one of another section.
  size_t largestDistance() const {
    size_t Largest = 0;
    for (const SectionRecord &Code : Sections)
      for (const SectionRecord &Other : Sections)
        if (Code.Kind == SegmentKind::Code)
          Largest =
              std::max<size_t>(Largest, std::max(Code.Start + Code.Size,
                                                 Other.Start + Other.Size) -
                                            std::min(Code.Start, Other.Start));
    return Largest;
  }

private:
  uint8_t *note(uint8_t *Start, size_t Size, size_t Align, llvm::StringRef Name,
                SegmentKind K, unsigned ID) {
    Sections.push_back(
        {Name.str(), reinterpret_cast<uintptr_t>(Start), Size, Align, K, ID});
    return Start;
  }

  size_t Loaded = 0;
};

/// One RuntimeDyld: the objects loaded into it see each other's symbols, those
/// added with define, and the process's.
class TestLinker : llvm::LegacyJITSymbolResolver {
public:
  explicit TestLinker(llvm::RTDyldMemoryManager &Memory)
      : Memory(Memory), Dyld(Memory, *this) {
    // Makes the process's own symbols known to LLVM.
    llvm::sys::DynamicLibrary::LoadLibraryPermanently(nullptr);
  }
  ~TestLinker() { Memory.deregisterEHFrames(); }

  template <typename T> void define(const std::string &Name, T *Address) {
    Defined[Name] = reinterpret_cast<uintptr_t>(Address);
  }

  /// Loads Inputs/<Name>.o.
  llvm::Error load(const std::string &Name) {
    auto Contents = inputObject(Name);
    if (!Contents)
      return Contents.takeError();
    auto Object = llvm::object::ObjectFile::createObjectFile(*Contents);
    if (!Object)
      return Object.takeError();
    Infos.push_back(Dyld.loadObject(**Object));
    Objects.push_back(std::move(*Object));
    return dyldError();
  }

  /// Relocates what was loaded, for a manager that seals it later.
  void relocate() { Dyld.resolveRelocations(); }

  /// Relocates and seals what was loaded.
  llvm::Error finalize() {
    Dyld.resolveRelocations();
    if (llvm::Error Err = dyldError())
      return Err;
    Dyld.registerEHFrames();
    std::string Message;
    if (Memory.finalizeMemory(&Message))
      return llvm::createStringError(llvm::inconvertibleErrorCode(), "%s",
                                     Message.c_str());
    return llvm::Error::success();
  }

  llvm::Error loadAll(std::initializer_list<const char *> Names) {
    for (const char *Name : Names)
      if (llvm::Error Err = load(Name))
        return Err;
    return finalize();
  }

  /// Tells \p Listener of what was loaded.
  void notify(llvm::JITEventListener &Listener) {
    for (size_t I = 0; I != Objects.size(); ++I)
      Listener.notifyObjectLoaded(/*Key=*/I + 1, *Objects[I], *Infos[I]);
  }

  uintptr_t addressOf(llvm::StringRef Name) const {
    return Dyld.getSymbol(Name).getAddress();
  }

  /// The loaded function \p Name, as a pointer to a function of type T.
  template <typename T> T *function(llvm::StringRef Name) const {
    return reinterpret_cast<T *>(addressOf(Name));
  }

  /// What the audit says of each object.
  llvm::Expected<std::vector<AuditResult>> audit() {
    std::vector<AuditResult> Results;
    for (size_t I = 0; I != Objects.size(); ++I) {
      auto Result = auditRelocations(
          *Objects[I], *Infos[I], [this](llvm::StringRef Name) -> uint64_t {
            if (uint64_t Own = addressOf(Name))
              return Own;
            return llvm::cantFail(findSymbol(Name.str()).getAddress());
          });
      if (!Result)
        return Result.takeError();
      Results.push_back(std::move(*Result));
    }
    return Results;
  }

private:
  llvm::JITSymbol findSymbol(const std::string &Name) override {
    auto I = Defined.find(Name);
    uint64_t Address =
        I != Defined.end()
            ? I->second
            : llvm::RTDyldMemoryManager::getSymbolAddressInProcess(Name);
    return llvm::JITSymbol(Address, llvm::JITSymbolFlags::Exported);
  }
  llvm::JITSymbol findSymbolInLogicalDylib(const std::string &) override {
    return nullptr;
  }

  llvm::Error dyldError() {
    if (!Dyld.hasError())
      return llvm::Error::success();
    return llvm::createStringError(llvm::inconvertibleErrorCode(), "%s",
                                   Dyld.getErrorString().str().c_str());
  }

  llvm::RTDyldMemoryManager &Memory;
  std::map<std::string, uintptr_t> Defined;
  std::vector<std::unique_ptr<llvm::object::ObjectFile>> Objects;
  llvm::RuntimeDyld Dyld;
  std::vector<std::unique_ptr<llvm::RuntimeDyld::LoadedObjectInfo>> Infos;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_TESTLINKER_H
