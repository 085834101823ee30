//===- JITLinkFaultTest.cpp - Every system call fails, JITLink ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Faults/Cases.h"
#include "Faults/Scenario.h"
#include "JITLink/TestJIT.h"
#include "LLVMCompat.h"
// It has moved from ExecutorProcessControl.h.
#if __has_include("llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h")
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#endif

using namespace jitslab;
using namespace llvm;
using namespace llvm::orc;

namespace {

/// An ORC session without an LLJIT, which would spend most of the time on
/// itself.
class JITLinkSession : public LinkerSession {
public:
  explicit JITLinkSession(std::shared_ptr<Arena> Memory)
      : ES(cantFail(SelfExecutorProcessControl::Create())),
        Layer(cantFail(createObjectLinkingLayer(ES, std::move(Memory)))) {
    ES.setErrorReporter(
        [this](Error Err) { Reported += toString(std::move(Err)) + "\n"; });
  }
  ~JITLinkSession() override { cantFail(ES.endSession()); }

  std::unique_ptr<Group> makeGroup() override;

  ExecutionSession ES;
  std::unique_ptr<ObjectLinkingLayer> Layer;
  // Why a lookup failed.
  std::string Reported;
  size_t Dylibs = 0;
};

class JITLinkGroup : public Group {
public:
  explicit JITLinkGroup(JITLinkSession &Session)
      : Session(Session),
        Dylib(Session.ES.createBareJITDylib(std::to_string(Session.Dylibs++))) {
    auto Exported = [](auto *Pointer) {
      return ExecutorSymbolDef(ExecutorAddr::fromPtr(Pointer),
                               JITSymbolFlags::Exported);
    };
    cantFail(Dylib.define(absoluteSymbols(
        {{Session.ES.intern("host_counter"), Exported(&HostCounter)},
         {Session.ES.intern("host_twice"), Exported(&hostTwice)}})));
  }

  // Links all of them, which seals each.
  Error load(Cargo C) override {
    for (const char *Name : objectsOf(C))
      if (Error Err = Session.Layer->add(Dylib, readObject(Name)))
        return Err;
    for (const char *Name : namesIn(C)) {
      auto Symbol = Session.ES.lookup({&Dylib}, Name);
      if (!Symbol)
        return explain(Symbol.takeError());
      Addresses[Name] = Symbol->getAddress().getValue();
    }
    // What it needs could not be linked, and ORC has found it all the same.
    if (!JITSLAB_LLVM_ORC_TRACKS_DEPENDENCIES && !Session.Reported.empty())
      return explain(Error::success());
    return Error::success();
  }
  Error seal() override { return Error::success(); }
  bool isRepeatable(StringRef) const override { return false; }
  Error unload() override {
    Error Err = Session.ES.removeJITDylib(Dylib);
    return Err ? explain(std::move(Err)) : Error::success();
  }

protected:
  uintptr_t addressOf(const char *Name) const override {
    return Addresses.at(Name);
  }

private:
  static std::initializer_list<const char *> namesIn(Cargo C) {
    static constexpr std::initializer_list<const char *> Five = {
        "first",           "tiny",
        "use_got",         "use_host_call",
        "use_hidden_data", "use_hidden_call",
        "read_counter"};
    static constexpr std::initializer_list<const char *> Large = {
        "grown", "fatbin_last"};
    return C == Cargo::Five ? Five : Large;
  }

  Error explain(Error Err) {
    std::string Text = std::move(Session.Reported) + toString(std::move(Err));
    Session.Reported.clear();
    return make_error<StringError>(Text, inconvertibleErrorCode());
  }

  JITLinkSession &Session;
  JITDylib &Dylib;
  std::map<std::string, uintptr_t> Addresses;
};

std::unique_ptr<Group> JITLinkSession::makeGroup() {
  return std::make_unique<JITLinkGroup>(*this);
}

std::unique_ptr<LinkerSession>
makeJITLinkSession(std::shared_ptr<Arena> Memory) {
  return std::make_unique<JITLinkSession>(std::move(Memory));
}

} // namespace

#define JITSLAB_LAYOUT(E, NAME, HELP)                                          \
  JITSLAB_FAULT_CASES("JITLink", makeJITLinkSession, E, NAME)
JITSLAB_LAYOUTS(JITSLAB_LAYOUT)
#undef JITSLAB_LAYOUT
