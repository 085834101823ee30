//===- ObjectSizes.h - What real objects need -------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_OBJECTSIZES_H
#define JITSLAB_BENCHMARKS_OBJECTSIZES_H

#include "jitslab/Allocation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace jitslab::bench {

/// What each object file in \p Archives (*.a), or among them (*.o), asks a
/// memory manager for. Fails where one cannot be read, and where none has code.
llvm::Expected<std::vector<Footprint>>
footprintsOf(llvm::ArrayRef<std::string> Archives);

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_OBJECTSIZES_H
