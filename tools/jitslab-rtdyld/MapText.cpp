//===- MapText.cpp - The map as text --------------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MemoryMap.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace llvm;

namespace jitslab {

namespace {

class TextMap {
public:
  TextMap(raw_ostream &OS, const MemoryMap &M, unsigned Width)
      : OS(OS), M(M), Width(Width) {}

  void print() {
    OS << "jitslab-rtdyld map\n";
    printSummary();
    for (const WindowSnapshot &W : M.Windows)
      printWindow(W);
    printClusters();
    for (const MappedObject &Object : M.Objects)
      printObject(Object);
  }

private:
  void entry(StringRef Label, const Twine &Text) {
    OS << "  " << left_justify(Label, 14)
       << StringRef(Text.str()).take_front(Width - 16) << '\n';
  }

  // Long names lose their beginning: that is a folder in most cases.
  static std::string cut(const std::string &Text, size_t Size) {
    return Text.size() <= Size ? Text
                               : "..." + Text.substr(Text.size() - Size + 3);
  }

  std::string reach(const RelocationUse &Use) {
    uint64_t Distance =
        Use.Distance < 0 ? -uint64_t(Use.Distance) : uint64_t(Use.Distance);
    uint64_t Limit = Use.Distance < 0 ? -uint64_t(Use.Min) : uint64_t(Use.Max);
    return humanSize(Distance) + " of " + humanSize(Limit) + " (" +
           percent(Use.reachUsed()) + ")";
  }

  void printSummary() {
    entry("linker",
          M.Linker + ", memory manager " + M.Manager + ", " + M.Architecture);
    entry("objects", Twine(M.Objects.size()) + ", " + Twine(M.NumSections) +
                         " sections of " + humanSize(M.SectionBytes));
    entry("span", humanSize(M.span()) + " in " + Twine(M.Clusters.size()) +
                      (M.Clusters.size() == 1 ? " cluster" : " clusters"));
    if (!M.AuditFailure.empty()) {
      entry("references", "not checked: " + M.AuditFailure);
      return;
    }
    if (M.Furthest) {
      const RelocationUse &Use = M.Furthest->Audit.Furthest;
      entry("furthest", reach(Use));
      entry("", cut(M.Furthest->File, Width - 16));
      entry("", describe(Use));
    }
    entry("references", M.Problems
                            ? Twine(M.Problems) + " WRONG (-audit lists them)"
                            : Twine("all are in range"));
  }

  void bar(double Part, unsigned Size) {
    unsigned Full = unsigned(std::lround(Part * Size));
    if (Part > 0 && !Full)
      Full = 1; // Something is there.
    OS << '[' << std::string(Full, '#') << std::string(Size - Full, '.') << ']';
  }

  void printWindow(const WindowSnapshot &W) {
    size_t Taken = 0;
    for (const SlabSnapshot &S : W.Slabs)
      Taken += S.Use != SlabUse::Untaken;
    OS << "\nwindow " << hexAddress(W.Begin) << " to " << hexAddress(W.End)
       << "\n  " << humanSize(W.End - W.Begin) << " reserved, "
       << humanSize(Taken * SlabSize) << " in use\n";
    for (size_t I = 0; I != W.Slabs.size(); ++I) {
      const SlabSnapshot &S = W.Slabs[I];
      if (S.Use == SlabUse::Untaken)
        continue;
      double Fill = double(S.LiveBytes) / SlabSize;
      OS << "  slab " << format_decimal(I, 4) << "  "
         << left_justify(hexAddress(W.Begin + I * SlabSize), 16)
         << left_justify(useName(S.Use), 8);
      bar(Fill, Width - 51);
      OS << right_justify(percent(Fill), 7) << " live\n";
    }
  }

  // A character for each part of a cluster: the kind of section that begins
  // first in it.
  std::string picture(const Cluster &C, unsigned Size) {
    std::string Text(Size, '.');
    double Scale =
        double(Size) / double(std::max<uint64_t>(C.End - C.Begin, 1));
    for (const MappedSection *S : C.Sections) {
      auto First = size_t(double(S->Section.Address - C.Begin) * Scale);
      auto Last = size_t(double(S->Section.end() - 1 - C.Begin) * Scale);
      for (size_t I = First; I <= Last && I < Size; ++I)
        if (Text[I] == '.')
          Text[I] = kindName(S->Section.Kind).front();
    }
    return Text;
  }

  void printClusters() {
    if (M.Clusters.empty())
      return;
    OS << "\nwhere it lies (c: code, r: read-only data, d: data)\n";
    const Cluster *Previous = nullptr;
    for (const Cluster &C : M.Clusters) {
      if (Previous) {
        uint64_t Gap = C.Begin - Previous->End;
        OS << "  -- " << humanSize(Gap) << " --"
           << (Gap >= M.Reach ? " out of reach" : "") << '\n';
      }
      OS << "  " << left_justify(hexAddress(C.Begin), 18)
         << right_justify(humanSize(C.End - C.Begin), 11) << "  "
         << picture(C, Width - 33) << '\n';
      Previous = &C;
    }
  }

  void printObject(const MappedObject &Object) {
    OS << '\n' << cut(Object.File, Width) << '\n';
    // Name, address, rights and size.
    unsigned NameWidth = Width - 42;
    for (const MappedSection &S : Object.Sections)
      OS << "  "
         << left_justify(
                cut(S.Section.Name.empty() ? "(no name)" : S.Section.Name,
                    NameWidth),
                NameWidth)
         << ' ' << left_justify(hexAddress(S.Section.Address), 18) << ' '
         << left_justify(S.Rights.empty() ? "?" : S.Rights, 4)
         << left_justify(kindName(S.Section.Kind), 7)
         << format_decimal(S.Section.Size, 9) << '\n';
    const RelocationUse &Use = Object.Audit.Furthest;
    if (!Use.Type.empty()) {
      OS << "  furthest: " << reach(Use) << "\n";
      OS << "            " << cut(describe(Use), Width - 12) << '\n';
    }
    if (size_t Count = Object.Audit.Problems.size())
      OS << "  WRONG: " << Count << " of " << Object.Audit.Checked
         << " references\n";
  }

  raw_ostream &OS;
  const MemoryMap &M;
  const unsigned Width;
};

} // namespace

void printMap(raw_ostream &OS, const MemoryMap &M, unsigned Width) {
  TextMap(OS, M, Width).print();
}

} // namespace jitslab
