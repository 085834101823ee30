//===- LifeTrial.h - One life with several hosts ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_LIFETRIAL_H
#define JITSLAB_UNITTESTS_LIVES_LIFETRIAL_H

#include "Lives/LifeComparison.h"
#include "Lives/MemoryHost.h"
#include <map>

namespace jitslab {

/// What all lives of a host came to.
struct HostTotals {
  size_t Lives = 0, Died = 0, Results = 0;
  /// Of lives that this host and LLVM's managers lived to the end, both.
  uint64_t CPUMicroseconds = 0, TheirCPUMicroseconds = 0;
  uint64_t WorstWaitMicroseconds = 0;
};

struct Fault {
  std::string Host;
  Finding What;
  /// The shortest life that shows it.
  Life Shortest;
};

/// Lives lives, with LLVM's managers and with others.
class LifeTrial {
public:
  LifeTrial(NamedHost Theirs, std::vector<NamedHost> Others)
      : Theirs(std::move(Theirs)), Others(std::move(Others)) {}

  /// \returns what was found with the first host that something was found with.
  std::optional<Fault> run(const Life &Steps);

  /// A table of all lives so far.
  std::string report() const;

private:
  std::optional<Finding> compare(const Life &Steps, const NamedHost &Other);
  void count(const std::string &Name, const LifeRecord &Record,
             const LifeRecord &Reference);

  NamedHost Theirs;
  std::vector<NamedHost> Others;
  std::map<std::string, HostTotals> Totals;
};

/// How to live \p F's life again, with the program \p Program.
std::string describeFault(const Fault &F, const std::string &Program);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIFETRIAL_H
