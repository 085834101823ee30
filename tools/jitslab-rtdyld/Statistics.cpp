//===- Statistics.cpp - What was loaded, and how far apart ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Statistics.h"
#include "MemoryManagers.h"
#include "ProcessUsage.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
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

LoaderStatistics collectStatistics(const Linker &L, const Scatter &Scattering,
                                   const LoaderOptions &O) {
  LoadedImage Image = L.image();
  LoaderStatistics S;
  S.Linker = O.Linker == LinkerKind::JITLink ? "jitlink" : "rtdyld";
  S.MemoryManager = memoryManagerName(O);
  S.Objects = Image.Objects.size();
  S.Reach = reachOf(Image.Arch);
  SmallVector<AddressRange, 0> Ranges;
  Extents All;
  for (const LoadedObject &Object : Image.Objects) {
    Extents Own;
    for (const LoadedSection &Section : Object.Sections) {
      ++S.Sections;
      S.SectionBytes += Section.Size;
      if (!Section.Size)
        continue;
      AddressRange R = {uintptr_t(Section.Address), uintptr_t(Section.end())};
      Ranges.push_back(R);
      (Section.Kind == SegmentKind::Code ? Own.Code : Own.Data).add(R);
    }
    S.DistanceInObject = std::max(S.DistanceInObject, Own.distance());
    All.Code.add(Own.Code);
    All.Data.add(Own.Data);
  }
  S.DistanceOverall = All.distance();
  S.Mappings = processMappings();
  if (Image.InThisProcess)
    S.ResidentBytes = residentBytes(Ranges);
  S.ScatteredBytes = Scattering.occupiedBytes();
  if (const Arena *A = L.arena())
    S.Memory = A->stats();
  return S;
}

static void printTable(raw_ostream &OS, const LoaderStatistics &S) {
  auto Judge = [&](uint64_t Distance) -> StringRef {
    return Distance < S.Reach ? "" : "  OUT OF REACH";
  };
  Table T(OS);
  OS << "jitslab-rtdyld statistics\n";
  T.text("linker", S.Linker);
  T.text("memory manager", S.MemoryManager);
  T.number("objects", S.Objects);
  T.number("sections", S.Sections);
  T.size("size of sections", S.SectionBytes);
  T.size("code to data, same object", S.DistanceInObject,
         Judge(S.DistanceInObject));
  T.size("code to data, any objects", S.DistanceOverall,
         Judge(S.DistanceOverall));
  T.number("VMAs of the process", S.Mappings);
  T.size("resident", S.ResidentBytes);
  if (S.ScatteredBytes)
    T.size("occupied by -scatter", S.ScatteredBytes);
  if (!S.Memory)
    return;
  // As JITSLAB_ARENA_STATS calls the units.
  auto Count = [&](StringRef Label, uint64_t N) { T.number(Label, N); };
  auto Bytes = [&](StringRef Label, uint64_t N) { T.size(Label, N); };
#define JITSLAB_FIELD(MEMBER, UNIT, LABEL)                                     \
  UNIT("arena: " LABEL, S.Memory->MEMBER);
  JITSLAB_ARENA_STATS(JITSLAB_FIELD)
#undef JITSLAB_FIELD
}

// All sizes and distances in bytes.
static void printJSON(raw_ostream &OS, const LoaderStatistics &S) {
  json::OStream J(OS, /*IndentSize=*/2);
  auto Number = [&](StringRef Name, uint64_t Value) {
    J.attribute(Name, int64_t(Value));
  };
  J.object([&] {
    J.attribute("version", 1);
    J.attribute("linker", S.Linker);
    J.attribute("memoryManager", S.MemoryManager);
    Number("objects", S.Objects);
    Number("sections", S.Sections);
    Number("sectionBytes", S.SectionBytes);
    Number("codeToDataSameObject", S.DistanceInObject);
    Number("codeToDataAnyObjects", S.DistanceOverall);
    Number("reach", S.Reach);
    Number("mappings", S.Mappings);
    Number("residentBytes", S.ResidentBytes);
    Number("scatteredBytes", S.ScatteredBytes);
    if (S.Memory)
      J.attributeObject("arena", [&] {
        auto Field = [&](StringRef Member, uint64_t Value) {
          Number(toLower(Member.front()) + Member.drop_front().str(), Value);
        };
#define JITSLAB_FIELD(MEMBER, UNIT, LABEL) Field(#MEMBER, S.Memory->MEMBER);
        JITSLAB_ARENA_STATS(JITSLAB_FIELD)
#undef JITSLAB_FIELD
      });
  });
  OS << '\n';
}

void printStatistics(raw_ostream &OS, const LoaderStatistics &S,
                     StatisticsFormat Format) {
  if (Format == StatisticsFormat::JSON)
    printJSON(OS, S);
  else if (Format == StatisticsFormat::Table)
    printTable(OS, S);
  OS.flush();
}

} // namespace jitslab
