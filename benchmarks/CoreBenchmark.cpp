//===- CoreBenchmark.cpp - The arena against asmjit's allocator -----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arenas.h"
#include "Measurements.h"
#include "Register.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <random>
#ifdef JITSLAB_BENCH_HAS_ASMJIT
#include <asmjit/core.h>
#endif

using namespace llvm;

namespace jitslab::bench {

namespace {

class DenseArena {
public:
  bool create() {
    ArenaOptions Options;
    Options.ObjectLayout = Layout::Dense;
    Expected<std::shared_ptr<Arena>> A = Arena::create(Options);
    if (!A)
      return consumeError(A.takeError()), false;
    Memory = std::move(*A);
    return true;
  }
  void makeSlots(size_t N) { Live.resize(N); }
  bool allocate(size_t Slot, size_t Size) {
    Footprint F;
    F[SegmentKind::Code] = {Size, 16};
    Expected<Allocation> A = Memory->allocate(F);
    if (!A)
      return consumeError(A.takeError()), false;
    Live[Slot] = std::move(*A);
    return true;
  }
  void release(size_t Slot) { Live[Slot].release(); }

private:
  std::shared_ptr<Arena> Memory;
  std::vector<Allocation> Live;
};

#ifdef JITSLAB_BENCH_HAS_ASMJIT
class AsmJit {
public:
  bool create() {
    asmjit::JitAllocator::CreateParams Params;
    Params.options = asmjit::JitAllocatorOptions::kUseDualMapping;
    Memory = std::make_unique<asmjit::JitAllocator>(&Params);
    return true;
  }
  void makeSlots(size_t N) { Live.resize(N); }
  bool allocate(size_t Slot, size_t Size) {
    return allocate(*Memory, Live[Slot], Size) == asmjit::kErrorOk;
  }
  void release(size_t Slot) { Memory->release(Live[Slot]); }

private:
  // From 1.11 on.
  template <typename Allocator>
  static auto allocate(Allocator &A, void *&Executor, size_t Size)
      -> decltype(typename Allocator::Span(), asmjit::Error()) {
    typename Allocator::Span Span;
    asmjit::Error Err = A.alloc(Span, Size);
    Executor = Span.rx();
    return Err;
  }
  // Before; deprecated there.
  template <typename Allocator, typename... None>
  static asmjit::Error allocate(Allocator &A, void *&Executor, size_t Size,
                                None...) {
    void *Working;
    return A.alloc(&Executor, &Working, Size);
  }

  std::unique_ptr<asmjit::JitAllocator> Memory;
  std::vector<void *> Live;
};
#endif

} // namespace

static constexpr size_t SequentialSize = 128;
static constexpr size_t SmallestChurned = 64, LargestChurned = 576;

template <typename Allocator>
static void allocateMany(size_t N, bool ThenChurn, Probe &P) {
  // Never destroyed: the child ends with it.
  auto &A = *new Allocator;
  if (!A.create())
    return P.R.fail("cannot create the allocator");
  A.makeSlots(N);
  bool Ok = true;
  auto AllocateAll = [&] {
    for (size_t I = 0; I != N && Ok; ++I)
      Ok = A.allocate(I, SequentialSize);
  };
  auto Churn = [&] {
    std::mt19937 Random(1);
    for (size_t I = 0; I != N && Ok; ++I) {
      size_t Slot = Random() % N;
      size_t Span = LargestChurned - SmallestChurned + 1;
      A.release(Slot);
      Ok = A.allocate(Slot, SmallestChurned + Random() % Span);
    }
  };
  if (ThenChurn)
    AllocateAll();
  P.start();
  if (ThenChurn)
    Churn();
  else
    AllocateAll();
  P.stop();
  if (!Ok)
    return P.R.fail("out of memory");
  P.reportPer("allocation", N);
}

template <typename Allocator>
static void registerAllocator(const std::string &Name, size_t N) {
  for (bool Churn : {false, true})
    registerMeasure("Core/" + Name + (Churn ? "/churn" : "/sequential"),
                    [=](Probe &P) { allocateMany<Allocator>(N, Churn, P); });
}

void registerCore(const Sizes &S) {
  if (none_of(workingArenas(),
              [](const NamedArenaOptions &A) { return A.Name == "dense"; })) {
    errs() << "jitslab-bench: the core benchmark is left out: no arena is "
              "dense\n";
    return;
  }
  registerAllocator<DenseArena>("dense", S.CoreAllocations);
#ifdef JITSLAB_BENCH_HAS_ASMJIT
  registerAllocator<AsmJit>("asmjit", S.CoreAllocations);
#else
  errs() << "jitslab-bench: built without asmjit; Core/asmjit is left out\n";
#endif
}

} // namespace jitslab::bench
