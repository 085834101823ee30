//===- entries.c - Functions other than main, and one that is data --------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

int seven(void) { return 7; }
int notCode = 8;
int _main(void) { return 9; }
