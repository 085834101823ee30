//===- OutsideData.h - Large data that needs no reach -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_RTDYLD_OUTSIDEDATA_H
#define JITSLAB_RTDYLD_OUTSIDEDATA_H

#include "../Core/OutsideMapping.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Object/ObjectFile.h"

namespace jitslab {

/// Sections of large data, of the objects of one memory manager, that no window
/// has room for.
class OutsideData {
public:
  /// True when \p Section is large data by its name, which code refers to by 64
  /// bits (System V ABI, AMD64 supplement, 4.2: "Large Sections").
  static bool isLarge(llvm::StringRef Section);
  /// True when an object of size \p F has more data than any window of \p A can
  /// hold.
  static bool isTooLarge(const Arena &A, const Footprint &F);

  /// Where everything reaches everything in \p Window, and is reached from
  /// there.
  static AddressRange beside(AddressRange Window);

  /// Memory for a section of the object that is being loaded: it lives as long
  /// as this. In \p Within, unless that is empty.
  llvm::Expected<uint8_t *> allocate(Arena &A, size_t Size, size_t Align,
                                     llvm::StringRef Section, bool ReadOnly,
                                     AddressRange Within);

  /// Says that \p O is loaded. Fails when a relocation to or from its sections
  /// here depends on distance.
  llvm::Error endObject(const llvm::object::ObjectFile &O);

  /// Gives all sections their final access rights. May be called again.
  llvm::Error seal();

private:
  struct Section {
    OutsideMapping Memory;
    bool IsReadOnly;
  };

  llvm::SmallVector<Section, 1> Sections;
  /// How many are sealed, and how many belong to objects that have ended.
  size_t Sealed = 0, Ended = 0;
};

} // namespace jitslab

#endif // JITSLAB_RTDYLD_OUTSIDEDATA_H
