//===- RemoteLayout.h - Objects in another process --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_REMOTE_REMOTELAYOUT_H
#define JITSLAB_REMOTE_REMOTELAYOUT_H

#include "../Core/DenseLayout.h"
#include "RemoteMemory.h"

namespace jitslab {

/// As DenseLayout, in windows of an executor: nothing here reads or writes an
/// executor address.
class RemoteLayout final : public DenseLayout {
public:
  explicit RemoteLayout(RemoteMemory &VM) : DenseLayout(VM), Memory(VM) {}

  llvm::Expected<LaneBackings> backWindow(AddressRange Space,
                                          bool HugePages) override;
  std::error_code show(const Allocation &) override { return {}; }
  void prepareRelease(Allocation &A) override;

protected:
  std::error_code publish(const Allocation &A, AddressRange R,
                          bool Shown) override;

private:
  RemoteMemory &Memory;
};

} // namespace jitslab

#endif // JITSLAB_REMOTE_REMOTELAYOUT_H
