//===- Statistics.cpp - What was loaded, and how far apart ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Statistics.h"
#include "ProcessUsage.h"
#include "llvm/Support/Format.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

namespace {

// The smallest range that holds some sections; nothing at first.
struct Extent {
  uint64_t Low = UINT64_MAX, High = 0;

  void add(AddressRange R) {
    Low = std::min<uint64_t>(Low, R.Begin);
    High = std::max<uint64_t>(High, R.End);
  }
  void add(const Extent &E) {
    Low = std::min(Low, E.Low);
    High = std::max(High, E.High);
  }
  bool empty() const { return High == 0; }
};

struct Extents {
  Extent Code, Data;

  // The distance of the furthest two bytes of which one is code.
  uint64_t distance() const {
    if (Code.empty() || Data.empty())
      return 0;
    uint64_t Up = Data.High > Code.Low ? Data.High - Code.Low : 0;
    uint64_t Down = Code.High > Data.Low ? Code.High - Data.Low : 0;
    return std::max(Up, Down);
  }
};

class Table {
public:
  explicit Table(raw_ostream &OS) : OS(OS) {}

  void text(StringRef Label, const Twine &Value) {
    OS << "  " << left_justify(Label, LabelWidth) << Value << '\n';
  }
  void number(StringRef Label, uint64_t Value) {
    OS << "  " << left_justify(Label, LabelWidth)
       << format_decimal(Value, NumberWidth) << '\n';
  }
  void size(StringRef Label, uint64_t Bytes, StringRef Remark = "") {
    OS << "  " << left_justify(Label, LabelWidth)
       << format_decimal((Bytes + 1023) / 1024, NumberWidth) << " KiB" << Remark
       << '\n';
  }

private:
  static constexpr unsigned LabelWidth = 28, NumberWidth = 12;
  raw_ostream &OS;
};

} // namespace

LoaderStatistics collectStatistics(const Loader &L) {
  LoaderStatistics S;
  S.Objects = L.recorder().numObjects();
  std::vector<Extents> PerObject(S.Objects);
  SmallVector<AddressRange, 0> Ranges;
  for (const RecordedSection &Section : L.recorder().sections()) {
    ++S.Sections;
    S.SectionBytes += Section.Size;
    if (!Section.Size)
      continue;
    AddressRange R;
    R.Begin = L.dyld().getSectionLoadAddress(Section.ID);
    R.End = R.Begin + Section.Size;
    Ranges.push_back(R);
    Extents &E = PerObject[Section.Object];
    (Section.Kind == SegmentKind::Code ? E.Code : E.Data).add(R);
  }

  Extents All;
  for (const Extents &E : PerObject) {
    S.DistanceInObject = std::max(S.DistanceInObject, E.distance());
    All.Code.add(E.Code);
    All.Data.add(E.Data);
  }
  S.DistanceOverall = All.distance();
  S.Mappings = processMappings();
  S.ResidentBytes = residentBytes(Ranges);
  return S;
}

// What the distance means for the relocations of the host's architecture.
static StringRef judge(uint64_t Distance) {
#if defined(__aarch64__)
  constexpr uint64_t Reach = uint64_t(1) << 32; // ADRP: a signed 33-bit offset.
#else
  constexpr uint64_t Reach = uint64_t(1) << 31; // A signed 32-bit offset.
#endif
  return Distance < Reach ? "" : "  OUT OF REACH";
}

void printStatistics(raw_ostream &OS, const LoaderStatistics &S,
                     const Loader &L, StringRef MemoryManager) {
  Table T(OS);
  OS << "jitslab-rtdyld statistics\n";
  T.text("memory manager", MemoryManager);
  T.number("objects", S.Objects);
  T.number("sections", S.Sections);
  T.size("size of sections", S.SectionBytes);
  T.size("code to data, same object", S.DistanceInObject,
         judge(S.DistanceInObject));
  T.size("code to data, any objects", S.DistanceOverall,
         judge(S.DistanceOverall));
  T.number("VMAs of the process", S.Mappings);
  T.size("resident", S.ResidentBytes);
  if (size_t Scattered = L.scatteredBytes())
    T.size("occupied by -scatter", Scattered);

  if (const Arena *A = L.arena()) {
    ArenaStats Held = A->stats();
    T.number("arena: windows", Held.Windows);
    T.size("arena: reserved", Held.ReservedBytes);
    T.size("arena: committed", Held.CommittedBytes);
    T.size("arena: live", Held.LiveBytes);
    T.size("arena: free", Held.FreeBytes);
    T.number("arena: live objects", Held.LiveObjects);
  }
  OS.flush();
}

} // namespace jitslab
