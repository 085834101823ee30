//===- TargetAddresses.h - Addresses that -verify makes up ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_TARGETADDRESSES_H
#define JITSLAB_TOOLS_RTDYLD_TARGETADDRESSES_H

#include "Options.h"
#include "RTDyldLinker.h"

namespace jitslab {

/// The section of the file called \p File (without its folder) that was
/// allocated last of those called \p Section.
llvm::Expected<const RecordedSection *>
findSection(RTDyldLinker &L, llvm::StringRef File, llvm::StringRef Section);

/// Puts the sections of \p L where \p O says, the others one after the other
/// around these: code first, then data, each in the order of allocation, in
/// whole pages as llvm-rtdyld's memory manager maps them.
llvm::Error makeUpAddresses(RTDyldLinker &L, const LoaderOptions &O);

/// Defines the dummy symbols of \p O.
llvm::Error defineDummySymbols(RTDyldLinker &L, const LoaderOptions &O);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_TARGETADDRESSES_H
