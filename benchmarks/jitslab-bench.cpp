//===- jitslab-bench.cpp - Memory managers side by side -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measurements.h"
#include "PlainNames.h"
#include "Register.h"
#include "jitslab/Config.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstring>
#include <list>

using namespace jitslab::bench;

/// Takes `--smoke` out of the arguments.
static bool takeSmokeFlag(int &ArgC, char **ArgV) {
  char **End = std::remove_if(ArgV + 1, ArgV + ArgC, [](const char *Arg) {
    return !strcmp(Arg, "--smoke");
  });
  bool Found = End != ArgV + ArgC;
  ArgC = int(End - ArgV);
  *End = nullptr;
  return Found;
}

/// Google Benchmark refuses a reporter for a file that nobody asked for.
static bool writesFile(int ArgC, char **ArgV) {
  return std::any_of(ArgV + 1, ArgV + ArgC, [](const char *Arg) {
    return !strncmp(Arg, "--benchmark_out=", strlen("--benchmark_out="));
  });
}

/// Makes the filters in the arguments fit Google Benchmark's
/// names. \p Storage has to live as long as the arguments.
static void translateFilters(int ArgC, char **ArgV,
                             std::list<std::string> &Storage) {
  constexpr char Option[] = "--benchmark_filter=";
  for (char **Arg = ArgV + 1; Arg < ArgV + ArgC; ++Arg)
    if (!strncmp(*Arg, Option, strlen(Option))) {
      Storage.push_back(Option + filterOfPlainNames(*Arg + strlen(Option)));
      *Arg = Storage.back().data();
    }
}

int main(int ArgC, char **ArgV) {
  Sizes S = takeSmokeFlag(ArgC, ArgV) ? Sizes::smoke() : Sizes();
  bool WritesFile = writesFile(ArgC, ArgV);
  std::list<std::string> Filters;
  translateFilters(ArgC, ArgV, Filters);
  benchmark::Initialize(&ArgC, ArgV);
  if (benchmark::ReportUnrecognizedArguments(ArgC, ArgV))
    return 1;

  // The managers of one linker follow each other, so that what is compared is
  // measured at about the same time.
  std::vector<Manager> RTDyld = rtdyldManagers(), JITLink;
#if JITSLAB_HAS_JITLINK
  JITLink = jitlinkManagers();
#endif
  for (auto Register : {registerLoad, registerRun, registerChurn,
                        registerThreads, registerScale, registerThrow})
    for (const std::vector<Manager> *Managers : {&RTDyld, &JITLink})
      for (const Manager &M : *Managers)
        Register(M, S);
  for (const Manager &M : RTDyld)
    registerBatch(M, S);
  registerThrowOfHost();
  registerCore(S);
  registerWait(S);
#ifdef JITSLAB_BENCH_EXECUTOR
  registerRemote(S);
#endif

  PlainNames Display{std::unique_ptr<benchmark::BenchmarkReporter>(
      benchmark::CreateDefaultDisplayReporter())};
  PlainNames File{std::make_unique<benchmark::JSONReporter>()};
  // Google Benchmark says it when the filter matches nothing.
  size_t Matching =
      benchmark::RunSpecifiedBenchmarks(&Display, WritesFile ? &File : nullptr);
  benchmark::Shutdown();
  return anyFailed() || !Matching ? 1 : 0;
}
