//===- ArenaMapper.cpp - Maps for LLVM's own managers ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArenaMapper.h"
#include "../../lib/Core/ArenaAccess.h"
#include "../../lib/Core/LayoutNames.h"
#include "../../lib/Platform/Fork.h"
#include "../../lib/Platform/ProcessWide.h"
#include "../../lib/Platform/VirtualMemory.h"
#include "Message.h"
#include "ProcessArena.h"
#include "llvm/Support/MathExtras.h"
#include <cstdlib>
#include <map>
#include <mutex>

using namespace llvm;

namespace jitslab {

namespace {
/// Made for the first block.
class MapperArena {
public:
  MapperArena() : Failure(toString(make())) {}
  static MapperArena &get();
  /// Null where none can be made.
  std::shared_ptr<Arena> Pages;

private:
  Error make();
  void announce();
  static void atExit();

  PreloadOptions Options;
  /// Why there is no arena; empty if there is one. The last, because making it
  /// sets the others.
  std::string Failure;
  std::atomic<bool> Announced{false};
};

/// What was taken from it.
class Blocks final : public ForkListener {
public:
  /// \returns an empty block where there is no room: in the window of
  /// \p Sibling, if there is one.
  sys::MemoryBlock take(SegmentKind K, size_t Size,
                        const Allocation *Sibling = nullptr);
  /// \returns what \p Block, which stays meanwhile, is of; null if it is not
  /// one of these.
  const Allocation *find(const sys::MemoryBlock &Block);
  /// Sets \p IsOurs to false if \p Block is not one of these.
  std::error_code give(const sys::MemoryBlock &Block, bool &IsOurs);

  /// How many were taken so far, in this process.
  std::atomic<size_t> NumTaken{0};
  const std::error_code EnrollError = enroll();

private:
  void beforeFork() override { Lock.lock(); }
  void afterForkInParent() override { Lock.unlock(); }
  // What the parent took is told by the parent.
  void afterForkInChild() override {
    NumTaken = 0;
    Lock.unlock();
  }

