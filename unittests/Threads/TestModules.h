//===- TestModules.h - IR whose results are known ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_TESTMODULES_H
#define JITSLAB_UNITTESTS_TESTMODULES_H

#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include "llvm/IR/Module.h"
#include <memory>
#include <string>

namespace jitslab {

using TestFunction = int(int);

/// A module with code, constants and data that refer to each other:
///   int Name(int X) { return table[X & 3] + ++calls + Add + Callee(X); }
/// Without a \p Callee, 0 instead of its result.
std::unique_ptr<llvm::Module> makeTestModule(llvm::LLVMContext &Context,
                                             const std::string &Name, int Add,
                                             const std::string &Callee = {});

/// What the function returns when it is called for the \p Calls-th time,
/// without what its callee adds.
inline int testResult(int X, int Add, int Calls) {
  return 100 * ((X & 3) + 1) + Calls + Add;
}

/// The same module in a context of its own.
llvm::orc::ThreadSafeModule
makeThreadSafeModule(const std::string &Name, int Add,
                     const std::string &Callee = {});

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_TESTMODULES_H
