//===- LivingProcess.h - Lives a life in this process -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_LIVINGPROCESS_H
#define JITSLAB_UNITTESTS_LIVES_LIVINGPROCESS_H

#include "Lives/Engine.h"
#include "Lives/HostFunctions.h"
#include "Lives/LifeOutcomes.h"
#include <map>
#include <memory>
#include <optional>
#include <sys/types.h>

namespace jitslab {

/// Lives a life, and writes a line for each step that is done. It may do to the
/// process what cannot be undone.
class LivingProcess {
public:
  /// \p Output: a descriptor above 2.
  LivingProcess(const Life &Steps, const NamedHost &Who, int Output)
      : Steps(Steps), Who(Who), Output(Output) {}

  void live();

private:
  struct LoadedModule {
    unsigned Engine;
    std::optional<unsigned> Peer;
  };
  struct OwnEngine {
    std::unique_ptr<Engine> Real;
    EngineKind Kind = EngineKind::MCJIT;
    bool MayFail = false;
  };
  using Kind = StepOutcome::Kind;

  StepOutcome perform(unsigned Index);
  void say(unsigned Index, const StepOutcome &Outcome) const;
  llvm::Expected<MemoryHost *> host();

  StepOutcome makeEngine(const Step &S);
  StepOutcome drop(unsigned Number);
  StepOutcome load(const Step &S);
  StepOutcome remove(unsigned Number);
  StepOutcome starve(const Step &S);
  /// With the verb as the function's name.
  StepOutcome call(const Step &S, const char *Function);
  StepOutcome relay(const Step &S);
  StepOutcome throwing(int Expected, LifeFunction *F, int X);
  StepOutcome runThreads(const Step &S);
  StepOutcome writeStdio() const;
  void beginFork(unsigned Index);
  void endForks(unsigned Index);

  OwnEngine *engine(unsigned Number);
  /// Skipped or Excused where module \p Number cannot be called.
  std::optional<StepOutcome> whyNot(unsigned Number) const;
  bool isLive(unsigned Number) const;
  LifeFunction *function(unsigned Number, const char *Name);
  /// How many frames of its and its peers' clean up when module \p Number
  /// throws.
  int framesThatCleanUp(unsigned Number) const;

  const Life &Steps;
  const NamedHost &Who;
  const int Output;
  std::unique_ptr<MemoryHost> Host;
  std::map<unsigned, OwnEngine> Engines;
  std::map<unsigned, LoadedModule> Modules;
  /// Modules that a host was excused from loading.
  std::map<unsigned, bool> Excuses;
  bool StdioIsClosed = false;
  /// Which process this is: see StepPlace.
  unsigned Process = 0;
  unsigned End = 0;
  struct Child {
    pid_t ID;
    unsigned Step, End;
  };
  std::vector<Child> Children;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_LIVINGPROCESS_H
