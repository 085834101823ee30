//===- LoadedImage.h - What was loaded, and where ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_LOADEDIMAGE_H
#define JITSLAB_TOOLS_RTDYLD_LOADEDIMAGE_H

#include "jitslab/Allocation.h"
#include "jitslab/RelocationAudit.h"
#include "llvm/Object/ObjectFile.h"
#include <string>
#include <vector>

namespace jitslab {

/// How far the tightest relocation between sections spans. AArch64's ADRP has a
/// signed 33-bit distance (ELF for the Arm 64-bit Architecture, 5.7.5);
/// everywhere else it is a signed 32-bit displacement at best.
inline uint64_t reachOf(llvm::Triple::ArchType Arch) {
  return uint64_t(1) << (Arch == llvm::Triple::aarch64 ? 32 : 31);
}

/// A section in memory, or what the linker made beside those of the file: a
/// GOT, common symbols.
struct LoadedSection {
  std::string Name;
  SegmentKind Kind = SegmentKind::Code;
  /// Where it is executed or read.
  uint64_t Address = 0;
  uint64_t Size = 0;

  uint64_t end() const { return Address + Size; }
};

struct LoadedObject {
  std::string File;
  std::vector<LoadedSection> Sections;
};

struct LoadedImage {
  /// In the order of loading.
  std::vector<LoadedObject> Objects;
  llvm::Triple::ArchType Arch = llvm::Triple::UnknownArch;
  /// Addresses are those of this process, not made up by -verify.
  bool InThisProcess = true;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_LOADEDIMAGE_H
