//===- Scenario.h - The life of an arena, with a fault ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A host loads objects with one of LLVM's linkers, frees half, lets the arena
/// grow, trims it and ends. Each of its system calls is made to fail in turn.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_SCENARIO_H
#define JITSLAB_UNITTESTS_SCENARIO_H

#include "Faults/ProcessUse.h"
#include "Faults/SystemCalls.h"
#include "Support/ArenaFixture.h"
#include <initializer_list>
#include <memory>

namespace jitslab {

// What the objects refer to.
inline int HostCounter = 0;
inline int hostTwice(int X) { return 2 * X; }

/// What is loaded as one group.
enum class Cargo {
  /// Five small objects: code, constants, data, a GOT, stubs, references from
  /// one to the other.
  Five,
  /// More than a slab of data, so that the arena has to grow.
  Large
};

inline std::initializer_list<const char *> objectsOf(Cargo C) {
  static constexpr std::initializer_list<const char *> Five = {
      "first", "tiny", "hidden", "range", "got"};
  static constexpr std::initializer_list<const char *> Large = {"grown",
                                                                "fatbin"};
  return C == Cargo::Five ? Five : Large;
}

/// Objects of one Cargo, loaded by one of LLVM's linkers into an arena.
class Group {
public:
  virtual ~Group() = default;
  /// Loads and relocates. After an error the group can only be destroyed.
  virtual llvm::Error load(Cargo C) = 0;
  /// Makes it executable.
  virtual llvm::Error seal() = 0;
  /// True when \p Message is that of a seal that may be repeated.
  virtual bool isRepeatable(llvm::StringRef Message) const = 0;
  /// Gives it back to the arena.
  virtual llvm::Error unload() = 0;

  /// Calls what was loaded. \returns true if it does what it should.
  bool works(Cargo C) {
    auto Call = [this](const char *Name, auto... Arguments) {
      return reinterpret_cast<int (*)(decltype(Arguments)...)>(addressOf(Name))(
          Arguments...);
    };
    if (C == Cargo::Large)
      return Call("grown", 9) > 0 && Call("fatbin_last") == 77;
    HostCounter = 41;
    return Call("first", 3) == 7 && Call("tiny", 2) == 10 &&
           Call("use_got") == 42 && Call("read_counter") == 42 &&
           Call("use_host_call", 4) == 9 &&
           Call("use_hidden_data", 2) == 3000 &&
           Call("use_hidden_call", 4, 5) == 9;
  }

protected:
  virtual uintptr_t addressOf(const char *Name) const = 0;
};

/// One of LLVM's linkers on an arena.
class LinkerSession {
public:
  virtual ~LinkerSession() = default;
  virtual std::unique_ptr<Group> makeGroup() = 0;
};

using MakeSession =
    std::unique_ptr<LinkerSession> (*)(std::shared_ptr<Arena> Memory);

/// The scenario for one linker with one set of options.
class Scenario {
public:
  Scenario(MakeSession Make, ArenaOptions O) : Make(Make), Options(O) {}

  /// Lives it once. \returns what did not hold, empty if all did.
  std::string run(const Fault &F);

  /// Runs it with each call failing in turn, in each of its ways where there is
  /// time for that; fails the test that calls it where something does not hold.
  void failEachCall(const char *Title, bool KeepFailing);

private:
  struct Loaded {
    std::unique_ptr<Group> Objects;
    Cargo What;
    bool Sealed;
  };

  std::string runAndLookForLeaks(const Fault &F);
  void live(const Fault &F);
  void liveOnArena();
  void load(size_t Count, Cargo C);
  void seal();
  void unload(Loaded &L);
  void check();
  bool works(Group &G, Cargo C) const;
  void loadOnceMore(const char *When);
  std::string note(llvm::Error Err);
  void require(bool Holds, const std::string &What) {
    if (!Holds)
      Problems += What + "\n";
  }

  const MakeSession Make;
  const ArenaOptions Options;
  std::shared_ptr<Arena> Memory;
  std::unique_ptr<LinkerSession> Session;
  std::vector<Loaded> Groups;
  std::string Problems;
  bool HasGrown = false, LoadedAfterFault = false, OthersFail = false;
  size_t Errors = 0;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_SCENARIO_H
