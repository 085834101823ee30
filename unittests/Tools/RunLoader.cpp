//===- RunLoader.cpp - Starts jitslab-rtdyld ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunLoader.h"
#include "Core/LayoutNames.h"
#include "LLVMCompat.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"

using namespace llvm;

namespace jitslab {

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

Outcome runLoader(std::vector<std::string> Arguments) {
  std::vector<std::string> Command = loaderCommand();
  Command.insert(Command.end(), Arguments.begin(), Arguments.end());
  return runProgram(std::move(Command));
}

std::vector<std::string> managersWith(std::vector<std::string> Managers) {
  for (const NamedLayout &L : AllLayouts)
    Managers.push_back(L.Name.str());
  return Managers;
}

std::vector<std::string> rtdyldManagers() {
  std::vector<std::string> Managers = {"section", "trivial"};
#if JITSLAB_LLVM_HAS_RESERVE_ALLOC
  Managers.push_back("section-reserve");
#endif
  return managersWith(std::move(Managers));
}

std::string loaderCommandLine(const std::vector<std::string> &Arguments) {
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
