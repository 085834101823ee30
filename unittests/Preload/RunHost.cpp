//===- RunHost.cpp - Starts hosts of LLVM, with the preload or not --------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunHost.h"
#include "Support/Catch.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

using namespace llvm;

namespace jitslab {

// Longer than any host needs on a loaded machine.
static constexpr unsigned TimeoutSeconds = 240;

static std::string readFile(StringRef Path) {
  auto Buffer = MemoryBuffer::getFile(Path);
  if (!Buffer)
    FAIL(Path.str() + ": " + Buffer.getError().message());
  return (*Buffer)->getBuffer().str();
}

Ended runCommand(std::vector<std::string> Command) {
  auto Program = sys::findProgramByName(Command.front());
  if (!Program)
    FAIL(Command.front() + ": " + Program.getError().message());
  SmallString<128> Out, Err;
  if (sys::fs::createTemporaryFile("jitslab-test", "out", Out) ||
      sys::fs::createTemporaryFile("jitslab-test", "err", Err))
    FAIL("no temporary files");
  FileRemover RemoveOut(Out), RemoveErr(Err);
  std::vector<StringRef> Args(Command.begin(), Command.end());
  Ended E;
  E.Status = sys::ExecuteAndWait(
      *Program, Args, /*Env=*/{},
      {StringRef(""), StringRef(Out), StringRef(Err)}, TimeoutSeconds);
  E.Out = readFile(Out);
  E.Err = readFile(Err);
  return E;
}

Ended runPreloaded(const std::string &Options,
                   std::vector<std::string> Command) {
  // Not setenv: this process must not be served.
  std::vector<std::string> All = {"env", "LD_PRELOAD=" JITSLAB_TEST_PRELOAD,
                                  "JITSLAB_OPTIONS=" + Options};
  All.insert(All.end(), Command.begin(), Command.end());
  return runCommand(std::move(All));
}

std::string host(const std::string &Name) {
  return JITSLAB_TEST_HOSTS "/" + Name;
}

std::string runner() { return JITSLAB_TEST_RUN; }

size_t occurrences(const std::string &Text, const std::string &What) {
  return StringRef(Text).count(What);
}

} // namespace jitslab
