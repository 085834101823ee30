//===- ObjectChecks.h - Is an object consistent? ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_OBJECTCHECKS_H
#define JITSLAB_TOOLS_RTDYLD_OBJECTCHECKS_H

#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/Error.h"

namespace jitslab {

/// Checks what release builds of RuntimeDyld take for granted and would
/// otherwise read or write outside of an object's sections for.
llvm::Error checkObject(const llvm::object::ObjectFile &Obj);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_OBJECTCHECKS_H
