//===- WindowGroups.cpp - Windows of one group of objects each ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WindowGroups.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace jitslab {

WindowSet &WindowGroups::of(const void *Key, bool MayDrop) {
  if (auto Found = Groups.find(Key); Found != Groups.end())
    return *Found->second;
  // A group is gone when nothing of it is left. One such set of windows serves
  // the new group; the others, which hold nothing, go.
  std::unique_ptr<WindowSet> Windows;
  if (MayDrop)
    Groups.remove_if([&](auto &Group) {
      if (Group.second->hasUsers())
        return false;
      if (!Windows)
        Windows = std::move(Group.second);
      else
        Group.second->takeUnused(Dropped, /*Keep=*/0);
      return true;
    });
  if (!Windows)
    Windows = std::make_unique<WindowSet>(VM, Policy, Options, Goal);
  return *(Groups[Key] = std::move(Windows));
}

void WindowGroups::takeUnused(std::vector<std::unique_ptr<Window>> &Out) {
  for (auto &Group : Groups)
    Group.second->takeUnused(Out, /*Keep=*/0);
}

bool WindowGroups::verify() const {
  return all_of(Groups, [](const auto &Group) {
    return Group.second->verify(/*Least=*/0);
  });
}

} // namespace jitslab
