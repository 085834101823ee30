//===- ForkRelay.h - Fork handlers that were registered first ---*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The order in which fork handlers are registered matters
/// (jitslab/ForkHandlers.h), and a backend is loaded long after the host has
/// registered its own. So libjitslab-preload.so registers when the process
/// starts, before main, or when a constructor of a library uses LLVM even
/// earlier, and its handlers call those of the backends.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_FORKRELAY_H
#define JITSLAB_TOOLS_PRELOAD_FORKRELAY_H

/// What the preload exports to its backends, as pthread_atfork, but with the
/// place in the order that the preload has. Fails with ENOMEM when the preload
/// could not register, or has no room. Thread-safe; waits while another thread
/// forks.
///
/// Weak: null in a backend that something else has loaded. The number changes
/// with what it does.
extern "C" __attribute__((visibility("default"), weak)) int
jitslab_preload_atfork_1(void (*Before)(), void (*InParent)(),
                         void (*InChild)());

#endif // JITSLAB_TOOLS_PRELOAD_FORKRELAY_H
