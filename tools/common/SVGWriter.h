//===- SVGWriter.h - Drawings of memory -------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_SVGWRITER_H
#define JITSLAB_TOOLS_SVGWRITER_H

#include "jitslab/Allocation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <utility>

namespace jitslab {

llvm::StringRef colourOf(SegmentKind K);

/// Writes an SVG, from its beginning to its end, which is when this dies.
/// Positions and sizes are in pixels. Text and tips may hold anything.
class SVGWriter {
public:
  SVGWriter(llvm::raw_ostream &OS, int Width, int Height);
  ~SVGWriter();
  SVGWriter(const SVGWriter &) = delete;
  SVGWriter &operator=(const SVGWriter &) = delete;

  /// \p More: further attributes.
  void text(double X, double Y, const llvm::Twine &Text,
            llvm::StringRef More = "");
  /// \p Tip: what a browser shows where the pointer is.
  void rect(double X, double Y, double W, double H, llvm::StringRef Fill,
            llvm::StringRef Tip = "", llvm::StringRef More = "");
  /// A name on a bar: the first of \p Names that has room there, or none.
  void nameBar(double X, double Y, double W, double H,
               llvm::ArrayRef<std::string> Names);
  /// A scale of \p Bytes, with round numbers.
  void scale(double X, double Y, double W, uint64_t Bytes);
  /// Colours and what they stand for, in a row.
  void
  legend(double X, double Y,
         llvm::ArrayRef<std::pair<llvm::StringRef, llvm::StringRef>> Entries);

  /// For what is written without help.
  llvm::raw_ostream &stream() { return OS; }
  static std::string escape(llvm::StringRef Text);

private:
  llvm::raw_ostream &OS;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_SVGWRITER_H
