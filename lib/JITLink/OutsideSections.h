//===- OutsideSections.h - Large sections that need no reach ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_OUTSIDESECTIONS_H
#define JITSLAB_JITLINK_OUTSIDESECTIONS_H

#include "jitslab/Arena.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include <memory>

namespace jitslab {

/// The sections of \p G that may lie anywhere: see ArenaJITLinkOptions.
llvm::SmallVector<llvm::jitlink::Section *, 2>
findOutsideSections(llvm::jitlink::LinkGraph &G, size_t MinSize);

/// What such a section needs.
struct OutsideRequest {
  /// All of it, not 0.
  size_t Size = 0;
  /// From here on it has zeros only.
  size_t ContentSize = 0;
  /// A power of two.
  size_t Align = 1;
  bool ReadOnly = false;
  /// For messages.
  llvm::StringRef Name;
};

/// The memory of a section in a mapping of its own, outside every window. It is
/// zero at first, and goes with this.
class OutsideMemory {
public:
  virtual ~OutsideMemory() = default;
  OutsideMemory(const OutsideMemory &) = delete;
  OutsideMemory &operator=(const OutsideMemory &) = delete;

  /// Where contents are written, where the section is used, and how much there
  /// is to write at least.
  const Segment &place() const { return Place; }

  /// Gives it its final access rights.
  virtual llvm::Error seal() = 0;

  /// Nothing is written any more.
  virtual void releaseWorking() {}

  /// It is given back by somebody else than this.
  virtual void leave() {}

protected:
  OutsideMemory() = default;

  Segment Place;
};

using OutsideMemoryOrError = llvm::Expected<std::unique_ptr<OutsideMemory>>;

/// Makes it.
using OutsideSource = llvm::function_ref<OutsideMemoryOrError(OutsideRequest)>;

/// In this process. \p A counts it and has to outlive it.
OutsideMemoryOrError mapOutside(Arena &A, const OutsideRequest &R);

/// Gets memory for \p S, copies its contents and sets its blocks' addresses.
OutsideMemoryOrError placeOutside(llvm::jitlink::Section &S,
                                  OutsideSource Source);

} // namespace jitslab

#endif // JITSLAB_JITLINK_OUTSIDESECTIONS_H
