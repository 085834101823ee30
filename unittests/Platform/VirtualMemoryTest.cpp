//===- VirtualMemoryTest.cpp - Tests of VirtualMemory ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include "Core/Errors.h"
#include "Platform/CodeMemory.h"
#include "Support/ArenaFixture.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "llvm/Support/MathExtras.h"

using namespace jitslab;

static VirtualMemory &System = VirtualMemory::system();

static constexpr size_t Guard = size_t(64) * 1024;

static uintptr_t reserve(ReservationRequest R) {
  llvm::ErrorOr<uintptr_t> Start = System.reserve(R);
  REQUIRE(Start);
  REQUIRE(*Start % R.Align == 0);
  return *Start;
}

static bool isMapped(uintptr_t Address) {
  for (AddressRange R : mappedAddressRanges())
    if (Address >= R.Begin && Address < R.End)
      return true;
  return false;
}

TEST_CASE("The page size is the kernel's") {
  CHECK(llvm::isPowerOf2_64(pageSize()));
  CHECK(Guard % pageSize() == 0);
}

TEST_CASE("Reservations are aligned and no larger than they have to be") {
  for (size_t Align = pageSize(); Align <= 8 * SlabSize; Align *= 2) {
    ReservationRequest R;
    R.Size = 2 * SlabSize;
    R.Align = Align;
    R.Guard = Guard;
    size_t Before = mappedBytes();
    uintptr_t Start = reserve(R);
    if (!runsUnderEmulator() && !JITSLAB_HAS_SHADOW_MEMORY)
      CHECK(mappedBytes() - Before == R.Size + 2 * Guard);
    CHECK(hasRights(Start - Guard, "---"));
    CHECK(hasRights(Start, "---"));
    CHECK(hasRights(Start + R.Size + Guard - 1, "---"));
    CHECK(!System.release(Start, R.Size, Guard));
    if (!runsUnderEmulator()) {
      CHECK(!isMapped(Start - Guard));
      CHECK(!isMapped(Start));
      CHECK(!isMapped(Start + R.Size + Guard - 1));
    }
  }
}

TEST_CASE("A reservation that overflows is refused") {
  ReservationRequest R;
  R.Align = SlabSize;
  R.Guard = Guard;
  for (size_t Size :
       {llvm::alignDown(SIZE_MAX, pageSize()), SIZE_MAX / 2 + 1}) {
    R.Size = Size;
    llvm::ErrorOr<uintptr_t> Start = System.reserve(R);
    REQUIRE(!Start);
    CHECK(Start.getError() == std::errc::not_enough_memory);
  }
}

TEST_CASE("Access rights are those that were asked for") {
  ReservationRequest R;
  R.Size = R.Align = SlabSize;
  uintptr_t Start = reserve(R);
  struct Case {
    Access Wanted;
    const char *Rights;
  };
  const Case Cases[] = {{Access::ReadWrite, "rw-"},
                        {Access::ReadExecute, "r-x"},
                        {Access::ReadOnly, "r--"},
                        {Access::None, "---"},
                        {Access::ReadWrite, "rw-"}};
  for (const Case &C : Cases) {
    REQUIRE(!System.protect(Start, pageSize(), C.Wanted));
    CHECK(hasRights(Start, C.Rights));
    CHECK(hasRights(Start + pageSize(), "---"));
  }
  CHECK(!System.release(Start, R.Size, 0));
}

TEST_CASE("Calls on addresses that are not reserved fail with an errno") {
  ReservationRequest R;
  R.Size = R.Align = SlabSize;
  uintptr_t Start = reserve(R);
  REQUIRE(!System.release(Start, R.Size, 0));
  CHECK(System.protect(Start, pageSize(), Access::ReadWrite));
  if (!runsUnderEmulator())
    CHECK(System.discard(Start, pageSize()));
  // No result, and no crash either.
  System.populate(Start, pageSize());
  System.advise(Start, pageSize(), Advice::HugePages);
}

TEST_CASE("Populated memory is resident and discarded memory is not") {
  if (runsUnderEmulator()) {
    WARN("SKIPPED: the emulator does not tell what is resident");
    return;
  }
  ReservationRequest R;
  R.Size = R.Align = SlabSize;
  uintptr_t Start = reserve(R);
  AddressRange Slab{Start, Start + SlabSize};
  auto *Bytes = reinterpret_cast<uint8_t *>(Start);
  CHECK(residentPages(Slab) == 0);
  REQUIRE(!System.protect(Start, SlabSize, Access::ReadWrite));
  System.populate(Start, 8 * pageSize());
  Bytes[0] = 1;
  CHECK(residentPages(Slab) >= 1);
  REQUIRE(!System.discard(Start, SlabSize));
  CHECK(residentPages(Slab) == 0);
  // The rights stay, the contents do not.
  CHECK(Bytes[0] == 0);
  Bytes[0] = 1;
  CHECK(!System.release(Start, SlabSize, 0));
}

