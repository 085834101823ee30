//===- PlainNames.h - Names without suffixes --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_PLAINNAMES_H
#define JITSLAB_BENCHMARKS_PLAINNAMES_H

#include <benchmark/benchmark.h>
#include <memory>
#include <string>

namespace jitslab::bench {

/// What Google Benchmark adds to the names of these benchmarks: all have manual
/// time and one iteration.
inline constexpr char NameSuffix[] = "/iterations:1/manual_time";

/// \p Filter, a regular expression for names as PlainNames shows them, as one
/// for Google Benchmark's, which are longer at the end. No name has a dollar,
/// so that it can only mean the end.
inline std::string filterOfPlainNames(const std::string &Filter) {
  std::string Result;
  for (char C : Filter)
    Result +=
        C == '$' ? std::string("(") + NameSuffix + ")?$" : std::string(1, C);
  return Result;
}

/// Passes on to another reporter, without NameSuffix.
class PlainNames : public benchmark::BenchmarkReporter {
public:
  explicit PlainNames(std::unique_ptr<benchmark::BenchmarkReporter> Inner)
      : Inner(std::move(Inner)) {}

  bool ReportContext(const Context &C) override {
    Inner->SetOutputStream(&GetOutputStream());
    Inner->SetErrorStream(&GetErrorStream());
    return Inner->ReportContext(C);
  }

  void ReportRuns(const std::vector<Run> &Runs) override {
    std::vector<Run> Renamed = Runs;
    for (Run &R : Renamed) {
      R.run_name.iterations.clear();
      R.run_name.time_type.clear();
    }
    Inner->ReportRuns(Renamed);
  }

  void Finalize() override { Inner->Finalize(); }

private:
  std::unique_ptr<benchmark::BenchmarkReporter> Inner;
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_PLAINNAMES_H
