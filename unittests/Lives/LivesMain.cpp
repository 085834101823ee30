//===- LivesMain.cpp - jitslab-lives --------------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// jitslab-lives [--seed=N] [--lives=N] [--minutes=N] [--host=NAME]
//               [--life='STEP; ...' | --life=FILE] [--print] [--verbose]
//
// Lives random lives with LLVM's memory managers and with jitslab's, each in a
// process of its own, and says where jitslab's is worse. Life I has the seed
// N + I. --print: says what the steps are and does nothing. --verbose: what
// came of each step with each host. With JITSLAB_LIFE_STDERR in the environment
// the processes' stderr is seen.
// Exit status: 0 nothing was found, 1 something was, 2 wrong arguments.

#include "Lives/LifeGenerator.h"
#include "Lives/LifeRecorder.h"
#include "Lives/LifeTrial.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <chrono>
#include <cstdio>

using namespace jitslab;
using namespace llvm;

namespace {

struct Arguments {
  uint64_t Seed = 1, Lives = 0, Minutes = 0;
  std::string Host, LifeText;
  bool IsPrinting = false, IsVerbose = false;
};

} // namespace

static bool parse(StringRef Argument, Arguments &A) {
  auto [Name, Value] = Argument.split('=');
  if (Name == "--seed")
    return !Value.getAsInteger(10, A.Seed);
  if (Name == "--lives")
    return !Value.getAsInteger(10, A.Lives);
  if (Name == "--minutes")
    return !Value.getAsInteger(10, A.Minutes);
  if (Name == "--host") {
    A.Host = Value.str();
    return true;
  }
  if (Name == "--life") {
    A.LifeText = Value.str();
    return !Value.empty();
  }
  A.IsPrinting |= Argument == "--print";
  A.IsVerbose |= Argument == "--verbose";
  return Argument == "--print" || Argument == "--verbose";
}

static Expected<Life> readLife(const std::string &Text) {
  if (auto File = MemoryBuffer::getFile(Text))
    return parseLife((*File)->getBuffer());
  return parseLife(Text);
}

static void print(const Life &Steps) {
  for (const Step &S : Steps)
    printf("%s\n", S.text().c_str());
}

static void printOutcomes(const Life &Steps, const NamedHost &Host) {
  LifeRecord Record = recordLife(Steps, Host);
  printf("%s: %s\n", Host.Name.c_str(), Record.howEnded().c_str());
  for (const auto &[Place, Outcome] : Record.Outcomes)
    printf("  %u/%u %c %s\n", Place.first, Place.second + 1, char(Outcome.Is),
           Outcome.Text.c_str());
}

int main(int ArgC, char **ArgV) {
  Arguments A;
  for (int I = 1; I != ArgC; ++I)
    if (!parse(ArgV[I], A)) {
      fprintf(stderr, "jitslab-lives: '%s' is no argument\n", ArgV[I]);
      return 2;
    }
  std::vector<NamedHost> Hosts;
  for (NamedHost &H : jitslabHosts())
    if (A.Host.empty() || A.Host == H.Name)
      Hosts.push_back(std::move(H));
  if (Hosts.empty()) {
    fprintf(stderr, "jitslab-lives: there is no host '%s'\n", A.Host.c_str());
    return 2;
  }
  LifeTrial Trial(llvmHost(), Hosts);
  auto Try = [&](const Life &Steps, const std::string &What) {
    if (A.IsPrinting) {
      print(Steps);
      return true;
    }
    if (A.IsVerbose) {
      printOutcomes(Steps, llvmHost());
      for (const NamedHost &H : Hosts)
        printOutcomes(Steps, H);
    }
    auto Found = Trial.run(Steps);
    if (Found)
      printf("%s%s", What.c_str(), describeFault(*Found, ArgV[0]).c_str());
    fflush(stdout);
    return !Found;
  };
  if (!A.LifeText.empty()) {
    auto Steps = readLife(A.LifeText);
    if (!Steps) {
      fprintf(stderr, "jitslab-lives: %s\n",
              toString(Steps.takeError()).c_str());
      return 2;
    }
    return Try(*Steps, "") ? 0 : 1;
  }
  using Clock = std::chrono::steady_clock;
  const auto End = Clock::now() + std::chrono::minutes(A.Minutes);
  size_t Faults = 0, Lives = 0;
  if (A.Lives == 0 && A.Minutes == 0)
    A.Lives = 1;
  for (uint64_t I = 0; I < A.Lives || Clock::now() < End; ++I, ++Lives)
    Faults += !Try(randomLife(A.Seed + I),
                   "FAULT, seed " + std::to_string(A.Seed + I) + ": ");
  if (!A.IsPrinting)
    printf("%s%zu lives from seed %llu on, %zu of them with a fault\n",
           Trial.report().c_str(), Lives,
           static_cast<unsigned long long>(A.Seed), Faults);
  return Faults ? 1 : 0;
}
