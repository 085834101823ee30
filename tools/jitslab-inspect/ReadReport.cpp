//===- ReadReport.cpp - What is in the arenas of a process ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/Inspection.h"
#include "Core/LayoutNames.h"
#include "Core/SegmentMarks.h"
#include "Core/SlabTable.h"
#include "MarkTable.h"
#include "Report.h"
#include "jitslab/Arena.h"
#include "llvm/ADT/STLExtras.h"
#include <set>

using namespace llvm;

namespace jitslab {

namespace {

// What is read has these forms, whatever is in it.
static_assert(sizeof(Slab) == 20);

/// Records as they lie in the process: pointers are its addresses.
struct Descriptor {
  uint32_t Version, Size;
  uint64_t First, Changes;
};
struct RemoteArena {
  uint64_t Next, FirstWindow;
  uint32_t Layout, LogGranule;
};
struct RemoteWindow {
  uint64_t Next, Begin, End, Slabs, Marks;
};
static_assert(sizeof(Descriptor) == sizeof(InspectionDescriptor) &&
              sizeof(RemoteArena) == sizeof(ArenaRecord) &&
              sizeof(RemoteWindow) == sizeof(WindowRecord));

class ReportReader {
public:
  explicit ReportReader(const ProcessMemory &Memory) : Memory(Memory) {}

  /// \returns false if something does not fit together or cannot be read.
  bool readArenas(uint64_t First, Report &R) {
    while (First) {
      RemoteArena A;
      if (!isNew(First) || !Memory.readInto(First, A))
        return false;
      ArenaReport Arena;
      const NamedLayout *Name = find_if(AllLayouts, [&](const NamedLayout &L) {
        return uint32_t(L.Value) == A.Layout;
      });
      if (Name == std::end(AllLayouts) || A.LogGranule > 16 ||
          A.LogGranule < 4 || !readWindows(A, Arena))
        return false;
      Arena.Layout = Name->Name.str();
      R.Arenas.push_back(std::move(Arena));
      First = A.Next;
    }
    return true;
  }

private:
  /// A list that is damaged, or was changed while it was read, may have no end.
  /// Nothing that lives has so many records.
  bool isNew(uint64_t Record) {
    constexpr size_t MostRecords = 1 << 20;
    return Records.size() != MostRecords && Records.insert(Record).second;
  }

  bool readWindows(const RemoteArena &A, ArenaReport &Arena) {
    uint64_t Next = A.FirstWindow;
    while (Next) {
      RemoteWindow W;
      if (!isNew(Next) || !Memory.readInto(Next, W))
        return false;
      const uint64_t Size = W.End - W.Begin;
      if (W.End <= W.Begin || Size > MaxWindowSize || Size % SlabSize)
        return false;
      WindowReport Window;
      Window.Begin = W.Begin;
      Window.End = W.End;
      if (!readSlabs(W, Window) || !readMarks(W, A.LogGranule, Window))
        return false;
      sumUp(Window);
      Arena.Windows.push_back(std::move(Window));
      Next = W.Next;
    }
    // The newest is the first.
    std::reverse(Arena.Windows.begin(), Arena.Windows.end());
    return true;
  }

  bool readSlabs(const RemoteWindow &W, WindowReport &Window) {
    std::vector<Slab> Slabs((W.End - W.Begin) / SlabSize);
    if (!Memory.read(W.Slabs, {reinterpret_cast<char *>(Slabs.data()),
                               Slabs.size() * sizeof(Slab)}))
      return false;
    for (const Slab &S : Slabs) {
      if (uint8_t(S.Owner) > uint8_t(SlabUse::RWData) || S.Live > SlabSize ||
          S.Frozen > SlabSize - S.Live)
        return false;
      Window.Slabs.push_back({S.Owner, S.Live, S.Frozen});
    }
    return true;
  }

  bool readMarks(const RemoteWindow &W, unsigned LogGranule,
                 WindowReport &Window) {
    const size_t Count = Window.Slabs.size();
    std::vector<uint64_t> Tables(Count);
    if (!Memory.read(W.Marks, {reinterpret_cast<char *>(Tables.data()),
                               Count * sizeof(uint64_t)}))
      return false;
    const size_t PerSlab = SlabSize >> LogGranule;
    MarkTable Table(LogGranule);
    Piece Current;
    Current.Begin = W.Begin;
    auto EndCurrent = [&](uint64_t At) {
      Current.End = At;
      if (Current.Begin < At)
        Window.Pieces.push_back(Current);
    };
    for (size_t I = 0; I != Count; ++I) {
      if (!Tables[I])
        continue;
      if (!Memory.read(Tables[I], Table.bytes()))
        return false;
      for (size_t G = 0; G != PerSlab; ++G) {
        if (!Table.isMarked(G))
          continue;
        if (Table.offset(G) >> LogGranule)
          return false;
        const uint64_t At =
            W.Begin + I * SlabSize + (uint64_t(G) << LogGranule);
        EndCurrent(At);
        Current = {};
        Table.describe(G, Current.State, Current.Kind);
        Current.Begin = At + Table.offset(G);
        // What precedes the first byte of a segment in its page.
        if (Table.offset(G))
          Window.Pieces.push_back(
              {MemoryState::Unused, SegmentKind::Code, At, Current.Begin});
      }
    }
    EndCurrent(W.End);
    return true;
  }

