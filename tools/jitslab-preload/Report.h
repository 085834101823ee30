//===- Report.h - What the preload tells of its hosts -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_PRELOAD_REPORT_H
#define JITSLAB_TOOLS_PRELOAD_REPORT_H

#include "Dispatch.h"

namespace jitslab {

/// Notes that the host has called \p Entry, and says so if the options ask for
/// that. Thread-safe, as everything here.
void noteWayIn(EntryPoint &Entry);

/// Notes what came of it, for the user. What was not served is said once in
/// each process: an error always, everything else if the options ask for that.
void note(const LLVMVersion &Version, const ServeResult &Result);

/// Notes \p Why for the end, should nothing have been served by then.
void noteInCase(const LLVMVersion &Version, const char *Why);

} // namespace jitslab

#endif // JITSLAB_TOOLS_PRELOAD_REPORT_H
