//===- LifeComparison.cpp - Is a life worse than another one --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/LifeComparison.h"
#include "Support/Process.h"
#include <sstream>

namespace jitslab {

namespace {

struct Use {
  size_t Mappings = 0, ResidentKiB = 0, Files = 0;

  explicit Use(const StepOutcome &Outcome) {
    std::istringstream(Outcome.Text) >> Mappings >> ResidentKiB >> Files;
  }
};

} // namespace

static std::string describe(const Life &Steps, StepPlace Place) {
  auto [Process, Index] = Place;
  std::string Text = Index < Steps.size()
                         ? "step " + std::to_string(Index + 1) + ", '" +
                               Steps[Index].text() + "'"
                         : std::string("the end");
  if (Process)
    Text += ", in the child of step " + std::to_string(Process);
  return Text;
}

// What an arena has that LLVM's managers have not: a window with a few lanes,
// each of which has a slab (2 MiB) of its own, memory populated ahead in it;
// in Dense a descriptor and a second mapping; in PerObject two mappings for
// each large object, where neighbours of LLVM's merge.
static constexpr size_t MoreMappings = 100, MoreKiB = 10 << 10, MoreFiles = 8;

static std::optional<Finding> compareUse(const Use &Theirs, const Use &Ours) {
  auto Worse = [](Finding::Kind Kind, const char *What, size_t Their,
                  size_t Our) {
    return Finding{Kind, std::to_string(Our) + " " + What + " instead of " +
                             std::to_string(Their)};
  };
  if (Ours.Mappings > Theirs.Mappings * 3 / 2 + MoreMappings)
    return Worse(Finding::MoreMappings, "mappings", Theirs.Mappings,
                 Ours.Mappings);
  if (!JITSLAB_HAS_SHADOW_MEMORY && !runsUnderEmulator() &&
      Ours.ResidentKiB > Theirs.ResidentKiB * 3 / 2 + MoreKiB)
    return Worse(Finding::MoreMemory, "KiB of resident memory",
                 Theirs.ResidentKiB, Ours.ResidentKiB);
  if (Ours.Files > Theirs.Files + MoreFiles)
    return Worse(Finding::MoreFiles, "descriptors", Theirs.Files, Ours.Files);
  return std::nullopt;
}

static std::optional<Finding> compareStep(const StepOutcome &Theirs,
                                          const StepOutcome &Ours) {
  if (Ours.Is == StepOutcome::Excused)
    return std::nullopt;
  if (Ours.Is == StepOutcome::Wrong)
    return Finding{Finding::OtherResult, Ours.Text};
  if (Theirs.Is == StepOutcome::Use && Ours.Is == StepOutcome::Use)
    return compareUse(Use(Theirs), Use(Ours));
  // That an arena is not as it should be has nothing to do with LLVM.
  if (Ours.Is == StepOutcome::Error &&
      (Theirs.Is == StepOutcome::Result || Theirs.Is == StepOutcome::Use))
    return Finding{Finding::Failed, "error: " + Ours.Text};
  if (Theirs.Is != StepOutcome::Result)
    return std::nullopt;
  if (Ours.Is != StepOutcome::Result)
    return Finding{Finding::Failed, "what it needs is not there"};
  if (Ours.Text != Theirs.Text)
    return Finding{Finding::OtherResult,
                   Ours.Text + " instead of " + Theirs.Text};
  return std::nullopt;
}

std::optional<Finding> compareLives(const Life &Steps, const LifeRecord &Theirs,
                                    const LifeRecord &Ours) {
  for (const auto &[Place, Outcome] : Theirs.Outcomes) {
    auto Same = Ours.Outcomes.find(Place);
    if (Same == Ours.Outcomes.end())
      return Finding{Finding::Died,
                     describe(Steps, Place) + ": " + Ours.howEnded()};
    if (auto Found = compareStep(Outcome, Same->second))
      return Finding{Found->Is, describe(Steps, Place) + ": " + Found->Text};
  }
  if (Theirs.lived() && !Ours.lived())
    return Finding{Finding::Died, "after the last step: " + Ours.howEnded()};
  return std::nullopt;
}

} // namespace jitslab
