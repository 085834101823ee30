//===- RemoteJITLinkMemoryManager.cpp - Another process's memory ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/RemoteJITLinkMemoryManager.h"
#include "../Core/Errors.h"
#include "../JITLink/GraphFrames.h"
#include "../JITLink/GraphMemory.h"
#include "RemoteLayout.h"
#include "RemoteSection.h"
#include "RemoteWorkQueue.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

namespace {

/// What a FinalizedAlloc's address points at.
struct FinalizedRemote {
  // The arena has to outlive the memory taken from it.
  std::shared_ptr<Arena> Space;
  GraphMemory Memory;
  /// The executor's; 0: it has nothing to do.
  uint64_t Key = 0;
  /// There are actions in what it does.
  bool HasActions = false;
};

/// What of a segment is to be written; the rest of it is zero.
wire::Write writeOf(const Segment &S) {
  const auto *Begin = reinterpret_cast<const char *>(S.Working);
  StringRef Content = StringRef(Begin, S.Size).rtrim('\0');
  return {orc::ExecutorAddr(S.Executor),
          {Content.data(), Content.size()},
          S.Size - Content.size()};
}

/// A graph on its way to the executor.
class InFlightRemote : public JITLinkMemoryManager::InFlightAlloc {
public:
  InFlightRemote(RemoteMemory &VM, std::shared_ptr<RemoteWorkQueue> Queue,
                 std::shared_ptr<Arena> Space, LinkGraph &G, GraphMemory M,
                 bool RegisterFrames, std::atomic<size_t> &Count)
      : VM(VM), Queue(std::move(Queue)), Space(std::move(Space)), G(G),
        Memory(std::move(M)), RegisterFrames(RegisterFrames), Count(Count) {}

  void finalize(OnFinalizedFunction OnFinalized) override {
    assert(Memory && "finalized or abandoned before");
    RemoteWorkQueue::FinalizeRequest R;
    if (Error Err = prepare(R)) {
      Memory.reset();
      return OnFinalized(std::move(Err));
    }
    if (!needsMessage(R))
      return finish({std::move(Space), std::move(*Memory)}, Count,
                    std::move(OnFinalized));
    const bool DeallocActs = any_of(
        R.Object.Actions, [](const auto &Pair) { return bool(Pair.Dealloc); });
    R.OnDone = [Space = std::move(Space), Memory = std::move(*Memory),
                DeallocActs, &Count = Count,
                OnFinalized =
                    std::move(OnFinalized)](Expected<uint64_t> Key) mutable {
      if (Key)
        return finish({std::move(Space), std::move(Memory), *Key, DeallocActs},
                      Count, std::move(OnFinalized));
      // The callback may want the memory.
      {
        GraphMemory Gone(std::move(Memory));
      }
      OnFinalized(Key.takeError());
    };
    Queue->add(std::move(R));
  }

  void abandon(OnAbandonedFunction OnAbandoned) override {
    assert(Memory && "finalized or abandoned before");
    Memory.reset();
    OnAbandoned(Error::success());
  }

private:
  Error prepare(RemoteWorkQueue::FinalizeRequest &R) {
    if (Error Err = VM.executor().check())
      return Err;
    const bool AreWanted = takeFrameActions(G) || RegisterFrames;
    R.Object.Actions = std::exchange(G.allocActions(), {});
    // Those of code that is not this object's, such as functions that another
    // one has defined before, are nothing to register.
    if (AreWanted && Memory->code().size())
      R.Object.Frames = framesOf(G);
    if (!R.Object.Frames.empty())
      R.Object.Code = remote(Memory->code());
    // Only actions use what does not stay.
    if (!VM.executor().sharesMemory())
      Memory->forEachSegment(!R.Object.Actions.empty(), [&](const Segment &S) {
        R.Writes.push_back(writeOf(S));
      });
    if (!VM.executor().hasCoherentInstructions())
      Memory->forEachCode(
          [&](AddressRange C) { R.Flushes.push_back(remote(C)); });
    return Memory->seal(*Space);
  }

  bool needsMessage(const RemoteWorkQueue::FinalizeRequest &R) const {
    return !R.Object.Actions.empty() || !R.Object.Frames.empty() ||
           !R.Writes.empty() || !R.Flushes.empty() || Queue->mustSynchronize();
  }

  static void finish(FinalizedRemote F, std::atomic<size_t> &Count,
                     OnFinalizedFunction OnFinalized) {
    F.Memory.releaseFinalizeSegments();
    ++Count;
    auto *Finalized = new FinalizedRemote(std::move(F));
    OnFinalized(JITLinkMemoryManager::FinalizedAlloc(
        orc::ExecutorAddr::fromPtr(Finalized)));
  }

  RemoteMemory &VM;
  std::shared_ptr<RemoteWorkQueue> Queue;
  std::shared_ptr<Arena> Space;
  LinkGraph &G;
  std::optional<GraphMemory> Memory;
  const bool RegisterFrames;
  std::atomic<size_t> &Count;
};

} // namespace

RemoteJITLinkMemoryManager::RemoteJITLinkMemoryManager(
    std::shared_ptr<RemoteMemory> M, RemoteOptions Options)
    : Options(Options), Memory(std::move(M)),
      Queue(std::make_shared<RemoteWorkQueue>(Memory)) {}

