//===- ABI.h - What the shared library exports ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The mark of what users of libjitslab may link to. Everything without it is
/// hidden (-fvisibility=hidden). For C and C++.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ABI_H
#define JITSLAB_ABI_H

/// ELF needs no other mark where a symbol is used, so that the same objects
/// serve the static and the shared library.
#define JITSLAB_ABI __attribute__((visibility("default")))

#endif // JITSLAB_ABI_H
