//===- FrameCopy.h - Frames that may lie anywhere ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNWIND_FRAMECOPY_H
#define JITSLAB_UNWIND_FRAMECOPY_H

#include "FrameSection.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>

namespace jitslab {

/// A copy of the frames of some functions, on the heap: its pointers are
/// absolute, because those of .eh_frame are distances of 32 bits.
///
/// Unwinders note from where to where the functions of a section reach when it
/// is registered, and some need it again when it is deregistered. A copy can
/// show them something else then: a made-up function in its place.
class FrameCopy {
public:
  /// Frames of no function but the one that is made up.
  FrameCopy();

  /// Copies a function's.
  void add(const FunctionFrame &F);
  /// All that there is was added.
  void finish();

  /// The functions of \p S that have code in \p R, which may be none.
  /// \returns null if \p S has what cannot be copied.
  static std::unique_ptr<FrameCopy> create(const FrameSection &S,
                                           AddressRange R);

  const uint8_t *begin() const { return Bytes.data(); }
  FrameSection section() const { return {Bytes.data(), Bytes.size()}; }
  /// Nothing was copied.
  bool empty() const { return SecondLength == 0; }

  /// The record of the function that is made up.
  const uint8_t *madeUpFunction() const;

  /// Shows nothing but a function that has the code \p R.
  void showOnly(AddressRange R);
  /// Shows what was copied.
  void showCopied();

private:
  void appendCommon(const CommonFrame &C);
  void append(const void *Data, size_t Size);
  void append(const uint8_t *From, const uint8_t *To) {
    append(From, To - From);
  }
  template <typename T> void append(T Value) { append(&Value, sizeof(Value)); }
  uint32_t beginRecord();
  void endRecord(uint32_t Record);

  llvm::SmallVector<uint8_t, 0> Bytes;
  /// The CIE that was copied last, and where its copy is.
  const uint8_t *Common = nullptr;
  uint32_t CommonCopy = 0;
  /// The length of the record behind the made-up one.
  uint32_t SecondLength = 0;
};

} // namespace jitslab

#endif // JITSLAB_UNWIND_FRAMECOPY_H
