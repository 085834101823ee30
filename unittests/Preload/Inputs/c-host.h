//===- c-host.h - A host of LLVM's C interface ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_PRELOAD_C_HOST_H
#define JITSLAB_UNITTESTS_PRELOAD_C_HOST_H

/// As main. For programs and for libraries that are loaded by dlopen.
__attribute__((visibility("default"))) int runHost(int Count, char **Arguments);

#endif // JITSLAB_UNITTESTS_PRELOAD_C_HOST_H
