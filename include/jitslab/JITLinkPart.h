//===- JITLinkPart.h - Where there is a JITLink part ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Refuses headers of the JITLink part where the library has none. A program
/// would only hear of it when it is linked, by names of functions.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINKPART_H
#define JITSLAB_JITLINKPART_H

#include "jitslab/LLVMCompat.h"

// Who takes the headers from the sources has no Config.h.
#if defined(JITSLAB_CONFIG_H) && !JITSLAB_HAS_JITLINK
#error "this jitslab has no JITLink part: it is for an LLVM before 19"
#endif

#endif // JITSLAB_JITLINKPART_H
