//===- RecognizeUnwinder.cpp - Find out how an unwinder behaves -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrameCopy.h"
#include "Unwinder.h"
#include <vector>

namespace jitslab {

namespace {

/// Leaves of libgcc's tree hold up to 10 entries (unwind-dw2-btree.h), so these
/// fill several, with separators in between.
constexpr size_t Neighbours = 32;

/// Addresses that no code has: frames for them hurt nobody.
constexpr size_t Width = 8;
const uint8_t NoCode[Neighbours * Width] = {};

AddressRange noCode(size_t First, size_t Count = 1) {
  auto Begin = reinterpret_cast<uintptr_t>(NoCode) + First * Width;
  return {Begin, Begin + Count * Width};
}

/// What is made up, registered as long as it lives.
class MadeUp {
public:
  MadeUp(Unwinder &U, AddressRange R) : U(U), R(R) {
    Frames.showOnly(R);
    U.registerFrames(Frames.begin());
  }
  ~MadeUp() {
    Frames.showOnly(R);
    U.deregisterFrames(Frames.begin());
  }
  MadeUp(MadeUp &&) = delete;

  bool isFoundAt(uintptr_t Address) const {
    return U.find(Address) == Frames.madeUpFunction();
  }
  void becomes(AddressRange Other) { Frames.showOnly(Other); }

private:
  Unwinder &U;
  const AddressRange R;
  FrameCopy Frames;
};

/// A tree has noted where frames are when they are registered; a list reads it
/// when it looks for them.
bool readsLate(Unwinder &U) {
  MadeUp M(U, noCode(0));
  M.becomes(noCode(2));
  return M.isFoundAt(noCode(2).Begin);
}

/// Does what makes a tree of libgcc 13.1 to 14.2 lose frames: where two
/// neighbours in different leaves go, their separator stays, and what comes to
/// lie across it cannot be found behind it.
bool losesFrames(Unwinder &U) {
  std::vector<std::unique_ptr<MadeUp>> All;
  for (size_t I = 0; I != Neighbours; ++I)
    All.push_back(std::make_unique<MadeUp>(U, noCode(I)));
  for (size_t I = 0; I + 1 != Neighbours; ++I) {
    All[I].reset();
    All[I + 1].reset();
    bool Found = MadeUp(U, noCode(I, 2)).isFoundAt(noCode(I + 1).Begin);
    if (!Found)
      return true;
    All[I] = std::make_unique<MadeUp>(U, noCode(I));
    All[I + 1] = std::make_unique<MadeUp>(U, noCode(I + 1));
  }
  return false;
}

bool takesOneFrame(Unwinder &U) {
  FrameCopy Frames;
  Frames.showOnly(noCode(0));
  U.registerFrames(Frames.madeUpFunction());
  bool Found = U.find(noCode(0).Begin) == Frames.madeUpFunction();
  U.deregisterFrames(Frames.madeUpFunction());
  return Found;
}

} // namespace

UnwinderKind recognize(Unwinder &U) {
  // libunwind wants an FDE and refuses a section, which begins with a CIE.
  if (!MadeUp(U, noCode(0)).isFoundAt(noCode(0).Begin))
    return takesOneFrame(U) ? UnwinderKind::FrameByFrame : UnwinderKind::None;
  if (readsLate(U))
    return UnwinderKind::List;
  return losesFrames(U) ? UnwinderKind::LosingTree : UnwinderKind::Tree;
}

} // namespace jitslab
