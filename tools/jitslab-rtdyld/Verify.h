//===- Verify.h - The -verify action ----------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_VERIFY_H
#define JITSLAB_TOOLS_RTDYLD_VERIFY_H

#include "Options.h"
#include "RTDyldLinker.h"
#include <memory>

namespace jitslab {

/// What RuntimeDyldChecker wants to know of a linker, and the checks of files.
/// To be made before the first object is added.
class Verifier {
public:
  /// Fails when LLVM does not have the target of \p O.
  static llvm::Expected<std::unique_ptr<Verifier>>
  create(RTDyldLinker &L, const LoaderOptions &O);
  ~Verifier();

  /// Gives all sections the addresses that \p O asks for, and defines its dummy
  /// symbols. After all objects were added, before they are resolved.
  llvm::Error makeUpAddresses();

  /// Evaluates all checks of all files of \p O. Each check that fails prints
  /// itself to stderr. After the objects were resolved.
  llvm::Error check();

private:
  Verifier(RTDyldLinker &L, const LoaderOptions &O);
  class Impl;
  std::unique_ptr<Impl> I;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_VERIFY_H
