//===- WindowTest.cpp - Tests of Window -----------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/LayoutPolicy.h"
#include "Core/WindowSet.h"
#include "Model/ShadowMemory.h"
#include "Support/ArenaFixture.h"
#include "Support/Process.h"
#include "llvm/Support/MathExtras.h"
#include <utility>

using namespace jitslab;

using WindowPtr = std::unique_ptr<Window>;

static WindowPtr makeWindow(VirtualMemory &Memory,
                            const ArenaOptions &Options) {
  auto Policy = LayoutPolicy::create(Options.ObjectLayout, Memory);
  return valueOf(
      createWindow(Memory, *Policy, Options.HugePages, Options.WindowSize));
}

static WindowPtr makeWindow(VirtualMemory &Memory, size_t Slabs = 4) {
  ArenaOptions Options;
  Options.WindowSize = Slabs * SlabSize;
  return makeWindow(Memory, Options);
}

static uintptr_t takeFrom(Window &W, Lane L, size_t Bytes, size_t Align = 1,
                          size_t KeepFree = 0) {
  TakeResult R = W.take(L, Bytes, Align, KeepFree);
  for (const PopulateAhead::Step &S : W.takePopulating())
    S.run();
  REQUIRE(R.Status == TakeStatus::Taken);
  REQUIRE(R.Address % Align == 0);
  REQUIRE(R.Address >= W.begin());
  REQUIRE(R.Address + Bytes <= W.end());
  REQUIRE(W.verify());
  return R.Address;
}

static size_t trim(Window &W) {
  size_t GivenBack = 0;
  for (size_t I = 0; I != W.slabs(); ++I)
    GivenBack += W.trimSlab(I);
  return GivenBack;
}

TEST_CASE("A window has inaccessible guard pages at both ends") {
  WindowMemory Memory;
  WindowPtr W = makeWindow(Memory);
  REQUIRE(Memory.Guard >= pageSize());
  uintptr_t All = takeFrom(*W, Lane::Mixed, W->size());
  CHECK(W->begin() % SlabSize == 0);
  CHECK(hasRights(W->begin(), "rw-"));
  CHECK(hasRights(W->end() - 1, "rw-"));
  CHECK(hasRights(W->begin() - 1, "---"));
  CHECK(hasRights(W->begin() - Memory.Guard, "---"));
  CHECK(hasRights(W->end(), "---"));
  CHECK(hasRights(W->end() + Memory.Guard - 1, "---"));
  W->give({All, All + W->size()});
}

TEST_CASE("Only slabs in use are accessible") {
  WindowMemory Memory;
  WindowPtr W = makeWindow(Memory);
  uintptr_t A = takeFrom(*W, Lane::Code, pageSize());
  CHECK(W->committedBytes() == SlabSize);
  CHECK(W->liveBytes() == pageSize());
  CHECK(W->freeBytes() == SlabSize - pageSize());
  CHECK(hasRights(A, "rw-"));
  CHECK(hasRights(W->begin() + SlabSize, "---"));
  W->give({A, A + pageSize()});
  CHECK(W->liveBytes() == 0);
  CHECK(trim(*W) == SlabSize);
  CHECK(hasRights(A, "---"));
  CHECK(W->committedBytes() == 0);
  CHECK(W->freeBytes() == 0);
  CHECK(W->verify());
}

TEST_CASE("Lanes do not share slabs") {
  WindowMemory Memory;
  WindowPtr W = makeWindow(Memory);
  uintptr_t Code = takeFrom(*W, Lane::Code, pageSize());
  uintptr_t RWData = takeFrom(*W, Lane::RWData, pageSize());
  uintptr_t ROData = takeFrom(*W, Lane::ROData, pageSize());
  CHECK(Code < W->begin() + SlabSize);
  CHECK(RWData >= W->end() - SlabSize);
  CHECK(ROData >= W->end() - 2 * SlabSize);
  CHECK(ROData < W->end() - SlabSize);
  CHECK(W->committedBytes() == 3 * SlabSize);
  W->give({Code, Code + pageSize()});
  W->give({ROData, ROData + pageSize()});
  W->give({RWData, RWData + pageSize()});
  CHECK(trim(*W) == 3 * SlabSize);
}

