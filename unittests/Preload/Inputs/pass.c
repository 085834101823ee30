//===- pass.c - An object with more than code and data ------------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

volatile int Factor = 3;
int triple(int X) { return X * Factor; }

// An exception may pass through.
void pass(void (*Throw)(void)) { Throw(); }

// Nobody runs this where LLVM has no platform for it.
static volatile int Constructed = 0;
__attribute__((constructor)) static void construct(void) { Constructed = 1; }
int isConstructed(void) { return Constructed; }
