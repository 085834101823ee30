//===- InitFiniSections.h - Sections of static constructors -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_LLVMFIXES_INITFINISECTIONS_H
#define JITSLAB_LLVMFIXES_INITFINISECTIONS_H

#include "llvm/ADT/DenseSet.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include <cstdint>
#include <string>
#include <vector>

namespace jitslab {

/// The static constructors and destructors of a linked object.
struct InitFiniFunctions {
  struct Entry {
    /// 0 to 65535, which is that of functions without one.
    unsigned Priority;
    uintptr_t Function;
  };
  struct Range {
    uintptr_t Begin, End;
  };

  /// In the order in which those of one priority run.
  std::vector<Entry> Inits, Finis;
  /// Where the object lies.
  std::vector<Range> Sections;
  /// Has the address of the first section; empty where there are none. ORC has
  /// it ready once everything is that the sections refer to.
  std::string Symbol;
  /// Constructors have run.
  bool Initialized = false;

  bool contains(uintptr_t Address) const;
};

/// True when \p G has sections of constructors or destructors that are not
/// empty.
bool hasInitFini(llvm::jitlink::LinkGraph &G);

using SymbolSet = llvm::DenseSet<const llvm::jitlink::Symbol *>;

/// A pass that keeps those sections, to which nobody refers, by symbols that it
/// adds to \p Kept.
llvm::Error keepInitFini(llvm::jitlink::LinkGraph &G, SymbolSet &Kept);

/// True when a platform keeps the sections, as the ORC runtime's does: then it
/// runs what is in there. \p Kept are symbols that are not the platform's. Only
/// after unused symbols have gone.
bool isPlatforms(llvm::jitlink::LinkGraph &G,
                 llvm::orc::MaterializationResponsibility &MR,
                 const SymbolSet &Kept);

/// Defines a symbol in \p G that depends on what those sections refer to, and
/// sets \p Name to its name. Only after unused symbols have gone and before
/// memory is allocated.
llvm::Error trackInitFini(llvm::jitlink::LinkGraph &G,
                          llvm::orc::MaterializationResponsibility &MR,
                          std::string &Name);

/// Waits until all is linked that \p Symbol of trackInitFini depends on.
/// \returns false if that has failed, which is reported, or if the object has
/// gone.
bool waitForAll(llvm::orc::JITDylib &JD, llvm::StringRef Symbol);

/// What \p G holds once it is relocated; without \p Functions only where it
/// lies.
InitFiniFunctions readInitFini(llvm::jitlink::LinkGraph &G, bool Functions);

/// Runs constructors, lowest priority first.
void runInits(const std::vector<InitFiniFunctions::Entry> &Inits);

/// Runs destructors, highest priority first.
void runFinis(const std::vector<InitFiniFunctions::Entry> &Finis);

/// A graph that defines __dso_handle, whose contents are \p Pointer and which
/// code refers to by distance, and __cxa_atexit at \p Register.
std::unique_ptr<llvm::jitlink::LinkGraph>
makeAtExit(llvm::orc::ExecutionSession &ES, const void *Pointer,
           llvm::orc::ExecutorAddr Register);

} // namespace jitslab

#endif // JITSLAB_LLVMFIXES_INITFINISECTIONS_H