TEST_CASE("A taken range may span slabs and be aligned above a slab") {
  WindowMemory Memory;
  WindowPtr W = makeWindow(Memory, 16);
  size_t Size = 2 * SlabSize + pageSize();
  size_t Align = 2 * SlabSize;
  uintptr_t A = takeFrom(*W, Lane::Mixed, Size, Align);
  uintptr_t B = takeFrom(*W, Lane::Mixed, Size, Align);
  CHECK(W->liveBytes() == 2 * Size);
  // Parts of it may be given back in any order.
  W->give({A + SlabSize, A + Size});
  CHECK(W->verify());
  W->give({B, B + Size});
  CHECK(W->verify());
  W->give({A, A + SlabSize});
  CHECK(W->verify());
  CHECK(W->liveBytes() == 0);
  trim(*W);
  CHECK(W->committedBytes() == 0);
}

TEST_CASE("A full window says so and takes nothing") {
  WindowMemory Memory;
  WindowPtr W = makeWindow(Memory);
  uintptr_t A = takeFrom(*W, Lane::Mixed, 3 * SlabSize);
  size_t Calls = Memory.Calls.total();
  CHECK(W->take(Lane::Mixed, SlabSize + pageSize(), 1, 0).Status ==
        TakeStatus::Full);
  CHECK(W->take(Lane::Mixed, SlabSize, 1, /*KeepFree=*/1).Status ==
        TakeStatus::Full);
  CHECK(W->take(Lane::Mixed, SlabSize, size_t(1) << 40, 0).Status ==
        TakeStatus::Full);
  CHECK(Memory.Calls.total() == Calls);
  CHECK(W->largestFree(Lane::Mixed) == SlabSize);
  CHECK(W->verify());
  uintptr_t B = takeFrom(*W, Lane::Mixed, SlabSize);
  CHECK(W->largestFree(Lane::Mixed) == 0);
  W->give({A, A + 3 * SlabSize});
  W->give({B, B + SlabSize});
  CHECK(W->largestFree(Lane::Mixed) == 4 * SlabSize);
}

TEST_CASE("A refused commit leaves the window as it was") {
  WindowMemory Memory;
  WindowPtr W = makeWindow(Memory);
  Memory.FailNth = 1;
  TakeResult R = W->take(Lane::Mixed, pageSize(), 1, 0);
  CHECK(R.Status == TakeStatus::Refused);
  CHECK(R.Reason == std::errc::not_enough_memory);
  CHECK(W->committedBytes() == 0);
  CHECK(W->verify());
  CHECK(hasRights(W->begin(), "---"));
  uintptr_t A = takeFrom(*W, Lane::Mixed, pageSize());
  W->give({A, A + pageSize()});
}

namespace {
/// Fails as mprotect may: with the front part of the range changed.
class HalfwayMemory : public WindowMemory {
public:
  bool FailHalfway = false;
  std::error_code protect(uintptr_t Start, size_t Size, Access A) override {
    if (!std::exchange(FailHalfway, false))
      return WindowMemory::protect(Start, Size, A);
    REQUIRE(!WindowMemory::protect(Start, Size / 2, A));
    return std::error_code(ENOMEM, std::generic_category());
  }
};
} // namespace

TEST_CASE("A commit that is refused half way leaves nothing writable") {
  HalfwayMemory Memory;
  WindowPtr W = makeWindow(Memory);
  Memory.FailHalfway = true;
  CHECK(W->take(Lane::Mixed, pageSize(), 1, 0).Status == TakeStatus::Refused);
  CHECK(hasRights(W->begin(), "---"));
  CHECK(W->committedBytes() == 0);
  CHECK(W->verify());
}

TEST_CASE("What is taken after a trim was refused half way is writable") {
  HalfwayMemory Memory;
  WindowPtr W = makeWindow(Memory);
  uintptr_t A = takeFrom(*W, Lane::Mixed, SlabSize);
  W->give({A, A + SlabSize});
  Memory.FailNth = 1; // Mapping over it.
  Memory.FailHalfway = true;
  CHECK(trim(*W) == 0);
  CHECK(W->freeBytes() == SlabSize);
  CHECK(W->verify());
  uintptr_t B = takeFrom(*W, Lane::Mixed, SlabSize);
  CHECK(B == A);
  CHECK(hasRights(B, "rw-"));
  CHECK(hasRights(B + SlabSize - 1, "rw-"));
  W->give({B, B + SlabSize});
  CHECK(trim(*W) == SlabSize);
  CHECK(W->verify());
}

