//===- Arena.cpp - Contiguous JIT memory ----------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/Arena.h"
#include "ArenaAccess.h"
#include "ArenaImpl.h"
#include "HeapExhaustion.h"
#include "jitslab/ArenaSnapshot.h"

using namespace llvm;

namespace jitslab {

Expected<std::shared_ptr<Arena>> Arena::create(ArenaOptions Options) {
  return ArenaAccess::create(Options, VirtualMemory::system());
}

Expected<std::shared_ptr<Arena>> ArenaAccess::create(ArenaOptions Options,
                                                     VirtualMemory &Memory) {
  return create(Options, Memory, /*Policy=*/nullptr);
}

Expected<std::shared_ptr<Arena>>
ArenaAccess::create(ArenaOptions Options, VirtualMemory &Memory,
                    std::unique_ptr<LayoutPolicy> Policy) {
  Expected<std::unique_ptr<ArenaImpl>> Impl =
      ArenaImpl::create(Options, Memory, std::move(Policy));
  if (!Impl)
    return Impl.takeError();
  return std::shared_ptr<Arena>(new Arena(std::move(*Impl)));
}

ArenaMemory::ArenaMemory(std::unique_ptr<ArenaImpl> Impl)
    : Impl(std::move(Impl)) {}
ArenaMemory::~ArenaMemory() = default;

Arena::Arena(std::unique_ptr<ArenaImpl> Impl) : ArenaMemory(std::move(Impl)) {}
Arena::~Arena() = default;

const ArenaOptions &Arena::options() const { return Impl->options(); }
ArenaStats Arena::stats() const { return Impl->stats(); }
ArenaSnapshot Arena::snapshot() const { return Impl->snapshot(); }
MemoryLocation Arena::lookup(uintptr_t Address) const noexcept {
  return Impl->find(Address);
}
size_t Arena::trim() {
  return endIfHeapIsUsedUp([&] { return Impl->trim(); });
}
bool Arena::verify() const { return Impl->verify(); }

VirtualMemory &ArenaAccess::memory(const Arena &A) { return A.Impl->memory(); }

bool ArenaAccess::sharesBlocks(const Arena &A) {
  return A.Impl->sharesBlocks();
}

bool ArenaAccess::isLocked(const Arena &A) { return A.Impl->isLocked(); }

bool ArenaAccess::isSpacious(const Arena &A) { return A.Impl->isSpacious(); }

Expected<Allocation> ArenaMemory::allocate(const Footprint &F,
                                           const Allocation *Sibling) {
  return endIfHeapIsUsedUp([&] { return Impl->allocate(F, Sibling); });
}

Expected<Allocation> ArenaAccess::allocateFirstPart(Arena &A,
                                                    const Footprint &F) {
  return endIfHeapIsUsedUp([&] {
    return A.Impl->allocate(F, /*Sibling=*/nullptr, /*Announced=*/false);
  });
}

Expected<Allocation> ArenaAccess::allocateIn(Arena &A, WindowGroup Group,
                                             const Footprint &F) {
  return endIfHeapIsUsedUp([&] {
    return A.Impl->allocate(F, /*Sibling=*/nullptr, /*Announced=*/true, Group);
  });
}

AddressRange ArenaAccess::windowOf(const Allocation &A) {
  return {stateOf(A).Home->begin(), stateOf(A).Home->end()};
}

std::atomic<size_t> &ArenaAccess::outsideBytes(Arena &A) {
  return A.Impl->outsideBytes();
}

Segment ArenaAccess::enlarge(Arena &A, Allocation &Object, SegmentKind K,
                             size_t Used, const SegmentFootprint &F) {
  return endIfHeapIsUsedUp([&] { return A.Impl->enlarge(Object, K, Used, F); });
}

void ArenaAccess::show(Arena &A, const Allocation &Object) {
  if (Object)
    A.Impl->show(Object);
}

Error ArenaAccess::sealShown(Arena &A, ArrayRef<Allocation *> Allocations) {
  return endIfHeapIsUsedUp(
      [&] { return A.Impl->seal(Allocations, /*Shown=*/true); });
}

bool ArenaAccess::wantsReservations(const Arena &A) {
  return A.Impl->wantsReservations();
}

Error ArenaMemory::seal(ArrayRef<Allocation *> Allocations) {
  return endIfHeapIsUsedUp([&] { return Impl->seal(Allocations); });
}

} // namespace jitslab
