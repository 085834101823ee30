//===- RunProgram.h - Starts a program and waits for it --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_RUNPROGRAM_H
#define JITSLAB_UNITTESTS_RUNPROGRAM_H

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

/// Runs a program of the build machine, which is looked for in PATH, without
/// input. A test in which it cannot be started fails.
Outcome runProgram(std::vector<std::string> Command);

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

#endif // JITSLAB_UNITTESTS_RUNPROGRAM_H
