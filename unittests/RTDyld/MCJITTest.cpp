//===- MCJITTest.cpp - ReservingMemoryManager in MCJIT --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "TestEngine.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include <atomic>
#include <cmath>
#include <thread>

using namespace jitslab;
using namespace llvm;

static int HostCounter = 0;

namespace {

/// Function fI of module I:
///   double fI(int X) { host_counter++; data += X;
///                      return data * 1.37 + table[X & 3] + f(I-1)(X); }
std::unique_ptr<Module> makeModule(LLVMContext &Context, int I) {
  auto M = std::make_unique<Module>("m" + std::to_string(I), Context);
  IRBuilder<> B(Context);
  Type *I32 = B.getInt32Ty(), *F64 = B.getDoubleTy();
  auto *FT = FunctionType::get(F64, {I32}, false);
  auto *Counter = new GlobalVariable(
      *M, I32, false, GlobalValue::ExternalLinkage, nullptr, "host_counter");
  auto *Data = new GlobalVariable(*M, I32, false, GlobalValue::InternalLinkage,
                                  B.getInt32(10 * I + 1), "data");
  auto *TableType = ArrayType::get(I32, 4);
  auto *Table = new GlobalVariable(
      *M, TableType, true, GlobalValue::InternalLinkage,
      ConstantDataArray::get(Context, ArrayRef<uint32_t>{100, 200, 300, 400}),
      "table");
  auto *F = Function::Create(FT, GlobalValue::ExternalLinkage,
                             "f" + std::to_string(I), M.get());
  B.SetInsertPoint(BasicBlock::Create(Context, "entry", F));
  Value *X = F->getArg(0);
  B.CreateStore(B.CreateAdd(B.CreateLoad(I32, Counter), B.getInt32(1)),
                Counter);
  Value *NewData = B.CreateAdd(B.CreateLoad(I32, Data), X);
  B.CreateStore(NewData, Data);
  Value *Index = B.CreateAnd(X, B.getInt32(3));
  Value *Entry = B.CreateLoad(
      I32, B.CreateInBoundsGEP(TableType, Table, {B.getInt32(0), Index}));
  Value *Result = B.CreateFAdd(
      B.CreateFMul(B.CreateSIToFP(NewData, F64), ConstantFP::get(F64, 1.37)),
      B.CreateSIToFP(Entry, F64));
  if (I > 0) {
    auto *Previous = Function::Create(FT, GlobalValue::ExternalLinkage,
                                      "f" + std::to_string(I - 1), M.get());
    Result = B.CreateFAdd(Result, B.CreateCall(Previous, {X}));
  }
  B.CreateRet(Result);
  return verifyModule(*M, &errs()) ? nullptr : std::move(M);
}

double expectedResult(int I, int X, int Calls) {
  double Sum = 0;
  for (int J = 0; J <= I; ++J)
    Sum += (10 * J + 1 + Calls * X) * 1.37 + 100 * ((X & 3) + 1);
  return Sum;
}

std::unique_ptr<ExecutionEngine>
makeEngine(LLVMContext &Context, std::unique_ptr<RTDyldMemoryManager> Manager) {
  auto Engine = jitslab::makeEngine(makeModule(Context, 0), std::move(Manager));
  if (!Engine)
    return nullptr;
  Engine->addGlobalMapping("host_counter",
                           reinterpret_cast<uintptr_t>(&HostCounter));
  return Engine;
}

using JITFunction = double(int);

JITFunction *functionOf(ExecutionEngine &Engine, int I) {
  return reinterpret_cast<JITFunction *>(
      Engine.getFunctionAddress("f" + std::to_string(I)));
}

bool same(double A, double B) { return std::abs(A - B) < 1e-6; }

/// Module 0, then the adversary, then more modules, each calling the one
/// before. \returns 0 if all results are right.
int runUnderAdversary(std::unique_ptr<RTDyldMemoryManager> Manager) {
  LLVMContext Context;
  auto Engine = makeEngine(Context, std::move(Manager));
  if (!Engine)
    return 1;
  JITFunction *First = functionOf(*Engine, 0);
  if (!First || !same(First(2), expectedResult(0, 2, 1)))
    return 1;
  AddressSpaceAdversary A;
  if (Error Err = A.occupy(reinterpret_cast<uintptr_t>(First))) {
    consumeError(std::move(Err));
    return 1;
  }
  constexpr int Last = 8;
  for (int I = 1; I <= Last; ++I)
    Engine->addModule(makeModule(Context, I));
  HostCounter = 0;
  double Result = functionOf(*Engine, Last)(2);
  // Module 0 has been called once before.
  double Expected = expectedResult(Last, 2, 1) + 2 * 1.37;
  return same(Result, Expected) && HostCounter == Last + 1 ? 0 : 2;
}

} // namespace

