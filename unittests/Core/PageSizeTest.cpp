//===- PageSizeTest.cpp - Pages larger than the machine's -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "Support/Random.h"

using namespace jitslab;

namespace {

/// The system's memory with larger pages: refuses what such a kernel would.
class LargePages : public WindowMemory {
public:
  explicit LargePages(size_t Page) : Page(Page) {}

  /// Calls whose addresses or sizes were no whole pages.
  size_t Misaligned = 0;

  size_t pageSize() const override { return Page; }

  llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override {
    check(R.Guard, R.Size);
    check(R.Align, 0);
    return WindowMemory::reserve(R);
  }
  std::error_code release(uintptr_t Start, size_t Size, size_t G) override {
    check(Start, Size);
    return WindowMemory::release(Start, Size, G);
  }
  std::error_code protect(uintptr_t Start, size_t Size, Access A) override {
    if (!check(Start, Size))
      return std::error_code(EINVAL, std::generic_category());
    return WindowMemory::protect(Start, Size, A);
  }
  void populate(uintptr_t Start, size_t Size) override {
    check(Start, Size);
    WindowMemory::populate(Start, Size);
  }
  std::error_code discard(uintptr_t Start, size_t Size) override {
    if (!check(Start, Size))
      return std::error_code(EINVAL, std::generic_category());
    return WindowMemory::discard(Start, Size);
  }
  std::error_code mapShared(uintptr_t Start, size_t Size, Access A,
                            const SharedMemory &M, size_t Offset,
                            Sharing S) override {
    if (!check(Start, Size) || !check(Offset, 0))
      return std::error_code(EINVAL, std::generic_category());
    return WindowMemory::mapShared(Start, Size, A, M, Offset, S);
  }
  std::error_code unmap(uintptr_t Start, size_t Size) override {
    check(Start, Size);
    return WindowMemory::unmap(Start, Size);
  }
  std::error_code discardShared(uintptr_t Start, size_t Size,
                                const SharedMemory &M, size_t Offset) override {
    check(Start, Size);
    check(Offset, 0);
    return WindowMemory::discardShared(Start, Size, M, Offset);
  }

private:
  bool check(uintptr_t Start, size_t Size) {
    bool Whole = Start % Page == 0 && Size % Page == 0;
    Misaligned += !Whole;
    return Whole;
  }

  const size_t Page;
};

struct Function {
  Allocation Memory;
  uint16_t Value;
  bool IsSealed;
};

/// True when all of the pages that \p A's segments lie on have the rights that
/// these want. (Dense shares pages, with segments of equal rights.)
bool hasItsPages(const Allocation &A, size_t Page) {
  for (SegmentKind K : {SegmentKind::Code, SegmentKind::ROData}) {
    Segment S = A[K];
    if (!S)
      continue;
    const char *Rights = K == SegmentKind::Code ? "r-x" : "r--";
    uintptr_t First = S.Executor / Page * Page;
    uintptr_t Last = (S.Executor + S.Size - 1) / Page * Page + Page - 1;
    if (!hasRights(S.Executor, Rights))
      return false;
    if (!hasRights(First, Rights) || !hasRights(Last, Rights))
      return false;
  }
  return true;
}

} // namespace

TEST_CASE("All layouts work with pages of 16 KiB and of 64 KiB") {
  Layout L = GENERATE(Layout::PerObject, Layout::PerProtection, Layout::Dense);
  size_t Page = GENERATE(size_t(16) << 10, size_t(64) << 10);
  if (Page < pageSize()) {
    WARN("NOT RUN: this machine's pages are larger than " << Page);
    return;
  }
  LargePages Memory(Page);
  ArenaOptions O = smallOptions();
  O.ObjectLayout = L;
  {
    auto A = valueOf(ArenaAccess::create(O, Memory));
    uint64_t Seed = testSeed(7);
    INFO("JITSLAB_TEST_SEED=" << Seed);
    Random R(Seed);
    std::vector<Function> Live;
    for (uint16_t I = 0; I != 200; ++I) {
      Footprint F =
          footprint(R.between(FunctionSize, 3 * Page), R.below(Page + Page / 2),
                    R.below(2 * Page), size_t(1) << R.between(4, 17));
      Function New{valueOf(A->allocate(F)), I, false};
      for (SegmentKind K : AllSegmentKinds)
        if (Segment S = New.Memory[K])
          memset(S.Working, 1, S.Size);
      New.Memory.shrink(SegmentKind::Code, FunctionSize);
      writeFunction(New.Memory[SegmentKind::Code].Working, I);
      if (!runsUnderEmulator() || L != Layout::Dense) {
        REQUIRE_SUCCESS(sealOne(*A, New.Memory));
        New.IsSealed = true;
        REQUIRE(hasItsPages(New.Memory, Page));
        REQUIRE(callFunction(New.Memory[SegmentKind::Code].Executor) == I);
      }
      Live.push_back(std::move(New));
      while (Live.size() > 60)
        Live.erase(Live.begin() + R.below(Live.size()));
      if (I % 20 == 0) {
        A->trim();
        REQUIRE(A->verify());
      }
    }
    for (Function &Each : Live)
      if (Each.IsSealed)
        CHECK(callFunction(Each.Memory[SegmentKind::Code].Executor) ==
              Each.Value);
    CHECK(A->verify());
    Live.clear();
    A->trim();
    CHECK(A->stats().LiveBytes == 0);
  }
  CHECK(Memory.Misaligned == 0);
  CHECK(Memory.OpenReservations == 0);
}

// The control: what refuses part of a page, refuses it.
TEST_CASE("Control: an arena that thinks of smaller pages is refused") {
  size_t Page = size_t(64) << 10;
  if (Page <= pageSize()) {
    WARN("NOT RUN: this machine's pages are as large");
    return;
  }
  class Mistaken : public LargePages {
  public:
    using LargePages::LargePages;
    size_t pageSize() const override {
      return VirtualMemory::system().pageSize();
    }
  };
  Mistaken Memory(Page);
  ArenaOptions O = smallOptions();
  O.ObjectLayout = Layout::PerObject;
  auto A = valueOf(ArenaAccess::create(O, Memory));
  Allocation Object = valueOf(A->allocate(footprint(100, 100, 100)));
  llvm::Error Err = sealOne(*A, Object);
  CHECK(bool(Err));
  llvm::consumeError(std::move(Err));
  CHECK(Memory.Misaligned > 0);
}
