//===- InputObject.h - What is loaded ---------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_INPUTOBJECT_H
#define JITSLAB_BENCHMARKS_INPUTOBJECT_H

#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <vector>

namespace jitslab::bench {

/// An object file in memory, read once and loaded any number of times.
struct InputObject {
  std::unique_ptr<llvm::MemoryBuffer> Buffer;
  std::unique_ptr<llvm::object::ObjectFile> File;
  /// Has a function `fn` that returns EntryResult.
  bool HasEntry = false;
};

inline constexpr const char *EntryName = "fn";
inline constexpr int EntryResult = 9;

/// Inputs/tiny.S: 107 bytes in four sections.
const InputObject &tinyObject();
/// Inputs/large.S: 4 MiB.
const InputObject &largeObject();
/// Its function calls the one that it is given.
const InputObject &relayObject();
/// The tiny one, with another name for its function: see RemoteHost.
const InputObject &numberedObject();
/// The members of Debian's libz.a; empty where there is none.
const std::vector<InputObject> &realObjects();

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_INPUTOBJECT_H
