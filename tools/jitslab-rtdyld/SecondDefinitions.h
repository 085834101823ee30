//===- SecondDefinitions.h - Symbols that two files define ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_SECONDDEFINITIONS_H
#define JITSLAB_TOOLS_RTDYLD_SECONDDEFINITIONS_H

#include "InputFile.h"

namespace jitslab {

/// Says on stderr which symbols two of \p Files define, of those that only one
/// may define. RuntimeDyld takes the last one for what is linked after it, and
/// says nothing.
void warnOfSecondDefinitions(const std::vector<InputFile> &Files);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_SECONDDEFINITIONS_H
