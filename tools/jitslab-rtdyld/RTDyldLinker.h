//===- RTDyldLinker.h - Loads objects with RuntimeDyld ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_RTDYLDLINKER_H
#define JITSLAB_TOOLS_RTDYLD_RTDYLDLINKER_H

#include "Linker.h"
#include "MemoryManagers.h"
#include "RecordingMemoryManager.h"
#include "SymbolResolver.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include <memory>
#include <vector>

namespace jitslab {

/// One RuntimeDyld with all that it needs.
class RTDyldLinker : public Linker {
public:
  explicit RTDyldLinker(NamedMemoryManager MM)
      : Memory(std::move(MM)), Recorder(*Memory.Manager),
        Dyld(Recorder, Resolver) {}

  llvm::Error addDylib(const std::string &Path) override {
    return Resolver.addDylib(Path);
  }
  llvm::Error addObject(InputFile File, Scatter &S) override;
  llvm::Error link() override;
  LoadedImage image() const override;
  llvm::Expected<AuditResult> audit(size_t Object) const override;
  llvm::Expected<uint64_t> findFunction(llvm::StringRef Name) override;
  const Arena *arena() const override { return Memory.TheArena.get(); }

  /// Resolves all symbols and leaves the memory writable.
  llvm::Error resolve();

  /// From now on, objects' sections have addresses of -verify or of another
  /// architecture: nothing of them is registered with this process.
  void forAnotherProcess() {
    Recorder.keepEHFramesToItself();
    InThisProcess = false;
  }

  SymbolResolver &resolver() { return Resolver; }
  RecordingMemoryManager &recorder() { return Recorder; }
  llvm::RuntimeDyld &dyld() { return Dyld; }
  size_t numObjects() const { return Objects.size(); }
  llvm::StringRef fileOf(size_t Object) const { return Objects[Object].Name; }
  const llvm::object::ObjectFile &objectFile(size_t Object) const {
    return *Objects[Object].File.getBinary();
  }

private:
  struct Loaded {
    std::string Name;
    // RuntimeDyld's symbol table does not copy the names.
    llvm::object::OwningBinary<llvm::object::ObjectFile> File;
    std::unique_ptr<llvm::RuntimeDyld::LoadedObjectInfo> Info;
  };

  /// Where an ELF object that was added since the last link has a relocation
  /// that RuntimeDyld does not link; empty if none is known.
  std::string unknownRelocation() const;
  /// The files since the last link, for messages.
  std::string newFiles() const;
  uint64_t addressOf(llvm::StringRef Symbol) const;
  /// \returns false if none of \p Sections has all of it.
  bool copyFrom(llvm::ArrayRef<RecordedSection> Sections, uint64_t Address,
                llvm::MutableArrayRef<uint8_t> To) const;

  NamedMemoryManager Memory;
  SymbolResolver Resolver;
  RecordingMemoryManager Recorder;
  llvm::RuntimeDyld Dyld;
  std::vector<Loaded> Objects;
  bool InThisProcess = true;
  size_t Linked = 0;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_RTDYLDLINKER_H
