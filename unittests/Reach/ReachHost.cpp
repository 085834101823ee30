//===- ReachHost.cpp - A host whose objects need its libraries' data ------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// reach-host LINKER LAYOUT ARENAS BLOCKED: loads an object that refers to data
// of the C++ library by distance into each of ARENAS arenas, which all live at
// once, after BLOCKED GiB of addresses were taken. LAYOUT -1: one of LLVM's
// memory managers instead. Exit status 0 if all of them work.

#include "Support/NativeTarget.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/MCJIT.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#if JITSLAB_HAS_JITLINK
#include "JITLink/TestJIT.h"
#endif

using namespace jitslab;
using namespace llvm;

using UseHostData = int (*)(int);
constexpr int Expected = 1113;

static std::unique_ptr<MemoryBuffer> read(const char *Name) {
  return cantFail(errorOrToExpected(MemoryBuffer::getFile(
      std::string(JITSLAB_TEST_INPUTS "/") + Name + ".o")));
}

static Error check(UseHostData Use) {
  int Result = Use(1);
  if (Result == ::Expected)
    return Error::success();
  return createStringError(inconvertibleErrorCode(), "the result is %d",
                           Result);
}

static Error runMCJIT(std::shared_ptr<Arena> Memory) {
  std::unique_ptr<RTDyldMemoryManager> Manager;
  ReservingMemoryManager *Ours = nullptr;
  if (Memory) {
    auto Owned = std::make_unique<ReservingMemoryManager>(Memory);
    Ours = Owned.get();
    Manager = std::move(Owned);
  } else {
    Manager = std::make_unique<SectionMemoryManager>();
  }
  initializeTarget();
  LLVMContext Context;
  std::string Message;
  // It lives on, as what it registered with __cxa_atexit does.
  ExecutionEngine *Engine =
      EngineBuilder(std::make_unique<Module>("empty", Context))
          .setErrorStr(&Message)
          .setMCJITMemoryManager(std::move(Manager))
          .create();
  if (!Engine)
    return createStringError(inconvertibleErrorCode(), Message.c_str());
  for (const char *Name : {"dsohandle", "hostdata"}) {
    auto Buffer = read(Name);
    auto Object =
        object::ObjectFile::createObjectFile(Buffer->getMemBufferRef());
    if (!Object)
      return Object.takeError();
    Engine->addObjectFile(object::OwningBinary<object::ObjectFile>(
        std::move(*Object), std::move(Buffer)));
  }
  Engine->finalizeObject();
  if (Ours)
    if (Error Err = Ours->takeError())
      return Err;
  return check(reinterpret_cast<UseHostData>(
      static_cast<uintptr_t>(Engine->getFunctionAddress("use_host_data"))));
}

static Error runJITLink(std::shared_ptr<Arena> Memory) {
#if JITSLAB_HAS_JITLINK
  auto JIT = Memory ? makeJIT(Memory) : makeStockJIT();
  if (!JIT)
    return JIT.takeError();
  if (Error Err = addObjects(**JIT, {"hostdata"}))
    return Err;
  auto Use = functionOf<int(int)>(**JIT, "use_host_data");
  if (!Use)
    return Use.takeError();
  // It lives on.
  (void)JIT->release();
  return check(*Use);
#else
  (void)Memory;
  return Error::success();
#endif
}

int main(int ArgC, char **ArgV) {
  if (ArgC != 5)
    return 2;
  const bool JITLink = StringRef(ArgV[1]) == "jitlink";
  const int Layout = atoi(ArgV[2]), Arenas = atoi(ArgV[3]);
  if (size_t Blocked = size_t(atoi(ArgV[4])) << 30)
    if (mmap(nullptr, Blocked, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
      return 3;
  std::vector<std::shared_ptr<Arena>> Memory(Arenas);
  if (Layout >= 0)
    for (std::shared_ptr<Arena> &A : Memory) {
      ArenaOptions Options;
      Options.ObjectLayout = jitslab::Layout(Layout);
      A = cantFail(Arena::create(Options));
    }
  for (const std::shared_ptr<Arena> &A : Memory)
    if (Error Err = JITLink ? runJITLink(A) : runMCJIT(A)) {
      fprintf(stderr, "%s\n", toString(std::move(Err)).c_str());
      return 1;
    }
  // Destructors of what was loaded do not run: their memory is the engines'.
  fflush(nullptr);
  _Exit(0);
}
