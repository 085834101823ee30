//===- RunLoader.cpp - Starts jitslab-rtdyld ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunLoader.h"
#include "Support/Catch.h"
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

TemporaryFile::~TemporaryFile() { sys::fs::remove(Path); }

std::string contentsOf(const std::string &Path) {
  auto Buffer = MemoryBuffer::getFile(Path);
  if (!Buffer)
    FAIL(Path + ": " + Buffer.getError().message());
  return (*Buffer)->getBuffer().str();
}

std::string input(StringRef Name) {
  return (JITSLAB_TEST_INPUTS "/" + Name + ".c.o").str();
}

// The loader's path, after the emulator and its arguments if there is one.
static std::vector<std::string> loaderCommand() {
  std::vector<std::string> Command;
  SmallVector<StringRef, 8> Parts;
  StringRef(JITSLAB_TEST_EMULATOR).split(Parts, '|', -1, /*KeepEmpty=*/false);
  for (StringRef Part : Parts)
    Command.push_back(Part.str());
  Command.push_back(JITSLAB_TEST_LOADER);
  return Command;
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

Outcome runLoader(std::vector<std::string> Arguments) {
  std::vector<std::string> Command = loaderCommand();
  Command.insert(Command.end(), Arguments.begin(), Arguments.end());
  return runProgram(std::move(Command));
}

std::string loaderCommandLine(std::vector<std::string> Arguments) {
  std::string Line = "exec";
  for (const std::string &Part : loaderCommand())
    Line += " '" + Part + "'";
  for (const std::string &Argument : Arguments)
    Line += " '" + Argument + "'";
  return Line;
}

Outcome runLLVMsLoader(std::vector<std::string> Arguments) {
  Arguments.insert(Arguments.begin(), JITSLAB_TEST_LLVM_TOOLS "/llvm-rtdyld");
  return runProgram(std::move(Arguments));
}

Outcome runLoaderLimited(size_t MiB, std::vector<std::string> Arguments) {
  std::string Script =
      "ulimit -v " + std::to_string(MiB * 1024) + "; exec \"$@\"";
  std::vector<std::string> Command = {"sh", "-c", Script, "sh"};
  for (const std::string &Part : loaderCommand())
    Command.push_back(Part);
  Command.insert(Command.end(), Arguments.begin(), Arguments.end());
  return runProgram(std::move(Command));
}

} // namespace jitslab
