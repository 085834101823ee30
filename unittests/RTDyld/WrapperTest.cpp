//===- WrapperTest.cpp - Managers that pass little on ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// Hosts own managers that wrap another one and pass on what their authors knew
/// of: neither reservations nor notifyObjectLoaded, with Mesa, Halide and
/// LLVM's own manager for C.
///
//===----------------------------------------------------------------------===//

#include "Support/Child.h"
#include "Support/Layouts.h"
#include "TestLinker.h"
#include "llvm-c/ExecutionEngine.h"
#include <cstring>

using namespace jitslab;
using namespace llvm;

namespace {

class Wrapper : public RTDyldMemoryManager {
public:
  explicit Wrapper(RTDyldMemoryManager &To) : To(To) {}

  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name) override {
    return To.allocateCodeSection(Size, Align, ID, Name);
  }
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name, bool ReadOnly) override {
    return To.allocateDataSection(Size, Align, ID, Name, ReadOnly);
  }
  void registerEHFrames(uint8_t *Addr, uint64_t LoadAddr,
                        size_t Size) override {
    To.registerEHFrames(Addr, LoadAddr, Size);
  }
  void deregisterEHFrames() override { To.deregisterEHFrames(); }
  bool finalizeMemory(std::string *Message) override {
    return To.finalizeMemory(Message);
  }

protected:
  RTDyldMemoryManager &To;
};

class NotifyingWrapper final : public Wrapper {
public:
  using RTDyldMemoryManager::notifyObjectLoaded;
  using Wrapper::Wrapper;
  void notifyObjectLoaded(RuntimeDyld &Dyld,
                          const object::ObjectFile &Object) override {
    static_cast<RuntimeDyld::MemoryManager &>(To).notifyObjectLoaded(Dyld,
                                                                     Object);
  }
};

/// LLVM's manager for C with functions that ask \p To. It registers frames
/// itself.
std::unique_ptr<RTDyldMemoryManager> simpleManager(RTDyldMemoryManager &To) {
  auto Code = [](void *M, uintptr_t Size, unsigned Align, unsigned ID,
                 const char *Name) {
    return static_cast<RTDyldMemoryManager *>(M)->allocateCodeSection(
        Size, Align, ID, Name);
  };
  auto Data = [](void *M, uintptr_t Size, unsigned Align, unsigned ID,
                 const char *Name, LLVMBool ReadOnly) {
    return static_cast<RTDyldMemoryManager *>(M)->allocateDataSection(
        Size, Align, ID, Name, ReadOnly);
  };
  auto Finalize = [](void *M, char **Message) -> LLVMBool {
    std::string Text;
    if (!static_cast<RTDyldMemoryManager *>(M)->finalizeMemory(&Text))
      return false;
    *Message = strdup(Text.c_str());
    return true;
  };
  return std::unique_ptr<RTDyldMemoryManager>(
      reinterpret_cast<RTDyldMemoryManager *>(
          LLVMCreateSimpleMCJITMemoryManager(&To, Code, Data, Finalize,
                                             [](void *) {})));
}

} // namespace

TEST_CASE(
    "Code of a wrapper that passes little on runs, or is an error first") {
  Layout L = anyLayout();
  ReservingMemoryManager Manager(arenaWith(L));
  Wrapper Outer(Manager);
  for (int Round = 0; Round != 3; ++Round) {
    TestLinker Linker(Outer);
    Error Err = Linker.loadAll({"tiny", "first"});
    if (L != Layout::Dense) {
      REQUIRE_SUCCESS(std::move(Err));
      CHECK(Linker.function<int(int)>("tiny")(0) == 8);
      continue;
    }
    CHECK(toString(std::move(Err)).find("notifyObjectLoaded") !=
          std::string::npos);
    // Also for hosts that ask later. It has been told once then.
    CHECK(toString(Manager.takeError()).find("notifyObjectLoaded") !=
          std::string::npos);
    CHECK_FALSE(Manager.finalizeMemory());
    REQUIRE_SUCCESS(Manager.takeError());
  }
}

TEST_CASE("Code of LLVM's manager for C runs, or is an error first") {
  Layout L = anyLayout();
  ReservingMemoryManager Manager(arenaWith(L));
  std::unique_ptr<RTDyldMemoryManager> Outer = simpleManager(Manager);
  TestLinker Linker(*Outer);
  Error Err = Linker.loadAll({"tiny", "first"});
  if (L != Layout::Dense) {
    REQUIRE_SUCCESS(std::move(Err));
    CHECK(Linker.function<int(int)>("tiny")(0) == 8);
  } else {
    CHECK(toString(std::move(Err)).find("notifyObjectLoaded") !=
          std::string::npos);
    CHECK(toString(Manager.takeError()).find("notifyObjectLoaded") !=
          std::string::npos);
  }
}

TEST_CASE("Control: code in Dense that nobody was told of cannot be called") {
  ReservingMemoryManager Manager(arenaWith(Layout::Dense));
  Wrapper Outer(Manager);
  TestLinker Linker(Outer);
  REQUIRE_SUCCESS(Linker.load("tiny"));
  Linker.relocate();
  CHECK_FALSE(runInChild([&] {
                return Linker.function<int(int)>("tiny")(0) == 8 ? 0 : 1;
              }).passed());
  consumeError(Linker.finalize());
  consumeError(Manager.takeError());
}

TEST_CASE("A wrapper that says which objects were loaded suits every layout") {
  ReservingMemoryManager Manager(anyArena());
  NotifyingWrapper Outer(Manager);
  TestLinker Linker(Outer);
  REQUIRE_SUCCESS(Linker.loadAll({"tiny", "first"}));
  CHECK(Linker.function<int(int)>("tiny")(0) == 8);
  REQUIRE_SUCCESS(Manager.takeError());
}

TEST_CASE("A host that uses no linker of LLVM need not say what was loaded") {
  ReservingMemoryManager Manager(arenaWith(Layout::Dense));
  // A host that links by itself has code, but nobody has its frames.
  Manager.allocateCodeSection(100, 16, 0, ".text");
  Manager.allocateDataSection(100, 16, 1, ".data", false);
  CHECK_FALSE(Manager.finalizeMemory());
  REQUIRE_SUCCESS(Manager.takeError());
}
