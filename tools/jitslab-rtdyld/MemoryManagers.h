//===- MemoryManagers.h - The memory managers by their names ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_MEMORYMANAGERS_H
#define JITSLAB_TOOLS_RTDYLD_MEMORYMANAGERS_H

#include "Core/LayoutNames.h"
#include "Options.h"
#include "llvm/ExecutionEngine/RTDyldMemoryManager.h"
#include <memory>
#include <string>
#include <vector>

namespace jitslab {

/// The manager that \p O asks for, or the default of its linker.
std::string memoryManagerName(const LoaderOptions &O);

struct NamedMemoryManager {
  std::unique_ptr<llvm::RTDyldMemoryManager> Manager;
  /// What the manager takes its memory from; null for LLVM's own managers.
  std::shared_ptr<Arena> TheArena;
};

/// For RuntimeDyld. Fails for an unknown name, and when the arena cannot be
/// made.
llvm::Expected<NamedMemoryManager> createMemoryManager(const LoaderOptions &O);

/// An arena as \p O wants it, with this layout.
llvm::Expected<std::shared_ptr<Arena>> createArena(const LoaderOptions &O,
                                                   Layout L);

/// What the linker of \p O does not know.
llvm::Error unknownMemoryManager(const LoaderOptions &O);

/// The names of the managers of one linker: LLVM's, then those on an arena,
/// which are called like its layout. What this LLVM lacks is among them.
std::vector<std::string> memoryManagersOf(LinkerKind K);

/// All names, for -help.
std::string memoryManagerNames();

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_MEMORYMANAGERS_H
