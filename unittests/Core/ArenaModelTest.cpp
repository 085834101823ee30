//===- ArenaModelTest.cpp - Arena against a model of itself ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Random.h"
#include "llvm/Support/MathExtras.h"
#include <map>

using namespace jitslab;

namespace {

/// What the arena has to hold, kept in the simplest way.
class Model {
public:
  Model(Arena &A, const WindowMemory &Memory, Random &Rand)
      : A(A), Memory(Memory), Rand(Rand) {}

  // Each of these does one operation on the arena and on the model, and returns
  // false when something is wrong.
  bool allocate();
  bool seal();
  bool shrink();
  bool release();
  bool extend();
  bool trim();
  /// True when all numbers are what the model says.
  bool checkStats() const;
  bool releaseAll() {
    bool Ok = true;
    while (!Objects.empty())
      Ok &= release();
    return Ok;
  }
  size_t objects() const { return Objects.size(); }

private:
  struct Object {
    Allocation Memory;
    /// Bytes of each segment that belong to the object.
    PerSegment<size_t> Sizes{};
    PerSegment<uint8_t> Pattern{};
    bool Sealed = false;
    bool IsExtension = false;
  };

  /// Bytes from one that is written and checked to the next: every page and
  /// every part of it is met in a while.
  static size_t stride(size_t Size) { return Size < 4096 ? 1 : 509; }

  Footprint randomFootprint();
  bool add(Allocation Allocated, const Footprint &F, bool IsExtension);
  bool isIntact(const Object &O) const;
  void write(Object &O, SegmentKind K, uint8_t *Where);

  Arena &A;
  const WindowMemory &Memory;
  Random &Rand;
  std::vector<Object> Objects;
  /// Live bytes: begin and end.
  std::map<uintptr_t, uintptr_t> Ranges;
};

} // namespace

Footprint Model::randomFootprint() {
  Footprint F;
  do
    for (SegmentKind K : AllSegmentKinds) {
      size_t Most = Rand.percent(90)   ? 6000
                    : Rand.percent(90) ? 200000
                                       : 3 * SlabSize;
      F[K].Size = Rand.percent(15) ? 0 : Rand.between(1, Most);
      F[K].Align = size_t(1)
                   << (Rand.percent(90) ? Rand.below(9) : Rand.below(23));
    }
  while (!F[SegmentKind::Code].Size && !F[SegmentKind::ROData].Size &&
         !F[SegmentKind::RWData].Size);
  return F;
}

void Model::write(Object &O, SegmentKind K, uint8_t *Where) {
  O.Pattern[K] = uint8_t(Rand.next());
  for (size_t I = 0; I < O.Sizes[K]; I += stride(O.Sizes[K]))
    Where[I] = uint8_t(O.Pattern[K] + I);
}

bool Model::isIntact(const Object &O) const {
  for (SegmentKind K : AllSegmentKinds) {
    auto *P = reinterpret_cast<const uint8_t *>(O.Memory[K].Executor);
    for (size_t I = 0; I < O.Sizes[K]; I += stride(O.Sizes[K]))
      if (P[I] != uint8_t(O.Pattern[K] + I))
        return false;
  }
  return true;
}

bool Model::add(Allocation Allocated, const Footprint &F, bool IsExtension) {
  Object O;
  O.IsExtension = IsExtension;
  int Home = -1;
  for (SegmentKind K : AllSegmentKinds) {
    const Segment &S = Allocated[K];
    if (!F[K].Size) {
      if (S)
        return false;
      continue;
    }
    O.Sizes[K] = F[K].Size;
    int In = Memory.windowOf(S.Executor, S.Size);
    if (!S || S.Size < F[K].Size || S.Executor % F[K].Align || In < 0 ||
        (Home >= 0 && In != Home))
      return false;
    Home = In;
    uintptr_t End = S.Executor + F[K].Size;
    auto Next = Ranges.lower_bound(S.Executor);
    if ((Next != Ranges.end() && Next->first < End) ||
        (Next != Ranges.begin() && std::prev(Next)->second > S.Executor))
      return false;
    Ranges[S.Executor] = End;
    write(O, K, S.Working);
  }
  O.Memory = std::move(Allocated);
  Objects.push_back(std::move(O));
  return true;
}

bool Model::allocate() {
  Footprint F = randomFootprint();
  llvm::Expected<Allocation> Allocated = A.allocate(F);
  if (!Allocated) {
    UNSCOPED_INFO(llvm::toString(Allocated.takeError()));
    return false;
  }
  return add(std::move(*Allocated), F, /*IsExtension=*/false);
}

bool Model::extend() {
  if (Objects.empty())
    return true;
  const Object &Sibling = Objects[Rand.below(Objects.size())];
  Footprint F = randomFootprint();
  llvm::Expected<Allocation> Allocated = A.allocate(F, &Sibling.Memory);
  if (!Allocated) {
    // Its window may be full.
    bool Full = Allocated.errorIsA<ArenaFullError>();
    llvm::consumeError(Allocated.takeError());
    return Full;
  }
  uintptr_t Mine = 0, Its = 0;
  for (SegmentKind K : AllSegmentKinds) {
    if (F[K].Size)
      Mine = (*Allocated)[K].Executor;
    if (Sibling.Sizes[K])
      Its = Sibling.Memory[K].Executor;
  }
  return Memory.windowOf(Mine, 1) == Memory.windowOf(Its, 1) &&
         add(std::move(*Allocated), F, /*IsExtension=*/true);
}

