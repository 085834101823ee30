//===- TripleModule.h - What the examples compile ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_EXAMPLES_TRIPLEMODULE_H
#define JITSLAB_EXAMPLES_TRIPLEMODULE_H

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/TargetSelect.h"

namespace jitslab {

/// As InitializeNativeTarget and InitializeNativeTargetAsmPrinter, which mean
/// the machine that LLVM's headers were packaged for: not the one that a
/// cross-compiled program runs on.
inline void initializeExampleTarget() {
#if defined(__aarch64__)
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64Target();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64AsmPrinter();
#else
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
#endif
}

/// static int Factor = 3;
/// int triple(int X) { return X * Factor; }
///
/// The variable is there so that code has to reach data.
inline std::unique_ptr<llvm::Module>
makeTripleModule(llvm::LLVMContext &Context) {
  auto M = std::make_unique<llvm::Module>("example", Context);
  llvm::IRBuilder<> B(Context);
  llvm::Type *Int = B.getInt32Ty();
  auto *Factor = new llvm::GlobalVariable(*M, Int, /*isConstant=*/false,
                                          llvm::GlobalValue::InternalLinkage,
                                          B.getInt32(3), "Factor");
  auto *Triple = llvm::Function::Create(
      llvm::FunctionType::get(Int, {Int}, /*isVarArg=*/false),
      llvm::GlobalValue::ExternalLinkage, "triple", M.get());
  B.SetInsertPoint(llvm::BasicBlock::Create(Context, "entry", Triple));
  // Volatile: nothing in the module writes it, so it would be folded.
  auto *Loaded = B.CreateLoad(Int, Factor, /*isVolatile=*/true);
  B.CreateRet(B.CreateMul(Triple->getArg(0), Loaded));
  return M;
}

} // namespace jitslab

#endif // JITSLAB_EXAMPLES_TRIPLEMODULE_H
