//===- OutsideSections.h - Large sections that need no reach ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_OUTSIDESECTIONS_H
#define JITSLAB_JITLINK_OUTSIDESECTIONS_H

#include "../Core/OutsideMapping.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"

namespace jitslab {

/// The sections of \p G that may lie anywhere: see ArenaJITLinkOptions.
llvm::SmallVector<llvm::jitlink::Section *, 2>
findOutsideSections(llvm::jitlink::LinkGraph &G, size_t MinSize);

/// A section in a mapping of its own, outside every window.
class OutsideSection {
public:
  /// Maps memory for \p S, copies its contents and sets its blocks' addresses.
  static llvm::Expected<OutsideSection> create(Arena &A,
                                               llvm::jitlink::Section &S);

  /// Gives it its final access rights.
  llvm::Error seal();

private:
  OutsideSection(OutsideMapping Memory, bool ReadOnly)
      : Memory(std::move(Memory)), ReadOnly(ReadOnly) {}

  OutsideMapping Memory;
  bool ReadOnly;
};

} // namespace jitslab

#endif // JITSLAB_JITLINK_OUTSIDESECTIONS_H
