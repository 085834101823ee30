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

// Who takes the headers from the sources has no Config.h; see LLVMCompat.h.
#if __has_include("jitslab/Config.h")
#include "jitslab/Config.h"
#if !JITSLAB_HAS_JITLINK
#error "this jitslab has no JITLink part: it is for an LLVM before 19"
#endif
#endif

#endif // JITSLAB_JITLINKPART_H
