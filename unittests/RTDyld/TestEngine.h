//===- TestEngine.h - MCJIT engines for tests -------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_RTDYLD_TESTENGINE_H
#define JITSLAB_UNITTESTS_RTDYLD_TESTENGINE_H

#include "Support/NativeTarget.h"
#include "llvm/ExecutionEngine/MCJIT.h"
#include "llvm/IR/Module.h"
#include <cstdio>

namespace jitslab {

/// Null if there is none: stderr says why. Usable in child processes.
inline std::unique_ptr<llvm::ExecutionEngine>
makeEngine(std::unique_ptr<llvm::Module> M,
           std::unique_ptr<llvm::RTDyldMemoryManager> Manager) {
  initializeTarget();
  std::string Message;
  std::unique_ptr<llvm::ExecutionEngine> Engine(
      llvm::EngineBuilder(std::move(M))
          .setErrorStr(&Message)
          .setEngineKind(llvm::EngineKind::JIT)
          .setMCJITMemoryManager(std::move(Manager))
          // As Numba, PostgreSQL and Impala do it. The JIT's default on
          // AArch64 is the large code model, which needs no reach.
          .setCodeModel(llvm::CodeModel::Small)
          .setRelocationModel(llvm::Reloc::PIC_)
          .create());
  if (!Engine)
    fprintf(stderr, "%s\n", Message.c_str());
  return Engine;
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_RTDYLD_TESTENGINE_H
