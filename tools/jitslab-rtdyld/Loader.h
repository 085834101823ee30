//===- Loader.h - Loads objects and links them ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_LOADER_H
#define JITSLAB_TOOLS_RTDYLD_LOADER_H

#include "AddressSpaceAdversary.h"
#include "MemoryManagers.h"
#include "RecordingMemoryManager.h"
#include "SymbolResolver.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include "llvm/Object/ObjectFile.h"
#include <string>
#include <vector>

namespace jitslab {

/// One RuntimeDyld with all that it needs. The loaded code lives as long as
/// this.
class Loader {
public:
  explicit Loader(NamedMemoryManager MM)
      : Memory(std::move(MM)), Recorder(*Memory.Manager),
        Dyld(Recorder, Resolver) {}

  llvm::Error addDylib(const std::string &Path) {
    return Resolver.addDylib(Path);
  }

  /// Loads the object file \p Path, which has to be for \p Arch.
  llvm::Error addObject(const std::string &Path, llvm::Triple::ArchType Arch);

  /// Occupies the free address space around the objects loaded so far, so that
  /// the next ones lie far away unless their memory has been reserved.
  llvm::Error scatter();

  /// Resolves all symbols and gives the memory its final access rights.
  llvm::Error link();

  /// The address of the function \p Name, defined by one of the objects; 0 if
  /// there is none. Fails if it is not code.
  llvm::Expected<uint64_t> findFunction(llvm::StringRef Name) const;

  const RecordingMemoryManager &recorder() const { return Recorder; }
  const llvm::RuntimeDyld &dyld() const { return Dyld; }
  /// Null when the memory manager has none.
  const Arena *arena() const { return Memory.Memory.get(); }
  size_t scatteredBytes() const { return Adversary.occupiedBytes(); }

private:
  AddressSpaceAdversary Adversary;
  NamedMemoryManager Memory;
  SymbolResolver Resolver;
  RecordingMemoryManager Recorder;
  llvm::RuntimeDyld Dyld;
  // RuntimeDyld's symbol table does not copy the names.
  std::vector<llvm::object::OwningBinary<llvm::object::ObjectFile>> Objects;
  std::string FirstFile;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_LOADER_H
