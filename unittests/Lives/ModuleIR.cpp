//===- ModuleIR.cpp - The IR of a module of a life ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/ModuleIR.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace jitslab {

namespace {

// Inside of a module's functions nothing is optimised but by the code
// generator, so calls stay calls.
class ModuleWriter {
public:
  ModuleWriter(LLVMContext &Context, const Shape &S, bool HasPeer)
      : M(std::make_unique<Module>(OwnMark, Context)), B(Context), S(S),
        HasPeer(HasPeer), I32(B.getInt32Ty()),
        Int(FunctionType::get(I32, {I32}, false)) {
    M->setPICLevel(PICLevel::BigPIC);
  }

  std::unique_ptr<Module> write() {
    writePersonality();
    writeMain(writeChain());
    writeBump();
    writeThrow();
    writeCatch();
    begin("relay");
    guarded(callee("lives_relay"));
    return std::move(M);
  }

private:
  Value *constant(uint32_t Number) { return B.getInt32(Number); }

  FunctionCallee callee(const std::string &Name) {
    return M->getOrInsertFunction(Name, Int);
  }

  Function *begin(const std::string &Name) {
    auto *F = Function::Create(Int, GlobalValue::ExternalLinkage,
                               std::string(OwnMark) + "_" + Name, M.get());
    F->addFnAttr(Attribute::NoInline);
    if (S.Sections)
      F->setSection(".text." + F->getName().str());
    B.SetInsertPoint(BasicBlock::Create(M->getContext(), "entry", F));
    Argument = F->getArg(0);
    return F;
  }

  GlobalVariable *words(unsigned KiB, bool IsConstant, const char *Name,
                        GlobalValue::LinkageTypes Linkage) {
    auto *Words = ArrayType::get(I32, std::max<unsigned>(KiB * 256, 4));
    Constant *Value = ConstantAggregateZero::get(Words);
    if (IsConstant) {
      std::vector<uint32_t> Numbers(Words->getNumElements());
      for (size_t I = 0; I != Numbers.size(); ++I)
        Numbers[I] = uint32_t(I * 2654435761U) | 1;
      Value = ConstantDataArray::get(M->getContext(), Numbers);
    }
    return new GlobalVariable(*M, Words, IsConstant, Linkage, Value,
                              std::string(OwnMark) + "_" + Name);
  }

  // The address of a word: one that an argument chooses, or the last one.
  Value *word(GlobalVariable *Words, Value *Index) {
    return B.CreateInBoundsGEP(Words->getValueType(), Words,
                               {constant(0), Index});
  }
  Value *lastOf(GlobalVariable *Words) {
    return constant(
        uint32_t(cast<ArrayType>(Words->getValueType())->getNumElements() - 1));
  }

  // The frames of a module refer to its personality through a weak symbol that
  // has that one's name. With RuntimeDyld all objects of a layer use the first
  // one's, and would use it when that has been removed.
  void writePersonality() {
    // Some pointer's: how one is asked for differs between LLVM versions.
    Pointer = callee("lives_callback").getCallee()->getType();
    Type *I64 = B.getInt64Ty();
    auto *T = FunctionType::get(I32, {I32, I32, I64, Pointer, Pointer}, false);
    Personality =
        Function::Create(T, GlobalValue::ExternalLinkage,
                         std::string(OwnMark) + "_personality", M.get());
    Personality->setDoesNotThrow();
    B.SetInsertPoint(BasicBlock::Create(M->getContext(), "entry", Personality));
    std::vector<Value *> Arguments;
    for (llvm::Argument &A : Personality->args())
      Arguments.push_back(&A);
    B.CreateRet(B.CreateCall(M->getOrInsertFunction("__gxx_personality_v0", T),
                             Arguments));
  }

  Function *writeChain() {
    GlobalVariable *Constants =
        words(S.ConstantKiB, true, "constants", GlobalValue::InternalLinkage);
    Function *Before = nullptr;
    for (unsigned I = 0; I != S.Functions; ++I) {
      std::string Name = "f" + std::to_string(I);
      Function *F = begin(Name);
      if (I < S.Comdats) {
        F->setComdat(M->getOrInsertComdat(F->getName()));
        F->setLinkage(GlobalValue::WeakODRLinkage);
      }
      Value *Index = B.CreateAnd(B.CreateMul(Argument, constant(I + 3)),
                                 B.CreateLShr(lastOf(Constants), 1));
      Value *Sum = B.CreateAdd(B.CreateLoad(I32, word(Constants, Index)),
                               B.CreateMul(Argument, constant(2 * I + 1)));
      Sum = B.CreateXor(Sum,
                        B.CreateLoad(I32, word(Constants, lastOf(Constants))));
      if (Before)
        Sum = B.CreateAdd(
            Sum, B.CreateCall(Before, {B.CreateAdd(Argument, constant(I))}));
      B.CreateRet(Sum);
      Before = F;
    }
    return Before;
  }

