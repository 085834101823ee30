//===- LayoutNames.h - What layouts are called ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// All layouts, for whoever lists them, reads their names or prints them.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_LAYOUTNAMES_H
#define JITSLAB_CORE_LAYOUTNAMES_H

#include "jitslab/Arena.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

/// X(ENUMERATOR, NAME, HELP) for each layout, in the order of enum Layout.
#define JITSLAB_LAYOUTS(X)                                                     \
  X(PerObject, "per-object", "each object in one block of pages")              \
  X(PerProtection, "per-protection", "code by code, data by data, in pages")   \
  X(Dense, "dense", "the same, packed, written through a second mapping")

namespace jitslab {

struct NamedLayout {
  Layout Value;
  llvm::StringLiteral Name, Help;
};

inline constexpr NamedLayout AllLayouts[] = {
#define JITSLAB_LAYOUT(E, NAME, HELP) {Layout::E, NAME, HELP},
    JITSLAB_LAYOUTS(JITSLAB_LAYOUT)
#undef JITSLAB_LAYOUT
};

inline llvm::StringRef layoutName(Layout L) {
  // The compiler warns when an enumerator is missing.
  switch (L) {
#define JITSLAB_LAYOUT(E, NAME, HELP)                                          \
  case Layout::E:                                                              \
    return NAME;
    JITSLAB_LAYOUTS(JITSLAB_LAYOUT)
#undef JITSLAB_LAYOUT
  }
  return "unknown";
}

inline std::optional<Layout> layoutByName(llvm::StringRef Name) {
  for (const NamedLayout &L : AllLayouts)
    if (L.Name == Name)
      return L.Value;
  return std::nullopt;
}

/// All names with \p Separator between them.
inline std::string layoutNames(llvm::StringRef Separator) {
  std::string Names;
  for (const NamedLayout &L : AllLayouts)
    Names += (Names.empty() ? "" : Separator.str()) + L.Name.str();
  return Names;
}

} // namespace jitslab

#endif // JITSLAB_CORE_LAYOUTNAMES_H
