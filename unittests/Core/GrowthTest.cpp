//===- GrowthTest.cpp - Full windows, further ones, and refusals ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/AnyArena.h"
#include "Support/Process.h"
#include <system_error>

using namespace jitslab;

/// Allocates until the arena refuses; the reason goes to \p Message.
static std::vector<Allocation> fill(Arena &A, const Footprint &F,
                                    std::string &Message) {
  std::vector<Allocation> Objects;
  for (;;) {
    // An arena without an end would use up the machine's memory.
    REQUIRE(Objects.size() < 1000);
    llvm::Expected<Allocation> Object = A.allocate(F);
    if (!Object) {
      llvm::Error Err = Object.takeError();
      CHECK(Err.isA<ArenaFullError>());
      Message = llvm::toString(std::move(Err));
      return Objects;
    }
    Objects.push_back(std::move(*Object));
  }
}

TEST_CASE("Without Grow a full window is an error with all numbers in it") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions(/*Grow=*/false));
  std::string Message;
  std::vector<Allocation> Objects = fill(*A, data(SlabSize / 2), Message);
  INFO(Message);
  // Nothing is kept back: every byte of the window can be had.
  CHECK(Objects.size() == MinWindowSize / (SlabSize / 2));
  CHECK(mentions(Message, {"0 bytes of code", "1048576 of data",
                           "8388608 are used", "0 free", "Grow"}));
  ArenaStats S = A->stats();
  CHECK(S.Windows == 1);
  CHECK(S.LiveBytes == MinWindowSize);
  CHECK(S.FreeBytes == 0);
  CHECK(S.LiveObjects == Objects.size());
  CHECK(isConsistent(S));
  CHECK(A->verify());

  std::string Ignored;
  CHECK(codeOf(A->allocate(data(1)), Ignored) == std::errc::not_enough_memory);
  Objects.pop_back();
  Allocation Again = valueOf(A->allocate(data(SlabSize / 2)));
  CHECK(A->stats().LiveObjects == Objects.size() + 1);
  CHECK(Memory.WindowsTried == 1);
}

TEST_CASE("The error of a full window says how much is free") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions(/*Grow=*/false));
  Allocation Object = valueOf(A->allocate(data(3 * SlabSize)));
  std::string Message = messageOf(A->allocate(data(2 * SlabSize)));
  INFO(Message);
  CHECK(mentions(Message, {"4194304 of data", "of 8388608 bytes",
                           "6291456 are used", "2097152 free"}));
}

TEST_CASE("With Grow windows are added and no object straddles two") {
  WindowMemory Memory;
  {
    ArenaPtr A = makeArena(Memory, smallOptions());
    std::vector<Allocation> Objects;
    while (A->stats().Windows < 4) {
      Objects.push_back(valueOf(A->allocate(data(SlabSize / 2))));
      const Segment &S = Objects.back()[SegmentKind::RWData];
      REQUIRE(Memory.windowOf(S.Executor, S.Size) >= 0);
      REQUIRE(isConsistent(A->stats()));
    }
    ArenaStats S = A->stats();
    CHECK(S.ReservedBytes == 4 * MinWindowSize);
    CHECK(S.LiveObjects == Objects.size());
    CHECK(S.LiveBytes == Objects.size() * SlabSize / 2);
    // All but the slab of a window that its own objects may still need.
    CHECK(Objects.size() == 3 * (MinWindowSize / (SlabSize / 2) - 2) + 1);
    CHECK(A->verify());
  }
  CHECK(Memory.OpenReservations == 0);
}

TEST_CASE("An object larger than the default window gets a larger one") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  Footprint F = footprint(9 * SlabSize, SlabSize, SlabSize);
  Allocation Object = valueOf(A->allocate(F));
  ArenaStats S = A->stats();
  CHECK(S.Windows == 2);
  CHECK(S.ReservedBytes >= MinWindowSize + 11 * SlabSize);
  int Home = Memory.windowOf(Object[SegmentKind::Code].Executor, 1);
  for (SegmentKind K : AllSegmentKinds)
    CHECK(Memory.windowOf(Object[K].Executor, Object[K].Size) == Home);
  Object[SegmentKind::Code].Working[9 * SlabSize - 1] = 1;
  Object.release();
  CHECK(A->trim() > 0);
  CHECK(A->stats().Windows == 1);
  CHECK(A->stats().ReservedBytes == MinWindowSize);
  CHECK(A->verify());

  ArenaPtr Strict = makeArena(Memory, smallOptions(/*Grow=*/false));
  std::string Message = messageOf(Strict->allocate(F));
  INFO(Message);
  CHECK(mentions(Message, {"18874368 bytes of code", "WindowSize"}));
}