TEST_CASE("An MCJIT engine with many modules shares one manager") {
  auto Memory = anyArena();
  {
    LLVMContext Context;
    auto Engine =
        makeEngine(Context, std::make_unique<ReservingMemoryManager>(Memory));
    REQUIRE(Engine);
    constexpr int Last = 19;
    for (int I = 1; I <= Last; ++I)
      Engine->addModule(makeModule(Context, I));
    Engine->finalizeObject();
    HostCounter = 0;
    CHECK(same(functionOf(*Engine, Last)(3), expectedResult(Last, 3, 1)));
    CHECK(same(functionOf(*Engine, Last)(3), expectedResult(Last, 3, 2)));
    CHECK(HostCounter == 2 * (Last + 1));
    CHECK(Memory->stats().LiveObjects == Last + 1);
  }
  CHECK(Memory->stats().LiveBytes == 0);
  CHECK(Memory->verify());
}

TEST_CASE("Modules added after others have run do not disturb them") {
  auto Memory = anyArena();
  LLVMContext Context;
  auto Engine =
      makeEngine(Context, std::make_unique<ReservingMemoryManager>(Memory));
  REQUIRE(Engine);
  JITFunction *First = functionOf(*Engine, 0);
  CHECK(same(First(1), expectedResult(0, 1, 1)));
  for (int I = 1; I <= 5; ++I) {
    Engine->addModule(makeModule(Context, I));
    REQUIRE(functionOf(*Engine, I));
    CHECK(same(First(1), expectedResult(0, 1, I + 1)));
  }
}

TEST_CASE("MCJIT code is right however full the address space is") {
  Layout L = anyLayout();
  ChildOutcome Outcome = runInChild([&] {
    auto Memory = arenaWith(L);
    return runUnderAdversary(std::make_unique<ReservingMemoryManager>(Memory));
  });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

#ifdef __aarch64__
// On x86-64 every section of one MCJIT module lies in one mapping of its own
// kind, and references across modules go through stubs and the GOT: whether the
// stock manager fails there depends on the module. RangeTest.cpp has a control
// that is certain on both.
TEST_CASE("Control: MCJIT code goes wrong with SectionMemoryManager") {
  ChildOutcome Outcome = runInChild([] {
    return runUnderAdversary(std::make_unique<SectionMemoryManager>());
  });
  WARN("SectionMemoryManager in MCJIT: " << Outcome.describe());
  if (Outcome.passed())
    FAIL("THE CONTROL PASSED: the adversary does not force mappings apart, so "
         "the test of ReservingMemoryManager proves nothing");
}
#endif

TEST_CASE("Engines in several threads share an arena") {
  auto Memory = anyArenaThatReusesCode();
  constexpr int Threads = 4, Rounds = 5;
  std::vector<std::thread> Pool;
  std::atomic<int> RightResults{0};
  initializeTarget();
  for (int T = 0; T != Threads; ++T)
    Pool.emplace_back([&] {
      for (int R = 0; R != Rounds; ++R) {
        LLVMContext Context;
        auto M = makeModule(Context, 0);
        // The counter of the host is shared: not in this test.
        auto *Counter = M->getGlobalVariable("host_counter");
        Counter->setInitializer(ConstantInt::get(Type::getInt32Ty(Context), 0));
        Counter->setLinkage(GlobalValue::InternalLinkage);
        std::unique_ptr<ExecutionEngine> Engine(
            EngineBuilder(std::move(M))
                .setEngineKind(EngineKind::JIT)
                .setMCJITMemoryManager(
                    std::make_unique<ReservingMemoryManager>(Memory))
                .create());
        if (Engine && same(functionOf(*Engine, 0)(R), expectedResult(0, R, 1)))
          ++RightResults;
      }
    });
  for (std::thread &T : Pool)
    T.join();
  CHECK(RightResults == Threads * Rounds);
  CHECK(Memory->stats().LiveBytes == 0);
  CHECK(Memory->verify());
}
