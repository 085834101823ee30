//===- Preload.cpp - The service in an executor of others -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

extern "C" void jitslab_executor_open();

namespace jitslab {
/// Lets the linker take the service from its library.
extern const void *const KeepService;
const void *const KeepService =
    reinterpret_cast<const void *>(&jitslab_executor_open);
} // namespace jitslab
