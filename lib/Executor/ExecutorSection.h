//===- ExecutorSection.h - A section outside all windows --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_EXECUTOR_EXECUTORSECTION_H
#define JITSLAB_EXECUTOR_EXECUTORSECTION_H

#include "../Core/Lane.h"
#include "../Core/Reservation.h"
#include "../Remote/Wire.h"

namespace jitslab {

/// bad_address: where a message asks to write is nothing that may be written.
inline std::error_code outOfPlace() {
  return std::make_error_code(std::errc::bad_address);
}

/// A section of a controller's object, in a mapping of its own. All numbers
/// come from the controller, and are looked at. Not thread-safe.
class ExecutorSection {
public:
  /// Maps \p Size bytes, with the rights of \p L: those of \p File or, if it is
  /// null, some of this process's, which are zero and written later.
  static llvm::ErrorOr<ExecutorSection>
  create(uint64_t Size, uint64_t Align, Lane L, const SharedMemory *File);

  AddressRange range() const { return Space.range(); }

  /// Where this process has the memory: writes, and gives it its final rights,
  /// after which it is not written again if it is read-only. outOfPlace where
  /// \p W is not within.
  std::error_code write(const wire::Write &W);

private:
  ExecutorSection(Reservation Space, Lane L, bool IsOwn)
      : Space(std::move(Space)), Use(L), IsWritable(IsOwn) {}

  Reservation Space;
  Lane Use;
  /// By this process, which is to write it.
  bool IsWritable;
};

} // namespace jitslab

#endif // JITSLAB_EXECUTOR_EXECUTORSECTION_H
