//===- PageKinds.h - What kind of segment each page holds -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_PAGEKINDS_H
#define JITSLAB_CORE_PAGEKINDS_H

#include "../Platform/AddressSpace.h"
#include "FreeDeleter.h"
#include "jitslab/Allocation.h"
#include <cstring>
#include <memory>

namespace jitslab {

/// For layouts that care what lies next to what: the kind of segment that each
/// page of a window holds, if it is known. Without memory for the table nothing
/// is.
class PageKinds {
public:
  PageKinds(AddressRange Window, size_t PageSize)
      : Window(Window), PageSize(PageSize),
        Kinds(static_cast<uint8_t *>(calloc(Window.size() / PageSize, 1))) {}

  void set(AddressRange Pages, SegmentKind K) { fill(Pages, 1 + int(K)); }
  void clear(AddressRange Pages) { fill(Pages, 0); }
  /// False for addresses outside of the window.
  bool has(uintptr_t Address, SegmentKind K) const {
    return Kinds && Address >= Window.Begin && Address < Window.End &&
           Kinds[pageOf(Address)] == 1 + int(K);
  }

private:
  size_t pageOf(uintptr_t Address) const {
    return (Address - Window.Begin) / PageSize;
  }
  void fill(AddressRange Pages, int Value) {
    if (Kinds)
      memset(&Kinds[pageOf(Pages.Begin)], Value, Pages.size() / PageSize);
  }

  const AddressRange Window;
  const size_t PageSize;
  /// One byte for each page: 0 or 1 + the kind. From calloc, so that pages of
  /// it that are never written cost no memory.
  std::unique_ptr<uint8_t[], FreeDeleter> Kinds;
};

} // namespace jitslab

#endif // JITSLAB_CORE_PAGEKINDS_H
