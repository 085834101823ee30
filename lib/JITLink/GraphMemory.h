//===- GraphMemory.h - The memory of one link graph -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_GRAPHMEMORY_H
#define JITSLAB_JITLINK_GRAPHMEMORY_H

#include "../Core/ArenaAccess.h"
#include "../Platform/AddressSpace.h"
#include "OutsideSections.h"
#include "jitslab/Arena.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"

namespace jitslab {

/// Takes memory for a graph's segments, and gives it back when it dies.
class GraphMemory {
public:
  /// Lays out the sections of \p G and copies their contents, into a window of
  /// \p Group and, as ArenaJITLinkOptions says of \p OutsideMinSize, what \p
  /// Outside makes. A failure leaves no memory taken.
  static llvm::Expected<GraphMemory>
  create(Arena &A, llvm::jitlink::LinkGraph &G, size_t OutsideMinSize,
         OutsideSource Outside, WindowGroup Group);

  /// Gives everything its final access rights.
  llvm::Error seal(Arena &A);

  /// Where the code is that stays.
  AddressRange code() const {
    const Segment S = Standard[SegmentKind::Code];
    return {S.Executor, S.Executor + S.Size};
  }

  /// Calls \p Visit with each segment, which is not sealed: those that
  /// stay, and with \p WithFinalize those that do not; and with what of each
  /// section outside is not zero.
  template <typename Fn> void forEachSegment(bool WithFinalize, Fn Visit) {
    for (Allocation *A : {&Standard, &Finalize})
      if (A == &Standard || WithFinalize)
        for (SegmentKind K : AllSegmentKinds)
          if (Segment S = (*A)[K])
            Visit(S);
    for (const auto &Section : Outside)
      Visit(Section->place());
  }

  /// Calls \p Visit with each section outside.
  template <typename Fn> void forEachOutside(Fn Visit) {
    for (const auto &Section : Outside)
      Visit(*Section);
  }

  /// Calls \p Visit with where there is code.
  template <typename Fn> void forEachCode(Fn Visit) const {
    for (const Allocation *A : {&Standard, &Finalize})
      if (Segment S = (*A)[SegmentKind::Code])
        Visit(AddressRange{S.Executor, S.Executor + S.Size});
  }

  /// Gives back what was needed for finalization only.
  void releaseFinalizeSegments() {
    Finalize.release();
    forEachOutside([](OutsideMemory &M) { M.releaseWorking(); });
  }

private:
  GraphMemory() = default;

  /// Declared in the order of their allocation: destroyed in reverse.
  Allocation Standard, Finalize;
  std::vector<std::unique_ptr<OutsideMemory>> Outside;
};

} // namespace jitslab

#endif // JITSLAB_JITLINK_GRAPHMEMORY_H
