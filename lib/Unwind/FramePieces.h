//===- FramePieces.h - Frames where others were before ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNWIND_FRAMEPIECES_H
#define JITSLAB_UNWIND_FRAMEPIECES_H

#include "FrameCopy.h"
#include "Unwinder.h"
#include <vector>

namespace jitslab {

/// Frames for an unwinder that loses some (UnwinderKind::LosingTree).
///
/// Its tree leads an address to one of its leaves by separators. Where frames
/// were registered before, there may be one left over in the middle of what is
/// registered now, and what lies behind it is not found. So that is registered
/// in pieces, each between two separators and with frames of its own: then a
/// separator is where it should be.
class FramePieces {
public:
  /// Registers the frames of \p S. \p Extent is S.extent().
  /// \returns null if \p S has frames that cannot be copied; then nothing is
  /// registered.
  static std::unique_ptr<FramePieces> create(Unwinder &U, const FrameSection &S,
                                             AddressRange Extent);
  ~FramePieces();

private:
  struct Piece {
    AddressRange Code;
    std::unique_ptr<FrameCopy> Frames;
  };

  explicit FramePieces(Unwinder &U) : U(U) {}
  bool add(const FrameSection &S, AddressRange Code);

  Unwinder &U;
  std::vector<Piece> Pieces;
};

} // namespace jitslab

#endif // JITSLAB_UNWIND_FRAMEPIECES_H
