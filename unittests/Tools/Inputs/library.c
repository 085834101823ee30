//===- library.c - The same in a shared library, with other results -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

int AnswerOffset = 3;
int answer(void) { return 30; }
