//===- FrameTables.cpp - Many objects' frames in few tables ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrameTables.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <vector>

using namespace llvm;

namespace jitslab {

// So a million objects make 31 tables.
static constexpr size_t MostItems = size_t(1) << 15;

// Frames of somebody else's code must not lie within a table. Between the code
// of two windows there are the guards of both, 1 MiB each (GuardBytes.h).
static constexpr uintptr_t LargestGap = uintptr_t(1) << 20;

// How many objects a call may copy to merge what is quiet, on the average.
static constexpr size_t CreditPerCall = 16;

// In seconds, of which one is not whole. Reading a few words takes nanoseconds,
// unless the thread has to wait for a processor: on a crowded machine that can
// be seconds.
static constexpr time_t Quarantine = 10;

static constexpr size_t RecordsAtOnce = 64;

// The coarse clock is read without asking the processor's.
static time_t secondsNow() {
  timespec Now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &Now);
  return Now.tv_sec;
}

// libgcc deregisters nothing if the first four bytes of a table are zero: it
// takes it for a section without frames (__deregister_frame_info_bases, also in
// GCC 16). Where the first frames lie on a border of 4 GiB, a section without
// frames goes before them, which does not lie on one.
static const uint8_t *emptyBefore(const uint8_t *Frames) {
  alignas(8) static constexpr uint32_t NoFrames[2] = {0, 0};
  return Lo_32(reinterpret_cast<uintptr_t>(Frames)) != 0
             ? nullptr
             : reinterpret_cast<const uint8_t *>(&NoFrames[1]);
}

struct FrameTables::Table {
  Table(Items From, uint64_t Disturbed, Record *R)
      : Content(From.begin(), From.end()), Kept(R), Disturbed(Disturbed) {
    Pointers.reserve(Content.size() + 2);
    if (const uint8_t *First = emptyBefore(Content.front().Frames))
      Pointers.push_back(First);
    for (const Item &I : Content)
      Pointers.push_back(I.Frames);
    Pointers.push_back(nullptr);
  }

  size_t size() const { return Content.size(); }
  uintptr_t lowest() const { return Content.front().Low; }
  uintptr_t highest() const { return Content.back().Low; }
  const Item *at(uintptr_t Low) const {
    return partition_point(Content, [&](const Item &I) { return I.Low < Low; });
  }

  const SmallVector<Item, 1> Content;
  /// What the unwinder reads.
  SmallVector<const uint8_t *, 2> Pointers;
  Record *const Kept;
  /// When something was last taken out of this or put between what is in it.
  const uint64_t Disturbed;
};

FrameTables::FrameTables(Unwinder &U) : U(U) {}

FrameTables::~FrameTables() {
  for (auto &[Low, T] : Tables)
    U.deregisterTable(T->Pointers.data());
}

FrameTables::Map::iterator FrameTables::tableAt(uintptr_t Low) {
  auto After = Tables.upper_bound(Low);
  return After == Tables.begin() ? Tables.end() : std::prev(After);
}

/// So many are copied without being halved: it costs about as much as the
/// unwinder takes to find the table in its list, if all are of this size.
size_t FrameTables::few() const {
  // Twice the square root, in whole powers of two.
  unsigned Log = Log2_64_Ceil(std::max<size_t>(Count, 1));
  return std::max<size_t>(32, size_t(2) << (Log / 2));
}

bool FrameTables::mayMerge(const Table &A, const Table &B,
                           size_t Others) const {
  size_t Total = A.size() + B.size() + Others;
  return B.lowest() - A.highest() <= LargestGap && Total <= MostItems &&
         (Total <= few() / 2 ||
          Time - std::max(A.Disturbed, B.Disturbed) >= Total);
}

/// libgcc writes -1 first, and the lowest address when a thread first looks for
/// a frame: what still has -1 nobody has found.
static bool isUnread(const FrameTables::Record &R) {
  return reinterpret_cast<intptr_t>(R.Words[0]) == -1;
}

FrameTables::Record *FrameTables::takeRecord(time_t Now) {
  if (!Retired.empty() && Now - Retired.front().second >= Quarantine) {
    Record *Result = Retired.front().first;
    Retired.pop_front();
    return Result;
  }
  if (UnusedRecords == 0) {
    Records.push_back(std::make_unique<Record[]>(RecordsAtOnce));
    UnusedRecords = RecordsAtOnce;
  }
  return &Records.back()[--UnusedRecords];
}

void FrameTables::replace(Map::iterator First, Map::iterator Last,
                          ArrayRef<Items> Now, uint64_t Disturbed) {
  SmallVector<std::unique_ptr<Table>, 8> Made;
  time_t Moment = secondsNow();
  for (Items I : Now)
    Made.push_back(std::make_unique<Table>(I, Disturbed, takeRecord(Moment)));
  // What is at an address is looked for in the table that begins next below it,
  // be it an old one or a new one. So new ones come from the highest on, and
  // old ones go from the lowest on.
  for (auto &T : reverse(Made))
    U.registerTable(T->Pointers.data(), T->Kept->Words);
  for (auto I = First; I != Last; ++I) {
    U.deregisterTable(I->second->Pointers.data());
    Record *R = I->second->Kept;
    if (isUnread(*R))
      Retired.push_front({R, 0});
    else
      Retired.push_back({R, Moment});
  }
  Tables.erase(First, Last);
  for (auto &T : Made)
    Tables.emplace(T->lowest(), std::move(T));
}