bool Model::seal() {
  std::vector<Allocation *> Batch;
  for (size_t I = Rand.below(8); I < Objects.size(); I += Rand.between(1, 9)) {
    Objects[I].Sealed = true;
    Batch.push_back(&Objects[I].Memory);
  }
  if (llvm::Error Err = A.seal(Batch)) {
    UNSCOPED_INFO(llvm::toString(std::move(Err)));
    return false;
  }
  for (Object &O : Objects)
    if (O.Sealed && O.Sizes[SegmentKind::RWData])
      write(
          O, SegmentKind::RWData,
          reinterpret_cast<uint8_t *>(O.Memory[SegmentKind::RWData].Executor));
  return true;
}

bool Model::shrink() {
  if (Objects.empty())
    return true;
  Object &O = Objects[Rand.below(Objects.size())];
  SegmentKind K = AllSegmentKinds[Rand.below(NumSegmentKinds)];
  if (O.Sealed || !O.Sizes[K])
    return true;
  size_t Used = Rand.between(1, O.Sizes[K]);
  uintptr_t Start = O.Memory[K].Executor;
  O.Memory.shrink(K, Used);
  Ranges[Start] = Start + Used;
  // Bytes that were written with the old stride are not met by the new one.
  O.Sizes[K] = Used;
  write(O, K, O.Memory[K].Working);
  return O.Memory[K].Executor == Start && O.Memory[K].Size >= Used;
}

bool Model::release() {
  if (Objects.empty())
    return true;
  size_t I = Rand.below(Objects.size());
  Object &O = Objects[I];
  bool Ok = isIntact(O);
  for (SegmentKind K : AllSegmentKinds)
    if (O.Sizes[K])
      Ranges.erase(O.Memory[K].Executor);
  O.Memory.release();
  std::swap(O, Objects.back());
  Objects.pop_back();
  return Ok;
}

bool Model::trim() {
  ArenaStats Before = A.stats();
  size_t GivenBack = A.trim();
  ArenaStats After = A.stats();
  return Before.CommittedBytes - After.CommittedBytes == GivenBack &&
         Before.LiveBytes == After.LiveBytes;
}

bool Model::checkStats() const {
  ArenaStats S = A.stats();
  size_t Roots = 0, Asked = 0, Pages = 0, Reserved = 0;
  for (const Object &O : Objects) {
    Roots += !O.IsExtension;
    for (SegmentKind K : AllSegmentKinds) {
      if (!O.Sizes[K])
        continue;
      Asked += O.Sizes[K];
      uintptr_t Start = O.Memory[K].Executor;
      Pages += llvm::alignTo(Start + O.Sizes[K], pageSize()) -
               llvm::alignDown(Start, pageSize());
    }
  }
  for (AddressRange W : Memory.Windows)
    Reserved += W.size();
  // Whole pages of its own for each segment is what PerObject is about.
  bool LiveIsRight = A.options().ObjectLayout == Layout::PerObject
                         ? S.LiveBytes == Pages
                         : S.LiveBytes >= Asked;
  return isConsistent(S) && LiveIsRight && S.LiveObjects == Roots &&
         S.ReservedBytes == Reserved && S.Windows == Memory.Windows.size();
}

TEST_CASE("An arena does what its model says in random operations") {
  ArenaOptions O = smallOptions();
  O.ObjectLayout = anyLayout();
  O.WindowSize = 8 * SlabSize;
  const uint64_t Seed = testSeed(20250101);
  INFO("JITSLAB_TEST_SEED=" << Seed);
  Random Rand(Seed);
  WindowMemory Memory;
  {
    std::shared_ptr<Arena> A = valueOf(Arena::create(O, Memory));
    Model M(*A, Memory, Rand);
    // Stretches of growing and of shrinking, so that it gets full and empty.
    size_t Most = 0, MostWindows = 0;
    for (size_t Step = 0; Step != 20000; ++Step) {
      INFO("step " << Step);
      bool Growing = Step % 2000 < 1200 && M.objects() < 250;
      size_t What = Rand.below(1000);
      bool Ok = What < (Growing ? 500 : 250)   ? M.allocate()
                : What < (Growing ? 560 : 290) ? M.extend()
                : What < (Growing ? 610 : 310) ? M.seal()
                : What < (Growing ? 700 : 370) ? M.shrink()
                : What < 995                   ? M.release()
                                               : M.trim();
      Most = std::max(Most, M.objects());
      MostWindows = std::max(MostWindows, Memory.Windows.size());
      bool AsModelled = Ok && M.checkStats() && A->verify();
      if (!AsModelled)
        REQUIRE(AsModelled);
    }
    CHECK(Most >= 200);
    CHECK(MostWindows >= 3);
    CHECK(M.releaseAll());
    CHECK(M.checkStats());
    A->trim();
    CHECK(A->stats().CommittedBytes == 0);
    CHECK(A->stats().Windows == 1);
    CHECK(A->verify());
  }
  CHECK(Memory.OpenReservations == 0);
}
