//===- SVGWriter.cpp - Drawings of memory ---------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SVGWriter.h"
#include "Names.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

StringRef colourOf(SegmentKind K) {
  switch (K) {
  case SegmentKind::Code:
    return "#2f6db3";
  case SegmentKind::ROData:
    return "#d19a1e";
  case SegmentKind::RWData:
    return "#2e9b62";
  }
  return "#000";
}

std::string SVGWriter::escape(StringRef Text) {
  std::string Result;
  for (char C : Text)
    switch (C) {
    case '&':
      Result += "&amp;";
      break;
    case '<':
      Result += "&lt;";
      break;
    case '>':
      Result += "&gt;";
      break;
    case '"':
      Result += "&quot;";
      break;
    default:
      // Whatever else a name has may not be UTF-8.
      Result += C >= 0x20 && C < 0x7f ? C : '?';
    }
  return Result;
}

SVGWriter::SVGWriter(raw_ostream &OS, int Width, int Height) : OS(OS) {
  OS << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << Width
     << "\" height=\"" << Height << "\" viewBox=\"0 0 " << Width << ' '
     << Height
     << "\" font-family=\"sans-serif\" font-size=\"13\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
}

SVGWriter::~SVGWriter() { OS << "</svg>\n"; }

void SVGWriter::text(double X, double Y, const Twine &Text, StringRef More) {
  OS << format("<text x=\"%.1f\" y=\"%.1f\" ", X, Y) << More << '>'
     << escape(Text.str()) << "</text>\n";
}

void SVGWriter::rect(double X, double Y, double W, double H, StringRef Fill,
                     StringRef Tip, StringRef More) {
  OS << format("<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" ", X,
               Y, W, H)
     << "fill=\"" << Fill << "\" " << More << '>';
  if (!Tip.empty())
    OS << "<title>" << escape(Tip) << "</title>";
  OS << "</rect>\n";
}

void SVGWriter::nameBar(double X, double Y, double W, double H,
                        ArrayRef<std::string> Names) {
  // A digit of a sans-serif font is at most this wide at 10 pixels; the widest
  // letters are rare in names.
  constexpr double CharacterWidth = 6.2, Padding = 6;
  for (const std::string &Name : Names)
    if (double(Name.size()) * CharacterWidth + Padding <= W) {
      text(X + W / 2, Y + H / 2 + 3.5, Name,
           "font-size=\"10\" fill=\"#ffffff\" text-anchor=\"middle\" "
           "pointer-events=\"none\"");
      return;
    }
}

void SVGWriter::scale(double X, double Y, double W, uint64_t Bytes) {
  // A power of two, so that there are two to four steps, and one decimal says
  // them exactly.
  const uint64_t Step = std::max<uint64_t>(PowerOf2Ceil(Bytes) / 4, 1);
  OS << format("<path d=\"M%.1f %.1f h%.1f\" stroke=\"#666\" fill=\"none\"/>\n",
               X, Y, W);
  for (uint64_t At = 0; At <= Bytes; At += Step) {
    const double Tick = X + W * (double(At) / double(Bytes));
    OS << format("<path d=\"M%.1f %.1f v4\" stroke=\"#666\"/>\n", Tick, Y);
    // The last one would be cut off at the margin.
    const char *Anchor = At == 0 ? "start" : "middle";
    if (W - (Tick - X) > 20)
      text(Tick, Y - 3, At ? humanSize(At) : "0",
           (Twine("font-size=\"10\" fill=\"#666\" text-anchor=\"") + Anchor +
            "\"")
               .str());
  }
}

void SVGWriter::legend(double X, double Y,
                       ArrayRef<std::pair<StringRef, StringRef>> Entries) {
  constexpr double Step = 76;
  for (const auto &[Colour, Name] : Entries) {
    rect(X, Y, 11, 11, Colour);
    text(X + 16, Y + 10, Name);
    X += Step;
  }
}

} // namespace jitslab
