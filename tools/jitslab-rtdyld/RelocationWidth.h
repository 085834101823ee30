//===- RelocationWidth.h - How many bytes a relocation changes --*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_RELOCATIONWIDTH_H
#define JITSLAB_TOOLS_RTDYLD_RELOCATIONWIDTH_H

#include "llvm/Object/ObjectFile.h"

namespace jitslab {

/// How many bytes RuntimeDyld reads or writes for a relocation of type \p Type
/// of the ELF machine \p Machine.
unsigned elfRelocationWidth(uint16_t Machine, uint32_t Type);

/// The same for Mach-O and COFF.
unsigned relocationWidth(const llvm::object::RelocationRef &R);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_RELOCATIONWIDTH_H
