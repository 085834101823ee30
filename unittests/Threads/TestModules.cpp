//===- TestModules.cpp - IR whose results are known -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestModules.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace jitslab {

std::unique_ptr<Module> makeTestModule(LLVMContext &Context,
                                       const std::string &Name, int Add,
                                       const std::string &Callee) {
  auto M = std::make_unique<Module>(Name, Context);
  IRBuilder<> B(Context);
  Type *I32 = B.getInt32Ty();
  auto *FT = FunctionType::get(I32, {I32}, false);
  auto *Calls = new GlobalVariable(*M, I32, false, GlobalValue::InternalLinkage,
                                   B.getInt32(0), "calls");
  auto *TableType = ArrayType::get(I32, 4);
  auto *Table = new GlobalVariable(
      *M, TableType, true, GlobalValue::InternalLinkage,
      ConstantDataArray::get(Context, ArrayRef<uint32_t>{100, 200, 300, 400}),
      "table");
  auto *F = Function::Create(FT, GlobalValue::ExternalLinkage, Name, M.get());
  B.SetInsertPoint(BasicBlock::Create(Context, "entry", F));
  Value *X = F->getArg(0);
  Value *Count = B.CreateAdd(B.CreateLoad(I32, Calls), B.getInt32(1));
  B.CreateStore(Count, Calls);
  Value *Entry = B.CreateLoad(
      I32, B.CreateInBoundsGEP(TableType, Table,
                               {B.getInt32(0), B.CreateAnd(X, B.getInt32(3))}));
  Value *Sum =
      B.CreateAdd(B.CreateAdd(Entry, Count), B.getInt32(uint32_t(Add)));
  if (!Callee.empty()) {
    auto *Other =
        Function::Create(FT, GlobalValue::ExternalLinkage, Callee, M.get());
    Sum = B.CreateAdd(Sum, B.CreateCall(Other, {X}));
  }
  B.CreateRet(Sum);
  return M;
}

orc::ThreadSafeModule makeThreadSafeModule(const std::string &Name, int Add,
                                           const std::string &Callee) {
  auto Context = std::make_unique<LLVMContext>();
  auto M = makeTestModule(*Context, Name, Add, Callee);
  return orc::ThreadSafeModule(std::move(M), std::move(Context));
}

} // namespace jitslab
