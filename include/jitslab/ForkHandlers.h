//===- ForkHandlers.h - Arenas and the host's pthread_atfork ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// For hosts that have fork handlers (pthread_atfork) of their own. Others need
/// not know of this.
///
/// The locks of all arenas are held while the process forks. They are leaves:
/// whoever holds one waits for no lock of the host. So they have to be taken
/// last and released first, which is what the C library does for the handlers
/// that were registered first. Those of jitslab are registered when the
/// library, or the program that it is linked into, is loaded. What a host
/// registers afterwards, in main for example,
///   - may use arenas: in handlers of all three kinds, with any lock held;
///   - may take locks that threads hold while they use arenas.
///
/// What was registered before, because jitslab was loaded later by dlopen or by
/// a constructor of a library that was loaded before it, may do neither: it
/// runs while the locks of arenas are held, and would wait for ever. Load
/// jitslab before it, or register such handlers afterwards.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_FORKHANDLERS_H
#define JITSLAB_FORKHANDLERS_H

#include "jitslab/ABI.h"
#include "llvm/Support/Error.h"

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// Registers jitslab's fork handlers, if that has not happened yet: when this
/// is called by a constructor that runs before jitslab's, or when there was no
/// memory at that time. To be called before the host registers its own, by
/// hosts for which the order matters and that want to know. Arena::create does
/// the same, later. Forks that other threads have begun are not told of.
/// Fails with ENOMEM; calling again is allowed then. Thread-safe.
JITSLAB_ABI llvm::Error registerForkHandlers();

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_FORKHANDLERS_H
