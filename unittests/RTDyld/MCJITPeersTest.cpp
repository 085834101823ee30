//===- MCJITPeersTest.cpp - What MCJIT's users count on -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/compatibility.md says which of LLVM's promises these tests keep.
//
//===----------------------------------------------------------------------===//

#include "Support/Layouts.h"
#include "TestEngine.h"
#include "TestLinker.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/ObjectCache.h"
#include "llvm/IR/IRBuilder.h"
#include <functional>
#include <map>

using namespace jitslab;
using namespace llvm;

namespace {

/// A module of functions `int NAME()`.
class IntModule {
public:
  IntModule(LLVMContext &Context, const std::string &Name)
      : M(std::make_unique<Module>(Name, Context)), B(Context),
        Type(FunctionType::get(B.getInt32Ty(), {}, false)) {}

  using Body = std::function<Value *(IRBuilder<> &)>;
  Function *define(const std::string &Name, const Body &MakeResult) {
    auto *F = cast<Function>(M->getOrInsertFunction(Name, Type).getCallee());
    B.SetInsertPoint(BasicBlock::Create(M->getContext(), "entry", F));
    B.CreateRet(MakeResult(B));
    return F;
  }
  Function *constant(const std::string &Name, uint32_t Result) {
    return define(Name, [=](IRBuilder<> &B) { return B.getInt32(Result); });
  }
  /// A function that calls another one and adds something to its result.
  Function *caller(const std::string &Name, const std::string &Callee,
                   uint32_t Plus = 0) {
    return define(Name, [&](IRBuilder<> &B) {
      return B.CreateAdd(B.CreateCall(declare(Callee)), B.getInt32(Plus));
    });
  }
  FunctionCallee declare(const std::string &Name) {
    return M->getOrInsertFunction(Name, Type);
  }
  GlobalVariable *variable(const std::string &Name, uint32_t Value) {
    return new GlobalVariable(*M, B.getInt32Ty(), false,
                              GlobalValue::ExternalLinkage, B.getInt32(Value),
                              Name);
  }
  /// A function that adds one to a variable and returns it.
  Function *counter(const std::string &Name, GlobalVariable *Variable) {
    return define(Name, [=](IRBuilder<> &B) {
      Value *Next =
          B.CreateAdd(B.CreateLoad(B.getInt32Ty(), Variable), B.getInt32(1));
      B.CreateStore(Next, Variable);
      return Next;
    });
  }
  Module &module() { return *M; }
  std::unique_ptr<Module> take() { return std::move(M); }

private:
  std::unique_ptr<Module> M;
  IRBuilder<> B;
  FunctionType *Type;
};

std::unique_ptr<ExecutionEngine> makeEngine(std::unique_ptr<Module> M,
                                            std::shared_ptr<Arena> Memory) {
  auto Engine = jitslab::makeEngine(
      std::move(M),
      std::make_unique<ReservingMemoryManager>(std::move(Memory)));
  REQUIRE(Engine);
  return Engine;
}

int call(ExecutionEngine &Engine, const std::string &Name) {
  uint64_t Address = Engine.getFunctionAddress(Name);
  REQUIRE(Address != 0);
  return reinterpret_cast<int (*)()>(Address)();
}

} // namespace

TEST_CASE("A variable of a module is the same to its code and to the host") {
  auto Memory = anyArena();
  LLVMContext Context;
  IntModule M(Context, "counting");
  M.counter("next", M.variable("counter", 5));
  auto Engine = makeEngine(M.take(), Memory);
  auto *Counter =
      reinterpret_cast<int *>(Engine->getGlobalValueAddress("counter"));
  REQUIRE(Counter);
  Engine->finalizeObject();
  CHECK(*Counter == 5);
  CHECK(call(*Engine, "next") == 6);
  CHECK(*Counter == 6);
  *Counter = 40;
  CHECK(call(*Engine, "next") == 41);
}

TEST_CASE("A chain of calls through one module arrives at its end") {
  auto Memory = anyArena();
  LLVMContext Context;
  IntModule M(Context, "chain");
  constexpr int Links = 30;
  M.constant("link0", 5);
  for (int I = 1; I <= Links; ++I)
    M.caller("link" + std::to_string(I), "link" + std::to_string(I - 1), 1);
  auto Engine = makeEngine(M.take(), Memory);
  CHECK(call(*Engine, "link" + std::to_string(Links)) == 5 + Links);
}

