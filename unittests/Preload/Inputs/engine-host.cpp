//===- engine-host.cpp - A host of llvm::EngineBuilder --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// engine-host MODE: compiles and calls a function the way that MODE says.
// engine-host forks [MODE]: so do children and their parent.
// engine-host mixed OBJECT: a manager of its own links OBJECT, before and after
// there is an engine with another one.

#include "common/TripleModule.h"
#include "llvm-c/Target.h"
#include "llvm/ExecutionEngine/GenericValue.h"
#include "llvm/ExecutionEngine/Interpreter.h"
#include "llvm/ExecutionEngine/MCJIT.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include <atomic>
#include <mutex>
#include <pthread.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace llvm;

namespace {
/// Is seen to be used, and protects its code once more, as Halide's does.
class OwnManager : public SectionMemoryManager {
  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name) override {
    uint8_t *Code =
        SectionMemoryManager::allocateCodeSection(Size, Align, ID, Name);
    Sections.emplace_back(Code, Size);
    return Code;
  }
  bool finalizeMemory(std::string *ErrMsg) override {
    outs() << "the host's own manager\n";
    bool Failed = SectionMemoryManager::finalizeMemory(ErrMsg);
    for (sys::MemoryBlock Section : Sections)
      Failed |= bool(sys::Memory::protectMappedMemory(
          Section, sys::Memory::MF_READ | sys::Memory::MF_EXEC));
    return Failed;
  }

  std::vector<sys::MemoryBlock> Sections;
};

/// Has a manager of LLVM's and passes on what it has to, as Mesa's does.
class OwnWrapper : public RTDyldMemoryManager {
  SectionMemoryManager Inner;

  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name) override {
    return Inner.allocateCodeSection(Size, Align, ID, Name);
  }
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name, bool IsReadOnly) override {
    return Inner.allocateDataSection(Size, Align, ID, Name, IsReadOnly);
  }
  bool finalizeMemory(std::string *ErrMsg) override {
    return Inner.finalizeMemory(ErrMsg);
  }
};

/// So is this.
class OwnMapper : public SectionMemoryManager::MemoryMapper {
  sys::MemoryBlock allocateMappedMemory(SectionMemoryManager::AllocationPurpose,
                                        size_t Size,
                                        const sys::MemoryBlock *Near,
                                        unsigned Flags,
                                        std::error_code &EC) override {
    outs() << "the host's own mapper\n";
    return sys::Memory::allocateMappedMemory(Size, Near, Flags, EC);
  }
  std::error_code protectMappedMemory(const sys::MemoryBlock &Block,
                                      unsigned Flags) override {
    return sys::Memory::protectMappedMemory(Block, Flags);
  }
  std::error_code releaseMappedMemory(sys::MemoryBlock &Block) override {
    return sys::Memory::releaseMappedMemory(Block);
  }
};

/// Answers for a symbol that nobody else has.
class OwnResolver : public LegacyJITSymbolResolver {
  JITSymbol findSymbol(const std::string &) override { return nullptr; }
  JITSymbol findSymbolInLogicalDylib(const std::string &) override {
    return nullptr;
  }
};

struct Host {
  LLVMContext Context;
  OwnMapper Mapper;
  /// As lli has it: the engine's, and still known.
  SectionMemoryManager *Plain = nullptr;
  std::unique_ptr<ExecutionEngine> Engine;

  explicit Host(StringRef Mode = "") {
    std::string Message;
    EngineBuilder Builder(jitslab::makeTripleModule(Context));
    Builder.setErrorStr(&Message);
    if (Mode == "own")
      Builder.setMCJITMemoryManager(std::make_unique<OwnManager>());
    if (Mode == "wrapper")
      Builder.setMCJITMemoryManager(std::make_unique<OwnWrapper>());
    if (Mode == "plain-manager" || Mode == "mapper") {
      auto Manager = std::make_unique<SectionMemoryManager>(
          Mode == "mapper" ? &Mapper : nullptr);
      Plain = Manager.get();
      Builder.setMCJITMemoryManager(std::move(Manager));
    }
    if (Mode == "resolver")
      Builder.setSymbolResolver(std::make_unique<OwnResolver>());
    if (Mode == "interpreter")
      Builder.setEngineKind(EngineKind::Interpreter);
    Engine.reset(Builder.create());
    if (!Engine)
      report_fatal_error(StringRef(Message));
  }

