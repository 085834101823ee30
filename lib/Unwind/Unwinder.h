//===- Unwinder.h - What an unwinder lets be registered ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNWIND_UNWINDER_H
#define JITSLAB_UNWIND_UNWINDER_H

#include <cstddef>
#include <cstdint>

namespace jitslab {

/// The entry points of the process's unwinder, libgcc's or LLVM's libunwind.
/// Tests put a double in their place. Thread-safe, as the unwinders are.
class Unwinder {
public:
  virtual ~Unwinder();

  /// libgcc: frames from \p Begin on, up to a length of 0. libunwind: the one
  /// frame at \p Begin.
  virtual void registerFrames(const uint8_t *Begin) = 0;
  /// libgcc ends the process if \p Begin is not registered.
  virtual void deregisterFrames(const uint8_t *Begin) = 0;

  /// What libgcc keeps for a table, in pointers: six (unwind-dw2-fde.h, struct
  /// object), seven where it notes the end, and one to spare.
  static constexpr size_t TableRecordSize = 8;
  /// Several sections at once; a null ends the table. \p Record belongs to the
  /// unwinder until the table is deregistered.
  virtual void registerTable(const uint8_t **Table, void **Record) = 0;
  virtual void deregisterTable(const uint8_t **Table) = 0;
  /// Whether it has the two functions above.
  virtual bool hasTables() const = 0;

  /// \returns the record of the function at \p Address, or null.
  virtual const uint8_t *find(uintptr_t Address) = 0;

  /// That of the process.
  static Unwinder &system();
};

/// How an unwinder keeps what is registered. It is found out by trying, because
/// versions say too little: distributions mend theirs.
enum class UnwinderKind {
  /// There is none, or it takes nothing.
  None,
  /// libgcc up to 12: a list, searched from its head.
  List,
  /// libgcc from 13 on: a tree.
  Tree,
  /// The same from 13.1 to 14.2, where frames can be lost that are registered
  /// where others were before (GCC PR 119151).
  LosingTree,
  /// libunwind: frame by frame.
  FrameByFrame
};

UnwinderKind recognize(Unwinder &U);

} // namespace jitslab

#endif // JITSLAB_UNWIND_UNWINDER_H
