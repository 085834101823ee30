//===- RTDyldManagers.cpp - The managers for RuntimeDyld ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arenas.h"
#include "LLVMCompat.h"
#include "RTDyldLinker.h"
#include "RWXFloor.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"

using namespace llvm;

namespace jitslab::bench {

namespace {

class RWXManager : public RTDyldMemoryManager {
public:
  explicit RWXManager(std::shared_ptr<RWXFloor> F) : Floor(std::move(F)) {}

  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Align, unsigned,
                               StringRef) override {
    return allocate(Size, Align);
  }
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Align, unsigned,
                               StringRef, bool) override {
    return allocate(Size, Align);
  }
  bool finalizeMemory(std::string *) override { return false; }

private:
  uint8_t *allocate(uintptr_t Size, unsigned Align) {
    return Floor->allocate(Size, std::max(Align, 16u));
  }

  std::shared_ptr<RWXFloor> Floor;
};

} // namespace

/// Managers that \p MakeFactory makes the factory of: once for all threads.
template <typename Function>
static Manager manager(std::string Name, Function MakeFactory) {
  return {"RTDyld", std::move(Name),
          [MakeFactory](size_t Threads) -> Expected<Linkers> {
            Expected<RTDyldLinker::MakeManager> Make = MakeFactory();
            if (!Make)
              return Make.takeError();
            Linkers L;
            for (size_t I = 0; I != Threads; ++I)
              L.push_back(std::make_unique<RTDyldLinker>(*Make));
            return L;
          }};
}

std::vector<Manager> rtdyldManagers() {
  using Factory = Expected<RTDyldLinker::MakeManager>;
  std::vector<Manager> Managers;
  Managers.push_back(manager("section", []() -> Factory {
    return [] { return std::make_unique<SectionMemoryManager>(); };
  }));
#if JITSLAB_LLVM_HAS_RESERVE_ALLOC
  Managers.push_back(manager("section-reserve", []() -> Factory {
    return [] {
      return std::make_unique<SectionMemoryManager>(nullptr,
                                                    /*ReserveAlloc=*/true);
    };
  }));
#endif
  for (const NamedArenaOptions &A : workingArenas())
    Managers.push_back(manager(A.Name, [Options = A.Options]() -> Factory {
      Expected<std::shared_ptr<Arena>> Memory = Arena::create(Options);
      if (!Memory)
        return Memory.takeError();
      return [Memory = *Memory] {
        return std::make_unique<ReservingMemoryManager>(Memory);
      };
    }));
  Managers.push_back(manager("rwx-floor", []() -> Factory {
    return [Floor = std::make_shared<RWXFloor>()] {
      return std::make_unique<RWXManager>(Floor);
    };
  }));
  return Managers;
}

} // namespace jitslab::bench
