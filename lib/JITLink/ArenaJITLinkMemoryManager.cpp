//===- ArenaJITLinkMemoryManager.cpp - JITLink memory from an arena -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/ArenaJITLinkMemoryManager.h"
#include "GraphFrames.h"
#include "GraphMemory.h"
#include "RunActions.h"
#include "llvm/ADT/STLExtras.h"
#include <cassert>

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

namespace {

/// What a FinalizedAlloc's address points at.
struct FinalizedGraph {
  // The arena has to outlive the memory taken from it.
  std::shared_ptr<Arena> Owner;
  GraphMemory Memory;
  // Deregistered after all actions of the graphs that go together, and before
  // any memory of theirs goes.
  GraphFrames Frames;
  std::vector<orc::shared::WrapperFunctionCall> DeallocActions;
};

class InFlightGraph : public JITLinkMemoryManager::InFlightAlloc {
public:
  InFlightGraph(std::shared_ptr<Arena> A, LinkGraph &G, GraphMemory M,
                bool RegisterFrames)
      : Owner(std::move(A)), G(G), Memory(std::move(M)),
        RegisterFrames(RegisterFrames) {}

  void finalize(OnFinalizedFunction OnFinalized) override {
    assert(Memory && "finalized or abandoned before");
    Expected<JITLinkMemoryManager::FinalizedAlloc> Result = finalizeNow();
    // Finalization needs its memory no more, and the callback may want it.
    Memory.reset();
    OnFinalized(std::move(Result));
  }

  void abandon(OnAbandonedFunction OnAbandoned) override {
    assert(Memory && "finalized or abandoned before");
    Memory.reset();
    OnAbandoned(Error::success());
  }

private:
  Expected<JITLinkMemoryManager::FinalizedAlloc> finalizeNow() {
    if (Error Err = Memory->seal(*Owner))
      return Err;
    // First, because actions may run the code.
    GraphFrames Frames;
    bool AreWanted = takeFrameActions(G) || RegisterFrames;
    if (AreWanted && Owner->options().RegisterFrames)
      if (Error Err = Frames.add(G, Memory->code()))
        return Err;
    auto Dealloc = jitslab::runFinalizeActions(G.allocActions());
    if (!Dealloc)
      return Dealloc.takeError();
    Memory->releaseFinalizeSegments();
    auto *Finalized =
        new FinalizedGraph{std::move(Owner), std::move(*Memory),
                           std::move(Frames), std::move(*Dealloc)};
    return JITLinkMemoryManager::FinalizedAlloc(
        orc::ExecutorAddr::fromPtr(Finalized));
  }

  std::shared_ptr<Arena> Owner;
  LinkGraph &G;
  std::optional<GraphMemory> Memory;
  const bool RegisterFrames;
};

} // namespace

struct ArenaJITLinkMemoryManager::State {
  std::shared_ptr<Arena> TheArena;
  ArenaJITLinkOptions Options;
};

ArenaJITLinkMemoryManager::ArenaJITLinkMemoryManager(
    std::shared_ptr<Arena> A, ArenaJITLinkOptions Options)
    : S(new State{std::move(A), std::move(Options)}) {
  assert(S->TheArena && "a memory manager needs an arena");
}

ArenaJITLinkMemoryManager::~ArenaJITLinkMemoryManager() = default;

const std::shared_ptr<Arena> &ArenaJITLinkMemoryManager::arena() const {
  return S->TheArena;
}

Expected<std::unique_ptr<ArenaJITLinkMemoryManager>>
ArenaJITLinkMemoryManager::create(ArenaOptions Options) {
  Expected<std::shared_ptr<Arena>> A = Arena::create(Options);
  if (!A)
    return A.takeError();
  return std::make_unique<ArenaJITLinkMemoryManager>(std::move(*A));
}

void ArenaJITLinkMemoryManager::allocate(const JITLinkDylib *JD, LinkGraph &G,
                                         OnAllocatedFunction OnAllocated) {
  const ArenaJITLinkOptions &Options = S->Options;
  WindowGroup Group;
  if (Options.WindowPerJITDylib)
    Group = {JD, Options.GrowPerJITDylib};
  auto Outside = [&](const OutsideRequest &R) {
    return mapOutside(*S->TheArena, R);
  };
  Expected<GraphMemory> M = GraphMemory::create(
      *S->TheArena, G, Options.OutsideMinSize, Outside, Group);
  if (!M)
    return OnAllocated(M.takeError());
  OnAllocated(std::make_unique<InFlightGraph>(S->TheArena, G, std::move(*M),
                                              Options.RegisterFrames));
}

void ArenaJITLinkMemoryManager::deallocate(
    std::vector<FinalizedAlloc> Allocs, OnDeallocatedFunction OnDeallocated) {
  std::vector<std::unique_ptr<FinalizedGraph>> Graphs;
  for (FinalizedAlloc &Alloc : reverse(Allocs))
    if (Alloc)
      Graphs.emplace_back(Alloc.release().toPtr<FinalizedGraph *>());
  Error Err = Error::success();
  for (const auto &Graph : Graphs)
    Err = joinErrors(std::move(Err),
                     jitslab::runDeallocActions(Graph->DeallocActions));
  for (auto &Graph : Graphs)
    Graph.reset();
  OnDeallocated(std::move(Err));
}

} // namespace jitslab