TEST_CASE("Dense data taken after a trim was refused half way is writable") {
  HalfwayMemory Memory;
  ArenaOptions Options = smallOptions();
  Options.ObjectLayout = Layout::Dense;
  WindowPtr W = makeWindow(Memory, Options);
  uintptr_t A = takeFrom(*W, Lane::RWData, SlabSize);
  W->give({A, A + SlabSize});
  Memory.FailNth = 1; // Mapping over it.
  Memory.FailHalfway = true;
  CHECK(trim(*W) == 0);
  // Granules, not pages.
  uintptr_t B = takeFrom(*W, Lane::RWData, 3 * W->granule());
  uintptr_t C = takeFrom(*W, Lane::RWData, 2 * pageSize());
  CHECK(hasRights(B, "rw-"));
  CHECK(hasRights(C, "rw-"));
  CHECK(hasRights(C + 2 * pageSize() - 1, "rw-"));
  W->give({B, B + 3 * W->granule()});
  W->give({C, C + 2 * pageSize()});
  CHECK(trim(*W) == SlabSize);
  CHECK(W->verify());
}

TEST_CASE("Protected pages are made writable when they are taken") {
  WindowMemory Memory;
  WindowPtr W = makeWindow(Memory);
  uintptr_t A = takeFrom(*W, Lane::Mixed, SlabSize);
  REQUIRE(!Memory.protect(A, SlabSize, Access::ReadExecute));
  W->giveProtected({A, A + SlabSize});
  CHECK(W->liveBytes() == 0);
  CHECK(W->freeBytes() == SlabSize);
  CHECK(W->verify());

  // When the system refuses that, others are taken.
  Memory.FailNth = 1;
  uintptr_t B = takeFrom(*W, Lane::Mixed, pageSize());
  CHECK(Memory.FailNth == 0);
  CHECK(W->committedBytes() == 2 * SlabSize);
  CHECK(hasRights(B, "rw-"));
  CHECK(hasRights(A, "r-x"));

  uintptr_t C = takeFrom(*W, Lane::Mixed, pageSize());
  CHECK(C >= A);
  CHECK(C < A + SlabSize);
  CHECK(hasRights(C, "rw-"));
  CHECK(W->committedBytes() == 2 * SlabSize);
  W->give({B, B + pageSize()});
  W->give({C, C + pageSize()});
  CHECK(trim(*W) == 2 * SlabSize);
  CHECK(W->verify());
}

TEST_CASE("A slab that is not mapped over is discarded") {
  WindowMemory Memory;
  WindowPtr W = makeWindow(Memory);
  uintptr_t A = takeFrom(*W, Lane::Mixed, SlabSize);
  W->give({A, A + SlabSize});
  Memory.FailNth = 1;
  CHECK(trim(*W) == SlabSize);
  CHECK(W->committedBytes() == 0);
  CHECK(hasRights(A, "---"));
  CHECK(W->verify());
}

TEST_CASE("A trim that fails offers nothing inaccessible") {
  HalfwayMemory Memory;
  WindowPtr W = makeWindow(Memory);
  uintptr_t A = takeFrom(*W, Lane::Mixed, SlabSize);
  W->give({A, A + SlabSize});
  Memory.FailNth = 1;
  SECTION("when nothing works") { Memory.KeepFailing = true; }
  SECTION("when taking the rights away fails") { Memory.FailHalfway = true; }
  CHECK(trim(*W) == 0);
  CHECK(W->committedBytes() == SlabSize);
  CHECK(W->freeBytes() == SlabSize);
  CHECK(W->verify());
  Memory.FailNth = 0;
  uintptr_t B = takeFrom(*W, Lane::Mixed, pageSize());
  CHECK(hasRights(B, "rw-"));
  W->give({B, B + pageSize()});
  CHECK(trim(*W) == SlabSize);
  CHECK(W->committedBytes() == 0);
  CHECK(W->verify());
}

TEST_CASE("A window knows what kind of segment a page holds") {
  WindowMemory Memory;
  WindowPtr W = makeWindow(Memory);
  AddressRange R{W->begin() + pageSize(), W->begin() + 3 * pageSize()};
  W->kinds().set(R, SegmentKind::RWData);
  CHECK(W->kinds().has(R.Begin, SegmentKind::RWData));
  CHECK(W->kinds().has(R.End - 1, SegmentKind::RWData));
  CHECK(!W->kinds().has(R.Begin, SegmentKind::Code));
  CHECK(!W->kinds().has(R.Begin - 1, SegmentKind::RWData));
  CHECK(!W->kinds().has(R.End, SegmentKind::RWData));
  CHECK(!W->kinds().has(W->begin() - 1, SegmentKind::Code));
  CHECK(!W->kinds().has(W->end(), SegmentKind::Code));
  W->kinds().clear({R.Begin, R.Begin + pageSize()});
  CHECK(!W->kinds().has(R.Begin, SegmentKind::RWData));
  CHECK(W->kinds().has(R.End - 1, SegmentKind::RWData));
}

