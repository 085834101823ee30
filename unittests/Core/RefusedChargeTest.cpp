//===- RefusedChargeTest.cpp - Memory is charged when it is used ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/LayoutPolicy.h"
#include "Core/Window.h"
#include "Core/WindowSet.h"
#include "Support/ArenaFixture.h"
#include <utility>

using namespace jitslab;

namespace {
/// Counts what a host with strict overcommit is charged for, in slabs.
class ChargingMemory : public TestMemory {
public:
  int Charged = 0;
  bool RefuseUnmap = false, RefuseView = false, RefuseCharge = false;

  std::error_code mapShared(uintptr_t Start, size_t Size, Access A,
                            const SharedMemory &M, size_t Offset,
                            Sharing S) override {
    const bool IsWriter = A == Access::ReadWrite && S == Sharing::Shared;
    if (IsWriter && std::exchange(RefuseCharge, false))
      return std::error_code(ENOSPC, std::generic_category());
    if (!IsWriter && std::exchange(RefuseView, false))
      return std::error_code(ENOMEM, std::generic_category());
    if (IsWriter)
      Charged += int(Size / SlabSize);
    return TestMemory::mapShared(Start, Size, A, M, Offset, S);
  }
  std::error_code discardShared(uintptr_t Start, size_t Size,
                                const SharedMemory &M, size_t Offset) override {
    Charged -= int(Size / SlabSize);
    return TestMemory::discardShared(Start, Size, M, Offset);
  }
  std::error_code unmap(uintptr_t Start, size_t Size) override {
    if (std::exchange(RefuseUnmap, false))
      return std::error_code(ENOMEM, std::generic_category());
    return TestMemory::unmap(Start, Size);
  }
};

std::unique_ptr<Window> makeDenseWindow(VirtualMemory &Memory) {
  auto Policy = LayoutPolicy::create(Layout::Dense, Memory);
  return valueOf(
      createWindow(Memory, *Policy, /*HugePages=*/false, 4 * SlabSize));
}
} // namespace

TEST_CASE("Dense code taken after a trim was refused half way is charged") {
  ChargingMemory Memory;
  auto W = makeDenseWindow(Memory);
  TakeResult A = W->take(Lane::Code, SlabSize, 1, 0);
  REQUIRE(A.Status == TakeStatus::Taken);
  REQUIRE(Memory.Charged == 1);
  W->give({A.Address, A.Address + SlabSize});
  Memory.RefuseUnmap = true;
  CHECK(W->trimSlab(0) == 0);
  CHECK(Memory.Charged == 0);
  // What is refused is tried elsewhere.
  Memory.RefuseCharge = true;
  TakeResult B = W->take(Lane::Code, SlabSize, 1, 0);
  CHECK(B.Status == TakeStatus::Taken);
  CHECK(B.Address != A.Address);
  CHECK(Memory.Charged == 1);
  TakeResult C = W->take(Lane::Code, SlabSize, 1, 0);
  CHECK(C.Status == TakeStatus::Taken);
  CHECK(C.Address == A.Address);
  CHECK(Memory.Charged == 2);
  W->give({B.Address, B.Address + SlabSize});
  W->give({C.Address, C.Address + SlabSize});
  for (size_t I = 0; I != W->slabs(); ++I)
    W->trimSlab(I);
  CHECK(Memory.Charged == 0);
  CHECK(W->committedBytes() == 0);
  CHECK(W->verify());
}

TEST_CASE("A commit of Dense that is refused half way is charged for nothing") {
  ChargingMemory Memory;
  auto W = makeDenseWindow(Memory);
  Memory.RefuseView = true;
  CHECK(W->take(Lane::Code, SlabSize, 1, 0).Status == TakeStatus::Refused);
  CHECK(Memory.Charged == 0);
  CHECK(W->committedBytes() == 0);
  CHECK(W->verify());
}
