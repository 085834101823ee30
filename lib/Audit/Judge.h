//===- Judge.h - Compares what is encoded with what ought to be -*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_AUDIT_JUDGE_H
#define JITSLAB_AUDIT_JUDGE_H

#include "Field.h"
#include "jitslab/RelocationAudit.h"
#include "llvm/ADT/SmallVector.h"

namespace jitslab {

/// The values that a relocation may have; any will do.
using Candidates = llvm::SmallVector<int64_t, 2>;

/// Compares the field at \p Bytes with \p Allowed, and counts the relocation
/// and what is wrong with it. None is allowed where a slot is missing. \p Use
/// lacks the distance.
void judge(AuditResult &Result, Field F, const uint8_t *Bytes,
           RelocationUse Use, const Candidates &Allowed);

} // namespace jitslab

#endif // JITSLAB_AUDIT_JUDGE_H
