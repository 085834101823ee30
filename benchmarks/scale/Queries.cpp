//===- Queries.cpp - The life of a query engine ---------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "Scale.h"
#include <cstdio>
#include <cstring>
#include <deque>
#include <random>

using namespace llvm;

namespace jitslab::bench {

namespace {

// A query has a handful of operators, each of them an object.
constexpr unsigned MostObjectsOfQuery = 8;
// One query in so many is a prepared statement, which stays.
constexpr unsigned PreparedOneIn = 50;
// How many times the load rises and falls.
constexpr size_t Waves = 10;
constexpr double MiB = 1 << 20;

struct Query {
  std::vector<Allocation> Objects;
};

class Engine {
public:
  Engine(Arena &A, ArrayRef<Footprint> Sizes, uint64_t Seed)
      : A(A), Sizes(Sizes), Random(Seed) {}

  /// Loads a query and calls its functions.
  Error begin() {
    Query Q;
    for (unsigned N = 1 + below(MostObjectsOfQuery); N; --N) {
      Expected<Allocation> Object = load(Sizes[below(Sizes.size())]);
      if (!Object)
        return Object.takeError();
      auto *Entry =
          reinterpret_cast<int (*)()>((*Object)[SegmentKind::Code].Executor);
      Wrong += Entry() != EntryResult;
      Q.Objects.push_back(std::move(*Object));
    }
    Loaded += Q.Objects.size();
    Live += Q.Objects.size();
    (below(PreparedOneIn) ? Running : Prepared).push_back(std::move(Q));
    return Error::success();
  }

  /// Ends a query, most often one of the oldest.
  void end() {
    if (Running.empty())
      return;
    size_t At =
        below(4) ? below(1 + Running.size() / 8) : below(Running.size());
    std::swap(Running[At], Running.front());
    Live -= Running.front().Objects.size();
    Running.pop_front();
    // A prepared statement is given up when there are many.
    if (Prepared.size() > Running.size() / 4 + 1) {
      Live -= Prepared.front().Objects.size();
      Prepared.pop_front();
    }
  }

  size_t loaded() const { return Loaded; }
  size_t live() const { return Live; }
  size_t wrong() const { return Wrong; }
  bool idle() const { return Running.empty(); }

private:
  size_t below(size_t N) { return Random() % N; }

  Expected<Allocation> load(Footprint F) {
    F[SegmentKind::Code].Size = std::max<size_t>(F[SegmentKind::Code].Size, 8);
    Expected<Allocation> Object = A.allocate(F);
    if (!Object)
      return Object;
    for (SegmentKind K : AllSegmentKinds)
      if (F[K].Size)
        memset((*Object)[K].Working, 0, F[K].Size);
    writeEntry((*Object)[SegmentKind::Code].Working);
    Allocation *ToSeal[] = {&*Object};
    if (Error Err = A.seal(ToSeal))
      return Err;
    return Object;
  }

  Arena &A;
  ArrayRef<Footprint> Sizes;
  std::mt19937_64 Random;
  std::deque<Query> Running, Prepared;
  size_t Loaded = 0, Live = 0, Wrong = 0;
};

} // namespace

Error runQueries(ArenaOptions Options, size_t Count, size_t Live,
                 ArrayRef<Footprint> Sizes, double MostCommitted,
                 uint64_t Seed) {
  Expected<std::shared_ptr<Arena>> Memory = Arena::create(Options);
  if (!Memory)
    return Memory.takeError();
  Arena &A = **Memory;
  Engine E(A, Sizes, Seed);
  printf(
      "sizes of %zu objects\n"
      "| loaded | live | live MiB | committed MiB | of the peak | free MiB | "
      "resident MiB | VMAs |\n|---:|---:|---:|---:|---:|---:|---:|---:|\n",
      Sizes.size());
  size_t Peak = 0, MostBytes = 0;
  const size_t Line = std::max<size_t>(Count / (2 * Waves), 1);
  for (size_t Next = Line; E.loaded() < Count;) {
    // Between a fifth of the load and all of it.
    const size_t Wave = std::max<size_t>(Count / Waves, 1);
    const double Phase = double(E.loaded() % Wave) / double(Wave);
    const double Height = Phase < 0.5 ? Phase * 2 : 2 - Phase * 2;
    const size_t Target = size_t(double(Live) * (0.2 + 0.8 * Height));
    if (Error Err = E.begin())
      return Err;
    while (E.live() > Target && !E.idle())
      E.end();
    ArenaStats S = A.stats();
    Peak = std::max(Peak, S.LiveBytes);
    MostBytes = std::max(MostBytes, S.CommittedBytes);
    if (E.loaded() < Next)
      continue;
    Next += Line;
    ProcessMemory Now = ProcessMemory::now();
    printf("| %zu | %zu | %.1f | %.1f | %.2f | %.1f | %.1f | %zu |\n",
           E.loaded(), E.live(), double(S.LiveBytes) / MiB,
           double(S.CommittedBytes) / MiB,
           double(S.CommittedBytes) / double(Peak), double(S.FreeBytes) / MiB,
           double(Now.ResidentKiB) / 1024, Now.VMAs);
    fflush(stdout);
  }
  const ArenaStats Before = A.stats();
  const size_t Trimmed = A.trim();
  const double Factor = double(MostBytes) / double(Peak);
  printf(
      "live at most: %.1f MiB; committed at most: %.1f MiB, %.2f times that; "
      "at the end %.1f MiB, of which trim gave back %.1f\n",
      double(Peak) / MiB, double(MostBytes) / MiB, Factor,
      double(Before.CommittedBytes) / MiB, double(Trimmed) / MiB);
  return joinErrors(
      check(E.wrong() == 0,
            Twine(E.wrong()) + " functions returned something else"),
      check(Factor <= MostCommitted,
            "the arena had " + std::to_string(Factor) +
                " times of what was live at most committed"));
}

} // namespace jitslab::bench
