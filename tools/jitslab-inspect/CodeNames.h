//===- CodeNames.h - What a process has said of its code --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_INSPECT_CODENAMES_H
#define JITSLAB_TOOLS_INSPECT_CODENAMES_H

#include "ProcessMemory.h"
#include "llvm/ADT/StringRef.h"

namespace jitslab {

/// Functions and variables that a process has told debuggers of, by GDB's JIT
/// interface, or perf, by its map file. The library itself keeps no names.
class CodeNames {
public:
  struct Named {
    uint64_t Begin = 0, Size = 0;
    std::string Name;
    /// The source file, if the object names it.
    std::string File;
  };

  /// Reads what \p Memory has of them. What cannot be read has no names.
  static CodeNames read(const ProcessMemory &Memory);

  /// Those that begin in \p Size bytes from \p Begin, by address.
  llvm::ArrayRef<Named> within(uint64_t Begin, uint64_t Size) const;
  /// The same in short, as "jit_sum and 2 more, sum.c"; empty without any.
  std::string describe(uint64_t Begin, uint64_t Size) const;
  /// What has \p Address; null if nothing with a name has.
  const Named *at(uint64_t Address) const;

private:
  /// By address, each address once.
  std::vector<Named> All;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_INSPECT_CODENAMES_H