Expected<std::unique_ptr<RemoteJITLinkMemoryManager>>
RemoteJITLinkMemoryManager::create(orc::ExecutorProcessControl &EPC,
                                   RemoteOptions Options) {
  if (Options.WindowPerJITDylib && !Options.Grow)
    return optionError("RemoteOptions::WindowPerJITDylib needs "
                       "RemoteOptions::Grow");
  Expected<std::unique_ptr<RemoteConnection>> Connection =
      RemoteConnection::open(EPC, Options.SharedMemory);
  if (!Connection)
    return Connection.takeError();
  std::unique_ptr<RemoteJITLinkMemoryManager> Manager(
      new RemoteJITLinkMemoryManager(
          std::make_shared<RemoteMemory>(std::move(*Connection)), Options));
  if (Error Err = Manager->makeArena())
    return Err;
  return Manager;
}

// A window of the default size is halved as often as the executor refuses it.
Error RemoteJITLinkMemoryManager::makeArena() {
  ArenaOptions O;
  O.ObjectLayout = Layout::Dense;
  O.Grow = Options.Grow;
  O.WindowSize = Options.WindowSize ? Options.WindowSize
                 : Options.Grow     ? DefaultNearWindowSize
                                    : DefaultWindowSize;
  for (;;) {
    Expected<std::shared_ptr<Arena>> A = ArenaAccess::create(
        O, *Memory, std::make_unique<RemoteLayout>(*Memory));
    if (A) {
      // Who has a share of the arena has one of its memory.
      auto Both = std::make_shared<
          std::pair<std::shared_ptr<RemoteMemory>, std::shared_ptr<Arena>>>(
          Memory, std::move(*A));
      Space = std::shared_ptr<Arena>(Both, Both->second.get());
      return Error::success();
    }
    const size_t Half = alignDown(O.WindowSize / 2, SlabSize);
    if (Options.WindowSize || Half < MinWindowSize)
      return A.takeError();
    if (Error Over = Memory->executor().check())
      return joinErrors(std::move(Over), A.takeError());
    consumeError(A.takeError());
    O.WindowSize = Half;
  }
}

RemoteJITLinkMemoryManager::~RemoteJITLinkMemoryManager() {
  Memory->executor().close();
}

RemoteStats RemoteJITLinkMemoryManager::stats() const {
  RemoteStats S;
  S.Memory = Space->stats();
  S.Messages = Memory->executor().messages();
  S.WorkMessages = Queue->messages();
  S.FinalizedObjects = Finalized;
  S.Runs = Memory->runs();
  S.MappedBytes = Memory->mappedBytes();
  return S;
}

size_t RemoteJITLinkMemoryManager::trim() { return Space->trim(); }

void RemoteJITLinkMemoryManager::allocate(const JITLinkDylib *JD, LinkGraph &G,
                                          OnAllocatedFunction OnAllocated) {
  if (Error Over = Memory->executor().check())
    return OnAllocated(std::move(Over));
  // The ORC runtime of LLVM 19 registers the frames of an object before they
  // are there; and what is registered by itself hides what lies above it in a
  // table of this library's.
  if (Options.RegisterFrames)
    redirectFrameCalls(G, Memory->executor().frameFunctions());
  WindowGroup Group;
  if (Options.WindowPerJITDylib)
    Group = {JD, Options.GrowPerJITDylib};
  auto Outside = [&](const OutsideRequest &R) {
    return RemoteSection::create(*Memory, *Space, R);
  };
  Expected<GraphMemory> M =
      GraphMemory::create(*Space, G, Options.OutsideMinSize, Outside, Group);
  if (!M)
    return OnAllocated(M.takeError());
  OnAllocated(
      std::make_unique<InFlightRemote>(*Memory, Queue, Space, G, std::move(*M),
                                       Options.RegisterFrames, Finalized));
}

void RemoteJITLinkMemoryManager::deallocate(
    std::vector<FinalizedAlloc> Allocs, OnDeallocatedFunction OnDeallocated) {
  // Freed last to first.
  std::vector<std::unique_ptr<FinalizedRemote>> Graphs;
  RemoteWorkQueue::DeallocateRequest R;
  for (FinalizedAlloc &Alloc : reverse(Allocs))
    if (Alloc) {
      Graphs.emplace_back(Alloc.release().toPtr<FinalizedRemote *>());
      if (uint64_t Key = Graphs.back()->Key)
        R.Objects.push_back(Key);
      R.HasActions |= Graphs.back()->HasActions;
      Graphs.back()->Memory.forEachOutside([&](OutsideMemory &M) {
        R.Sections.emplace_back(M.place().Executor);
        M.leave();
      });
    }
  auto Free = [Graphs = std::move(Graphs),
               OnDeallocated = std::move(OnDeallocated)](Error Err) mutable {
    for (auto &Graph : Graphs)
      Graph.reset();
    OnDeallocated(std::move(Err));
  };
  if (R.Objects.empty() && R.Sections.empty())
    return Free(Memory->executor().check());
  R.OnDone = std::move(Free);
  Queue->add(std::move(R));
}

} // namespace jitslab
