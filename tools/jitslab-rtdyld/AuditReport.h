//===- AuditReport.h - What the audit found ---------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_AUDITREPORT_H
#define JITSLAB_TOOLS_RTDYLD_AUDITREPORT_H

#include "Linker.h"

namespace jitslab {

/// -audit: checks all objects of \p L. What was checked is printed to \p OS in
/// one line if all is well. Fails with all problems of all objects.
llvm::Error reportAudit(llvm::raw_ostream &OS, const Linker &L);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_AUDITREPORT_H
