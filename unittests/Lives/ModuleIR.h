//===- ModuleIR.h - The IR of a module of a life ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_MODULEIR_H
#define JITSLAB_UNITTESTS_LIVES_MODULEIR_H

#include "Lives/Shape.h"
#include "llvm/IR/Module.h"
#include <memory>

namespace jitslab {

/// What the names of a module and of its peer begin with, until a copy is made.
/// Nothing else in an object looks like this.
inline constexpr char OwnMark[] = "M~own", PeerMark[] = "M~prr";

std::unique_ptr<llvm::Module> makeModule(llvm::LLVMContext &Context,
                                         const Shape &S, bool HasPeer);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_MODULEIR_H
