//===- RangeMapModel.h - Free ranges, in the simplest way -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_RANGEMAPMODEL_H
#define JITSLAB_UNITTESTS_RANGEMAPMODEL_H

#include "Core/RangeMap.h"
#include "Model/OperationSource.h"
#include <string>
#include <vector>

namespace jitslab {

/// A RangeMap, and free memory as one flag for each unit: too simple to be
/// wrong. A unit is a granule of the map.
class RangeMapModel {
public:
  /// How often something happened, so that a test can tell whether it tested
  /// anything.
  struct Counts {
    size_t Operations = 0, Given = 0, Taken = 0, Refused = 0, TakenFront = 0,
           TakenWithin = 0;
  };

  /// For the first \p Units granules from \p Base on.
  RangeMapModel(uintptr_t Base, size_t Granule, size_t Units,
                OperationSource &Source)
      : Base(Base), Granule(Granule), Source(Source), Free(Units, false),
        Map(Base, Granule) {}

  /// One operation on both, and all checks. \returns false when something is
  /// wrong: see problem.
  bool step();

  /// The last step's checks are all there are.
  bool finish() { return true; }

  const std::string &problem() const { return Problem; }
  const Counts &counts() const { return Count; }

private:
  bool give();
  bool take();
  bool takeFront();
  bool takeWithin();

  uintptr_t address(size_t Unit) const { return Base + Unit * Granule; }
  size_t unit(uintptr_t Address) const { return (Address - Base) / Granule; }
  AddressRange range(size_t First, size_t End) const {
    return {address(First), address(End)};
  }
  std::vector<AddressRange> ranges() const;
  /// The free range that \p Unit is in; empty if it is not free.
  AddressRange around(size_t Unit) const;
  size_t bestFit(size_t Size, size_t Align) const;
  bool set(AddressRange R, bool Value);
  bool agree();
  bool expect(bool Ok, const char *What);

  const uintptr_t Base;
  const size_t Granule;
  OperationSource &Source;
  std::vector<bool> Free;
  RangeMap Map;
  std::string Problem;
  Counts Count;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_RANGEMAPMODEL_H
