//===- MemoryManagers.cpp - The memory managers by their names ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MemoryManagers.h"
#include "LLVMCompat.h"
#include "TrivialMemoryManager.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"

using namespace llvm;

namespace jitslab {

std::vector<std::string> memoryManagersOf(LinkerKind K) {
  std::vector<std::string> Names = {"section", "section-reserve", "trivial"};
  if (K == LinkerKind::JITLink)
    Names = {"in-process", "mapper"};
  for (const NamedLayout &L : AllLayouts)
    Names.push_back(L.Name.str());
  return Names;
}

static StringRef defaultFor(LinkerKind K) {
  return layoutName(K == LinkerKind::JITLink ? Layout::PerProtection
                                             : ArenaOptions().ObjectLayout);
}

std::string memoryManagerName(const LoaderOptions &O) {
  if (!O.MemoryManager.empty())
    return O.MemoryManager;
  if (O.Linker != LinkerKind::JITLink && (O.ActAsLLVM || O.Preallocate))
    return "trivial";
  return defaultFor(O.Linker).str();
}

Error unknownMemoryManager(const LoaderOptions &O) {
  return make_error<StringError>(
      "unknown memory manager '" + memoryManagerName(O) + "'; " +
          (O.Linker == LinkerKind::JITLink ? "JITLink" : "RuntimeDyld") +
          " has " + join(memoryManagersOf(O.Linker), ", "),
      inconvertibleErrorCode());
}

Expected<std::shared_ptr<Arena>> createArena(const LoaderOptions &O, Layout L) {
  ArenaOptions Options = O.Windows;
  Options.ObjectLayout = L;
  return Arena::create(Options);
}

static Expected<NamedMemoryManager> createOnArena(const LoaderOptions &O,
                                                  Layout L) {
  auto TheArena = createArena(O, L);
  if (!TheArena)
    return TheArena.takeError();
  auto Manager = std::make_unique<ReservingMemoryManager>(*TheArena);
  return NamedMemoryManager{std::move(Manager), std::move(*TheArena)};
}

static Expected<NamedMemoryManager> createTrivial(uint64_t Preallocate) {
  auto Manager = std::make_unique<TrivialMemoryManager>();
  if (Preallocate)
    if (Error Err = Manager->preallocate(Preallocate))
      return Err;
  return NamedMemoryManager{std::move(Manager), nullptr};
}

static Expected<NamedMemoryManager> createSectionReserve() {
#if JITSLAB_LLVM_HAS_RESERVE_ALLOC
  auto Manager =
      std::make_unique<SectionMemoryManager>(nullptr, /*ReserveAlloc=*/true);
  return NamedMemoryManager{std::move(Manager), nullptr};
#else
  return createStringError(inconvertibleErrorCode(),
                           "the memory manager 'section-reserve' needs LLVM 22 "
                           "or later; this is LLVM " LLVM_VERSION_STRING);
#endif
}

Expected<NamedMemoryManager> createMemoryManager(const LoaderOptions &O) {
  std::string Name = memoryManagerName(O);
  if (std::optional<Layout> L = layoutByName(Name))
    return createOnArena(O, *L);
  if (Name == "section")
    return NamedMemoryManager{std::make_unique<SectionMemoryManager>(),
                              nullptr};
  if (Name == "section-reserve")
    return createSectionReserve();
  if (Name == "trivial")
    return createTrivial(O.Preallocate);
  return unknownMemoryManager(O);
}

std::string memoryManagerNames() {
  auto Of = [](LinkerKind K) {
    return join(memoryManagersOf(K), ", ") +
           " (default: " + defaultFor(K).str() + ")";
  };
  return Of(LinkerKind::RTDyld) + "; for JITLink " + Of(LinkerKind::JITLink);
}

} // namespace jitslab
