//===- thread-local.c - A variable that RuntimeDyld cannot place ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

__thread int Counter = 5;
int main(void) { return Counter; }
