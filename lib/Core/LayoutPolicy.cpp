//===- LayoutPolicy.cpp - How objects lie in a window ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayoutPolicy.h"
#include "DenseLayout.h"
#include "PerObjectLayout.h"
#include "PerProtectionLayout.h"

namespace jitslab {

LayoutPolicy::~LayoutPolicy() = default;

std::unique_ptr<LayoutPolicy> LayoutPolicy::create(Layout L,
                                                   VirtualMemory &VM) {
  switch (L) {
  case Layout::PerObject:
    return std::make_unique<PerObjectLayout>(VM);
  case Layout::PerProtection:
    return std::make_unique<PerProtectionLayout>(VM);
  case Layout::Dense:
    return std::make_unique<DenseLayout>();
  }
  return nullptr;
}

} // namespace jitslab
