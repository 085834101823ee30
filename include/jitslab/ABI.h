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
/// JITSLAB_ABI_NAMESPACE is the inline namespace in which the headers declare
/// everything of C++. Its number is part of each symbol's name and changes with
/// the layout of any public struct or class: what was compiled for another
/// layout does not link, or load, instead of reading beyond it. It is not to be
/// written: jitslab::Arena is the name.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ABI_H
#define JITSLAB_ABI_H

/// CMake reads the number here, for the SONAME. It is raised by 1 with what
/// lib/CAPI/PublicLayouts.cpp refuses, once in a release.
#define JITSLAB_ABI_NAMESPACE abi1

/// ELF needs no other mark where a symbol is used, so that the same objects
/// serve the static and the shared library.
#define JITSLAB_ABI __attribute__((visibility("default")))

/// For private members of what is exported. Only the library calls them, so
/// they are no part of its ABI.
#define JITSLAB_HIDDEN __attribute__((visibility("hidden")))

#endif // JITSLAB_ABI_H
