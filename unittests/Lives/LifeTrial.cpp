//===- LifeTrial.cpp - One life with several hosts ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/LifeTrial.h"
#include "Lives/LifeRecorder.h"
#include "Lives/LifeShrinker.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab {

// What a life that was found fault with may cost.
static constexpr size_t ShrinkTries = 400;

void LifeTrial::count(const std::string &Name, const LifeRecord &Record,
                      const LifeRecord &Reference) {
  HostTotals &T = Totals[Name];
  ++T.Lives;
  T.Died += !Record.lived();
  for (const auto &[Place, Outcome] : Record.Outcomes)
    T.Results += Outcome.Is == StepOutcome::Result;
  if (Record.lived() && Reference.lived()) {
    T.CPUMicroseconds += Record.CPUMicroseconds;
    T.TheirCPUMicroseconds += Reference.CPUMicroseconds;
  }
  T.WorstWaitMicroseconds =
      std::max(T.WorstWaitMicroseconds, Record.WorstWaitMicroseconds);
}

std::optional<Finding> LifeTrial::compare(const Life &Steps,
                                          const NamedHost &Other) {
  return compareLives(Steps, recordLife(Steps, Theirs),
                      recordLife(Steps, Other));
}

std::optional<Fault> LifeTrial::run(const Life &Steps) {
  LifeRecord Reference = recordLife(Steps, Theirs);
  count(Theirs.Name, Reference, Reference);
  for (const NamedHost &Other : Others) {
    LifeRecord Ours = recordLife(Steps, Other);
    count(Other.Name, Ours, Reference);
    auto Found = compareLives(Steps, Reference, Ours);
    if (!Found)
      continue;
    Fault F{Other.Name, *Found, {}};
    F.Shortest = shrinkLife(
        Steps,
        [&](const Life &Shorter) {
          auto Again = compare(Shorter, Other);
          if (!Again || Again->Is != Found->Is)
            return false;
          F.What = *Again;
          return true;
        },
        ShrinkTries);
    return F;
  }
  return std::nullopt;
}

std::string LifeTrial::report() const {
  std::string Text;
  raw_string_ostream OS(Text);
  OS << "host            lives  died  results  CPU/LLVM's  worst wait (us)\n";
  for (const auto &[Name, T] : Totals)
    OS << format("%-15s %5zu %5zu %8zu %11.2f %16llu\n", Name.c_str(), T.Lives,
                 T.Died, T.Results,
                 double(T.CPUMicroseconds) /
                     double(std::max<uint64_t>(T.TheirCPUMicroseconds, 1)),
                 static_cast<unsigned long long>(T.WorstWaitMicroseconds));
  return OS.str();
}

std::string describeFault(const Fault &F, const std::string &Program) {
  std::string Text = F.Host + ": " + F.What.Text + "\n";
  std::string Line;
  for (const Step &S : F.Shortest) {
    Text += "  " + S.text() + "\n";
    Line += (Line.empty() ? "" : "; ") + S.text();
  }
  return Text + "again: " + Program + " --host=" + F.Host + " --life='" + Line +
         "'\n";
}

} // namespace jitslab
