//===- PlainManager.cpp - Managers that are all LLVM's ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlainManager.h"
#include "ArenaMapper.h"
#include <cstring>

using namespace llvm;

namespace jitslab {

namespace {
/// Only its address matters.
class ProbeMapper final : public SectionMemoryManager::MemoryMapper {
  using Purpose = SectionMemoryManager::AllocationPurpose;
  sys::MemoryBlock allocateMappedMemory(Purpose, size_t,
                                        const sys::MemoryBlock *, unsigned,
                                        std::error_code &) override {
    return {};
  }
  std::error_code protectMappedMemory(const sys::MemoryBlock &,
                                      unsigned) override {
    return {};
  }
  std::error_code releaseMappedMemory(sys::MemoryBlock &) override {
    return {};
  }
};
} // namespace

static const void *wordAt(const void *Place) {
  const void *Word;
  std::memcpy(&Word, Place, sizeof(Word));
  return Word;
}

static const void *wordOf(const SectionMemoryManager &M, size_t Offset) {
  return wordAt(reinterpret_cast<const char *>(&M) + Offset);
}

/// Where a SectionMemoryManager has the private pointer to its mapper: that
/// differs between versions. The size of one if it is not found.
static size_t mapperOffset() {
  ProbeMapper Probe;
  SectionMemoryManager M(&Probe);
  size_t Offset = 0;
  while (Offset != sizeof(M) && wordOf(M, Offset) != &Probe)
    Offset += sizeof(void *);
  return Offset;
}

static thread_local bool Comparing = false;

bool isComparing() { return Comparing; }

bool mapsAsLLVM(const SectionMemoryManager &M) {
  size_t Offset = mapperOffset();
  if (Offset == sizeof(M))
    return false;
  if (wordOf(M, Offset) == &ArenaMapper::get())
    return true;
  // Of the same class: what it begins with is the address of its functions.
  Comparing = true;
  SectionMemoryManager Default;
  Comparing = false;
  return wordAt(wordOf(M, Offset)) == wordAt(wordOf(Default, Offset));
}

} // namespace jitslab
