//===- EdgeReach.cpp - Which relocations depend on places -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EdgeReach.h"
#include "../LLVMCompat.h"
#include "llvm/ExecutionEngine/JITLink/aarch64.h"
#include "llvm/ExecutionEngine/JITLink/x86_64.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

static EdgeReach x86_64Reach(Edge::Kind Kind) {
  switch (Kind) {
  case x86_64::Pointer64:
#if JITSLAB_LLVM_HAS_X86_64_SIZE_EDGES
  case x86_64::Size64:
  case x86_64::Size32:
#endif
    return EdgeReach::Anywhere;
  case x86_64::Delta32:
  case x86_64::NegDelta32:
    return EdgeReach::Distance;
  default:
    return EdgeReach::Position;
  }
}

static EdgeReach aarch64Reach(Edge::Kind Kind) {
  switch (Kind) {
  case aarch64::Pointer64:
  case aarch64::MoveWide16: // One of four that make 64 bits.
    return EdgeReach::Anywhere;
  case aarch64::Delta32:
  case aarch64::NegDelta32:
    return EdgeReach::Distance;
  default:
    return EdgeReach::Position;
  }
}

EdgeReach edgeReach(const LinkGraph &G, Edge::Kind Kind) {
  if (Kind < Edge::FirstRelocation)
    return EdgeReach::Anywhere; // KeepAlive: no address is computed.
  switch (G.getTargetTriple().getArch()) {
  case Triple::x86_64:
    return x86_64Reach(Kind);
  case Triple::aarch64:
    return aarch64Reach(Kind);
  default:
    return EdgeReach::Position;
  }
}

bool holdsAddress(const LinkGraph &G, Edge::Kind Kind, uint64_t Address) {
  switch (G.getTargetTriple().getArch()) {
  case Triple::x86_64:
    return (Kind != x86_64::Pointer32 || isUInt<32>(Address)) &&
           (Kind != x86_64::Pointer32Signed || isInt<32>(Address));
  case Triple::aarch64:
    return Kind != aarch64::Pointer32 || isUInt<32>(Address);
  default:
    return true;
  }
}

} // namespace jitslab
