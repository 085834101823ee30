//===- PrintSVG.cpp - Arenas as a drawing ---------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/Errors.h"
#include "Names.h"
#include "Report.h"
#include "SVGWriter.h"
#include "jitslab/Arena.h"

using namespace llvm;

namespace jitslab {

static constexpr int Width = 1000, Margin = 30, BarWidth = Width - 2 * Margin;
static constexpr int RowHeight = 52, BarHeight = 22, Top = 110;
// What is freed, and what was never used, of what is committed.
static constexpr const char *FreedColour = "#b0bec5", *UnusedColour = "#eceff1";

/// Only what is committed is drawn: windows are mostly empty.
static std::vector<std::pair<uint64_t, uint64_t>>
committedRuns(const WindowReport &W) {
  std::vector<std::pair<uint64_t, uint64_t>> Runs;
  for (size_t I = 0; I != W.Slabs.size(); ++I) {
    if (W.Slabs[I].Use == SlabUse::Untaken)
      continue;
    const uint64_t Begin = W.Begin + I * SlabSize;
    if (!Runs.empty() && Runs.back().second == Begin)
      Runs.back().second += SlabSize;
    else
      Runs.push_back({Begin, Begin + SlabSize});
  }
  return Runs;
}

static void drawRun(SVGWriter &SVG, const WindowReport &W,
                    const CodeNames &Names, uint64_t Begin, uint64_t End,
                    double Y, double Scale) {
  SVG.text(Margin, Y - 6,
           hexAddress(Begin) + ", " + humanSize(End - Begin) + " committed",
           "font-size=\"11\" font-family=\"monospace\"");
  SVG.rect(Margin, Y, double(End - Begin) * Scale, BarHeight, UnusedColour);
  for (const Piece &P : W.Pieces) {
    if (P.State < MemoryState::Live || P.End <= Begin || P.Begin >= End)
      continue;
    const uint64_t From = std::max(P.Begin, Begin), To = std::min(P.End, End);
    const bool IsLive = P.State == MemoryState::Live;
    std::string Of = Names.describe(P.Begin, P.size());
    if (!Of.empty())
      Of = ": " + Of;
    SVG.rect(Margin + double(From - Begin) * Scale, Y,
             std::max(double(To - From) * Scale, 0.3), BarHeight,
             IsLive ? colourOf(P.Kind) : FreedColour,
             (IsLive ? "" : "freed ") + kindName(P.Kind).str() + ", " +
                 humanSize(P.size()) + " at " + hexAddress(P.Begin) + Of);
  }
}

void printSVG(raw_ostream &OS, const Report &R) {
  struct Row {
    const WindowReport *Window;
    uint64_t Begin, End;
  };
  std::vector<Row> Rows;
  uint64_t Largest = SlabSize;
  for (const ArenaReport &A : R.Arenas)
    for (const WindowReport &W : A.Windows)
      for (auto [Begin, End] : committedRuns(W)) {
        Rows.push_back({&W, Begin, End});
        Largest = std::max(Largest, End - Begin);
      }
  SVGWriter SVG(OS, Width, Top + int(Rows.size()) * RowHeight + 20);
  SVG.text(Margin, 34, "jitslab in " + R.Source,
           "font-size=\"19\" font-weight=\"bold\"");
  LaneReport Sum;
  for (const ArenaReport &A : R.Arenas)
    for (const WindowReport &W : A.Windows)
      Sum += W.sum();
  SVG.text(Margin, 58,
           std::to_string(R.Arenas.size()) +
               (R.Arenas.size() == 1 ? " arena, " : " arenas, ") +
               humanSize(Sum.Live) + " live, " + humanSize(Sum.free()) +
               " free, " + humanSize(Sum.Frozen) + " frozen");
  SVG.legend(Width - Margin - 380, 48,
             {{colourOf(SegmentKind::Code), kindName(SegmentKind::Code)},
              {colourOf(SegmentKind::ROData), kindName(SegmentKind::ROData)},
              {colourOf(SegmentKind::RWData), kindName(SegmentKind::RWData)},
              {FreedColour, "freed"},
              {UnusedColour, "unused"}});
  const double Scale = double(BarWidth) / double(Largest);
  SVG.scale(Margin, 90, BarWidth, Largest);
  double Y = Top + 14;
  for (const Row &Next : Rows) {
    drawRun(SVG, *Next.Window, R.Names, Next.Begin, Next.End, Y, Scale);
    Y += RowHeight;
  }
}

} // namespace jitslab