  /// Not held while the arena is called, which has locks of its own.
  std::mutex Lock;
  std::map<void *, Allocation> Live;
};
} // namespace

// Never destroyed, because processes fork until they are gone.
static Blocks &Taken = *new Blocks;

MapperArena &MapperArena::get() {
  auto &The = processWide<MapperArena>();
  if (!The.Announced.exchange(true, std::memory_order_relaxed))
    The.announce();
  return The;
}

Error MapperArena::make() {
  if (Taken.EnrollError)
    return errorCodeToError(Taken.EnrollError);
  Expected<PreloadOptions> Parsed = optionsOfProcess();
  if (!Parsed)
    return Parsed.takeError();
  Options = *Parsed;
  ArenaOptions O = Options.arenaOptions();
  // A SectionMemoryManager writes where the code will run.
  if (O.ObjectLayout == Layout::Dense)
    O.ObjectLayout = Layout::PerProtection;
  Expected<std::shared_ptr<Arena>> Made = Arena::create(O);
  if (!Made)
    return Made.takeError();
  Pages = std::move(*Made);
  return Error::success();
}

void MapperArena::announce() {
  if (!Pages)
    return say(JITSLAB_OWN_LLVM ": " + Failure + "; LLVM's mapper stays");
  if (Options.Verbose)
    say(JITSLAB_OWN_LLVM ": the host's memory managers map in an arena, "
                         "layout " +
        layoutName(Pages->options().ObjectLayout));
  if (Options.Stats)
    std::atexit(atExit);
}

void MapperArena::atExit() {
  if (Taken.NumTaken)
    say(JITSLAB_OWN_LLVM ", the host's memory managers: " +
        Twine(Taken.NumTaken) + " blocks; " + describe(get().Pages->stats()));
}

const Allocation *Blocks::find(const sys::MemoryBlock &Block) {
  std::lock_guard<std::mutex> Guard(Lock);
  // LLVM may have cut off what lay before it.
  auto After = Live.upper_bound(Block.base());
  if (After == Live.begin())
    return nullptr;
  const Allocation &Candidate = std::prev(After)->second;
  auto Address = reinterpret_cast<uintptr_t>(Block.base());
  for (SegmentKind K : AllSegmentKinds)
    if (Address - Candidate[K].Executor < Candidate[K].Size)
      return &Candidate;
  return nullptr;
}

sys::MemoryBlock Blocks::take(SegmentKind K, size_t Size,
                              const Allocation *Sibling) {
  const std::shared_ptr<Arena> &Pages = MapperArena::get().Pages;
  if (!Pages)
    return {};
  // Whole pages, because LLVM changes the access rights of pages.
  size_t Page = ArenaAccess::memory(*Pages).pageSize();
  Footprint F;
  F[K] = {alignTo(Size, Page), Page};
  Expected<Allocation> Object = Pages->allocate(F, Sibling);
  if (!Object) {
    consumeError(Object.takeError());
    return {};
  }
  auto *Begin = reinterpret_cast<void *>((*Object)[K].Executor);
  std::lock_guard<std::mutex> Guard(Lock);
  Live.emplace(Begin, std::move(*Object));
  ++NumTaken;
  return {Begin, F[K].Size};
}

std::error_code Blocks::give(const sys::MemoryBlock &Block, bool &IsOurs) {
  Allocation Given;
  {
    std::lock_guard<std::mutex> Guard(Lock);
    auto At = Live.find(Block.base());
    IsOurs = At != Live.end();
    if (!IsOurs)
      return {};
    Given = std::move(At->second);
    Live.erase(At);
  }
  // The arena gives it to others as it was: writable, and data as zeros.
  VirtualMemory &VM = ArenaAccess::memory(*MapperArena::get().Pages);
  auto Begin = reinterpret_cast<uintptr_t>(Block.base());
  size_t Size = Block.allocatedSize();
  std::error_code EC = VM.protect(Begin, Size, Access::ReadWrite);
  if (!EC)
    EC = VM.discard(Begin, Size);
  if (!EC)
    return EC;
  // Nobody can have it any more, nor is it written to.
  std::lock_guard<std::mutex> Guard(Lock);
  Live.emplace(Block.base(), std::move(Given));
  return EC;
}

// Never destroyed: managers of the host's may outlive every destructor.
ArenaMapper &ArenaMapper::get() { return processWide<ArenaMapper>(); }

bool ArenaMapper::hasServed() { return Taken.NumTaken != 0; }

static SegmentKind kindOf(SectionMemoryManager::AllocationPurpose Purpose) {
  switch (Purpose) {
  case SectionMemoryManager::AllocationPurpose::Code:
    return SegmentKind::Code;
  case SectionMemoryManager::AllocationPurpose::ROData:
    return SegmentKind::ROData;
  case SectionMemoryManager::AllocationPurpose::RWData:
    return SegmentKind::RWData;
  }
  llvm_unreachable("all purposes are above");
}

sys::MemoryBlock ArenaMapper::allocateMappedMemory(
    SectionMemoryManager::AllocationPurpose Purpose, size_t Size,
    const sys::MemoryBlock *Near, unsigned Flags, std::error_code &EC) {
  EC = std::error_code();
  // A manager goes on where it began: what it has elsewhere is out of reach.
  const bool Begins = !Near || !Near->base();
  const Allocation *Sibling = InArena && !Begins ? Taken.find(*Near) : nullptr;
  if (Sibling || (InArena && Begins)) {
    sys::MemoryBlock Block = Taken.take(kindOf(Purpose), Size, Sibling);
    if (!Block.base() && Sibling)
      EC = std::make_error_code(std::errc::not_enough_memory);
    if (Block.base() || Sibling)
      return Block;
  }
  return sys::Memory::allocateMappedMemory(Size, Near, Flags, EC);
}

std::error_code ArenaMapper::protectMappedMemory(const sys::MemoryBlock &Block,
                                                 unsigned Flags) {
  return sys::Memory::protectMappedMemory(Block, Flags);
}

std::error_code ArenaMapper::releaseMappedMemory(sys::MemoryBlock &Block) {
  bool IsOurs = false;
  if (InArena) {
    std::error_code EC = Taken.give(Block, IsOurs);
    if (IsOurs) {
      Block = sys::MemoryBlock();
      return EC;
    }
  }
  return sys::Memory::releaseMappedMemory(Block);
}

} // namespace jitslab
