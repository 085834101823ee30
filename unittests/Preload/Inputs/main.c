//===- main.c - A program that calls runHost ----------------------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "c-host.h"

int main(int Count, char **Arguments) { return runHost(Count, Arguments); }
