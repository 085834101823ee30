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

namespace jitslab::bench {

/// Passes on to another reporter, without what Google Benchmark adds to the
/// names of these benchmarks: all have manual time and one iteration.
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