bool FrameTables::add(uintptr_t Low, const uint8_t *Frames) {
  const Item New{Low, Frames};
  auto Place = tableAt(Low);
  if (Place == Tables.end() || Place->second->highest() < Low) {
    replace(Tables.end(), Tables.end(), Items(New), /*Disturbed=*/0);
  } else {
    const Table &T = *Place->second;
    const Item *Next = T.at(Low);
    if (Next->Low == Low)
      return false;
    Items Below(T.Content.begin(), Next), Above(Next, T.Content.end());
    if (T.size() < few()) {
      std::vector<Item> All(Below.begin(), Below.end());
      All.push_back(New);
      All.insert(All.end(), Above.begin(), Above.end());
      replace(Place, std::next(Place), Items(All), Time);
    } else {
      replace(Place, std::next(Place), {Below, Items(New), Above}, Time);
    }
  }
  ++Time;
  ++Count;
  mergeAt(tableAt(Low));
  mergeQuiet();
  return true;
}

void FrameTables::remove(uintptr_t Low) {
  auto Place = tableAt(Low);
  if (Place == Tables.end())
    return;
  const Table &T = *Place->second;
  Items Rest(T.Content);
  size_t Index = T.at(Low) - T.Content.begin();
  if (Index == T.size() || T.Content[Index].Low != Low)
    return;

  SmallVector<Items, 16> Below, Above;
  while (Rest.size() > few()) {
    size_t Half = Rest.size() / 2;
    if (Index < Half) {
      Above.push_back(Rest.drop_front(Half));
      Rest = Rest.take_front(Half);
    } else {
      Below.push_back(Rest.take_front(Half));
      Rest = Rest.drop_front(Half);
      Index -= Half;
    }
  }
  std::vector<Item> Few(Rest.begin(), Rest.end());
  Few.erase(Few.begin() + Index);
  if (!Few.empty())
    Below.push_back(Few);
  Below.append(Above.rbegin(), Above.rend());
  replace(Place, std::next(Place), Below, Time);
  ++Time;
  --Count;
  if (!Few.empty())
    mergeAt(tableAt(Few.front().Low));
  mergeQuiet();
}

/// Merges the table at \p Place with neighbours that are no larger, and those
/// with theirs. Where something was disturbed, tables are kept from being
/// small.
void FrameTables::mergeAt(Map::iterator Place) {
  auto First = Place, Last = Place;
  size_t Total = Place->second->size();
  uint64_t Disturbed = Place->second->Disturbed;
  auto Take = [&](const Table &T) {
    Total += T.size();
    Disturbed = std::max(Disturbed, T.Disturbed);
  };
  auto Fits = [&](const Table &T) {
    return T.size() <= Total || (std::max(Disturbed, T.Disturbed) != 0 &&
                                 Total + T.size() <= few() / 2);
  };
  for (bool Changes = true; Changes;) {
    Changes = false;
    if (First != Tables.begin()) {
      const Table &T = *std::prev(First)->second;
      if (Fits(T) &&
          mayMerge(T, *First->second, Total - First->second->size())) {
        Take(T);
        --First;
        Changes = true;
      }
    }
    if (auto Next = std::next(Last); Next != Tables.end()) {
      const Table &T = *Next->second;
      if (Fits(T) && mayMerge(*Last->second, T, Total - Last->second->size())) {
        Take(T);
        Last = Next;
        Changes = true;
      }
    }
  }
  if (First == Last)
    return;
  std::vector<Item> All;
  All.reserve(Total);
  auto End = std::next(Last);
  for (auto I = First; I != End; ++I)
    All.insert(All.end(), I->second->Content.begin(), I->second->Content.end());
  replace(First, End, Items(All), Disturbed);
}

/// Looks at the next two neighbours, as a hand that goes round.
void FrameTables::mergeQuiet() {
  Credit = std::min(Credit + CreditPerCall, 2 * MostItems);
  auto First = Tables.lower_bound(Cursor);
  auto Second = First == Tables.end() ? First : std::next(First);
  Cursor = Second == Tables.end() ? 0 : Second->first;
  if (Second == Tables.end())
    return;
  const Table &A = *First->second, &B = *Second->second;
  size_t Total = A.size() + B.size();
  uint64_t Disturbed = std::max(A.Disturbed, B.Disturbed);
  // Where nothing was ever disturbed, mergeAt has them grow evenly.
  if (Disturbed == 0 || Total > Credit || !mayMerge(A, B, 0))
    return;
  Credit -= Total;
  std::vector<Item> All(A.Content.begin(), A.Content.end());
  All.insert(All.end(), B.Content.begin(), B.Content.end());
  Cursor = All.front().Low;
  replace(First, std::next(Second), Items(All), Disturbed);
}

} // namespace jitslab
