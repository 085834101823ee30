//===- Linkers.cpp - The linkers, and an arena without one ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../RTDyldLinker.h"
#include "Scale.h"
#include "jitslab/Config.h"
#include "jitslab/ReservingMemoryManager.h"
#if JITSLAB_HAS_JITLINK
#include "../JITLinkLinker.h"
#include "jitslab/ArenaJITLinkMemoryManager.h"
#endif
#include <cstring>

using namespace llvm;

namespace jitslab::bench {

namespace {

/// Asks for what Inputs/tiny.S needs, and writes a function that needs no
/// relocation.
class NoLinker : public Linker {
public:
  explicit NoLinker(std::shared_ptr<Arena> Memory)
      : Memory(std::move(Memory)) {}

  void makeSlots(size_t N) override {
    Objects.resize(N);
    Entries.resize(N);
  }
  Error load(const InputObject &, size_t Slot) override {
    Footprint F;
    F[SegmentKind::Code] = {23, 16};
    F[SegmentKind::ROData] = {80, 16};
    F[SegmentKind::RWData] = {4, 4};
    Expected<Allocation> Object = Memory->allocate(F);
    if (!Object)
      return Object.takeError();
    writeEntry((*Object)[SegmentKind::Code].Working);
    (*Object)[SegmentKind::ROData].Working[0] = 1;
    (*Object)[SegmentKind::RWData].Working[0] = 1;
    Allocation *ToSeal[] = {&*Object};
    if (Error Err = Memory->seal(ToSeal))
      return Err;
    Entries[Slot] = (*Object)[SegmentKind::Code].Executor;
    Objects[Slot] = std::move(*Object);
    return Error::success();
  }
  Error loadTogether(const InputObject &, size_t, size_t) override {
    return make_error<StringError>("there is no linker",
                                   inconvertibleErrorCode());
  }
  Error unload(size_t Slot) override {
    Objects[Slot].release();
    return Error::success();
  }

private:
  std::shared_ptr<Arena> Memory;
  std::vector<Allocation> Objects;
};

} // namespace

Expected<std::unique_ptr<Linker>> makeLinker(LinkerChoice Choice,
                                             std::shared_ptr<Arena> Memory) {
  switch (Choice) {
  case LinkerChoice::None:
    return std::make_unique<NoLinker>(std::move(Memory));
  case LinkerChoice::RTDyld:
    return std::make_unique<RTDyldLinker>([Memory = std::move(Memory)] {
      return std::make_unique<ReservingMemoryManager>(Memory);
    });
  case LinkerChoice::JITLink:
    break;
  }
#if JITSLAB_HAS_JITLINK
  return std::make_unique<JITLinkLinker>(
      std::make_shared<ArenaJITLinkMemoryManager>(std::move(Memory)));
#else
  return make_error<StringError>("JITLink needs LLVM 19 or later",
                                 inconvertibleErrorCode());
#endif
}

void writeEntry(uint8_t *Where) {
#if defined(__x86_64__)
  const uint8_t Code[] = {0xB8, EntryResult, 0, 0, 0, 0xC3};
#else
  const uint32_t Code[] = {0x52800000u | uint32_t(EntryResult) << 5,
                           0xD65F03C0u};
#endif
  memcpy(Where, Code, sizeof(Code));
}

bool works(const Linker &L, size_t Slot) {
  return reinterpret_cast<int (*)()>(L.entry(Slot))() == EntryResult;
}

} // namespace jitslab::bench
