//===- WindowSet.cpp - The windows of an arena ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WindowSet.h"
#include "../Platform/ResourceLimits.h"
#include "LayoutPolicy.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

Expected<std::unique_ptr<Window>>
createWindow(VirtualMemory &VM, LayoutPolicy &Policy, const ArenaOptions &O) {
  Expected<WindowPlace> Place = reserveWindow(VM, O.WindowSize, O.Near);
  if (!Place)
    return Place.takeError();
  Expected<LaneBackings> Backings =
      Policy.backWindow(Place->Space.range(), O.HugePages);
  if (!Backings)
    return Backings.takeError();
  return std::make_unique<Window>(std::move(*Place), std::move(*Backings),
                                  Policy.granule(), VM.pageSize());
}

// Where address space is limited, a default window takes so much of what is
// left; in Dense, twice.
static constexpr size_t ShareOfLimit = 16;

WindowSet::WindowSet(VirtualMemory &VM, LayoutPolicy &Policy,
                     const ArenaOptions &O)
    : VM(VM), Policy(Policy), Options(O), MayHalve(O.WindowSize == 0) {
  if (MayHalve)
    Options.WindowSize = O.Near ? DefaultNearWindowSize : DefaultWindowSize;
}

Error WindowSet::add(size_t NeededBytes) {
  const size_t Floor = std::max(NeededBytes, MinWindowSize);
  ArenaOptions Wanted = Options;
  Wanted.WindowSize = std::max(Options.WindowSize, Floor);
  // The host needs address space too.
  if (MayHalve)
    Wanted.WindowSize =
        std::clamp(alignDown(addressSpaceLeft() / ShareOfLimit, SlabSize),
                   Floor, Wanted.WindowSize);
  for (;;) {
    Expected<std::unique_ptr<Window>> W = createWindow(VM, Policy, Wanted);
    if (W) {
      if (Windows.empty())
        Options.WindowSize = Wanted.WindowSize;
      Windows.push_back(std::move(*W));
      Windows.back()->refusals().reportTo(Index);
      return Error::success();
    }
    if (!MayHalve || Wanted.WindowSize == Floor)
      return W.takeError();
    consumeError(W.takeError());
    Wanted.WindowSize =
        std::max<size_t>(alignTo(Wanted.WindowSize / 2, SlabSize), Floor);
  }
}

void WindowSet::removeNewest() {
  Windows.pop_back();
  Index.removeLast();
}

size_t WindowSet::trim() {
  size_t GivenBack = 0;
  const size_t Before = Windows.size();
  // Newest first, so that what remains is the oldest window. Before slabs are
  // looked at: those of a window that goes need no calls of their own, which a
  // process without a mapping to spare would be refused.
  for (size_t I = Windows.size(); I-- > 0 && Windows.size() > 1;)
    if (!Windows[I]->hasUsers()) {
      GivenBack += Windows[I]->committedBytes();
      Windows.erase(Windows.begin() + I);
    }
  for (Window &W : *this)
    GivenBack += W.trim();
  if (Windows.size() != Before) {
    Index.clear();
    for (Window &W : *this)
      W.refusals().reportTo(Index);
  }
  return GivenBack;
}

bool WindowSet::verify() const {
  if (Windows.empty() || Index.size() != Windows.size() || !Index.verify())
    return false;
  for (size_t I = 0; I != Windows.size(); ++I)
    if (!Windows[I]->verify() || Index.get(I) != Windows[I]->refusals().bytes())
      return false;
  return true;
}

} // namespace jitslab
