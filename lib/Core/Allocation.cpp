//===- Allocation.cpp - An object's memory in an arena --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/Allocation.h"
#include "AllocationState.h"
#include "ArenaImpl.h"
#include "HeapExhaustion.h"

namespace jitslab {

Allocation::Allocation() { new (State) AllocationState; }

Allocation::Allocation(Allocation &&Other) noexcept {
  new (State) AllocationState(stateOf(Other));
  stateOf(Other).Owner = nullptr;
}

Allocation &Allocation::operator=(Allocation &&Other) noexcept {
  if (this != &Other) {
    release();
    stateOf(*this) = stateOf(Other);
    stateOf(Other).Owner = nullptr;
  }
  return *this;
}

Allocation::~Allocation() { release(); }

Allocation::operator bool() const { return stateOf(*this).Owner != nullptr; }

Segment Allocation::operator[](SegmentKind K) const {
  const AllocationState &S = stateOf(*this);
  if (!S.Owner || !S.Parts[K])
    return {};
  AddressRange R = LayoutPolicy::usable(*this, K);
  bool Writable = K == SegmentKind::RWData ||
                  S.Parts[K].Rights != AllocationState::Rights::Sealed;
  return {Writable ? LayoutPolicy::workingAddress(*this, K) : nullptr, R.Begin,
          R.size()};
}

void Allocation::shrink(SegmentKind K, size_t Used) {
  const AllocationState &S = stateOf(*this);
  if (!S.Owner || !S.Parts[K])
    return;
  // The lock is not taken where there is nothing to give back.
  size_t Has = LayoutPolicy::usable(*this, K).size();
  if (!Used || (Used < Has && Has - Used >= S.Home->granule()))
    endIfHeapIsUsedUp([&] { S.Owner->shrink(*this, K, Used); });
}

void Allocation::addObject() {
  if (ArenaImpl *Owner = stateOf(*this).Owner)
    Owner->addObject(*this);
}

void Allocation::release() {
  if (ArenaImpl *Owner = stateOf(*this).Owner)
    endIfHeapIsUsedUp([&] { Owner->release(*this); });
}

} // namespace jitslab
