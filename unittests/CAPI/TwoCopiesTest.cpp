//===- TwoCopiesTest.cpp - The libraries for C and C++ in one process -----===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Each has everything inside: fork handlers, a registry of frames, and what
// jitslab-inspect reads. None may take the other's, or be in its way.

#include "JITs.h"
#include "Support/NativeTarget.h"
#include "jitslab/Arena.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"
#include <atomic>
#include <memory>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace llvm;

using SharedArena = std::shared_ptr<jitslab::Arena>;

/// Found by relay.cpp's objects.
extern "C" {
__attribute__((visibility("default"))) int relay_unwound = 0;
}

static SharedArena cxxArena(uint32_t Layout) {
  jitslab::ArenaOptions O;
  O.ObjectLayout = jitslab::Layout(Layout);
  return cantFail(jitslab::Arena::create(O));
}

/// The layer of a host in C++. \p Context is a SharedArena.
static LLVMOrcObjectLayerRef createCxxLayer(void *Context,
                                            LLVMOrcExecutionSessionRef Session,
                                            const char * /*Triple*/) {
  auto *Layer = new orc::RTDyldObjectLinkingLayer(
      *reinterpret_cast<orc::ExecutionSession *>(Session),
      [A = *static_cast<SharedArena *>(Context)](auto &&...) {
        return std::make_unique<jitslab::ReservingMemoryManager>(A);
      });
  return reinterpret_cast<LLVMOrcObjectLayerRef>(
      static_cast<orc::ObjectLayer *>(Layer));
}

/// One arena of each library, with equal layouts.
struct Arenas {
  explicit Arenas(uint32_t Layout)
      : InC(arenaWithLayout(Layout)), InCxx(cxxArena(Layout)) {}
  Arenas(const Arenas &) = delete;
  ~Arenas() { JitslabDisposeArena(InC); }

  LLVMOrcLLJITRef jitInC() {
    return makeJIT(JitslabCreateRTDyldObjectLinkingLayer, InC);
  }
  LLVMOrcLLJITRef jitInCxx() { return makeJIT(createCxxLayer, &InCxx); }

  JitslabArenaRef InC;
  SharedArena InCxx;
};

static void exceptionsAreFoundInObjectsOfBoth() {
  for (uint32_t Layout = 0, End = numLayouts(); Layout != End; ++Layout) {
    Arenas A(Layout);
    // The tables of one that has many are made anew when an object comes or
    // goes.
    std::vector<LLVMOrcLLJITRef> JITs;
    for (int I = 0; I != 8; ++I) {
      JITs.push_back(A.jitInC());
      JITs.push_back(A.jitInCxx());
    }
    for (LLVMOrcLLJITRef JIT : JITs)
      addObject(JIT, "catch");
    for (LLVMOrcLLJITRef JIT : JITs)
      CHECK(call(JIT, "throw_and_catch", 21) == 42);
    CHECK(statsOf(A.InC).LiveObjects == 8);
    CHECK(A.InCxx->stats().LiveObjects == 8);
    for (size_t I = 0; I < JITs.size(); I += 3)
      CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JITs[I]));
    for (size_t I = 0; I != JITs.size(); ++I)
      if (I % 3 != 0)
        CHECK(call(JITs[I], "throw_and_catch", 4) == 8);
    for (size_t I = 0; I != JITs.size(); ++I)
      if (I % 3 != 0)
        CHECK_SUCCESS(LLVMOrcDisposeLLJIT(JITs[I]));
    CHECK(statsOf(A.InC).LiveObjects == 0);
    CHECK(A.InCxx->stats().LiveObjects == 0);
  }
}

using Relay = int (*)(int (*)(void *), void *);

static Relay relayOf(LLVMOrcLLJITRef JIT, const char *Name) {
  LLVMOrcExecutorAddress Address = 0;
  CHECK_SUCCESS(LLVMOrcLLJITLookup(JIT, &Address, Name));
  REQUIRE(Address);
  return reinterpret_cast<Relay>(uintptr_t(Address));
}

static void oneExceptionPassesThroughObjectsOfBoth() {
  for (uint32_t Layout = 0, End = numLayouts(); Layout != End; ++Layout) {
    Arenas A(Layout);
    LLVMOrcLLJITRef InC = A.jitInC(), InCxx = A.jitInCxx();
    addObject(InC, "relay1");
    addObject(InCxx, "relay2");
    Relay Outer = relayOf(InC, "relay1"), Inner = relayOf(InCxx, "relay2");
    relay_unwound = 0;
    int Caught = 0;
    try {
      Outer(
          [](void *Inside) {
            return (*static_cast<Relay *>(Inside))(
                [](void *) -> int { throw 7; }, nullptr);
          },
          &Inner);
    } catch (int Value) {
      Caught = Value;
    }
    CHECK(Caught == 7);
    CHECK(relay_unwound == 2);
    CHECK_SUCCESS(LLVMOrcDisposeLLJIT(InC));
    CHECK_SUCCESS(LLVMOrcDisposeLLJIT(InCxx));
  }
}

