//===- JITLinkLinker.h - Loads objects with JITLink -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_JITLINKLINKER_H
#define JITSLAB_TOOLS_RTDYLD_JITLINKLINKER_H

#include "Linker.h"
#include "Options.h"

namespace jitslab {

/// A linker on ORC's JITLink. Fails where this library is built without it,
/// for unknown memory managers, and when the ORC runtime cannot be loaded.
llvm::Expected<std::unique_ptr<Linker>>
createJITLinkLinker(const LoaderOptions &O);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_JITLINKLINKER_H
