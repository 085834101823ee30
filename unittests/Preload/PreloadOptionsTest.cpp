//===- PreloadOptionsTest.cpp - What JITSLAB_OPTIONS says -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab-preload/PreloadOptions.h"
#include "Support/Catch.h"

using namespace jitslab;

static void hereIsCode() {}

TEST_CASE("Options have defaults") {
  PreloadOptions O = valueOf(PreloadOptions::parse(""));
  CHECK(O.ObjectLayout == Layout::PerProtection);
  CHECK(O.WindowSize == 0);
  CHECK((O.Grow && O.RegisterFrames));
  CHECK_FALSE((O.HugePages || O.NearHost || O.Stats || O.Verbose));
  CHECK(O.arenaOptions().Near == 0);
  CHECK(O.arenaOptions().Below == 0);
}

TEST_CASE("Of the same option the last one counts") {
  PreloadOptions O = valueOf(PreloadOptions::parse(
      "layout=dense,grow=0,window=16M,layout=per-object,window=1g,grow=1"));
  CHECK(O.ObjectLayout == Layout::PerObject);
  CHECK(O.WindowSize == size_t(1) << 30);
  CHECK(O.Grow);
}

TEST_CASE("Options are passed on to the arena") {
  PreloadOptions O = valueOf(
      PreloadOptions::parse("layout=dense,grow=0,window=8192K,near="
                            "host,hugepages,,frames=0,stats,verbose,below="
                            "0x7fff00000000"));
  CHECK((O.Stats && O.Verbose));
  ArenaOptions A = O.arenaOptions();
  CHECK(A.ObjectLayout == Layout::Dense);
  CHECK(A.WindowSize == size_t(8) << 20);
  CHECK_FALSE(A.Grow);
  CHECK(A.HugePages);
  CHECK_FALSE(A.RegisterFrames);
  CHECK(A.Below == uintptr_t(0x7fff00000000));
  CHECK(valueOf(PreloadOptions::parse("below=2G")).Below == uintptr_t(1) << 31);
  // Within this program.
  auto Here = reinterpret_cast<uintptr_t>(&hereIsCode);
  CHECK((A.Near > Here ? A.Near - Here : Here - A.Near) < size_t(1) << 28);
}

TEST_CASE("What is wrong with an option is said, and what is allowed") {
  CHECK(messageOf(PreloadOptions::parse("stats,size=4")) ==
        "unknown option 'size=4'; allowed: " + allowedOptions());
  CHECK(messageOf(PreloadOptions::parse("window=-1")) ==
        "bad option 'window=-1'; allowed: " + allowedOptions());
}
