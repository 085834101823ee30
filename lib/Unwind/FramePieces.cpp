//===- FramePieces.cpp - Frames where others were before ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FramePieces.h"

namespace jitslab {

/// The end of what would be found if \p R were registered: behind \p R, or
/// where the first separator is.
static uintptr_t endOfFound(Unwinder &U, AddressRange R) {
  FrameCopy Probe;
  Probe.showOnly(R);
  U.registerFrames(Probe.begin());
  // What is found ends once: separators are passed on the way up, none on the
  // way down.
  uintptr_t Found = R.Begin, Lost = R.End;
  if (U.find(R.End - 1))
    Found = R.End - 1;
  while (Lost - Found > 1) {
    uintptr_t Middle = Found + (Lost - Found) / 2;
    (U.find(Middle) ? Found : Lost) = Middle;
  }
  U.deregisterFrames(Probe.begin());
  return Found + 1;
}

std::unique_ptr<FramePieces>
FramePieces::create(Unwinder &U, const FrameSection &S, AddressRange Extent) {
  std::unique_ptr<FramePieces> Result(new FramePieces(U));
  while (Extent.Begin != Extent.End) {
    uintptr_t End = endOfFound(U, Extent);
    if (!Result->add(S, {Extent.Begin, End}))
      return nullptr;
    Extent.Begin = End;
  }
  return Result;
}

bool FramePieces::add(const FrameSection &S, AddressRange Code) {
  auto Copy = FrameCopy::create(S, Code);
  if (!Copy)
    return false;
  if (Copy->empty()) // Between two functions.
    return true;
  // A function may have code in the piece before too, so that the piece is
  // larger than what its frames are for, or smaller.
  Copy->showOnly(Code);
  U.registerFrames(Copy->begin());
  Copy->showCopied();
  Pieces.push_back({Code, std::move(Copy)});
  return true;
}

FramePieces::~FramePieces() {
  for (const Piece &P : Pieces) {
    P.Frames->showOnly(P.Code);
    U.deregisterFrames(P.Frames->begin());
  }
}

} // namespace jitslab
