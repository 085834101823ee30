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

inline const char *nameOf(Layout L) {
  return L == Layout::PerObject       ? "per-object"
         : L == Layout::PerProtection ? "per-protection"
                                      : "dense";
}

inline void failEachCall(const char *Linker, MakeSession Make, Layout L) {
  Scenario(Make, faultOptions(L))
      .failEachCall((std::string(Linker) + " on " + nameOf(L)).c_str(),
                    /*KeepFailing=*/false);
}

inline void failFromEachCallOn(const char *Linker, MakeSession Make, Layout L) {
  ArenaOptions O = faultOptions(L);
  O.Near = 0;
  O.HugePages = true;
  Scenario(Make, O).failEachCall(
      (std::string(Linker) + " on " + nameOf(L) + ", huge pages").c_str(),
      /*KeepFailing=*/true);
}

} // namespace jitslab

/// One for each layout, because ctest runs them side by side.
#define JITSLAB_FAULT_CASES(Linker, Make)                                      \
  TEST_CASE(Linker " on per-object: each call fails") {                        \
    failEachCall(Linker, Make, Layout::PerObject);                             \
  }                                                                            \
  TEST_CASE(Linker " on per-protection: each call fails") {                    \
    failEachCall(Linker, Make, Layout::PerProtection);                         \
  }                                                                            \
  TEST_CASE(Linker " on dense: each call fails") {                             \
    failEachCall(Linker, Make, Layout::Dense);                                 \
  }                                                                            \
  TEST_CASE(Linker " on per-object: all calls fail from one on") {             \
    failFromEachCallOn(Linker, Make, Layout::PerObject);                       \
  }                                                                            \
  TEST_CASE(Linker " on per-protection: all calls fail from one on") {         \
    failFromEachCallOn(Linker, Make, Layout::PerProtection);                   \
  }                                                                            \
  TEST_CASE(Linker " on dense: all calls fail from one on") {                  \
    failFromEachCallOn(Linker, Make, Layout::Dense);                           \
  }

#endif // JITSLAB_UNITTESTS_FAULTS_CASES_H
