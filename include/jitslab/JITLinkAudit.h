//===- JITLinkAudit.h - Did JITLink encode what it meant? -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The audit of RelocationAudit.h for ORC's JITLink (LLVM 19 and later).
/// JITLink refuses most of what does not fit by itself; the audit also sees
/// what its passes and plugins have done to the code.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINKAUDIT_H
#define JITSLAB_JITLINKAUDIT_H

#include "jitslab/JITLinkPart.h"
#include "jitslab/RelocationAudit.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// Checks all edges of a graph of x86-64 or AArch64 against the contents of its
/// blocks. Call it from a pass after the fixups (PostFixupPasses), before the
/// memory is finalized. Changes nothing. Edges of other architectures, and
/// those whose meaning only JITLink knows, are counted as not checked.
JITSLAB_ABI AuditResult auditGraph(llvm::jitlink::LinkGraph &G);

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_JITLINKAUDIT_H
