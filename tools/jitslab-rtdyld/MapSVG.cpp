//===- MapSVG.cpp - The map as a drawing ----------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Two views of the same sections: the address space to scale, in which memory
/// that lies together is one stroke inside of the reach; and the clusters one
/// below the other, in which the sections can be told apart.
///
//===----------------------------------------------------------------------===//

#include "MemoryMap.h"
#include "SVGWriter.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

namespace {

constexpr int Width = 1000, Margin = 30, BarWidth = Width - 2 * Margin;
constexpr int StripTop = 140, StripHeight = 60, ArcHeight = 50;
constexpr int RowHeight = 34, LabelWidth = 250;
constexpr int RowsTop = StripTop + StripHeight + 80;
constexpr StringLiteral UnusedColour = "#eceff1", ReachColour = "#d7ecd9",
                        WindowColour = "#bcd0e8";
// More clusters make no picture.
constexpr size_t MaxRows = 40;
// More arcs hide each other.
constexpr size_t MaxArcs = 400;

class Drawing {
public:
  Drawing(raw_ostream &OS, const MemoryMap &M)
      : M(M), Rows(std::min(M.Clusters.size(), MaxRows)),
        SVG(OS, Width, RowsTop + int(Rows) * RowHeight + 40) {}

  void draw() {
    drawTitle();
    if (M.Clusters.empty())
      return;
    chooseScale();
    drawStrip();
    drawRows(RowsTop);
  }

private:
  void drawTitle() {
    SVG.text(Margin, 34,
             Twine(M.Objects.size()) + " objects with " + M.Linker +
                 " and the "
                 "memory manager " +
                 M.Manager + " (" + M.Architecture + ")",
             "font-size=\"19\" font-weight=\"bold\"");
    SVG.text(Margin, 58,
             Twine(M.NumSections) + " sections of " +
                 humanSize(M.SectionBytes) + " lie " + humanSize(M.span()) +
                 " apart, in " + Twine(M.Clusters.size()) +
                 (M.Clusters.size() == 1 ? " place" : " places"));
    std::string Verdict =
        M.Furthest ? "all references are in range" : "no reference has a limit";
    StringRef Colour = "fill=\"#2e7d32\" font-weight=\"bold\"";
    if (!M.AuditFailure.empty()) {
      Verdict = "references could not be checked";
      Colour = "fill=\"#666\"";
    } else if (M.Problems) {
      Verdict = std::to_string(M.Problems) +
                " references are out of range or encoded wrongly";
      Colour = "fill=\"#c62828\" font-weight=\"bold\"";
    }
    if (M.Furthest)
      Verdict += "; the furthest uses " +
                 percent(M.Furthest->Audit.Furthest.reachUsed()) +
                 " of its reach";
    SVG.text(Margin, 80, Verdict, Colour);
    SVG.legend(
        Width - Margin - 220, 48,
        {{colourOf(SegmentKind::Code), kindName(SegmentKind::Code)},
         {colourOf(SegmentKind::ROData), kindName(SegmentKind::ROData)},
         {colourOf(SegmentKind::RWData), kindName(SegmentKind::RWData)}});
    SVG.legend(Width - Margin - 220, 68,
               {{WindowColour, "window"},
                {ReachColour, "in reach"},
                {UnusedColour, "neither"}});
  }

  // To scale, with as much of the address space as the reach has: so that the
  // drawings of all memory managers look the same.
  void chooseScale() {
    const LoadedSection *Code = &M.Clusters.front().Sections.front()->Section;
    for (const Cluster &C : M.Clusters)
      for (const MappedSection *S : C.Sections)
        if (S->Section.Kind == SegmentKind::Code && S->Object == 0)
          Code = &S->Section;
    Centre = double(Code->Address);
    double Low =
        std::min(Centre - double(M.Reach), double(M.Clusters.front().Begin));
    double High =
        std::max(Centre + double(M.Reach), double(M.Clusters.back().End));
    double Room = (High - Low) * 0.04;
    Begin = Low - Room;
    Scale = BarWidth / (High - Low + 2 * Room);
  }

  double at(double Address) const { return Margin + (Address - Begin) * Scale; }

  void drawStrip() {
    SVG.text(Margin, StripTop - ArcHeight + 14, "the address space, to scale");
    SVG.rect(Margin, StripTop, BarWidth, StripHeight, UnusedColour);
    double Left = at(Centre - double(M.Reach)),
           Right = at(Centre + double(M.Reach));
    SVG.rect(Left, StripTop, Right - Left, StripHeight, ReachColour,
             "within reach of the first object's code");
    for (const WindowSnapshot &W : M.Windows)
      SVG.rect(at(double(W.Begin)), StripTop + 8,
               (double(W.End) - double(W.Begin)) * Scale, StripHeight - 16,
               WindowColour,
               "window " + hexAddress(W.Begin) + ", " +
                   humanSize(W.End - W.Begin) + " reserved");
    for (const Cluster &C : M.Clusters)
      drawStroke(C);
    drawArcs();
    SVG.stream() << format(
        "<g stroke=\"#2e7d32\" fill=\"none\"><path d=\"M%.1f %d "
        "v8 H%.1f v-8\"/></g>\n",
        Left, StripTop + StripHeight + 4, Right);
    SVG.text((Left + Right) / 2, StripTop + StripHeight + 28,
             "reach of the first object: " + humanSize(M.Reach) +
                 " to both sides" +
                 (M.Windows.empty() ? "" : "; blue: windows"),
             "text-anchor=\"middle\" fill=\"#2e7d32\"");
  }

