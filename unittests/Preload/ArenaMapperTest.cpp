//===- ArenaMapperTest.cpp - Where LLVM's own managers have memory --------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab-preload/ArenaMapper.h"
#include "CompareHosts.h"
#include "Support/Child.h"
#include "jitslab-preload/OptionNames.h"
#include <cstdlib>

using namespace jitslab;
using namespace llvm;

static sys::MemoryBlock map(size_t Size, const sys::MemoryBlock *Near,
                            std::error_code &EC) {
  return ArenaMapper::get().allocateMappedMemory(
      SectionMemoryManager::AllocationPurpose::Code, Size, Near,
      sys::Memory::MF_READ | sys::Memory::MF_WRITE, EC);
}

/// The arena is made in children only. \p Body returns 0 if all is well.
static int inProcessWith(const char *Options, int (*Body)()) {
  return runInChild([&] {
           setenv(OptionsVariable, Options, 1);
           return Body();
         })
      .passed();
}

TEST_CASE("A manager that has memory of the system gets more of that") {
  CHECK(inProcessWith("", [] {
    std::error_code EC;
    sys::MemoryBlock First = map(100, nullptr, EC);
    ArenaMapper::get().mapInArena();
    sys::MemoryBlock Second = map(100, &First, EC);
    if (!Second.base() || ArenaMapper::hasServed())
      return 1;
    // Others are served.
    sys::MemoryBlock Other = map(100, nullptr, EC);
    return Other.base() && ArenaMapper::hasServed() ? 0 : 2;
  }));
}

TEST_CASE("A manager that has begun in a window stays there") {
  CHECK(inProcessWith("window=8M", [] {
    const size_t WindowSize = 8 << 20;
    ArenaMapper::get().mapInArena();
    std::error_code EC;
    sys::MemoryBlock First = map(100, nullptr, EC), Last = First;
    auto Begin = reinterpret_cast<uintptr_t>(First.base());
    for (size_t Total = 0; Total <= WindowSize; Total += 256 << 10) {
      sys::MemoryBlock Next = map(256 << 10, &Last, EC);
      if (!Next.base())
        // An error, after much of the window.
        return EC && Total > WindowSize / 4 ? 0 : 1;
      auto At = reinterpret_cast<uintptr_t>(Next.base());
      if (At - Begin >= WindowSize && Begin - At >= WindowSize)
        return 2;
      Last = Next;
    }
    return 3;
  }));
}

TEST_CASE("All that a host's manager maps is in the arena, or none of it") {
  // The host has one that maps before there is an MCJIT, and later on.
  std::string Alone = compare({host("engine-host"), "own"}, "stats");
  std::string Mixed =
      compare({host("engine-host"), "mixed", JITSLAB_TEST_TRIPLE}, "stats");
  auto blocks = [](const std::string &Said) {
    size_t End = Said.find(" blocks; ");
    return End == std::string::npos
               ? Said
               : Said.substr(Said.rfind(' ', End - 1), End);
  };
  CHECK(blocks(Mixed).substr(0, 4) == blocks(Alone).substr(0, 4));
}