  static void sumUp(WindowReport &W) {
    for (const WindowReport::SlabReport &S : W.Slabs) {
      if (S.Use == SlabUse::Untaken)
        continue;
      LaneReport &L = W.Lanes[size_t(S.Use)];
      L.Committed += SlabSize;
      L.Live += S.Live;
      L.Frozen += S.Frozen;
    }
    SlabUse Lane = SlabUse::Untaken;
    uint64_t Run = 0;
    for (const Piece &P : W.Pieces) {
      const size_t First = (P.Begin - W.Begin) / SlabSize;
      if (P.State == MemoryState::Live) {
        ++W.Lanes[size_t(W.Slabs[First].Use)].Segments;
        Run = 0;
        continue;
      }
      // It may reach over slabs of several lanes, and of none.
      for (size_t I = First; I * SlabSize + W.Begin < P.End; ++I) {
        const uint64_t SlabBegin = W.Begin + I * SlabSize;
        if (W.Slabs[I].Use != Lane)
          Run = 0;
        Lane = W.Slabs[I].Use;
        Run += std::min(P.End, SlabBegin + SlabSize) -
               std::max(P.Begin, SlabBegin);
        uint64_t &Largest = W.Lanes[size_t(Lane)].LargestFree;
        if (Lane != SlabUse::Untaken && !W.Slabs[I].Frozen)
          Largest = std::max(Largest, Run);
      }
    }
    // Live bytes count whole granules, and what was frozen is not known piece
    // by piece.
    for (LaneReport &L : W.Lanes)
      L.LargestFree = std::min(L.LargestFree, L.free());
  }

  const ProcessMemory &Memory;
  std::set<uint64_t> Records;
};

} // namespace

Expected<Report> readReport(const ProcessMemory &Memory) {
  auto Fail = [&](const Twine &What) {
    return make_error<StringError>(Memory.name() + What,
                                   inconvertibleErrorCode());
  };
  const std::vector<uint64_t> Descriptors = findDescriptors(Memory);
  if (Descriptors.empty())
    return Fail(" has no jitslab in it, or an older one than can be inspected");
  // A process that loads code all the time may change during each of some
  // attempts.
  constexpr unsigned MostTries = 50;
  for (unsigned Try = 0; Try != MostTries; ++Try) {
    Report R;
    R.Source = Memory.name();
    bool Fits = true;
    for (uint64_t At : Descriptors) {
      Descriptor Before, After;
      if (!Memory.readInto(At, Before))
        return Fail(": the list of arenas cannot be read; the core file is "
                    "damaged, or was written without private memory "
                    "(coredump_filter)");
      if (Before.Version != InspectionDescriptor::ThisVersion)
        return Fail(" has a jitslab whose list of arenas has version " +
                    Twine(Before.Version) + "; this program knows version " +
                    Twine(InspectionDescriptor::ThisVersion));
      Fits &= ReportReader(Memory).readArenas(Before.First, R) &&
              Memory.readInto(At, After) && After.Changes == Before.Changes;
    }
    if (Fits) {
      R.Names = CodeNames::read(Memory);
      return R;
    }
  }
  return Fail(": its arenas cannot be read; they change too fast, or memory is "
              "missing from the core file");
}

LaneReport &LaneReport::operator+=(const LaneReport &L) {
  Committed += L.Committed;
  Live += L.Live;
  Frozen += L.Frozen;
  Segments += L.Segments;
  LargestFree = std::max(LargestFree, L.LargestFree);
  return *this;
}

LaneReport WindowReport::sum() const {
  LaneReport Sum;
  for (const LaneReport &L : Lanes)
    Sum += L;
  return Sum;
}

std::vector<Piece> Report::largest(size_t Count) const {
  std::vector<Piece> All;
  for (const ArenaReport &A : Arenas)
    for (const WindowReport &W : A.Windows)
      copy_if(W.Pieces, std::back_inserter(All),
              [](const Piece &P) { return P.State == MemoryState::Live; });
  llvm::sort(All, [](const Piece &A, const Piece &B) {
    return A.size() != B.size() ? A.size() > B.size() : A.Begin < B.Begin;
  });
  if (All.size() > Count)
    All.resize(Count);
  return All;
}

MemoryLocation Report::locate(uint64_t Address) const {
  MemoryLocation L;
  for (const ArenaReport &A : Arenas)
    for (const WindowReport &W : A.Windows)
      for (const Piece &P : W.Pieces)
        if (Address >= P.Begin && Address < P.End) {
          L.State = P.State;
          if (!L)
            return L;
          L.Kind = P.Kind;
          L.Begin = P.Begin;
          L.Size = P.size();
          L.Offset = Address - P.Begin;
          return L;
        }
  return L;
}

} // namespace jitslab