TEST_CASE("Memory is backed ahead of its use with few calls") {
  WindowMemory Memory;
  WindowPtr W = makeWindow(Memory);
  constexpr size_t Takes = 64;
  uintptr_t First = takeFrom(*W, Lane::Mixed, pageSize());
  for (size_t I = 1; I != Takes; ++I)
    REQUIRE(takeFrom(*W, Lane::Mixed, pageSize()) == First + I * pageSize());
  CHECK(Memory.Calls.Populate > 0);
  // 16 KiB each for the first 256 KiB, and eight for each time it doubles.
  CHECK(Memory.Calls.Populate <=
        16 + 8 * llvm::Log2_64(Takes * pageSize() / (size_t(256) << 10)));
  W->give({First, First + Takes * pageSize()});
}

TEST_CASE("Not much more is backed ahead than an eighth of what is used") {
  struct : WindowMemory {
    size_t Populated = 0;
    void populate(uintptr_t, size_t Size) override { Populated += Size; }
  } Memory;
  WindowPtr W = makeWindow(Memory);
  const uintptr_t First = takeFrom(*W, Lane::Mixed, pageSize());
  size_t Used = pageSize();
  bool TooMuch = false;
  for (; Used < SlabSize / 2; Used += pageSize()) {
    takeFrom(*W, Lane::Mixed, pageSize());
    TooMuch |= Memory.Populated >
               Used + Used / 8 + (size_t(16) << 10) + 2 * pageSize();
  }
  CHECK(!TooMuch);
  CHECK(Memory.Populated >= Used);
  W->give({First, First + Used});
}

TEST_CASE("Nothing sealed is populated behind what spans several slabs") {
  ShadowMemory Memory;
  WindowPtr W = makeWindow(Memory, /*Slabs=*/8);
  // Two slabs that are populated in part, the second one further than the range
  // below needs.
  uintptr_t A = takeFrom(*W, Lane::Code, SlabSize / 4 * 3);
  uintptr_t B = takeFrom(*W, Lane::Code, SlabSize / 2, /*Align=*/SlabSize);
  REQUIRE(A + SlabSize == B);
  W->give({A, A + SlabSize / 4 * 3});
  W->give({B, B + SlabSize / 2});
  size_t Size = SlabSize + SlabSize / 4;
  REQUIRE(takeFrom(*W, Lane::Code, Size) == A);
  // It is sealed, and two pages of it are freed and used again.
  REQUIRE(!Memory.protect(A, Size, Access::ReadExecute));
  uintptr_t Freed = B - SlabSize / 8;
  W->giveProtected({Freed, Freed + 2 * pageSize()});
  CHECK(takeFrom(*W, Lane::Code, 2 * pageSize()) == Freed);
  CHECK(Memory.violations() == "");
  W->giveProtected({A, A + Size});
}

TEST_CASE("Huge pages are advised for whole slabs when they are wanted") {
  for (bool Wanted : {false, true}) {
    WindowMemory Memory;
    ArenaOptions Options = smallOptions();
    Options.HugePages = Wanted;
    WindowPtr W = makeWindow(Memory, Options);
    uintptr_t A = takeFrom(*W, Lane::Mixed, pageSize());
    CHECK(Memory.Calls.Advise == size_t(Wanted));
    *reinterpret_cast<uint8_t *>(A) = 1;
    W->give({A, A + pageSize()});
  }
}

TEST_CASE("Private memory is populated ahead unless huge pages are wanted") {
  // Shared memory is not in either case.
  const bool Dense = GENERATE(false, true);
  const Lane L = Dense ? Lane::RWData : Lane::Mixed;
  for (bool HugePages : {false, true}) {
    WindowMemory Memory;
    ArenaOptions Options = smallOptions();
    Options.ObjectLayout = Dense ? Layout::Dense : Layout::PerObject;
    Options.HugePages = HugePages;
    WindowPtr W = makeWindow(Memory, Options);
    uintptr_t A = takeFrom(*W, L, pageSize());
    CHECK((Memory.Calls.Populate == 0) == HugePages);
    W->give({A, A + pageSize()});
  }
}
