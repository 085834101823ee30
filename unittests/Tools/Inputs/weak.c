//===- weak.c - May call what nobody defines ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

__attribute__((weak)) int jitslab_missing_function(void);
int main(void) { return jitslab_missing_function ? 1 : 5; }