  // Each kind has a third of the height, so that a cluster of one pixel shows
  // what it holds.
  void drawStroke(const Cluster &C) {
    constexpr double Smallest = 2.5;
    double Third = (StripHeight - 16) / 3.0;
    for (SegmentKind K : AllSegmentKinds) {
      uint64_t First = UINT64_MAX, Last = 0;
      for (const MappedSection *S : C.Sections)
        if (S->Section.Kind == K) {
          First = std::min(First, S->Section.Address);
          Last = std::max(Last, S->Section.end());
        }
      if (Last == 0)
        continue;
      double W = std::max((double(Last) - double(First)) * Scale, Smallest);
      SVG.rect(at(double(First)) - Smallest / 2, StripTop + 8 + Third * int(K),
               W, Third, colourOf(K),
               std::to_string(C.Sections.size()) + " sections, " +
                   humanSize(C.End - C.Begin) + " from " + hexAddress(C.Begin));
    }
  }

  // From the section of an object's furthest reference to where it leads.
  void drawArcs() {
    size_t Drawn = 0;
    for (const MappedObject &Object : M.Objects) {
      const RelocationUse &Use = Object.Audit.Furthest;
      const MappedSection *From = nullptr;
      for (const MappedSection &S : Object.Sections)
        if (S.Section.Name == Use.Section)
          From = &S;
      if (!From || Drawn == MaxArcs)
        continue;
      double Start = at(double(From->Section.Address + Use.Offset));
      double End = Start + double(Use.Distance) * Scale;
      if (std::abs(End - Start) < 4)
        continue; // Inside of one stroke.
      ++Drawn;
      End = std::clamp<double>(End, Margin, Margin + BarWidth);
      bool Bad = Use.reachUsed() > 1;
      SVG.stream()
          << format("<path d=\"M%.1f %d Q%.1f %d %.1f %d\" fill=\"none\" ",
                    Start, StripTop, (Start + End) / 2,
                    StripTop - 2 * ArcHeight + 30, End, StripTop)
          << "stroke=\"" << (Bad ? "#c62828" : "#2e7d32")
          << "\" stroke-opacity=\"0.6\"><title>"
          << SVGWriter::escape(Object.File + ": " + describe(Use))
          << "</title></path>\n";
    }
  }

  void drawRows(int Top) {
    SVG.text(Margin, Top - 12,
             M.Clusters.size() == 1 ? "the same, enlarged"
                                    : "the same, without the gaps");
    uint64_t Largest = 1;
    for (const Cluster &C : M.Clusters)
      Largest = std::max(Largest, C.End - C.Begin);
    double RowScale = double(BarWidth - LabelWidth) / double(Largest);
    SVG.scale(Margin + LabelWidth, Top - 12, BarWidth - LabelWidth, Largest);
    const Cluster *Previous = nullptr;
    for (size_t I = 0; I != M.Clusters.size(); ++I) {
      double Y = Top + double(I) * RowHeight;
      if (I == MaxRows) {
        SVG.text(Margin, Y + 14,
                 "and " + Twine(M.Clusters.size() - MaxRows) + " more");
        return;
      }
      const Cluster &C = M.Clusters[I];
      drawRow(C, Previous, Y, RowScale);
      Previous = &C;
    }
  }

  void drawRow(const Cluster &C, const Cluster *Previous, double Y,
               double RowScale) {
    SVG.text(Margin, Y + 14, hexAddress(C.Begin), "font-family=\"monospace\"");
    SVG.text(Margin + 130, Y + 14, humanSize(C.End - C.Begin));
    if (Previous) {
      uint64_t Gap = C.Begin - Previous->End;
      SVG.text(Margin, Y - 4, "after a gap of " + humanSize(Gap),
               Gap >= M.Reach ? "font-size=\"10\" fill=\"#c62828\""
                              : "font-size=\"10\" fill=\"#666\"");
    }
    double Left = Margin + LabelWidth;
    SVG.rect(Left, Y, std::max(double(C.End - C.Begin) * RowScale, 1.0), 18,
             UnusedColour);
    for (const MappedSection *S : C.Sections) {
      const double X = Left + double(S->Section.Address - C.Begin) * RowScale,
                   W = std::max(double(S->Section.Size) * RowScale, 1.0);
      const std::string &File = M.Objects[S->Object].File;
      SVG.rect(X, Y, W, 18, colourOf(S->Section.Kind),
               File + " " + S->Section.Name + ", " +
                   humanSize(S->Section.Size) + " at " +
                   hexAddress(S->Section.Address));
      SVG.nameBar(X, Y, W, 18,
                  {sys::path::filename(File).str() + " " + S->Section.Name,
                   S->Section.Name});
    }
  }

  const MemoryMap &M;
  const size_t Rows;
  SVGWriter SVG;
  double Centre = 0, Begin = 0, Scale = 1;
};

} // namespace

void printMapAsSVG(raw_ostream &OS, const MemoryMap &M) {
  Drawing(OS, M).draw();
}

} // namespace jitslab
