//===- Sanitizers.h - Which sanitizer is compiled in -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_SANITIZERS_H
#define JITSLAB_TOOLS_SANITIZERS_H

// Clang has features, GCC macros.
#if defined(__has_feature)
#define JITSLAB_HAS_FEATURE(Feature) __has_feature(Feature)
#else
#define JITSLAB_HAS_FEATURE(Feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || JITSLAB_HAS_FEATURE(address_sanitizer)
#define JITSLAB_HAS_ASAN 1
#else
#define JITSLAB_HAS_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__) || JITSLAB_HAS_FEATURE(thread_sanitizer)
#define JITSLAB_HAS_TSAN 1
#else
#define JITSLAB_HAS_TSAN 0
#endif

#endif // JITSLAB_TOOLS_SANITIZERS_H
