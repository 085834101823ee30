//===- ServeRemote.h - Code that runs in an executor ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_SERVEREMOTE_H
#define JITSLAB_TOOLS_PRELOAD_SERVEREMOTE_H

#include "Backend.h"

namespace jitslab {

/// What PreloadBackend has under this name.
ServeResult serveRemote(void *Setup);

/// True if an executor's memory was served.
bool hasServedRemote();

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_SERVEREMOTE_H
