//===- undefined.c - Calls what nobody defines ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

int jitslab_missing_function(void);
extern int jitslab_missing_variable;
int main(void) { return jitslab_missing_function() + jitslab_missing_variable; }
