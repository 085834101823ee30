//===- RunLoader.h - Starts jitslab-rtdyld ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_RUNLOADER_H
#define JITSLAB_UNITTESTS_RUNLOADER_H

#include "Support/RunProgram.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace jitslab {

/// Runs the loader, under the emulator when it is cross-compiled.
Outcome runLoader(std::vector<std::string> Arguments);

/// Runs the llvm-rtdyld of the LLVM that this is built against, which is always
/// one of the build machine.
Outcome runLLVMsLoader(std::vector<std::string> Arguments);

/// The names of memory managers: \p Managers, and those of the layouts.
std::vector<std::string> managersWith(std::vector<std::string> Managers);

/// Those that RuntimeDyld has with this LLVM.
std::vector<std::string> rtdyldManagers();

/// What runLoader runs, for a shell.
std::string loaderCommandLine(const std::vector<std::string> &Arguments);

/// As runLoader, with RLIMIT_AS set to \p MiB.
Outcome runLoaderLimited(size_t MiB, std::vector<std::string> Arguments);

/// Path of an object: the compiled Inputs/<Name>.c.
std::string input(llvm::StringRef Name);

inline bool contains(llvm::StringRef Text, llvm::StringRef Part) {
  return Text.find(Part) != llvm::StringRef::npos;
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_RUNLOADER_H