TEST_CASE("Modules find each other in whatever order they are added and used") {
  Layout L = anyLayout();
  // Who calls whom: first and second each other's functions, both the third's.
  auto Make = [](LLVMContext &Context, int I) {
    IntModule M(Context, "module" + std::to_string(I));
    std::string Own = std::to_string(I);
    M.constant("constant" + Own, 100 * I);
    M.counter("next" + Own, M.variable("variable" + Own, 10 * I));
    M.caller("other" + Own, "constant" + std::to_string(3 - I), I);
    return M.take();
  };
  for (bool Swapped : {false, true})
    for (bool SecondFirst : {false, true}) {
      LLVMContext Context;
      auto Engine = makeEngine(Make(Context, Swapped ? 2 : 1), arenaWith(L));
      Engine->addModule(Make(Context, Swapped ? 1 : 2));
      std::string A = SecondFirst ? "2" : "1", B = SecondFirst ? "1" : "2";
      int NumberA = SecondFirst ? 2 : 1, NumberB = 3 - NumberA;
      CHECK(call(*Engine, "other" + A) == 100 * NumberB + NumberA);
      CHECK(call(*Engine, "other" + B) == 100 * NumberA + NumberB);
      CHECK(call(*Engine, "next" + B) == 10 * NumberB + 1);
      CHECK(call(*Engine, "next" + A) == 10 * NumberA + 1);
      CHECK(call(*Engine, "next" + A) == 10 * NumberA + 2);
    }
}

static int hostsAnswer() { return 77; }
static std::vector<std::string> NamesAskedFor;
static void *createForHost(const std::string &Name) {
  NamesAskedFor.push_back(Name);
  return reinterpret_cast<void *>(&hostsAnswer);
}

TEST_CASE("The host is asked for names that nobody defines, and mapped names "
          "keep their addresses") {
  auto Memory = anyArena();
  LLVMContext Context;
  IntModule M(Context, "asking");
  M.caller("ask_first", "host_knows_first", 1);
  M.caller("ask_second", "host_knows_second", 2);
  M.caller("ask_mapped", "mapped_by_host", 3);
  auto *Declared = cast<Function>(M.declare("_exit").getCallee());
  auto Engine = makeEngine(M.take(), Memory);
  Engine->addGlobalMapping("mapped_by_host",
                           reinterpret_cast<uintptr_t>(&hostsAnswer));
  NamesAskedFor.clear();
  Engine->InstallLazyFunctionCreator(createForHost);
  CHECK(call(*Engine, "ask_first") == 78);
  CHECK(call(*Engine, "ask_second") == 79);
  CHECK(call(*Engine, "ask_mapped") == 80);
  for (const char *Name : {"host_knows_first", "host_knows_second"})
    CHECK(std::count(NamesAskedFor.begin(), NamesAskedFor.end(), Name) == 1);
  CHECK(std::count(NamesAskedFor.begin(), NamesAskedFor.end(),
                   "mapped_by_host") == 0);
  void *Address = Engine->getPointerToFunction(Declared);
  CHECK(Address != nullptr);
  CHECK(Engine->getPointerToFunction(Declared) == Address);
}

namespace {

/// Keeps a copy of each object, by the name of its module.
class KeepingCache : public ObjectCache {
public:
  std::map<std::string, std::string> Objects;
  size_t Compiled = 0, Given = 0;

  void notifyObjectCompiled(const Module *M, MemoryBufferRef Object) override {
    ++Compiled;
    Objects[M->getModuleIdentifier()] = Object.getBuffer().str();
  }
  std::unique_ptr<MemoryBuffer> getObject(const Module *M) override {
    auto I = Objects.find(M->getModuleIdentifier());
    if (I == Objects.end())
      return nullptr;
    ++Given;
    return MemoryBuffer::getMemBufferCopy(I->second);
  }
};

} // namespace