#ifdef JITSLAB_TEST_FORKS
static constexpr int NumForks = 50;
/// Who takes longer waits for ever.
static constexpr unsigned Seconds = 60;

/// Loads an object, as RuntimeDyld does. \returns whether it can be run.
static bool loadWith(RTDyldMemoryManager &M) {
  std::string Text;
  uint8_t *Code = M.allocateCodeSection(100, 16, 1, ".text");
  uint8_t *Data = M.allocateDataSection(100, 16, 2, ".data", false);
  if (!Code || !Data)
    return false;
  Code[0] = Data[0] = 1;
  return !M.finalizeMemory(&Text);
}

static bool loadInC(Arenas &A) {
  LLVMMCJITMemoryManagerRef M = nullptr;
  if (LLVMErrorRef Err = JitslabCreateMCJITMemoryManager(&M, A.InC)) {
    LLVMConsumeError(Err);
    return false;
  }
  const bool Loaded = loadWith(*unwrap(M));
  LLVMErrorRef Err = JitslabMCJITMemoryManagerTakeError(M);
  LLVMConsumeError(Err);
  LLVMDisposeMCJITMemoryManager(M);
  return Loaded && !Err;
}

static bool loadInCxx(Arenas &A) {
  jitslab::ReservingMemoryManager M(A.InCxx);
  return loadWith(M);
}

static void childrenCanLoadWithBothWhileThreadsDo() {
  for (uint32_t Layout = 0, End = numLayouts(); Layout != End; ++Layout) {
    Arenas A(Layout);
    std::atomic<bool> Done{false};
    std::atomic<int> Failed{0};
    std::vector<std::thread> Threads;
    for (auto *Load : {loadInC, loadInCxx})
      Threads.emplace_back([&A, &Done, &Failed, Load] {
        while (!Done)
          Failed += !Load(A);
      });
    int Good = 0, Status = 0;
    alarm(2 * Seconds);
    for (; Status == 0 && Good != NumForks; ++Good) {
      const pid_t Child = fork();
      if (Child == 0) {
        alarm(Seconds);
        _exit(loadInC(A) && loadInCxx(A) ? 0 : 1);
      }
      REQUIRE(waitpid(Child, &Status, 0) == Child);
    }
    Done = true;
    for (std::thread &T : Threads)
      T.join();
    alarm(0);
    CHECK(Good == NumForks && Status == 0);
    CHECK(Failed == 0);
    CHECK(statsOf(A.InC).LiveObjects == 0);
    CHECK(A.InCxx->stats().LiveObjects == 0);
    CHECK(A.InCxx->verify());
  }
}
#endif

static void eachKnowsItsOwnClassesOfErrors() {
  JitslabArenaOptions Options = defaultOptions();
  Options.WindowSize = 1;
  JitslabArenaRef Arena = nullptr;
  LLVMErrorRef InC = JitslabCreateArena(&Arena, &Options);
  CHECK(JitslabGetErrorCode(InC) == JitslabErrorBadOption);
  LLVMConsumeError(InC);

  jitslab::ArenaOptions O;
  O.WindowSize = 1;
  Error InCxx = jitslab::Arena::create(O).takeError();
  CHECK(InCxx.isA<jitslab::BadOptionError>());
  LLVMErrorRef Handed = wrap(std::move(InCxx));
  CHECK(JitslabGetErrorCode(Handed) == JitslabErrorOther);
  LLVMConsumeError(Handed);
}

#ifdef JITSLAB_TEST_INSPECT
static void jitslabInspectShowsTheArenasOfBoth() {
  Arenas A(JitslabLayoutPerProtection);
  SharedArena Third = cxxArena(JitslabLayoutPerObject);
  // Under Yama a child may not look at its parent otherwise.
  (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  const std::string Command =
      JITSLAB_TEST_INSPECT " --format=json " + std::to_string(getpid());
  FILE *Pipe = popen(Command.c_str(), "r");
  REQUIRE(Pipe);
  std::string Text;
  for (int C; (C = fgetc(Pipe)) != EOF;)
    Text += char(C);
  CHECK(pclose(Pipe) == 0);
  int Shown = 0;
  for (size_t At = 0; (At = Text.find("\"layout\"", At)) != std::string::npos;
       ++At)
    ++Shown;
  if (Shown != 3)
    fprintf(stderr, "%s\n", Text.c_str());
  CHECK(Shown == 3);
}
#endif

int main() {
  initializeTarget();
  RUN(exceptionsAreFoundInObjectsOfBoth);
  RUN(oneExceptionPassesThroughObjectsOfBoth);
#ifdef JITSLAB_TEST_FORKS
  RUN(childrenCanLoadWithBothWhileThreadsDo);
#endif
  RUN(eachKnowsItsOwnClassesOfErrors);
#ifdef JITSLAB_TEST_INSPECT
  RUN(jitslabInspectShowsTheArenasOfBoth);
#endif
  return result();
}
