//===- Layouts.h - Tests that hold for every layout -------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LAYOUTS_H
#define JITSLAB_UNITTESTS_LAYOUTS_H

#include "Core/LayoutNames.h"
#include "Support/Catch.h"
#include "Support/Process.h"
#include "jitslab/Arena.h"

namespace jitslab {

/// The layouts that tests of what all of them have in common are repeated for.
/// At most once in a test case, and not in a child process.
inline Layout anyLayout() {
  static constexpr Layout All[] = {
#define JITSLAB_LAYOUT(E, NAME, HELP) Layout::E,
      JITSLAB_LAYOUTS(JITSLAB_LAYOUT)
#undef JITSLAB_LAYOUT
  };
  return GENERATE(
      Catch::Generators::from_range(std::begin(All), std::end(All)));
}

/// The same for tests that run code at addresses where other code ran before:
/// the emulator does not see writes through a second mapping to code that it
/// has translated.
inline Layout anyLayoutThatReusesCode() {
  if (runsUnderEmulator())
    return GENERATE(Layout::PerObject, Layout::PerProtection);
  return anyLayout();
}

/// Those that write where the code will run, and change access rights.
inline Layout remappingLayout() {
  return GENERATE(Layout::PerObject, Layout::PerProtection);
}

/// May be called in a child process.
inline std::shared_ptr<Arena> arenaWith(Layout L, bool Grow = true) {
  ArenaOptions Options;
  Options.ObjectLayout = L;
  Options.Grow = Grow;
  return llvm::cantFail(Arena::create(Options));
}

inline std::shared_ptr<Arena> anyArena() { return arenaWith(anyLayout()); }

inline std::shared_ptr<Arena> anyArenaThatReusesCode() {
  return arenaWith(anyLayoutThatReusesCode());
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LAYOUTS_H
