//===- KnownSections.h - Sections that RuntimeDyld knows --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_KNOWNSECTIONS_H
#define JITSLAB_UNITTESTS_KNOWNSECTIONS_H

#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <vector>

namespace jitslab {

/// A RuntimeDyld that knows some sections, so that a memory manager can be told
/// of loaded objects without a linker that takes the time to load them.
class KnownSections {
public:
  /// \p Path: an object of as many sections as are wanted.
  explicit KnownSections(const std::string &Path)
      : File(llvm::cantFail(
            llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(Path)))),
        Object(
            llvm::cantFail(llvm::object::ObjectFile::createObjectFile(*File))),
        Dyld(Memory, Memory) {
    Dyld.setProcessAllSections(true);
    Dyld.loadObject(*Object);
  }

  /// The numbers of the sections.
  const std::vector<unsigned> &ids() const { return Memory.IDs; }
  llvm::RuntimeDyld &dyld() { return Dyld; }
  const llvm::object::ObjectFile &object() const { return *Object; }

private:
  struct Recorder final : llvm::SectionMemoryManager {
    std::vector<unsigned> IDs;
    uint8_t *allocateDataSection(uintptr_t Size, unsigned Align, unsigned ID,
                                 llvm::StringRef Name, bool ReadOnly) override {
      if (Name.find(".rodata.") == 0)
        IDs.push_back(ID);
      return SectionMemoryManager::allocateDataSection(Size, Align, ID, Name,
                                                       ReadOnly);
    }
  };

  std::unique_ptr<llvm::MemoryBuffer> File;
  std::unique_ptr<llvm::object::ObjectFile> Object;
  Recorder Memory;
  llvm::RuntimeDyld Dyld;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_KNOWNSECTIONS_H
