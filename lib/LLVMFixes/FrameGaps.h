//===- FrameGaps.h - JITLink leaves gaps between frames ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// Trigger: an object of GNU as, whose records of frames are multiples of 4
/// bytes in a section that is aligned to 8, with a function that nobody refers
/// to, so that JITLink leaves out the function and its record. GCC 16 makes
/// such an object of unittests/Inputs/constructed.cpp.
/// Symptom: each record is a block that keeps its place within 8 bytes. Where
/// 20 bytes are gone, 4 stay as zeros. To an unwinder a record of length 0 is
/// the section's end: exceptions do not pass functions behind it.
/// Affected: seen with LLVM 23 (BasicLayout aligns each block by itself).
/// Remove when: blocks of .eh_frame have no alignment of the section's.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_LLVMFIXES_FRAMEGAPS_H
#define JITSLAB_LLVMFIXES_FRAMEGAPS_H

#include "llvm/ADT/STLExtras.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"

namespace jitslab {

/// Lets the records of \p G's frames follow each other, before it is laid out.
inline void closeFrameGaps(llvm::jitlink::LinkGraph &G) {
  llvm::jitlink::Section *S = G.findSectionByName(".eh_frame");
  if (!S || S->blocks().empty())
    return;
  const llvm::jitlink::Block *First =
      *llvm::min_element(S->blocks(), [](const auto *A, const auto *B) {
        return A->getAddress() < B->getAddress();
      });
  for (llvm::jitlink::Block *B : S->blocks())
    if (B != First) {
      B->setAlignmentOffset(0);
      B->setAlignment(1);
    }
}

} // namespace jitslab

#endif // JITSLAB_LLVMFIXES_FRAMEGAPS_H
