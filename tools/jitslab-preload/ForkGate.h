//===- ForkGate.h - No fork while the arena is being changed ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_FORKGATE_H
#define JITSLAB_TOOLS_PRELOAD_FORKGATE_H

namespace jitslab {

/// The child of a fork has only the thread that forked. Were another one inside
/// the arena at that moment, the child would find it locked for ever. LLVM's
/// own managers have no lock that unrelated engines share, so hosts do not
/// expect that. While a ForkGate lives, fork waits.
///
/// One thread must not hold two of them, nor call fork while it holds one.
class ForkGate {
public:
  ForkGate();
  ~ForkGate();
  ForkGate(const ForkGate &) = delete;
  ForkGate &operator=(const ForkGate &) = delete;

  /// Why fork does not wait: an errno, 0 if all is well.
  static int installError();

  /// Sets what runs in the child of each fork from now on.
  static void runInChildren(void (*Fn)());
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_FORKGATE_H