  int triple(int X) {
    auto *Triple =
        reinterpret_cast<int (*)(int)>(Engine->getFunctionAddress("triple"));
    if (Plain)
      Plain->invalidateInstructionCache();
    return Triple(X);
  }

  int interpret(int X) {
    GenericValue Argument;
    Argument.IntVal = APInt(32, X);
    return Engine->runFunction(Engine->FindFunctionNamed("triple"), Argument)
        .IntVal.getSExtValue();
  }
};
} // namespace

// Children compile with the parent's engine and with one of their own; so does
// the parent, afterwards.
static int runForks(StringRef Mode) {
  Host Before(Mode);
  int Bad = 0;
  for (int I = 0; I < 5; ++I) {
    pid_t Child = fork();
    if (Child == 0)
      exit(Before.triple(I) == 3 * I && Host(Mode).triple(I) == 3 * I ? 0 : 1);
    int Status;
    waitpid(Child, &Status, 0);
    Bad += Status != 0;
    Bad += Host(Mode).triple(I) != 3 * I;
  }
  Bad += Before.triple(14) != 42;
  outs() << "bad results: " << Bad << '\n';
  return Bad != 0;
}

static std::mutex JITLock;

/// Forks while a thread compiles under a lock of the host's, which its fork
/// handlers take too; they were registered before LLVM was called.
static int runForksUnderLock() {
  pthread_atfork([] { JITLock.lock(); }, [] { JITLock.unlock(); },
                 [] { JITLock.unlock(); });
  // Who takes longer waits for ever.
  alarm(60);
  std::atomic<bool> Done{false};
  std::atomic<int> Compiled{0};
  std::thread Compiler([&] {
    while (!Done) {
      {
        std::lock_guard<std::mutex> Guard(JITLock);
        Compiled += Host().triple(14) == 42;
      }
      // Mutexes are not fair: who forks may get none otherwise.
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  while (!Compiled)
    std::this_thread::yield();
  int Bad = 0;
  for (int I = 0; I < 20; ++I) {
    pid_t Child = fork();
    if (Child == 0) {
      // LLVM has locks of its own, which do not survive a fork.
      std::lock_guard<std::mutex> Guard(JITLock);
      _exit(0);
    }
    int Status;
    waitpid(Child, &Status, 0);
    Bad += Status != 0;
  }
  Done = true;
  Compiler.join();
  outs() << "bad results: " << Bad << '\n';
  return Bad != 0;
}

static bool links(OwnManager &Manager, StringRef Path) {
  auto Object = cantFail(object::ObjectFile::createObjectFile(Path));
  RuntimeDyld Linker(Manager, Manager);
  Linker.loadObject(*Object.getBinary());
  Linker.finalizeWithMemoryManagerLocking();
  auto *Triple =
      reinterpret_cast<int (*)(int)>(Linker.getSymbol("triple").getAddress());
  return Triple && Triple(14) == 42;
}

static int runMixed(StringRef Path) {
  OwnManager Manager;
  bool Good = links(Manager, Path);
  Good &= Host("own").triple(14) == 42;
  Good &= links(Manager, Path);
  outs() << (Good ? "triple(14) = 42\n" : "a wrong result\n");
  return !Good;
}

int main(int, char **Argv) {
  StringRef Mode = Argv[1];
  jitslab::initializeExampleTarget();
  LLVMLinkInMCJIT();
  LLVMLinkInInterpreter();
  if (Mode == "forks")
    return runForks(Argv[2] ? Argv[2] : "");
  if (Mode == "forks-under-lock")
    return runForksUnderLock();
  if (Mode == "mixed")
    return runMixed(Argv[2]);
  Host H(Mode);
  int Result = Mode == "interpreter" ? H.interpret(14) : H.triple(14);
  outs() << "triple(14) = " << Result << '\n';
  if (Mode == "leak")
    (void)H.Engine.release();
  return 0;
}
