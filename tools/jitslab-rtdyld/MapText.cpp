//===- MapText.cpp - The map as text --------------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"
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
      : OS(OS), M(M), Width(Width) {
    // Not wider than the longest name: what belongs together stands together.
    for (const MappedObject &Object : M.Objects)
      for (const MappedSection &S : Object.Sections)
        NameWidth = std::max(NameWidth, unsigned(nameOf(S).size()));
    // Address, rights, kind and size need the rest.
    NameWidth = std::min(NameWidth, Width - 42);
  }

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
  // Long text goes on below its beginning.
  void entry(StringRef Label, const Twine &Text) {
    const size_t Room = Width - 16;
    std::string Owned = printable(Text.str());
    StringRef Rest = Owned;
    do {
      StringRef Line = Rest.take_front(Room);
      if (Line.size() != Rest.size())
        if (size_t Space = Rest.take_front(Room + 1).rfind(' ');
            Space != StringRef::npos)
          Line = Rest.take_front(Space);
      OS << "  " << left_justify(Label, 14) << Line << '\n';
      Rest = Rest.drop_front(Line.size()).ltrim();
      Label = "";
    } while (!Rest.empty());
  }

  // Long names lose their beginning: that is a folder in most cases.
  static std::string cut(StringRef Name, size_t Size) {
    std::string Text = printable(Name);
    if (Text.size() <= Size)
      return Text;
    size_t From = Text.size() - Size + 3;
    // Not within a character of UTF-8.
    while (From != Text.size() && (Text[From] & 0xc0) == 0x80)
      ++From;
    return "..." + Text.substr(From);
  }

  static std::string nameOf(const MappedSection &S) {
    return S.Section.Name.empty() ? "(no name)" : printable(S.Section.Name);
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
    if (!M.InThisProcess)
      entry("rights",
            "not given (?): the objects are linked, not made ready to run");
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
                        : M.Furthest ? Twine("all are in range")
                                     : Twine("none has a limit"));
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
    for (const MappedSection &S : Object.Sections)
      OS << "  " << left_justify(cut(nameOf(S), NameWidth), NameWidth) << ' '
         << left_justify(hexAddress(S.Section.Address), 18) << ' '
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
  unsigned NameWidth = 16;
};

} // namespace

void printMap(raw_ostream &OS, const MemoryMap &M, unsigned Width) {
  TextMap(OS, M, Width).print();
}

} // namespace jitslab
