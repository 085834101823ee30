//===- RTDyldFaultTest.cpp - Every system call fails, RuntimeDyld ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Faults/Cases.h"
#include "Faults/Scenario.h"
#include "RTDyld/TestLinker.h"

using namespace jitslab;

namespace {

class RTDyldGroup : public Group {
public:
  explicit RTDyldGroup(std::shared_ptr<Arena> Memory)
      : Manager(std::make_unique<ReservingMemoryManager>(std::move(Memory))),
        Linker(std::make_unique<TestLinker>(*Manager)) {
    Linker->define("host_counter", &HostCounter);
    Linker->define("host_twice", &hostTwice);
  }

  // What there is no memory for is told by finalizeMemory.
  llvm::Error load(Cargo C) override {
    for (const char *Name : objectsOf(C))
      if (llvm::Error Err = Linker->load(Name))
        return Err;
    return llvm::Error::success();
  }
  llvm::Error seal() override { return Linker->finalize(); }
  // An object without memory stays without.
  bool isRepeatable(llvm::StringRef Message) const override {
    return Message.find("no room for") == llvm::StringRef::npos &&
           Message.find("their final access rights") != llvm::StringRef::npos;
  }
  llvm::Error unload() override {
    Linker.reset();
    Manager.reset();
    return llvm::Error::success();
  }

protected:
  uintptr_t addressOf(const char *Name) const override {
    return Linker->addressOf(Name);
  }

private:
  std::unique_ptr<ReservingMemoryManager> Manager;
  std::unique_ptr<TestLinker> Linker;
};

class RTDyldSession : public LinkerSession {
public:
  explicit RTDyldSession(std::shared_ptr<Arena> Memory)
      : Memory(std::move(Memory)) {}
  std::unique_ptr<Group> makeGroup() override {
    return std::make_unique<RTDyldGroup>(Memory);
  }

private:
  std::shared_ptr<Arena> Memory;
};

std::unique_ptr<LinkerSession>
makeRTDyldSession(std::shared_ptr<Arena> Memory) {
  return std::make_unique<RTDyldSession>(std::move(Memory));
}

} // namespace

#define JITSLAB_LAYOUT(E, NAME, HELP)                                          \
  JITSLAB_FAULT_CASES("RuntimeDyld", makeRTDyldSession, E, NAME)
JITSLAB_LAYOUTS(JITSLAB_LAYOUT)
#undef JITSLAB_LAYOUT
