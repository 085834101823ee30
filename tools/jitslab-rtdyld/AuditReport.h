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
#include "Options.h"

namespace jitslab {

/// -audit: checks all objects of \p L. As text, what was checked is printed to
/// \p OS in one line if all is well; problems are the error, the first ones of
/// them. As JSON all is printed, and the error, if there are problems, is
/// empty.
llvm::Error reportAudit(llvm::raw_ostream &OS, const Linker &L, AuditFormat F);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_AUDITREPORT_H
