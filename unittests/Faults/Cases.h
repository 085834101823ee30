//===- Cases.h - The test cases of each linker ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_FAULTS_CASES_H
#define JITSLAB_UNITTESTS_FAULTS_CASES_H

#include "Faults/Scenario.h"

namespace jitslab {

/// Small windows near this program, so that the mappings are read and the arena
/// soon has to grow.
inline ArenaOptions faultOptions(Layout L) {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = L;
  O.Near = reinterpret_cast<uintptr_t>(&hostTwice);
  return O;
}

inline void failEachCall(const char *Linker, MakeSession Make, Layout L) {
  Scenario(Make, faultOptions(L))
      .failEachCall(
          (llvm::Twine(Linker) + " on " + layoutName(L)).str().c_str(),
          /*KeepFailing=*/false);
}

inline void failFromEachCallOn(const char *Linker, MakeSession Make, Layout L) {
  ArenaOptions O = faultOptions(L);
  O.Near = 0;
  O.HugePages = true;
  Scenario(Make, O).failEachCall(
      (llvm::Twine(Linker) + " on " + layoutName(L) + ", huge pages")
          .str()
          .c_str(),
      /*KeepFailing=*/true);
}

} // namespace jitslab

/// For JITSLAB_LAYOUTS: test cases for each layout, because ctest runs them
/// side by side.
#define JITSLAB_FAULT_CASES(Linker, Make, E, NAME)                             \
  TEST_CASE(Linker " on " NAME ": each call fails") {                          \
    failEachCall(Linker, Make, Layout::E);                                     \
  }                                                                            \
  TEST_CASE(Linker " on " NAME ": all calls fail from one on") {               \
    failFromEachCallOn(Linker, Make, Layout::E);                               \
  }

#endif // JITSLAB_UNITTESTS_FAULTS_CASES_H