TEST_CASE("A window that is made for an object has room for all its segments") {
  WindowMemory Memory;
  // By itself, or as large as is asked for.
  ArenaOptions O = GENERATE(ArenaOptions(), smallOptions());
  ArenaPtr A = makeArena(Memory, O);
  // Sixteen of them are what the usual window has. What is freed is filled with
  // traps where it is code, so there is little of that.
  const size_t Unit =
      std::max<size_t>(A->options().WindowSize / SlabSize / 16, 1) * SlabSize;
  const size_t Sizes[][2] = {{1, 14}, {14, 1}, {8, 8}, {1, 16}};
  for (const auto &[ROData, RWData] : Sizes) {
    INFO(ROData << " of read-only data, " << RWData << " of data, in units of "
                << Unit << " bytes");
    Allocation Object =
        valueOf(A->allocate(footprint(1, ROData * Unit, RWData * Unit)));
    CHECK(A->verify());
  }
}

TEST_CASE("An object larger than any window is refused in a clear way") {
  WindowMemory Memory;
  bool Grow = GENERATE(false, true);
  ArenaPtr A = makeArena(Memory, smallOptions(Grow));
  for (size_t Size : {MaxWindowSize + 1, size_t(1) << 40, size_t(1) << 62}) {
    std::string Message;
    CHECK(codeOf(A->allocate(footprint(Size, 1, 1)), Message) ==
          std::errc::not_enough_memory);
    INFO(Message);
    CHECK(mentions(Message, {std::to_string(Size), "no window can be larger",
                             std::to_string(MaxWindowSize)}));
  }
  CHECK(Memory.WindowsTried == 1);
  CHECK(A->stats().LiveObjects == 0);
  CHECK(A->verify());
}

TEST_CASE("Sizes whose sum overflows are refused") {
  WindowMemory Memory;
  bool Grow = GENERATE(false, true);
  ArenaPtr A = makeArena(Memory, smallOptions(Grow));
  constexpr size_t Half = size_t(1) << 63;
  const Footprint Cases[] = {
      footprint(SIZE_MAX, 0, 0), footprint(0, 0, SIZE_MAX - 10),
      footprint(Half, Half, 0), footprint(100, 100, 100, Half)};
  for (const Footprint &F : Cases) {
    std::string Message;
    CHECK(codeOf(A->allocate(F), Message) == std::errc::not_enough_memory);
    CHECK(A->stats().LiveBytes == 0);
    CHECK(A->verify());
  }
}

TEST_CASE("An alignment that is no power of two is refused") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  for (size_t Align : {size_t(0), size_t(3), size_t(48), SIZE_MAX}) {
    std::string Message;
    CHECK(codeOf(A->allocate(data(10, Align)), Message) ==
          std::errc::invalid_argument);
    INFO(Message);
    CHECK(mentions(Message, {std::to_string(Align), "power of two"}));
  }
  CHECK(A->stats().LiveObjects == 0);
}

TEST_CASE("Room that a part of an older object has made is used") {
  WindowMemory Memory;
  ArenaPtr A = makeArena(Memory, smallOptions());
  auto code = [](size_t Bytes) { return footprint(Bytes, 0, 0); };
  auto windowOf = [&](const Allocation &Object) {
    return Memory.windowOf(Object[SegmentKind::Code].Executor, 1);
  };
  // All slabs but the one that is kept, so that the next object goes elsewhere.
  Allocation First = valueOf(A->allocate(code(3 * SlabSize)));
  Allocation Second = valueOf(A->allocate(code(SlabSize / 2)));
  REQUIRE(windowOf(Second) == 1);
  // Takes the kept one, and next to nothing of it.
  Allocation Part = valueOf(A->allocate(code(pageSize()), &First));
  REQUIRE(windowOf(Part) == 0);
  CHECK(A->verify());
  Allocation Third = valueOf(A->allocate(code(SlabSize / 2)));
  CHECK(windowOf(Third) == 0);
}

namespace {
/// Windows lie as far from an alignment of Far as they can.
class MisalignedMemory : public WindowMemory {
public:
  static constexpr size_t Far = size_t(64) << 20;

  llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override {
    if (R.Unpredictable)
      return WindowMemory::reserve(R);
    VirtualMemory &System = VirtualMemory::system();
    ReservationRequest Around = R;
    Around.Size += Far;
    Around.Align = Far;
    llvm::ErrorOr<uintptr_t> Start = System.reserve(Around);
    if (!Start || System.release(*Start, Around.Size, R.Guard))
      return Start;
    ReservationRequest There = R;
    There.Low = *Start + SlabSize - R.Guard;
    There.High = There.Low + R.Size + 2 * R.Guard;
    return WindowMemory::reserve(There);
  }
};
} // namespace

TEST_CASE("A window that is made for a large alignment has room for it") {
  MisalignedMemory Memory;
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
  REQUIRE(Memory.Windows[0].Begin % MisalignedMemory::Far == SlabSize);
  for (bool OfCode : {false, true}) {
    Footprint F = footprint(pageSize(), pageSize(), pageSize());
    F[OfCode ? SegmentKind::Code : SegmentKind::ROData].Align =
        MisalignedMemory::Far;
    Allocation Object = valueOf(A->allocate(F));
    CHECK(A->verify());
  }
}
