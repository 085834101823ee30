//===- DensityTest.cpp - How much of Dense's memory is used ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Process.h"
#include "Support/Random.h"
#include "llvm/Support/MathExtras.h"

using namespace jitslab;

namespace {

constexpr size_t Granule = 64;
constexpr size_t MostLive = 4000;
constexpr unsigned SmallestLog = 4, LargestLog = 18; // 16 B to 256 KiB.

/// Loads and frees code of random sizes, and knows what must be there.
class Load {
public:
  Load(Arena &A, Random &Rand) : A(A), Rand(Rand) {}

  /// One operation. \returns false when something is wrong.
  bool step() {
    bool Growing = Live.size() < MostLive;
    return Live.empty() || Rand.percent(Growing ? 60 : 40) ? load() : free();
  }

  size_t liveBytes() const { return LiveBytes; }
  size_t objects() const { return Live.size(); }

private:
  struct Object {
    Allocation Memory;
    size_t Size;
    uint8_t Mark;
  };

  /// All orders of magnitude are as likely.
  size_t randomSize() {
    size_t Low =
        size_t(1) << (SmallestLog + Rand.below(LargestLog - SmallestLog));
    return Rand.between(Low, 2 * Low);
  }

  bool load() {
    Object O;
    O.Size = randomSize();
    O.Mark = uint8_t(Rand.next());
    auto Memory = A.allocate(footprint(O.Size, 0, 0));
    if (!Memory) {
      UNSCOPED_INFO(llvm::toString(Memory.takeError()));
      return false;
    }
    O.Memory = std::move(*Memory);
    uint8_t *Code = O.Memory[SegmentKind::Code].Working;
    Code[0] = Code[O.Size - 1] = O.Mark;
    bool Sealed = !sealOne(A, O.Memory);
    LiveBytes += llvm::alignTo(O.Size, Granule);
    Live.push_back(std::move(O));
    return Sealed;
  }

  bool free() {
    std::swap(Live[Rand.below(Live.size())], Live.back());
    const Object &O = Live.back();
    auto *Code =
        reinterpret_cast<const uint8_t *>(O.Memory[SegmentKind::Code].Executor);
    bool Intact = Code[0] == O.Mark && Code[O.Size - 1] == O.Mark;
    LiveBytes -= llvm::alignTo(O.Size, Granule);
    Live.pop_back();
    return Intact;
  }

  Arena &A;
  Random &Rand;
  std::vector<Object> Live;
  size_t LiveBytes = 0;
};

} // namespace

TEST_CASE("A million random loads and frees leave Dense's memory well used") {
  const uint64_t Seed = testSeed(31337);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  ArenaOptions O;
  O.ObjectLayout = Layout::Dense;
  auto A = valueOf(Arena::create(O));
  Load L(*A, Rand);
  // Emulated and instrumented, a part of it has to do.
  const bool IsSlow = runsUnderEmulator() || JITSLAB_HAS_SHADOW_MEMORY;
  const size_t Steps = IsSlow ? 100000 : isBrief() ? 200000 : 1000000;
  double Lowest = 1;
  for (size_t Step = 0; Step != Steps; ++Step) {
    INFO("step " << Step);
    bool Ok = L.step();
    if (Ok && Step % 100 == 0) {
      ArenaStats S = A->stats();
      Ok = S.LiveBytes == L.liveBytes() && S.LiveObjects == L.objects() &&
           isConsistent(S);
      if (Step >= Steps / 10)
        Lowest = std::min(Lowest, double(S.LiveBytes) / S.CommittedBytes);
    }
    if (Ok && Step % 5000 == 0)
      Ok = A->verify();
    if (!Ok)
      REQUIRE(Ok);
  }
  CAPTURE(Lowest);
  CHECK(Lowest > 0.6);
  CHECK(A->verify());
}
