//===- RunLoader.h - Starts jitslab-rtdyld ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_RUNLOADER_H
#define JITSLAB_UNITTESTS_RUNLOADER_H

#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace jitslab {

/// How a process ended.
struct Outcome {
  /// Its exit status; negative if a signal ended it.
  int Status = 0;
  std::string Out, Err;
};

/// Runs the loader, under the emulator when it is cross-compiled.
Outcome runLoader(std::vector<std::string> Arguments);

/// Runs the llvm-rtdyld of the LLVM that this is built against, which is always
/// one of the build machine.
Outcome runLLVMsLoader(std::vector<std::string> Arguments);

/// What runLoader runs, for a shell.
std::string loaderCommandLine(std::vector<std::string> Arguments);

/// Runs a program of the build machine.
Outcome runProgram(std::vector<std::string> Command);

/// As runLoader, with RLIMIT_AS set to \p MiB.
Outcome runLoaderLimited(size_t MiB, std::vector<std::string> Arguments);

/// Path of an object: the compiled Inputs/<Name>.c.
std::string input(llvm::StringRef Name);

std::string contentsOf(const std::string &Path);

/// A file of the given contents that lives until this dies.
class TemporaryFile {
public:
  explicit TemporaryFile(llvm::StringRef Contents);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  const std::string &path() const { return Path; }

private:
  std::string Path;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_RUNLOADER_H
