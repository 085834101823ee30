//===- WaitBenchmark.cpp - How long a large object lets others wait -------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// One thread allocates, writes, seals and frees a large object, step by step. A
// second one does the same with tiny code all the time. What counts is the
// longest time that one of its rounds takes during each step. "mappings" does
// with mappings of the system what LLVM's managers do.

#include "Arenas.h"
#include "Measurements.h"
#include "Register.h"
#include "llvm/Support/Memory.h"
#include <array>
#include <atomic>
#include <cstring>
#include <thread>

using namespace llvm;

namespace jitslab::bench {

namespace {

using Clock = std::chrono::steady_clock;

/// Memory for one object, of an arena.
class ArenaObject {
public:
  ArenaObject(Arena &A, SegmentKind Kind) : A(A), Kind(Kind) {}
  Error allocate(size_t Size) {
    Footprint F;
    F[Kind] = {Size, 64};
    Expected<Allocation> Made = A.allocate(F);
    if (!Made)
      return Made.takeError();
    Memory = std::move(*Made);
    return Error::success();
  }
  void write(size_t Size) { memset(Memory[Kind].Working, 0xc3, Size); }
  Error seal() {
    Allocation *Objects[] = {&Memory};
    return A.seal(Objects);
  }
  Error release() {
    Memory.release();
    return Error::success();
  }

private:
  Arena &A;
  const SegmentKind Kind;
  Allocation Memory;
};

/// Memory for one object, as a mapping of its own.
class MappedObject {
public:
  explicit MappedObject(SegmentKind Kind) : Kind(Kind) {}
  Error allocate(size_t Size) {
    std::error_code EC;
    Memory = sys::Memory::allocateMappedMemory(
        Size, nullptr, sys::Memory::MF_READ | sys::Memory::MF_WRITE, EC);
    return errorCodeToError(EC);
  }
  void write(size_t Size) { memset(Memory.base(), 0xc3, Size); }
  Error seal() {
    if (Kind != SegmentKind::Code)
      return Error::success();
    return errorCodeToError(sys::Memory::protectMappedMemory(
        Memory, sys::Memory::MF_READ | sys::Memory::MF_EXEC));
  }
  Error release() {
    return errorCodeToError(sys::Memory::releaseMappedMemory(Memory));
  }

private:
  const SegmentKind Kind;
  sys::MemoryBlock Memory;
};

/// In microseconds.
double since(Clock::time_point Begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - Begin)
      .count();
}

/// Does one round after the other, and keeps the longest.
template <typename Object> class Waiter {
public:
  explicit Waiter(Object &Tiny) : Thread([this, &Tiny] { run(Tiny); }) {}
  ~Waiter() {
    Stops = true;
    Thread.join();
  }
  /// \returns the longest since the last call, with the one that goes on.
  double takeWorst() {
    const unsigned Round = Rounds;
    while (Rounds < Round + 1 && !Failed)
      std::this_thread::yield();
    return Worst.exchange(0);
  }
  /// Why it has ended; empty if it goes on.
  std::string failure() const { return Failed ? Failure : ""; }

private:
  static constexpr size_t TinySize = 64;

  void run(Object &Tiny) {
    for (; !Stops; ++Rounds) {
      const Clock::time_point Begin = Clock::now();
      Error Err = Tiny.allocate(TinySize);
      if (!Err) {
        Tiny.write(TinySize);
        Err = Tiny.seal();
        Err = joinErrors(std::move(Err), Tiny.release());
      }
      if (Err) {
        Failure = toString(std::move(Err));
        Failed = true;
        return;
      }
      const double Took = since(Begin);
      if (Took > Worst)
        Worst = Took;
    }
  }

  std::string Failure;
  std::atomic<double> Worst{0};
  std::atomic<unsigned> Rounds{0};
  std::atomic<bool> Stops{false}, Failed{false};
  std::thread Thread;
};

} // namespace

template <typename Object>
static void waitFor(Object &Large, Object &Tiny, size_t Size, size_t Times,
                    Probe &P) {
  constexpr const char *Steps[] = {"wait_alone_us", "wait_allocate_us",
                                   "wait_write_us", "wait_seal_us",
                                   "wait_release_us"};
  std::array<std::vector<double>, std::size(Steps)> Worst;
  {
    Waiter<Object> Other(Tiny);
    for (size_t I = 0; I != Times; ++I) {
      (void)Other.takeWorst();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      Worst[0].push_back(Other.takeWorst());
      if (P.failed(Large.allocate(Size)))
        return;
      Worst[1].push_back(Other.takeWorst());
      Large.write(Size);
      Worst[2].push_back(Other.takeWorst());
      if (P.failed(Large.seal()))
        return;
      Worst[3].push_back(Other.takeWorst());
      if (P.failed(Large.release()))
        return;
      Worst[4].push_back(Other.takeWorst());
    }
    if (std::string Why = Other.failure(); !Why.empty())
      return P.R.fail(Why);
  }
  for (size_t I = 0; I != std::size(Steps); ++I)
    P.R.set(Steps[I], median(Worst[I]));
}

void registerWait(const Sizes &S) {
  const size_t Times = S.WaitTimes;
  for (const auto &Large : {std::pair(SegmentKind::Code, S.WaitCode),
                            std::pair(SegmentKind::RWData, S.WaitData)}) {
    const SegmentKind Kind = Large.first;
    const size_t Size = Large.second;
    const std::string Prefix =
        Kind == SegmentKind::Code ? "Wait/code/" : "Wait/data/";
    const std::string Suffix = '/' + std::to_string(Size >> 20);
    for (const NamedArenaOptions &N : workingArenas())
      registerMeasure(Prefix + N.Name + Suffix, [=](Probe &P) {
        auto A = Arena::create(N.Options);
        if (!A)
          return (void)P.failed(A.takeError());
        ArenaObject Large(**A, Kind), Tiny(**A, SegmentKind::Code);
        waitFor(Large, Tiny, Size, Times, P);
      });
    registerMeasure(Prefix + "mappings" + Suffix, [=](Probe &P) {
      MappedObject Large(Kind), Tiny(SegmentKind::Code);
      waitFor(Large, Tiny, Size, Times, P);
    });
  }
}

} // namespace jitslab::bench
