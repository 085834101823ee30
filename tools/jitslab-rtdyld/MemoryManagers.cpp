//===- MemoryManagers.cpp - The memory managers by their names ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MemoryManagers.h"
#include "jitslab/LLVMCompat.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"

using namespace llvm;

namespace jitslab {

using Factory = Expected<NamedMemoryManager> (*)();

static Expected<NamedMemoryManager> createReserving() {
  auto Memory = Arena::create();
  if (!Memory)
    return Memory.takeError();
  auto Manager = std::make_unique<ReservingMemoryManager>(*Memory);
  return NamedMemoryManager{std::move(Manager), std::move(*Memory)};
}

static Expected<NamedMemoryManager> createSection() {
  return NamedMemoryManager{std::make_unique<SectionMemoryManager>(), nullptr};
}

#if JITSLAB_LLVM_HAS_RESERVE_ALLOC
static Expected<NamedMemoryManager> createSectionReserve() {
  auto Manager =
      std::make_unique<SectionMemoryManager>(nullptr, /*ReserveAlloc=*/true);
  return NamedMemoryManager{std::move(Manager), nullptr};
}
#endif

static constexpr struct {
  const char *Name;
  Factory Create;
} Managers[] = {
    {DefaultMemoryManager, createReserving},
    {"section", createSection},
#if JITSLAB_LLVM_HAS_RESERVE_ALLOC
    {"section-reserve", createSectionReserve},
#endif
};

Expected<NamedMemoryManager> createMemoryManager(StringRef Name) {
  for (const auto &M : Managers)
    if (Name == M.Name)
      return M.Create();
  return make_error<StringError>("unknown memory manager '" + Name +
                                     "'; there are " + memoryManagerNames(),
                                 inconvertibleErrorCode());
}

std::string memoryManagerNames() {
  std::string Result;
  for (const auto &M : Managers)
    Result += (Result.empty() ? "" : ", ") + std::string(M.Name);
  return Result;
}

} // namespace jitslab