TEST_CASE("Objects from a cache run like those that were just compiled") {
  auto Memory = anyArenaThatReusesCode();
  KeepingCache Cache;
  LLVMContext Context;
  auto Run = [&](const char *Name, uint32_t Result, ObjectCache *UsedCache) {
    IntModule M(Context, Name);
    M.constant("answer", Result);
    auto Engine = makeEngine(M.take(), Memory);
    Engine->setObjectCache(UsedCache);
    return call(*Engine, "answer");
  };
  CHECK(Run("module", 1, nullptr) == 1);
  CHECK(Cache.Compiled == 0);
  CHECK(Run("module", 2, &Cache) == 2);
  CHECK(Cache.Compiled == 1);
  // The engine that this object was made for is gone.
  CHECK(Run("module", 3, &Cache) == 2);
  CHECK((Cache.Compiled == 1 && Cache.Given == 1));
  CHECK(Run("another", 4, &Cache) == 4);
  CHECK((Cache.Compiled == 2 && Cache.Given == 1));
  CHECK(Memory->stats().LiveBytes == 0);
}

TEST_CASE("A stack map is a section like others") {
  auto Memory = anyArena();
  LLVMContext Context;
  IntModule M(Context, "mapped");
  M.define("answer", [&](IRBuilder<> &B) {
    auto *Type = FunctionType::get(B.getVoidTy(),
                                   {B.getInt64Ty(), B.getInt32Ty()}, true);
    auto StackMap =
        M.module().getOrInsertFunction("llvm.experimental.stackmap", Type);
    B.CreateCall(StackMap, {B.getInt64(9), B.getInt32(0), B.getInt32(4711)});
    return B.getInt32(42);
  });
  auto Owned = std::make_unique<Recording<ReservingMemoryManager>>(Memory);
  const auto &Manager = *Owned;
  auto Engine = makeEngine(M.take(), std::move(Owned));
  CHECK(call(*Engine, "answer") == 42);
  const SectionRecord *Found = nullptr;
  for (const SectionRecord &S : Manager.Sections)
    if (S.Name == ".llvm_stackmaps")
      Found = &S;
  REQUIRE(Found);
  // The header begins with the version, which is 3 (llvm.org/docs/StackMaps).
  CHECK(*reinterpret_cast<const uint8_t *>(Found->Start) == 3);
}

namespace {

/// Compares what RuntimeDyld announces with what it asks for then.
class Measuring : public ReservingMemoryManager {
public:
  using ReservingMemoryManager::ReservingMemoryManager;
  size_t Reservations = 0;
  PerSegment<size_t> Announced{}, Used{};

  // Whatever the layout prefers.
  bool needsToReserveAllocationSpace() override { return true; }
  void reserveAllocationSpace(uintptr_t Code, ReserveAlign CodeAlign,
                              uintptr_t ROData, ReserveAlign ROAlign,
                              uintptr_t RWData, ReserveAlign RWAlign) override {
    ++Reservations;
    Announced[SegmentKind::Code] = Code;
    Announced[SegmentKind::ROData] = ROData;
    Announced[SegmentKind::RWData] = RWData;
    ReservingMemoryManager::reserveAllocationSpace(Code, CodeAlign, ROData,
                                                   ROAlign, RWData, RWAlign);
  }
  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name) override {
    Used[SegmentKind::Code] += Size;
    return ReservingMemoryManager::allocateCodeSection(Size, Align, ID, Name);
  }
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name, bool ReadOnly) override {
    Used[ReadOnly ? SegmentKind::ROData : SegmentKind::RWData] += Size;
    return ReservingMemoryManager::allocateDataSection(Size, Align, ID, Name,
                                                       ReadOnly);
  }
};

} // namespace

TEST_CASE("A host may ask for reservations whatever the layout prefers") {
  auto Memory = anyArena();
  LLVMContext Context;
  IntModule M(Context, "announced");
  M.counter("next", M.variable("counter", 7));
  auto Owned = std::make_unique<Measuring>(Memory);
  const Measuring &Manager = *Owned;
  auto Engine = makeEngine(M.take(), std::move(Owned));
  CHECK(call(*Engine, "next") == 8);
  CHECK(Manager.Reservations == 1);
  for (SegmentKind K : AllSegmentKinds)
    CHECK(Manager.Used[K] <= Manager.Announced[K]);
  CHECK(Manager.Used[SegmentKind::Code] > 0);
  CHECK(Manager.Used[SegmentKind::RWData] > 0);
  CHECK(Memory->stats().LiveObjects == 1);
}
