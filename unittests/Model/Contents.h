//===- Contents.h - What models write into memory ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_CONTENTS_H
#define JITSLAB_UNITTESTS_CONTENTS_H

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace jitslab {

/// Contents that can be told from any other: the bytes depend on a number and
/// on their position. Of large memory only a part is written and looked at:
/// both ends, and some places between them.
class Contents {
public:
  Contents() = default;
  explicit Contents(uint8_t Number) : Number(Number) {}

  void write(uint8_t *Start, size_t Size) const {
    forEachPlace(Size, [&](size_t I) {
      Start[I] = at(I);
      return true;
    });
  }
  bool areAt(uintptr_t Start, size_t Size) const {
    auto *Bytes = reinterpret_cast<const uint8_t *>(Start);
    return forEachPlace(Size, [&](size_t I) { return Bytes[I] == at(I); });
  }

  /// Calls \p Visit with the offsets that are looked at in \p Size bytes, until
  /// it returns false. \returns whether it never did.
  template <typename Fn> static bool forEachPlace(size_t Size, Fn Visit) {
    constexpr size_t Ends = 16, Between = 8;
    size_t Front = std::min(Size, Ends);
    for (size_t I = 0; I != Front; ++I)
      if (!Visit(I))
        return false;
    size_t Step = std::max<size_t>(Size / (Between + 1), 1);
    for (size_t I = Front + Step; I < Size; I += Step)
      if (!Visit(I))
        return false;
    for (size_t I = std::max(Front, Size - Front); I < Size; ++I)
      if (!Visit(I))
        return false;
    return true;
  }

private:
  uint8_t at(size_t I) const { return uint8_t(Number + I * 29 + (I >> 8)); }

  uint8_t Number = 0;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_CONTENTS_H
