//===- BelowTest.cpp - Windows below a bound ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Platform/VirtualMemory.h"
#include "Support/ArenaFixture.h"
#include "Support/Layouts.h"
#include "Support/Process.h"
#include "Support/WindowMemory.h"
#include <sys/mman.h>

using namespace jitslab;

// Sanitizers map their own at low addresses, or end the process for others'.
#if !JITSLAB_HAS_SHADOW_MEMORY

namespace {

constexpr uintptr_t TwoGiB = uintptr_t(1) << 31;

using ArenaPtr = std::shared_ptr<Arena>;

bool allBelow(const WindowMemory &Memory, uintptr_t Bound) {
  for (AddressRange W : Memory.Windows)
    if (W.End > Bound)
      return false;
  return true;
}

/// An emulator lies at low addresses itself, and does not say where.
bool cannotMapLow() {
  if (runsUnderEmulator())
    WARN("NOT RUN: nothing is mapped at low addresses under an emulator");
  return runsUnderEmulator();
}

/// Takes what is free below an address, as a host could.
class LowMappings {
public:
  explicit LowMappings(uintptr_t Bound) {
    for (AddressRange R : freeAddressRanges(0, Bound))
      if (mmap(reinterpret_cast<void *>(R.Begin), R.size(), PROT_NONE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
               0) != MAP_FAILED)
        Taken.push_back(R);
  }
  LowMappings(const LowMappings &) = delete;
  LowMappings &operator=(const LowMappings &) = delete;
  ~LowMappings() {
    for (AddressRange R : Taken)
      munmap(reinterpret_cast<void *>(R.Begin), R.size());
  }

private:
  std::vector<AddressRange> Taken;
};

std::error_code notAvailable() {
  return std::make_error_code(std::errc::address_not_available);
}

} // namespace

TEST_CASE("All windows lie wholly below a bound, first and further ones") {
  if (cannotMapLow())
    return;
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  for (size_t Size : {MinWindowSize, size_t(64) << 20, size_t(0)}) {
    WindowMemory Memory;
    O.WindowSize = Size;
    O.Below = TwoGiB;
    ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
    CHECK(A->options().Below == TwoGiB);
    std::vector<Allocation> Objects;
    while (A->stats().Windows < 4)
      Objects.push_back(valueOf(A->allocate(
          footprint(4 * SlabSize, 1, A->stats().ReservedBytes / 8))));
    CHECK(Memory.Windows.size() == 4);
    CHECK(allBelow(Memory, TwoGiB));
    // The control: without a bound they lie high.
    O.Below = 0;
    ArenaPtr High = valueOf(ArenaAccess::create(O, Memory));
    CHECK_FALSE(allBelow(Memory, TwoGiB));
    CHECK(A->verify());
  }
}

TEST_CASE("Without a size a window takes a part of what is free below the "
          "bound") {
  if (cannotMapLow())
    return;
  size_t Free = 0;
  for (AddressRange R : freeAddressRanges(0, TwoGiB))
    Free += R.size();
  for (bool Grow : {true, false}) {
    WindowMemory Memory;
    ArenaOptions O;
    O.Grow = Grow;
    O.Below = TwoGiB;
    ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
    size_t Part = Free / (Grow ? 4 : 2);
    CHECK(A->options().WindowSize <= Part);
    CHECK(A->options().WindowSize > Part / 4);
    CHECK(allBelow(Memory, TwoGiB));
  }
}

TEST_CASE("A bound that other options contradict is an error") {
  struct {
    ArenaOptions O;
    std::vector<std::string> Parts;
  } Cases[4];
  Cases[0].O.Below = 1;
  Cases[0].Parts = {"Below is 0x1, ", "8388608", "at least 0xb00000"};
  Cases[1].O.Below = TwoGiB;
  Cases[1].O.WindowSize = MaxWindowSize;
  Cases[1].Parts = {"Below is 0x80000000, ", "at least 0x80100000",
                    "or WindowSize smaller"};
  Cases[2].O.Below = TwoGiB;
  Cases[2].O.Near = TwoGiB;
  Cases[2].Parts = {"Near is 0x80000000", "not lie below Below, 0x80000000"};
  Cases[3].O.Below = MinWindowSize;
  Cases[3].O.WindowSize = MinWindowSize;
  Cases[3].Parts = {"Below is 0x800000, ", "at least 0xb00000"};
  for (const auto &C : Cases) {
    WindowMemory Memory;
    std::string Message;
    CHECK(codeOf(ArenaAccess::create(C.O, Memory), Message) ==
          std::make_error_code(std::errc::invalid_argument));
    INFO(Message);
    for (const std::string &Part : C.Parts)
      CHECK_THAT(Message, containing(Part));
    CHECK(Memory.WindowsTried == 0);
  }
}

TEST_CASE("Without room below a bound create says so, and looks nowhere else") {
  if (cannotMapLow())
    return;
  constexpr uintptr_t Bound = uintptr_t(256) << 20;
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  O.Below = Bound;
  for (size_t Size : {MinWindowSize, size_t(0)}) {
    O.WindowSize = Size;
    WindowMemory Memory;
    {
      LowMappings Taken(Bound);
      std::string Message;
      CHECK(codeOf(ArenaAccess::create(O, Memory), Message) == notAvailable());
      INFO(Message);
      CHECK(mentions(Message,
                     {"no room for a window of 8388608 bytes",
                      "below address 0x10000000 (ArenaOptions::Below)",
                      "smaller ArenaOptions::WindowSize", "higher bound"}));
      CHECK(Memory.OpenReservations == 0);
    }
    ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
    CHECK(allBelow(Memory, Bound));
  }
}

TEST_CASE("Without room for a further window below a bound the object has "
          "none") {
  if (cannotMapLow())
    return;
  constexpr uintptr_t Bound = uintptr_t(256) << 20;
  WindowMemory Memory;
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  O.Below = Bound;
  ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
  LowMappings Taken(Bound);
  Allocation First = valueOf(A->allocate(footprint(100, 100, 100)));
  std::string Message;
  CHECK(codeOf(A->allocate(footprint(MinWindowSize, 1, 1)), Message) ==
        notAvailable());
  CHECK(mentions(Message, {"no room for a window", "ArenaOptions::Below"}));
  // What there is serves on.
  Allocation Second = valueOf(A->allocate(footprint(100, 100, 100)));
  CHECK(A->verify());
}

TEST_CASE("Near is a preference below a bound") {
  if (cannotMapLow())
    return;
  constexpr uintptr_t Bound = uintptr_t(16) << 30, Near = uintptr_t(8) << 30;
  WindowMemory Memory;
  ArenaOptions O = smallOptions();
  O.Near = Near;
  O.Below = Bound;
  ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
  CHECK(A->stats().WindowsNear == 1);
  // Everything that is near is taken.
  O.Near = uintptr_t(64) << 20;
  LowMappings Taken(O.Near + TwoGiB);
  ArenaPtr B = valueOf(ArenaAccess::create(O, Memory));
  CHECK(B->stats().WindowsNear == 0);
  CHECK(allBelow(Memory, Bound));
}

#endif
