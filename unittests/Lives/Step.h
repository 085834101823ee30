//===- Step.h - What a host does in its life --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A life is a list of steps. Each is a line of text, so that a life can be
/// printed and read again: a verb and its numbers, a word for each.
///
/// A step for which what it needs is not there is skipped: any steps of a life
/// are a life.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_STEP_H
#define JITSLAB_UNITTESTS_LIVES_STEP_H

#include "Lives/Shape.h"
#include "llvm/Support/Error.h"
#include <array>
#include <string>
#include <vector>

namespace jitslab {

// Verb, what its numbers are, and whether it has a shape at its end.
#define JITSLAB_LIFE_VERBS(X)                                                  \
  /* Engine, EngineKind */                                                     \
  X(Engine, "engine", 2, false)                                                \
  /* An engine and all of its modules */                                       \
  X(Drop, "drop", 1, false)                                                    \
  /* Engine, first module, how many together, peer of the first plus 1 or 0,   \
     1: each of the others has the one before it as its peer */                \
  X(Load, "load", 5, true)                                                     \
  /* Module; only of engines that can */                                       \
  X(Remove, "remove", 1, false)                                                \
  /* Module, argument */                                                       \
  X(Call, "call", 2, false)                                                    \
  X(Bump, "bump", 2, false)                                                    \
  X(Throw, "throw", 2, false)                                                  \
  X(Catch, "catch", 2, false)                                                  \
  /* Module that calls, module that throws, argument */                        \
  X(Relay, "relay", 3, false)                                                  \
  X(Trim, "trim", 0, false)                                                    \
  /* Says what the process uses */                                             \
  X(Check, "check", 0, false)                                                  \
  /* A child does the next so many steps too */                                \
  X(Fork, "fork", 1, false)                                                    \
  /* Threads, rounds, EngineKind of each thread's own engine, module that all  \
     of them call */                                                           \
  X(Threads, "threads", 4, true)                                               \
  /* Threads, rounds, EngineKind of each thread's own engine, children that    \
     are forked meanwhile, one after the other; nothing throws in the threads  \
     */                                                                        \
  X(ForkThreads, "fork-threads", 4, true)                                      \
  /* MiB of address space that are left */                                     \
  X(AddressSpace, "address-space", 1, false)                                   \
  /* Mappings that are left */                                                 \
  X(Mappings, "mappings", 1, false)                                            \
  /* Descriptors that are left */                                              \
  X(Files, "files", 1, false)                                                  \
  /* Closes 0, 1 and 2; writes to them */                                      \
  X(CloseStdio, "close-stdio", 0, false)                                       \
  X(WriteStdio, "write-stdio", 0, false)                                       \
  /* Engine, module: loads it while there is no address space left; what comes \
     of it does not count, and it is not there afterwards */                   \
  X(Starve, "starve", 2, true)

enum class Verb {
#define JITSLAB_VERB(NAME, TEXT, NUMBERS, HAS_SHAPE) NAME,
  JITSLAB_LIFE_VERBS(JITSLAB_VERB)
#undef JITSLAB_VERB
};

/// Who links, and which memory managers there are: one for an engine, one for
/// an object, one for a layer. WrappedMCJIT: the engine's is wrapped by one
/// that passes neither reservations nor notifyObjectLoaded on.
enum class EngineKind { MCJIT, RTDyldLayer, JITLink, WrappedMCJIT };
inline constexpr unsigned EngineKinds = 4;

struct Step {
  Verb Do = Verb::Check;
  std::array<unsigned, 5> Numbers = {};
  Shape Modules;

  std::string text() const;
};

/// Whether the steps of \p V load Step::Modules.
bool hasShape(Verb V);

using Life = std::vector<Step>;

/// Lines, or steps in one line with ';' between them.
llvm::Expected<Life> parseLife(llvm::StringRef Text);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_STEP_H
