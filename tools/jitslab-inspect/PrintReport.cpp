//===- PrintReport.cpp - Arenas as a table and as JSON --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/Errors.h"
#include "Names.h"
#include "Report.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

namespace jitslab {

static constexpr std::array LanesShown = {SlabUse::Mixed, SlabUse::Code,
                                          SlabUse::ROData, SlabUse::RWData};

static void printNumbers(raw_ostream &OS, StringRef Name, const LaneReport &L) {
  OS << format("  %-10s", Name.str().c_str());
  for (uint64_t Bytes : {L.Committed, L.Live, L.free(), L.Frozen})
    OS << format("%11s", humanSize(Bytes).c_str());
  OS << format("%8.0f%%", L.fragmentation() * 100)
     << format("%10zu\n", L.Segments);
}

void printTable(raw_ostream &OS, const Report &R, size_t Largest) {
  OS << R.Source << ": "
     << (R.Arenas.empty() ? std::string("jitslab, and no arenas")
                          : std::to_string(R.Arenas.size()) +
                                (R.Arenas.size() == 1 ? " arena" : " arenas"))
     << '\n';
  for (size_t I = 0; I != R.Arenas.size(); ++I) {
    const ArenaReport &A = R.Arenas[I];
    OS << "\narena " << I + 1 << ", " << A.Layout << ", " << A.Windows.size()
       << (A.Windows.size() == 1 ? " window\n" : " windows\n");
    for (const WindowReport &W : A.Windows) {
      OS << hexAddress(W.Begin) << " to " << hexAddress(W.End) << ", "
         << humanSize(W.End - W.Begin) << " reserved\n"
         << "  lane        committed       live       free     frozen  "
            "in bits  segments\n";
      for (SlabUse U : LanesShown)
        if (W.Lanes[size_t(U)].Committed)
          printNumbers(OS, useName(U), W.Lanes[size_t(U)]);
      printNumbers(OS, "all", W.sum());
    }
  }
  const std::vector<Piece> Segments = R.largest(Largest);
  if (Segments.empty())
    return;
  OS << "\nthe largest segments of live objects\n";
  for (const Piece &P : Segments) {
    OS << format("  %-18s", hexAddress(P.Begin).c_str())
       << format("%11s", humanSize(P.size()).c_str()) << "  ";
    const std::string Names = R.Names.describe(P.Begin, P.size());
    if (Names.empty())
      OS << kindName(P.Kind) << '\n';
    else
      OS << left_justify(kindName(P.Kind), 14) << Names << '\n';
  }
}

static void printNumbers(json::OStream &J, const LaneReport &L) {
  J.attribute("committedBytes", int64_t(L.Committed));
  J.attribute("liveBytes", int64_t(L.Live));
  J.attribute("freeBytes", int64_t(L.free()));
  J.attribute("frozenBytes", int64_t(L.Frozen));
  J.attribute("largestFreeBytes", int64_t(L.LargestFree));
  J.attribute("fragmentation", L.fragmentation());
  J.attribute("segments", int64_t(L.Segments));
}

static void printWindow(json::OStream &J, const WindowReport &W) {
  // Numbers of JSON are exact up to 2^53 only.
  J.attribute("begin", hexAddress(W.Begin));
  J.attribute("end", hexAddress(W.End));
  printNumbers(J, W.sum());
  J.attributeArray("lanes", [&] {
    for (SlabUse U : LanesShown)
      if (W.Lanes[size_t(U)].Committed)
        J.object([&] {
          J.attribute("lane", useName(U));
          printNumbers(J, W.Lanes[size_t(U)]);
        });
  });
}

void printJSON(raw_ostream &OS, const Report &R, size_t Largest) {
  json::OStream J(OS, /*IndentSize=*/2);
  J.object([&] {
    // Grows when something is renamed or goes; not when something is added.
    J.attribute("version", 1);
    J.attribute("source", json::fixUTF8(R.Source));
    J.attributeArray("arenas", [&] {
      for (const ArenaReport &A : R.Arenas)
        J.object([&] {
          J.attribute("layout", A.Layout);
          J.attributeArray("windows", [&] {
            for (const WindowReport &W : A.Windows)
              J.object([&] { printWindow(J, W); });
          });
        });
    });
    J.attributeArray("largestSegments", [&] {
      for (const Piece &P : R.largest(Largest))
        J.object([&] {
          J.attribute("begin", hexAddress(P.Begin));
          J.attribute("size", int64_t(P.size()));
          J.attribute("kind", kindName(P.Kind));
          const auto Names = R.Names.within(P.Begin, P.size());
          if (Names.empty())
            return;
          J.attributeArray("symbols", [&] {
            for (const CodeNames::Named &N : Names)
              J.value(json::fixUTF8(N.Name));
          });
          if (!Names[0].File.empty())
            J.attribute("file", json::fixUTF8(Names[0].File));
        });
    });
  });
  OS << '\n';
}

void printLocation(raw_ostream &OS, const Report &R, uint64_t Address) {
  const MemoryLocation L = R.locate(Address);
  OS << hexAddress(Address) << ": ";
  switch (L.State) {
  case MemoryState::Outside:
    OS << "in no window\n";
    return;
  case MemoryState::Unused:
    OS << "in a window, of no object\n";
    return;
  case MemoryState::Live:
    break;
  case MemoryState::Freed:
    OS << "freed ";
    break;
  }
  OS << kindName(L.Kind) << ", " << hexAddress(L.Offset) << " of the "
     << hexAddress(L.Size) << " bytes from " << hexAddress(L.Begin);
  if (const CodeNames::Named *N = R.Names.at(Address))
    OS << ", in " << N->Name << (N->File.empty() ? "" : ", " + N->File);
  OS << '\n';
}

} // namespace jitslab
