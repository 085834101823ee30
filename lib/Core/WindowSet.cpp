//===- WindowSet.cpp - The windows of an arena ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WindowSet.h"
#include "../Platform/ReservationPlaces.h"
#include "../Platform/ResourceLimits.h"
#include "LayoutPolicy.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace jitslab {

// Where address space is limited, a default window takes so much of what is
// left; in Dense, twice.
static constexpr size_t ShareOfLimit = 16;

// So much of what is free near the libraries. Three quarters are left for what
// the host maps there and for further windows, of this arena or another: ten
// arenas leave a twentieth.
static constexpr size_t ShareOfReach = 4;

// And so much of what is free below a bound, where the host has mappings too;
// half where there can be no further window.
static size_t shareOfBound(const ArenaOptions &O) { return O.Grow ? 4 : 2; }

static size_t defaultSize(const ArenaOptions &O) {
  return O.Near ? DefaultNearWindowSize : DefaultWindowSize;
}

WindowSet::WindowSet(VirtualMemory &VM, LayoutPolicy &Policy,
                     const ArenaOptions &O, const WindowGoal &Goal)
    : VM(VM), Policy(Policy), Goal(Goal), HugePages(O.HugePages),
      UsualSize(O.WindowSize ? O.WindowSize : defaultSize(O)),
      ShareOfBound(shareOfBound(O)), MayHalve(O.WindowSize == 0) {}

Expected<std::unique_ptr<Window>>
createWindow(VirtualMemory &VM, LayoutPolicy &Policy, bool HugePages,
             size_t Size, const WindowGoal &Goal, bool Elsewhere) {
  Expected<WindowPlace> Place = reserveWindow(VM, Size, Goal, Elsewhere);
  if (!Place)
    return Place.takeError();
  Expected<LaneBackings> Backings =
      Policy.backWindow(Place->Space.range(), HugePages);
  if (!Backings)
    return Backings.takeError();
  return std::make_unique<Window>(std::move(*Place), std::move(*Backings),
                                  Policy.granule(), VM.pageSize(),
                                  Policy.index());
}

Error WindowSet::add(size_t NeededBytes) {
  const size_t Floor = std::max(NeededBytes, MinWindowSize);
  if (!MayHalve) {
    const size_t Size = std::max(UsualSize, Floor);
    return add(Size, Size, /*Elsewhere=*/true);
  }
  // The host needs address space too.
  const size_t Limit = alignDown(addressSpaceLeft() / ShareOfLimit, SlabSize);
  if (Goal.IsHost) {
    const size_t Free = freeBetween(Goal.request(Floor));
    const size_t Share = alignDown(Free / ShareOfReach, SlabSize);
    if (Floor <= Free / 2) {
      Error Err = add(std::max(std::min(Share, Limit), Floor), Floor,
                      /*Elsewhere=*/false);
      if (!Err)
        return Err;
      consumeError(std::move(Err));
    }
  }
  size_t Most = UsualSize;
  if (Goal.Below)
    Most = std::min<size_t>(
        Most,
        alignDown(freeBetween(Goal.elsewhere(Floor)) / ShareOfBound, SlabSize));
  return add(std::clamp(Limit, Floor, std::max(Most, Floor)), Floor,
             /*Elsewhere=*/true);
}

Error WindowSet::add(size_t Size, size_t Floor, bool Elsewhere) {
  for (;;) {
    Expected<std::unique_ptr<Window>> W =
        createWindow(VM, Policy, HugePages, Size, Goal, Elsewhere);
    if (W) {
      if (Windows.empty() && Elsewhere)
        UsualSize = std::min(UsualSize, Size);
      Windows.push_back(std::move(*W));
      Windows.back()->refusals().reportTo(Index);
      return Error::success();
    }
    if (Size == Floor)
      return W.takeError();
    consumeError(W.takeError());
    Size = std::max<size_t>(alignTo(Size / 2, SlabSize), Floor);
  }
}

void WindowSet::removeNewest() {
  Windows.pop_back();
  Index.removeLast();
}

// Newest first, so that what remains is the oldest window.
void WindowSet::takeUnused(std::vector<std::unique_ptr<Window>> &Out,
                           size_t Keep) {
  const size_t Before = Windows.size();
  for (size_t I = Windows.size(); I-- > 0 && Windows.size() > Keep;)
    if (!Windows[I]->hasUsers()) {
      Windows[I]->retire();
      Out.push_back(std::move(Windows[I]));
      Windows.erase(Windows.begin() + I);
    }
  if (Windows.size() != Before) {
    Index.clear();
    for (Window &W : *this)
      W.refusals().reportTo(Index);
  }
}

bool WindowSet::verify(size_t Least) const {
  if (Windows.size() < Least || Index.size() != Windows.size() ||
      !Index.verify())
    return false;
  for (size_t I = 0; I != Windows.size(); ++I)
    if (!Windows[I]->verify() || Index.get(I) != Windows[I]->refusals().bytes())
      return false;
  return true;
}

} // namespace jitslab
