//===- ELFNotes.h - The notes of an ELF file --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_INSPECT_ELFNOTES_H
#define JITSLAB_TOOLS_INSPECT_ELFNOTES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/MathExtras.h"
#include <cstdint>
#include <cstring>

namespace jitslab {

struct ELFNote {
  uint32_t Type;
  /// With the zero at its end.
  llvm::StringRef Name;
  llvm::StringRef Desc;
};

/// Calls \p Visit with each note that is whole in \p Notes, until it returns
/// true. Not LLVM's iterator, which needs all of the file and refuses one whose
/// end is missing.
template <typename Fn> void forEachNote(llvm::StringRef Notes, Fn Visit) {
  uint32_t Header[3];
  while (Notes.size() >= sizeof(Header)) {
    memcpy(Header, Notes.data(), sizeof(Header));
    const llvm::StringRef Body = Notes.drop_front(sizeof(Header));
    const uint64_t NameSize =
                       llvm::alignTo(uint64_t(Header[0]), llvm::Align(4)),
                   Size = llvm::alignTo(uint64_t(Header[1]), llvm::Align(4));
    if (NameSize + Size > Body.size() ||
        Visit(ELFNote{Header[2], Body.take_front(Header[0]),
                      Body.substr(NameSize, Header[1])}))
      return;
    Notes = Body.drop_front(NameSize + Size);
  }
}

} // namespace jitslab

#endif // JITSLAB_TOOLS_INSPECT_ELFNOTES_H