  void writeMain(Function *Chain) {
    begin("main");
    Value *Sum =
        B.CreateAdd(B.CreateCall(Chain, {Argument}),
                    B.CreateCall(callee("lives_callback"), {Argument}));
    if (HasPeer)
      Sum = B.CreateAdd(B.CreateMul(Sum, constant(3)),
                        B.CreateCall(callee(peer("main")), {Argument}));
    B.CreateRet(Sum);
  }

  void writeBump() {
    auto *Count =
        new GlobalVariable(*M, I32, false, GlobalValue::InternalLinkage,
                           B.getInt32(1000), std::string(OwnMark) + "_count");
    GlobalVariable *Zeros =
        words(S.ZeroKiB, false, "zeros", GlobalValue::InternalLinkage);
    begin("bump");
    Value *Sum = constant(0);
    auto AddTo = [&](Value *Address) {
      Value *New = B.CreateAdd(B.CreateLoad(I32, Address), Argument);
      B.CreateStore(New, Address);
      Sum = B.CreateAdd(B.CreateMul(Sum, constant(5)), New);
    };
    AddTo(Count);
    AddTo(word(Zeros, constant(0)));
    AddTo(word(Zeros, lastOf(Zeros)));
    if (S.CommonKiB) {
      GlobalVariable *Common =
          words(S.CommonKiB, false, "common", GlobalValue::CommonLinkage);
      AddTo(word(Common, constant(0)));
      AddTo(word(Common, lastOf(Common)));
    }
    B.CreateRet(Sum);
  }

  void writeThrow() {
    begin("throw");
    guarded(callee(HasPeer ? peer("throw") : "lives_throw"));
  }

  // Calls Callee, with something to clean up when an exception passes.
  void guarded(FunctionCallee Callee) {
    LandingPadInst *Pad = invoke(Callee);
    Pad->setCleanup(true);
    B.CreateCall(callee("lives_cleanup"), {Argument});
    B.CreateResume(Pad);
  }

  void writeCatch() {
    Function *Throw = M->getFunction(std::string(OwnMark) + "_throw");
    begin("catch");
    LandingPadInst *Pad = invoke(Throw);
    Pad->addClause(Constant::getNullValue(Pointer));
    FunctionCallee Caught = M->getOrInsertFunction(
        "lives_caught", FunctionType::get(I32, {Pointer}, false));
    Value *Result = B.CreateCall(Caught, {B.CreateExtractValue(Pad, 0)});
    B.CreateRet(B.CreateAdd(Result, constant(1)));
  }

  // Returns Callee's result plus 1, unless it throws: then what is written next
  // runs.
  LandingPadInst *invoke(FunctionCallee Callee) {
    Function *F = B.GetInsertBlock()->getParent();
    F->setPersonalityFn(Personality);
    auto *Normal = BasicBlock::Create(M->getContext(), "normal", F);
    auto *Unwind = BasicBlock::Create(M->getContext(), "unwind", F);
    Value *Result = B.CreateInvoke(Callee, Normal, Unwind, {Argument});
    B.SetInsertPoint(Normal);
    B.CreateRet(B.CreateAdd(Result, constant(1)));
    B.SetInsertPoint(Unwind);
    return B.CreateLandingPad(StructType::get(Pointer, I32), 0);
  }

  static std::string peer(const char *Name) {
    return std::string(PeerMark) + "_" + Name;
  }

  std::unique_ptr<Module> M;
  IRBuilder<> B;
  const Shape &S;
  const bool HasPeer;
  Type *const I32;
  FunctionType *const Int;
  Function *Personality = nullptr;
  Type *Pointer = nullptr;
  Value *Argument = nullptr;
};

} // namespace

std::unique_ptr<Module> makeModule(LLVMContext &Context, const Shape &S,
                                   bool HasPeer) {
  return ModuleWriter(Context, S, HasPeer).write();
}

} // namespace jitslab
