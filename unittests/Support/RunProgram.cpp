//===- RunProgram.cpp - Starts a program and waits for it -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunProgram.h"
#include "Catch.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab {

// Longer than any test needs, even under an emulator on a loaded machine.
static constexpr unsigned TimeoutSeconds = 240;

TemporaryFile::TemporaryFile(StringRef Contents) {
  SmallString<128> Name;
  int FD;
  if (auto EC = sys::fs::createTemporaryFile("jitslab-test", "o", FD, Name))
    FAIL(EC.message());
  raw_fd_ostream(FD, /*shouldClose=*/true) << Contents;
  Path = Name.str().str();
}

TemporaryFile::~TemporaryFile() { (void)sys::fs::remove(Path); }

std::string contentsOf(const std::string &Path) {
  auto Buffer = MemoryBuffer::getFile(Path);
  if (!Buffer)
    FAIL(Path + ": " + Buffer.getError().message());
  return (*Buffer)->getBuffer().str();
}

Outcome runProgram(std::vector<std::string> Command) {
  auto Program = sys::findProgramByName(Command.front());
  if (!Program)
    FAIL(Command.front() + ": " + Program.getError().message());
  TemporaryFile In(""), Out(""), Err("");
  std::vector<StringRef> Args(Command.begin(), Command.end());
  Outcome O;
  O.Status = sys::ExecuteAndWait(
      *Program, Args, /*Env=*/{},
      {StringRef(In.path()), StringRef(Out.path()), StringRef(Err.path())},
      TimeoutSeconds);
  O.Out = contentsOf(Out.path());
  O.Err = contentsOf(Err.path());
  return O;
}

} // namespace jitslab
