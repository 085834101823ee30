//===- CrashReport.h - Where the loaded code crashed ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_CRASHREPORT_H
#define JITSLAB_TOOLS_RTDYLD_CRASHREPORT_H

#include "Linker.h"

namespace jitslab {

/// From now on, a crash says which file and section the processor was in, or
/// which freed code, and what it accessed; then the process ends by the signal
/// as it would have. \p L lives as long as the process. The loaded code may
/// have handlers of its own instead.
void reportCrashesOf(const Linker &L);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_CRASHREPORT_H
