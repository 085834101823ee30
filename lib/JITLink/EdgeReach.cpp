//===- EdgeReach.cpp - Which relocations depend on distance ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeReach.h"
#include "jitslab/LLVMCompat.h"
#include "llvm/ExecutionEngine/JITLink/aarch64.h"
#include "llvm/ExecutionEngine/JITLink/x86_64.h"

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

static bool isIndependentOnX86(Edge::Kind Kind) {
  switch (Kind) {
  case x86_64::Pointer64:
  case x86_64::Pointer32:
  case x86_64::Pointer32Signed:
  case x86_64::Pointer16:
  case x86_64::Pointer8:
#if JITSLAB_LLVM_HAS_X86_64_SIZE_EDGES
  case x86_64::Size64:
  case x86_64::Size32:
#endif
    return true;
  default:
    return false;
  }
}

// PageOffset12 is absolute, but the other half of a Page21.
static bool isIndependentOnAArch64(Edge::Kind Kind) {
  switch (Kind) {
  case aarch64::Pointer64:
  case aarch64::Pointer32:
  case aarch64::MoveWide16:
    return true;
  default:
    return false;
  }
}

bool isIndependentOfDistance(const LinkGraph &G, Edge::Kind Kind) {
  if (Kind < Edge::FirstRelocation)
    return true; // KeepAlive: no address is computed.
  switch (G.getTargetTriple().getArch()) {
  case Triple::x86_64:
    return isIndependentOnX86(Kind);
  case Triple::aarch64:
    return isIndependentOnAArch64(Kind);
  default:
    return false;
  }
}

} // namespace jitslab