TEST_CASE("A reservation between two addresses lies there or fails") {
  constexpr size_t Around = size_t(256) << 20;
  // Somewhere with free space around.
  ReservationRequest Large;
  Large.Size = Around;
  Large.Align = SlabSize;
  uintptr_t Low = reserve(Large);
  REQUIRE(!System.release(Low, Around, 0));

  ReservationRequest R;
  R.Size = 4 * SlabSize;
  R.Align = SlabSize;
  R.Guard = Guard;
  R.Low = Low;
  R.High = Low + Around;
  uintptr_t First = reserve(R);
  CHECK(First - Guard >= R.Low);
  CHECK(First + R.Size + Guard <= R.High);
  // The middle is preferred.
  uintptr_t Middle = Low + Around / 2;
  CHECK(First <= Middle);
  CHECK(First + R.Size >= Middle);

  // With a gap far off as well, the next one is a neighbour.
  ReservationRequest Low4th = R;
  Low4th.High = Low + Around / 4;
  uintptr_t Blocker = reserve(Low4th);
  uintptr_t Second = reserve(R);
  CHECK((Second > First ? Second - First : First - Second) <=
        R.Size + 2 * Guard + 2 * SlabSize);
  REQUIRE(!System.release(Blocker, R.Size, Guard));
  REQUIRE(!System.release(Second, R.Size, Guard));

  AddressSpaceAdversary Adversary;
  REQUIRE_SUCCESS(Adversary.occupy(Middle, Around / 2));
  llvm::ErrorOr<uintptr_t> None = System.reserve(R);
  REQUIRE(!None);
  CHECK(None.getError() == std::errc::address_not_available);

  // The only gap, wherever it lies.
  REQUIRE(!System.release(First, R.Size, Guard));
  CHECK(reserve(R) == First);
  REQUIRE(!System.release(First, R.Size, Guard));
}

TEST_CASE("A reservation keeps clear of its border") {
  ReservationRequest R;
  R.Align = size_t(2) << 20;
  R.Guard = size_t(1) << 20;
  const size_t Border = size_t(1) << 32;
  auto Crosses = [&](uintptr_t Start) {
    return Start % Border == 0 ||
           Start / Border != (Start + R.Size - 1) / Border;
  };
  SECTION("anywhere, where it could lie across one half of the time") {
    R.Size = size_t(2046) << 20;
    size_t Crossing = 0;
    for (bool Cares : {false, true}) {
      R.Border = Cares ? Border : 0;
      std::vector<uintptr_t> Starts;
      for (int I = 0; I != 20; ++I) {
        Starts.push_back(reserve(R));
        Crossing += Crosses(Starts.back());
        CHECK(Starts.back() % R.Align == 0);
      }
      for (uintptr_t Start : Starts)
        CHECK_FALSE(System.release(Start, R.Size, R.Guard));
      // The control: without it some do.
      CHECK((Crossing == 0) == Cares);
      Crossing = 0;
    }
  }
  SECTION("between two addresses with one in the middle") {
    R.Size = size_t(64) << 20;
    // One that has nothing around it.
    uintptr_t Middle = 0;
    for (AddressRange Gap : freeAddressRanges(Border, UINTPTR_MAX))
      if (Gap.size() > 4 * Border)
        Middle = llvm::alignTo(Gap.Begin + Border, Border);
    REQUIRE(Middle);
    R.Low = Middle - 4 * R.Size;
    R.High = Middle + 4 * R.Size;
    for (bool Cares : {false, true}) {
      R.Border = Cares ? Border : 0;
      uintptr_t Start = reserve(R);
      CHECK(Crosses(Start) == !Cares);
      CHECK((Start >= R.Low && Start + R.Size <= R.High));
      CHECK_FALSE(System.release(Start, R.Size, R.Guard));
    }
    R.Border = Border;
    R.Low = Middle - R.Size / 2;
    R.High = Middle + R.Size;
    CHECK(System.reserve(R).getError() == std::errc::address_not_available);
  }
}

