//===- ZlibRoundTripTest.cpp - Real objects, far apart --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunLoader.h"
#include "Support/Catch.h"
#include "llvm/Support/FileSystem.h"
#include <algorithm>

using namespace jitslab;
using namespace llvm;

// The program with all members of Debian's libz.a, on an object file.
static Outcome runRoundTrip(std::vector<std::string> Options) {
  std::vector<std::string> Members;
  std::error_code EC;
  for (sys::fs::directory_iterator I(JITSLAB_TEST_ZLIB, EC), End;
       !EC && I != End; I.increment(EC))
    Members.push_back(I->path());
  REQUIRE_FALSE(EC);
  REQUIRE_FALSE(Members.empty());
  std::sort(Members.begin(), Members.end());

  std::string Program = input("zlib-roundtrip");
  Options.insert(Options.end(), {"-stats", Program});
  Options.insert(Options.end(), Members.begin(), Members.end());
  Options.insert(Options.end(), {"-args", Program});
  return runLoader(std::move(Options));
}

static bool restored(const Outcome &O) {
  return O.Status == 0 && O.Out.find(": identical\n") != std::string::npos;
}

static bool outOfReach(const Outcome &O) {
  return O.Err.find("OUT OF REACH") != std::string::npos;
}

TEST_CASE("ZlibRestoresAFile") {
  Outcome O = runRoundTrip({});
  INFO(O.Out << O.Err);
  CHECK(restored(O));
  CHECK_FALSE(outOfReach(O));
}

TEST_CASE("ZlibRestoresAFileWithAllSpaceAroundOccupied") {
  Outcome O = runRoundTrip({"-scatter"});
  INFO(O.Out << O.Err);
  CHECK(restored(O));
  CHECK_FALSE(outOfReach(O));
  CHECK(O.Err.find("occupied by -scatter") != std::string::npos);
}

// The control: without it, the test above would prove nothing.
TEST_CASE("ZlibFailsWithTheStockManagerAndAllSpaceAroundOccupied") {
  Outcome O = runRoundTrip({"-scatter", "-memory-manager=section"});
  INFO("THE CONTROL PASSED: -scatter does not scatter\n" << O.Out << O.Err);
  CHECK_FALSE(restored(O));
  CHECK(outOfReach(O));
}
