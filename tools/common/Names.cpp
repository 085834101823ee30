//===- Names.cpp - Sizes and kinds as programs print them -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Names.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <iterator>

using namespace llvm;

namespace jitslab {

std::string humanSize(uint64_t Bytes) {
  static constexpr const char *Units[] = {"B",   "KiB", "MiB", "GiB",
                                          "TiB", "PiB", "EiB"};
  if (Bytes < 1024)
    return std::to_string(Bytes) + " B";
  double Value = double(Bytes);
  unsigned Unit = 0;
  while (Value >= 1024 && Unit + 1 < std::size(Units)) {
    Value /= 1024;
    ++Unit;
  }
  std::string Text;
  raw_string_ostream(Text) << format("%.1f ", Value) << Units[Unit];
  return Text;
}

StringRef kindName(SegmentKind K) {
  switch (K) {
  case SegmentKind::Code:
    return "code";
  case SegmentKind::ROData:
    return "rodata";
  case SegmentKind::RWData:
    return "data";
  }
  return "";
}

StringRef useName(SlabUse U) {
  switch (U) {
  case SlabUse::Untaken:
    return "untaken";
  case SlabUse::Mixed:
    return "mixed";
  case SlabUse::Code:
    return "code";
  case SlabUse::ROData:
    return "rodata";
  case SlabUse::RWData:
    return "data";
  }
  return "";
}

} // namespace jitslab
