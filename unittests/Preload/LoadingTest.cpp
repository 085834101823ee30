//===- LoadingTest.cpp - When the preload loads a backend -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompareHosts.h"
#include "Support/Catch.h"

using namespace jitslab;

TEST_CASE("A library that the host needs is served before main") {
  std::string Said =
      compare({host("early-host"), "mcjit"}, statsOfEachLayout());
  CHECK(occurrences(Said, ": 2 engines, 2 objects; ") == 1);
  CHECK(occurrences(Said, "\n") == 1);
}

TEST_CASE("A child that is forked while a thread loads a backend is left "
          "alone") {
  std::string Said = compare({host("loading-host")}, "stats,verbose");
  const std::string Why = "the process was forked while a backend was loaded\n";
  CHECK(occurrences(Said, ": left alone: " + Why) == 1);
  CHECK(occurrences(Said, ": nothing was served: " + Why) == 1);
  // The parent.
  CHECK(occurrences(Said, ": 2 engines, 2 objects; ") == 1);
}
