//===- ModuleObjects.h - Objects that the lives load ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Modules are generated as IR and compiled once for each shape. Their names
/// begin with a mark of five letters, which a copy of the object has replaced.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_LIVES_MODULEOBJECTS_H
#define JITSLAB_UNITTESTS_LIVES_MODULEOBJECTS_H

#include "Lives/Shape.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

namespace jitslab {

/// The most that a module's number can be.
inline constexpr unsigned LastModule = 9999;

/// The name of a function of module \p Number, which all take and return an
/// int:
///
///   main   a result that depends on the argument alone, through all functions,
///          constants, the module's peer and the host
///   bump   counts in data, common data and zeros
///   throw  throws an int: by its peer, or by the host; a frame on the way has
///          something to clean up
///   catch  catches what throw throws
///   relay  calls what the host says
std::string functionName(unsigned Number, llvm::StringRef Function);

/// Compiles what objectOf gives copies of, so that children have it.
void compileShape(const Shape &S);

/// An object of module \p Number, whose peer is module \p Peer, or none.
std::unique_ptr<llvm::MemoryBuffer> objectOf(const Shape &S, unsigned Number,
                                             std::optional<unsigned> Peer);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_LIVES_MODULEOBJECTS_H
