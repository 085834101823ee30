//===- RemoteJITLinkMemoryManager.h - Another process's memory --*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// An arena in another process, the executor, for JITLink in this one, the
/// controller. The executor needs jitslab/ExecutorService.h. With LLVM 19
/// to 23.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_REMOTEJITLINKMEMORYMANAGER_H
#define JITSLAB_REMOTEJITLINKMEMORYMANAGER_H

#include "jitslab/ABI.h"
#include "jitslab/ArenaStats.h"
#include "jitslab/JITLinkPart.h"
#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/ExecutorProcessControl.h"
#include <atomic>
#include <cstddef>
#include <memory>

namespace jitslab {

class RemoteMemory;
class RemoteWorkQueue;

inline namespace JITSLAB_ABI_NAMESPACE {

struct RemoteOptions {
  /// Address space of a window in the executor: see ArenaOptions::WindowSize. 0
  /// is DefaultNearWindowSize, or DefaultWindowSize if there may be one only;
  /// windows lie near the executor's libraries where there is room.
  size_t WindowSize = 0;

  /// See ArenaOptions::Grow.
  bool Grow = true;

  /// True: the two processes share memory. That needs one machine, one user and
  /// one network namespace: descriptors come to the executor by a Unix socket.
  /// False: contents travel in messages, one for each batch of objects.
  bool SharedMemory = true;

  /// EH frames are registered with the executor's unwinder, so that C++
  /// exceptions pass through the code. That takes a message for each batch of
  /// objects which have frames. False: only those that a plugin of LLVM's
  /// asks for by actions.
  bool RegisterFrames = true;

  /// Each JITDylib has windows of its own in the executor: see
  /// ArenaJITLinkOptions::WindowPerJITDylib. Grow has to be true. Making a
  /// window takes two messages.
  bool WindowPerJITDylib = false;

  /// See ArenaJITLinkOptions::GrowPerJITDylib.
  bool GrowPerJITDylib = true;

  /// See ArenaJITLinkOptions::OutsideMinSize. A section outside the windows
  /// takes a message when it comes, and objects that have some take one for
  /// each batch of them that goes.
  size_t OutsideMinSize = size_t(1) << 20;
};

/// What a RemoteJITLinkMemoryManager has done so far, and holds.
struct RemoteStats {
  /// The windows, as in an arena of this process.
  ArenaStats Memory;
  /// Messages that were sent to the executor, of all kinds.
  size_t Messages = 0;
  /// Those among them that had objects to finalize or to deallocate.
  size_t WorkMessages = 0;
  /// Objects that were finalized.
  size_t FinalizedObjects = 0;
  /// Runs of slabs that are mapped in the executor, each of them a mapping
  /// there. They are mapped ahead: they have room for more than CommittedBytes.
  size_t Runs = 0;
  size_t MappedBytes = 0;
};

class Arena;

/// Places each graph in one window of the executor's, as
/// ArenaJITLinkMemoryManager does in this process. Where objects lie is decided
/// here, without asking: memory is mapped ahead, in growing runs of slabs, and
/// what is finalized without actions takes no message. What needs the executor
/// for frames, contents or caches while a message is out travels together with
/// what else does. An object with actions has a message of its own.
///
/// Code and read-only data are shared memory that this process writes and the
/// executor can never write, in no way that the system offers inside of it.
/// What another process may do, see docs/security.md. Data is shared memory
/// that both write.
///
/// When the executor is gone, all that is pending fails and all that comes
/// later does, at once. The memory of this process is given back all the same.
///
/// allocate waits for the executor when it needs another run of slabs, a window
/// or a mapping outside of windows. So the EPC's dispatcher must not run tasks
/// in the thread that receives messages (InPlaceTaskDispatcher does), as for
/// all of ORC's calls that wait. Where memory is shared, finalize and
/// deallocate wait while frames, or sections outside, come or go in the
/// executor, and call back before they return, in the thread that has called
/// them; with actions, they do not wait, and call back in another one. As long
/// as an executor is there and does not answer (SIGSTOP, a debugger), other
/// allocations wait as well, and so does a fork of this process: kill it, and
/// all go on. Where sending fails, LLVM calls the session's error reporter in
/// that place: it must not use this manager, nor wait for who does.
///
/// A fork of this process leaves the executor to the parent: in the child all
/// calls fail. A fork of the executor's shares data with its child: it is for
/// executing another program only.
///
/// Thread-safe. No lock is held while LLVM or the user is called back, but for
/// that reporter.
class JITSLAB_ABI RemoteJITLinkMemoryManager
    : public llvm::jitlink::JITLinkMemoryManager {
public:
  /// \p EPC has to outlive the manager. Fails, with nothing left behind, where
  /// the executor has no ExecutorService or one of another version, where
  /// memory cannot be shared with it, with invalid_argument for options out of
  /// range, and with the executor's errno when it has no room for the window.
  ///
  /// To be made once there is an ExecutionSession, and not where LLVM 19 to 22
  /// ask for a memory manager (SimpleRemoteEPC::Setup): LLVM tells the session
  /// of what cannot be sent, and an executor that dies just then is a crash.
  static llvm::Expected<std::unique_ptr<RemoteJITLinkMemoryManager>>
  create(llvm::orc::ExecutorProcessControl &EPC, RemoteOptions = {});

  /// All allocations must have been deallocated or abandoned. Waits until the
  /// executor has given the windows back. May come after the EPC was
  /// disconnected: then it sends nothing, and the executor does that by itself.
  /// With LLVM 19 it never sends anything: windows go when another manager
  /// connects to the executor or, without SharedMemory, when the controller
  /// goes.
  ~RemoteJITLinkMemoryManager() override;

  RemoteStats stats() const;

  /// Gives runs of slabs that hold nothing live back to the system, in both
  /// processes, and windows that hold nothing at all; one window stays.
  /// \returns the bytes of the slabs that are free for any use again.
  size_t trim();

  /// Calls \p OnAllocated before it returns. Fails as
  /// ArenaJITLinkMemoryManager::allocate does.
  void allocate(const llvm::jitlink::JITLinkDylib *JD,
                llvm::jitlink::LinkGraph &G,
                OnAllocatedFunction OnAllocated) override;
  using JITLinkMemoryManager::allocate;

  /// Runs all deallocation actions, last to first, deregisters frames and only
  /// then frees memory. Calls \p OnDeallocated before it returns where none of
  /// \p Allocs has actions, frames or sections outside the windows, otherwise
  /// when the executor has replied.
  void deallocate(std::vector<FinalizedAlloc> Allocs,
                  OnDeallocatedFunction OnDeallocated) override;
  using JITLinkMemoryManager::deallocate;

private:
  JITSLAB_HIDDEN
  RemoteJITLinkMemoryManager(std::shared_ptr<RemoteMemory> Memory,
                             RemoteOptions Options);
  JITSLAB_HIDDEN llvm::Error makeArena();

  RemoteOptions Options;
  std::shared_ptr<RemoteMemory> Memory;
  std::shared_ptr<RemoteWorkQueue> Queue;
  std::atomic<size_t> Finalized{0};
  std::shared_ptr<Arena> Space;
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_REMOTEJITLINKMEMORYMANAGER_H
