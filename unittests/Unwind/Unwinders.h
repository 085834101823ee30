//===- Unwinders.h - Unwinders as they behave -------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Doubles that behave as the unwinders do, or worse where theirs is a matter
/// of luck.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_UNWIND_UNWINDERS_H
#define JITSLAB_UNITTESTS_UNWIND_UNWINDERS_H

#include "Support/Catch.h"
#include "Unwind/FrameSection.h"
#include "Unwind/Unwinder.h"
#include <functional>
#include <list>
#include <map>
#include <set>
#include <vector>

namespace jitslab {

/// The record for \p Address, by looking at all.
inline const uint8_t *findIn(const uint8_t *Begin, uintptr_t Address) {
  const uint8_t *Found = nullptr;
  FrameSection(Begin).forEachFunction([&](const FunctionFrame &F) {
    if (F.Code.Begin <= Address && Address < F.Code.End)
      Found = F.Begin;
  });
  return Found;
}

/// libgcc up to 12.
class ListUnwinder : public Unwinder {
public:
  /// Called whenever something has changed: what other threads may see.
  std::function<void()> Changed = [] {};
  size_t Deregistered = 0, SectionsOfTables = 0;

  void registerFrames(const uint8_t *Begin) override {
    Unseen.push_front({Begin, {Begin}, 0});
    Changed();
  }
  void deregisterFrames(const uint8_t *Begin) override { drop(Begin); }
  void registerTable(const uint8_t **Table, void **) override {
    Entry E{Table, {}, 0};
    for (; *Table; ++Table)
      E.Sections.push_back(*Table);
    SectionsOfTables += E.Sections.size();
    Unseen.push_front(std::move(E));
    Changed();
  }
  void deregisterTable(const uint8_t **Table) override {
    // It looks for an empty section, whatever it was given.
    if (*reinterpret_cast<const uint32_t *>(Table) != 0)
      drop(Table);
  }
  bool hasTables() const override { return true; }

  const uint8_t *find(uintptr_t Address) override {
    for (Entry &E : Seen)
      if (Address >= E.Begin) {
        if (const uint8_t *Found = E.find(Address))
          return Found;
        break;
      }
    while (!Unseen.empty()) {
      Entry E = std::move(Unseen.front());
      Unseen.pop_front();
      E.Begin = UINTPTR_MAX;
      for (const uint8_t *S : E.Sections)
        FrameSection(S).forEachFunction([&](const FunctionFrame &F) {
          E.Begin = std::min(E.Begin, F.Code.Begin);
        });
      const uint8_t *Found = E.find(Address);
      auto Place = Seen.begin();
      while (Place != Seen.end() && Place->Begin >= E.Begin)
        ++Place;
      Seen.insert(Place, std::move(E));
      if (Found)
        return Found;
    }
    return nullptr;
  }

  size_t entries() const { return Seen.size() + Unseen.size(); }

private:
  struct Entry {
    const void *Key;
    std::vector<const uint8_t *> Sections;
    uintptr_t Begin;

    const uint8_t *find(uintptr_t Address) const {
      for (const uint8_t *S : Sections)
        if (const uint8_t *Found = findIn(S, Address))
          return Found;
      return nullptr;
    }
  };

  void drop(const void *Key) {
    ++Deregistered;
    for (std::list<Entry> *List : {&Unseen, &Seen})
      for (auto I = List->begin(); I != List->end(); ++I)
        if (I->Key == Key) {
          List->erase(I);
          return Changed();
        }
    FAIL("deregistered what was not registered");
  }

  std::list<Entry> Seen, Unseen;
};

/// libgcc from 13 on. One that loses keeps all separators that there could ever
/// have been.
class TreeUnwinder final : public Unwinder {
public:
  explicit TreeUnwinder(bool Loses) : Loses(Loses) {}
  size_t Registered = 0;

  void registerFrames(const uint8_t *Begin) override {
    ++Registered;
    AddressRange R = rangeOf(Begin);
    if (!R.size())
      return;
    auto After = Entries.lower_bound(R.Begin);
    INFO("registered across what others have");
    if (After != Entries.end())
      CHECK(R.End <= After->first);
    if (After != Entries.begin())
      CHECK(std::prev(After)->second.End <= R.Begin);
    Entries[R.Begin] = {R.End, Begin};
    if (Loses)
      Separators.insert(R.Begin - 1);
  }
  void deregisterFrames(const uint8_t *Begin) override {
    AddressRange R = rangeOf(Begin);
    auto It = Entries.find(R.Begin);
    if (It == Entries.end())
      FAIL("deregistered what was not registered");
    Entries.erase(It);
  }
  // It does not recognize a table when that is to be deregistered.
  void registerTable(const uint8_t **, void **) override { FAIL("no tables"); }
  void deregisterTable(const uint8_t **) override { FAIL("no tables"); }
  bool hasTables() const override { return true; }

  const uint8_t *find(uintptr_t Address) override {
    auto It = Entries.upper_bound(Address);
    if (It == Entries.begin())
      return nullptr;
    --It;
    auto Separator = Separators.lower_bound(It->first);
    if (Address >= It->second.End ||
        (Separator != Separators.end() && *Separator < Address))
      return nullptr;
    return findIn(It->second.Frames, Address);
  }

  size_t entries() const { return Entries.size(); }

private:
  struct Entry {
    uintptr_t End;
    const uint8_t *Frames;
  };
  static AddressRange rangeOf(const uint8_t *Begin) {
    return FrameSection(Begin).extent().value();
  }

  const bool Loses;
  std::map<uintptr_t, Entry> Entries;
  std::set<uintptr_t> Separators;
};

/// LLVM's libunwind.
class SingleUnwinder final : public Unwinder {
public:
  void registerFrames(const uint8_t *Begin) override {
    if (!isCommon(Begin))
      Frames.insert(Begin);
  }
  void deregisterFrames(const uint8_t *Begin) override {
    if (isCommon(Begin))
      return;
    auto One = Frames.find(Begin);
    if (One == Frames.end())
      FAIL("deregistered what was not registered");
    Frames.erase(One);
  }
  void registerTable(const uint8_t **, void **) override {}
  void deregisterTable(const uint8_t **) override {}
  bool hasTables() const override { return true; }
  const uint8_t *find(uintptr_t Address) override {
    for (const uint8_t *F : Frames) {
      uint32_t Length, ToCommon;
      std::memcpy(&Length, F, 4);
      std::memcpy(&ToCommon, F + 4, 4);
      const uint8_t *Common = F + 4 - ToCommon, *Found = nullptr;
      FrameSection(Common, F + 4 + Length - Common)
          .forEachFunction([&](const FunctionFrame &Function) {
            if (Function.Begin == F && Function.Code.Begin <= Address &&
                Address < Function.Code.End)
              Found = F;
          });
      if (Found)
        return Found;
    }
    return nullptr;
  }

private:
  static bool isCommon(const uint8_t *Record) {
    uint32_t ToCommon;
    std::memcpy(&ToCommon, Record + 4, 4);
    return ToCommon == 0;
  }
  /// What is registered twice is there twice.
  std::multiset<const uint8_t *> Frames;
};

/// Takes frames and finds none.
class DeafUnwinder final : public Unwinder {
public:
  void registerFrames(const uint8_t *) override {}
  void deregisterFrames(const uint8_t *) override {}
  void registerTable(const uint8_t **, void **) override {}
  void deregisterTable(const uint8_t **) override {}
  bool hasTables() const override { return false; }
  const uint8_t *find(uintptr_t) override { return nullptr; }
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_UNWIND_UNWINDERS_H