TEST_CASE("Free and mapped ranges complement each other") {
  ReservationRequest R;
  R.Size = R.Align = SlabSize;
  R.Guard = Guard;
  uintptr_t Start = reserve(R);
  // The reservation and some of what lies around it.
  uintptr_t Low = Start - 16 * SlabSize, High = Start + 16 * SlabSize;
  uintptr_t Last = Low;
  for (AddressRange Gap : freeAddressRanges(Low, High)) {
    CHECK(Gap.Begin >= Last);
    CHECK(Gap.Begin < Gap.End);
    CHECK(Gap.End <= High);
    bool Overlaps =
        Gap.Begin < Start + R.Size + Guard && Gap.End > Start - Guard;
    CHECK(!Overlaps);
    CHECK(mappingsIn(Gap) == 0);
    Last = Gap.End;
  }
  CHECK(freeAddressRanges(Start, Start + SlabSize).empty());
  CHECK(!System.release(Start, R.Size, Guard));
  CHECK(freeAddressRanges(0, 1).empty());
}

TEST_CASE("Addresses end at the power of two above the highest mapping") {
  // The stack of a kernel with 39 bits of addresses, and of one with 42.
  CHECK(addressSpaceEnd(0x7ffe123000) == uintptr_t(1) << 39);
  CHECK(addressSpaceEnd(uintptr_t(1) << 39) == uintptr_t(1) << 39);
  CHECK(addressSpaceEnd(0x3fff0000000) == uintptr_t(1) << 42);
  // All there is, and no more: mmap does not go there without being asked to.
  uintptr_t Whole = addressSpaceEnd(0x7ffff0000000);
  CHECK(Whole <= uintptr_t(1) << 47);
  CHECK(Whole >= 0x7ffff0000000);
  CHECK(addressSpaceEnd(uintptr_t(1) << 55) <= uintptr_t(1) << 48);
}

TEST_CASE("The last free addresses can be mapped") {
  if (runsUnderEmulator() || JITSLAB_HAS_TSAN) {
    WARN("NOT RUN: addresses are not the kernel's choice here");
    return;
  }
  llvm::SmallVector<AddressRange, 0> Free =
      freeAddressRanges(uintptr_t(4) << 30, UINTPTR_MAX);
  REQUIRE(!Free.empty());
  // The highest one that is large enough.
  while (Free.back().size() < 2 * SlabSize)
    Free.pop_back();
  ReservationRequest R;
  R.Size = R.Align = pageSize();
  R.High = Free.back().End;
  R.Low = R.High - pageSize();
  CHECK(reserve(R) == R.Low);
  CHECK(!System.release(R.Low, R.Size, 0));
}

TEST_CASE("Trap instructions fill exactly what they are told to") {
  alignas(8) uint8_t Bytes[64];
  std::fill(std::begin(Bytes), std::end(Bytes), uint8_t(0x11));
  fillWithTraps(Bytes + 8, 48);
  CHECK(holdsTraps(Bytes + 8, 48));
  for (size_t I = 0; I != 8; ++I) {
    CHECK(Bytes[I] == 0x11);
    CHECK(Bytes[56 + I] == 0x11);
  }
  // Shorter than an instruction, or at none's address: nothing beyond.
  for (size_t Offset = 0; Offset != 4; ++Offset)
    for (size_t Size = 0; Size != 9; ++Size) {
      std::fill(std::begin(Bytes), std::end(Bytes), uint8_t(0x11));
      fillWithTraps(Bytes + 8 + Offset, Size);
      for (size_t I = 0; I != sizeof(Bytes); ++I)
        if (I < 8 + Offset || I >= 8 + Offset + Size)
          CHECK(Bytes[I] == 0x11);
    }
}

TEST_CASE("A refused executable mapping is explained") {
  for (int Errno : {EACCES, EPERM}) {
    std::string Text =
        explainFailure(std::error_code(Errno, std::generic_category()));
    CHECK(mentions(Text, {"executable", "Layout::Dense"}));
  }
  CHECK(explainFailure(std::error_code(EINVAL, std::generic_category())) == "");
}

TEST_CASE("A lack of memory is explained by the limit that was hit") {
  std::error_code NoMemory(ENOMEM, std::generic_category());
  CHECK(explainFailure(NoMemory) != "");
  if (JITSLAB_HAS_SHADOW_MEMORY || runsUnderEmulator()) {
    WARN("SKIPPED: RLIMIT_AS with a sanitizer or an emulator");
    return;
  }
  std::string Text = inChild([&]() -> std::string {
    if (!limitAddressSpace(size_t(64) << 20))
      return "no limit";
    return explainFailure(NoMemory);
  });
  INFO(Text);
  CHECK(mentions(Text, {"RLIMIT_AS", "WindowSize"}));
}
