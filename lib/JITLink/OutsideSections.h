//===- OutsideSections.h - Large sections that need no reach ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_OUTSIDESECTIONS_H
#define JITSLAB_JITLINK_OUTSIDESECTIONS_H

#include "../Platform/VirtualMemory.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"

namespace jitslab {

/// The sections of \p G that may lie anywhere: see JITLinkOptions.
llvm::SmallVector<llvm::jitlink::Section *, 2>
findOutsideSections(llvm::jitlink::LinkGraph &G, size_t MinSize);

/// A section in a mapping of its own, outside every window.
class OutsideSection {
public:
  /// Maps memory for \p S, copies its contents and sets its blocks' addresses.
  static llvm::Expected<OutsideSection> create(VirtualMemory &VM,
                                               llvm::jitlink::Section &S);
  OutsideSection(OutsideSection &&Other) noexcept;
  OutsideSection &operator=(OutsideSection &&) = delete;
  ~OutsideSection();

  /// Gives it its final access rights.
  llvm::Error seal();

private:
  OutsideSection(VirtualMemory &VM, uintptr_t Start, size_t Size, bool ReadOnly)
      : VM(VM), Start(Start), Size(Size), ReadOnly(ReadOnly) {}

  VirtualMemory &VM;
  /// 0: moved from.
  uintptr_t Start;
  size_t Size;
  bool ReadOnly;
};

} // namespace jitslab

#endif // JITSLAB_JITLINK_OUTSIDESECTIONS_H
