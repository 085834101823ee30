//===- JITLinkManagers.cpp - The managers for JITLink ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arenas.h"
#include "JITLinkLinker.h"
#include "RWXFloor.h"
#include "jitslab/ArenaJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include "llvm/ExecutionEngine/Orc/MapperJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/MemoryMapper.h"

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab::bench {

namespace {

/// Memory of RWXFloor. Like LLVM's own managers it has a layout made of the
/// graph; all that comes after that is missing.
class RWXJITLinkManager : public JITLinkMemoryManager {
public:
  void allocate(const JITLinkDylib *, LinkGraph &G,
                OnAllocatedFunction OnAllocated) override {
    BasicLayout Layout(G);
    for (auto &Entry : Layout.segments()) {
      BasicLayout::Segment &Seg = Entry.second;
      uint8_t *P = Floor.allocate(Seg.ContentSize + Seg.ZeroFillSize,
                                  std::max<size_t>(Seg.Alignment.value(), 16));
      if (!P)
        return OnAllocated(make_error<StringError>("the mapping is full",
                                                   inconvertibleErrorCode()));
      Seg.Addr = orc::ExecutorAddr::fromPtr(P);
      Seg.WorkingMem = reinterpret_cast<char *>(P);
    }
    if (Error Err = Layout.apply())
      return OnAllocated(std::move(Err));
    OnAllocated(std::make_unique<InFlight>(G));
  }

  void deallocate(std::vector<FinalizedAlloc> Allocs,
                  OnDeallocatedFunction OnDeallocated) override {
    for (FinalizedAlloc &A : Allocs)
      A.release();
    OnDeallocated(Error::success());
  }

private:
  class InFlight : public InFlightAlloc {
  public:
    explicit InFlight(LinkGraph &G) : G(G) {}
    void finalize(OnFinalizedFunction OnFinalized) override {
      auto Actions = orc::shared::runFinalizeActions(G.allocActions());
      if (!Actions)
        return OnFinalized(Actions.takeError());
      // There is nothing to remember, but an address of 0 means failure.
      OnFinalized(FinalizedAlloc(orc::ExecutorAddr(1)));
    }
    void abandon(OnAbandonedFunction OnAbandoned) override {
      OnAbandoned(Error::success());
    }

  private:
    LinkGraph &G;
  };

  RWXFloor Floor;
};

} // namespace

/// Linkers on the one manager that \p MakeMemory makes for all threads.
template <typename Function>
static Manager manager(std::string Name, Function MakeMemory) {
  return {"JITLink", std::move(Name),
          [MakeMemory](size_t Threads) -> Expected<Linkers> {
            auto Memory = MakeMemory();
            if (!Memory)
              return Memory.takeError();
            std::shared_ptr<JITLinkMemoryManager> Shared = std::move(*Memory);
            Linkers L;
            for (size_t I = 0; I != Threads; ++I)
              L.push_back(std::make_unique<JITLinkLinker>(Shared));
            return L;
          }};
}

/// What llvm-jitlink reserves on a 64-bit system.
static constexpr size_t MapperReservation = size_t(1) << 30;

std::vector<Manager> jitlinkManagers() {
  std::vector<Manager> Managers;
  Managers.push_back(
      manager("in-process", [] { return InProcessMemoryManager::Create(); }));
  Managers.push_back(manager("mapper", [] {
    return orc::MapperJITLinkMemoryManager::CreateWithMapper<
        orc::InProcessMemoryMapper>(MapperReservation);
  }));
  for (const NamedArenaOptions &A : workingArenas())
    Managers.push_back(manager(A.Name, [Options = A.Options] {
      return ArenaJITLinkMemoryManager::create(Options);
    }));
  Managers.push_back(manager(
      "rwx-floor", []() -> Expected<std::unique_ptr<JITLinkMemoryManager>> {
        return std::make_unique<RWXJITLinkManager>();
      }));
  return Managers;
}

} // namespace jitslab::bench
