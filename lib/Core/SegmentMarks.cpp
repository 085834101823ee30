//===- SegmentMarks.cpp - Where segments begin in a window ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SegmentMarks.h"
#include "jitslab/Arena.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemAlloc.h"
#include <algorithm>
#include <cassert>

using namespace llvm;

namespace jitslab {

static constexpr unsigned BitsPerMark = 4;
static constexpr unsigned LogPerWord = 4;
static constexpr size_t PerWord = size_t(1) << LogPerWord;
static_assert(PerWord * BitsPerMark == 64);
// Signal handlers look at them.
static_assert(std::atomic<uint64_t>::is_always_lock_free &&
              std::atomic<void *>::is_always_lock_free &&
              std::atomic<uint16_t>::is_always_lock_free);

static unsigned shiftOf(size_t G) {
  return unsigned(G % PerWord) * BitsPerMark;
}

/// The bits of the marks of \p Begin to \p End, at most PerWord, in their word.
static uint64_t bitsOf(size_t Begin, size_t End) {
  const size_t Bits = (End - Begin) * BitsPerMark;
  return (Bits == 64 ? ~uint64_t(0) : (uint64_t(1) << Bits) - 1)
         << shiftOf(Begin);
}

size_t SegmentMarks::granulesPerSlab(unsigned LogGranule) {
  return SlabSize >> LogGranule;
}

// What is smaller is no page.
bool SegmentMarks::hasOffsets(unsigned LogGranule) { return LogGranule >= 12; }

size_t SegmentMarks::tableBytes(unsigned LogGranule) {
  const size_t Granules = granulesPerSlab(LogGranule);
  return Granules / MarksPerByte +
         (hasOffsets(LogGranule) ? Granules * sizeof(uint16_t) : 0);
}

void SegmentMarks::describe(Mark M, MemoryState &State, SegmentKind &Kind) {
  State = MemoryState::Unused;
  if (M == None || M == Unused)
    return;
  State = M < Freed ? MemoryState::Live : MemoryState::Freed;
  Kind = SegmentKind(M - (M < Freed ? Live : Freed));
}

SegmentMarks::SegmentMarks(AddressRange Window, size_t Granule,
                           const void *Slabs)
    : Window(Window), LogGranule(Log2_64(Granule)),
      LogPerSlab(Log2_64(SlabSize / Granule)),
      HasOffsets(hasOffsets(LogGranule)),
      Tables(new std::atomic<Word *>[Window.size() / SlabSize]()) {
  Record.Owner = this;
  Record.Begin = Window.Begin;
  Record.End = Window.End;
  Record.Slabs = Slabs;
  Record.Marks = Tables.get();
}

SegmentMarks::~SegmentMarks() {
  for (size_t I = 0; I != Window.size() / SlabSize; ++I)
    free(wordsAt(I));
}

SegmentMarks::Word *SegmentMarks::wordOf(size_t G) const {
  Word *Words = wordsAt(G >> LogPerSlab);
  const size_t InSlab = G & ((size_t(1) << LogPerSlab) - 1);
  return Words ? &Words[InSlab >> LogPerWord] : nullptr;
}

SegmentMarks::Word &SegmentMarks::makeWordOf(size_t G) {
  if (Word *W = wordOf(G))
    return *W;
  Tables[G >> LogPerSlab].store(
      static_cast<Word *>(safe_calloc(tableBytes(LogGranule), 1)),
      std::memory_order_release);
  return *wordOf(G);
}

std::atomic<uint16_t> &SegmentMarks::offsetOf(size_t G) const {
  const size_t Granules = size_t(1) << LogPerSlab;
  auto *Offsets = reinterpret_cast<std::atomic<uint16_t> *>(
      wordsAt(G >> LogPerSlab) + (Granules >> LogPerWord));
  return Offsets[G & (Granules - 1)];
}

SegmentMarks::Mark SegmentMarks::get(size_t G) const {
  Word *W = wordOf(G);
  return Mark(W ? (W->load(std::memory_order_acquire) >> shiftOf(G)) &
                      bitsOf(0, 1)
                : 0);
}

// Only one thread changes words: nothing is lost between load and store.
void SegmentMarks::set(size_t G, Mark M) {
  Word &W = makeWordOf(G);
  W.store((W.load(std::memory_order_relaxed) & ~bitsOf(G, G + 1)) |
              uint64_t(M) << shiftOf(G),
          std::memory_order_release);
}

void SegmentMarks::clear(size_t Begin, size_t End) {
  while (Begin < End) {
    Word *W = wordOf(Begin);
    if (!W) {
      Begin = ((Begin >> LogPerSlab) + 1) << LogPerSlab;
      continue;
    }
    const size_t Stop = std::min<size_t>(End, (Begin | (PerWord - 1)) + 1);
    // Memory of the table that was never written stays so.
    const uint64_t Old = W->load(std::memory_order_relaxed);
    if (const uint64_t New = Old & ~bitsOf(Begin, Stop); New != Old)
      W->store(New, std::memory_order_release);
    Begin = Stop;
  }
}

// The order matters to who looks meanwhile: first what \p R ends with, so that
// nothing behind it is taken for a part of it. The mark at its begin, which is
// the end of what lies before it, is replaced and never missing.
void SegmentMarks::replace(AddressRange R, Mark M) {
  const size_t Begin = granuleOf(R.Begin), End = granuleOf(R.End);
  if (R.End != Window.End && get(End) == None) {
    std::optional<size_t> Last = lastBefore(End);
    const Mark Before = Last ? get(*Last) : Unused;
    assert((Before >= Freed) && "segments that overlap");
    // What is not used may as well go on.
    if (Before != M)
      set(End, Before);
  }
  if (M != None) {
    set(Begin, M);
    clear(Begin + 1, End);
  } else {
    clear(Begin, End);
  }
}

void SegmentMarks::noteLive(AddressRange R, SegmentKind K, uint16_t Offset) {
  // For who sees the mark, so before it.
  if (HasOffsets) {
    (void)makeWordOf(granuleOf(R.Begin));
    offsetOf(granuleOf(R.Begin)).store(Offset, std::memory_order_relaxed);
  }
  replace(R, Mark(Live + unsigned(K)));
}

void SegmentMarks::noteFreed(uintptr_t Begin, SegmentKind K) {
  set(granuleOf(Begin), Mark(Freed + unsigned(K)));
}

std::optional<size_t> SegmentMarks::lastBefore(size_t End) const {
  while (End) {
    const size_t Begin = (End - 1) & ~(PerWord - 1);
    Word *W = wordOf(Begin);
    if (!W) {
      End = (Begin >> LogPerSlab) << LogPerSlab;
      continue;
    }
    if (uint64_t Marks =
            W->load(std::memory_order_acquire) & bitsOf(Begin, End))
      return Begin + Log2_64(Marks) / BitsPerMark;
    End = Begin;
  }
  return std::nullopt;
}

size_t SegmentMarks::firstFrom(size_t Begin) const {
  const size_t Granules = Window.size() >> LogGranule;
  while (Begin < Granules) {
    const size_t End = (Begin | (PerWord - 1)) + 1;
    Word *W = wordOf(Begin);
    if (!W) {
      Begin = ((Begin >> LogPerSlab) + 1) << LogPerSlab;
      continue;
    }
    if (uint64_t Marks =
            W->load(std::memory_order_acquire) & bitsOf(Begin, End))
      // The lowest bit that is set.
      return (Begin & ~(PerWord - 1)) + Log2_64(Marks & -Marks) / BitsPerMark;
    Begin = End;
  }
  return Granules;
}

MemoryLocation SegmentMarks::find(uintptr_t Address) const {
  MemoryLocation L;
  if (Address < Window.Begin || Address >= Window.End)
    return L;
  L.State = MemoryState::Unused;
  const size_t G = granuleOf(Address);
  // What another thread changes meanwhile may seem to be a part of what lies
  // before it. It is not for long: the mark that ends it is there first.
  constexpr unsigned MostTries = 8;
  for (unsigned Try = 0; Try != MostTries; ++Try) {
    std::optional<size_t> First = lastBefore(G + 1);
    if (!First)
      return L;
    const Mark M = get(*First);
    const size_t End = firstFrom(*First + 1);
    if (M == Unused)
      return L;
    if (M == None || End <= G)
      continue;
    const uintptr_t Begin =
        addressOf(*First) +
        (HasOffsets ? offsetOf(*First).load(std::memory_order_relaxed) : 0);
    if (Address < Begin)
      return L;
    describe(M, L.State, L.Kind);
    L.Begin = Begin;
    L.Size = addressOf(End) - Begin;
    L.Offset = Address - Begin;
    return L;
  }
  return L;
}

} // namespace jitslab
