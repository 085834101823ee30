//===- caller.c - Wants a function and a variable of others ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

int answer(void);
extern int AnswerOffset;
int main(void) { return answer() + AnswerOffset; }
