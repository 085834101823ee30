//===- Engine.cpp - A JIT of a life ---------------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/Engine.h"
#include "Lives/ModuleObjects.h"
#include "Support/NativeTarget.h"
#include "llvm/ExecutionEngine/MCJIT.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ObjectFile.h"
#include <map>

using namespace llvm;

namespace jitslab {

Error Engine::remove(unsigned) {
  return createStringError(inconvertibleErrorCode(),
                           "modules of this engine cannot be removed");
}

namespace {

/// Passes on what its author knew of: neither reservations nor
/// notifyObjectLoaded.
class Wrapper final : public RTDyldMemoryManager {
public:
  explicit Wrapper(std::unique_ptr<RTDyldMemoryManager> To)
      : To(std::move(To)) {}

  uint8_t *allocateCodeSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name) override {
    return To->allocateCodeSection(Size, Align, ID, Name);
  }
  uint8_t *allocateDataSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name, bool ReadOnly) override {
    return To->allocateDataSection(Size, Align, ID, Name, ReadOnly);
  }
  void registerEHFrames(uint8_t *Address, uint64_t LoadAddress,
                        size_t Size) override {
    To->registerEHFrames(Address, LoadAddress, Size);
  }
  void deregisterEHFrames() override { To->deregisterEHFrames(); }
  bool finalizeMemory(std::string *Message) override {
    return To->finalizeMemory(Message);
  }

private:
  std::unique_ptr<RTDyldMemoryManager> To;
};

class MCJITEngine final : public Engine {
public:
  static Expected<std::unique_ptr<Engine>> create(MemoryHost &Host,
                                                  bool IsWrapped) {
    auto E = std::make_unique<MCJITEngine>(Host);
    auto Manager = Host.makeManager();
    E->Manager = Manager.get();
    if (IsWrapped)
      Manager = std::make_unique<Wrapper>(std::move(Manager));
    std::string Message;
    E->Real.reset(EngineBuilder(std::make_unique<Module>("empty", E->Context))
                      .setErrorStr(&Message)
                      .setMCJITMemoryManager(std::move(Manager))
                      .setCodeModel(CodeModel::Small)
                      .setRelocationModel(Reloc::PIC_)
                      .create());
    if (!E->Real)
      return createStringError(inconvertibleErrorCode(), Message.c_str());
    return E;
  }

  explicit MCJITEngine(MemoryHost &Host) : Host(Host) {}

  Error load(std::vector<NumberedObject> Objects) override {
    for (NumberedObject &O : Objects) {
      auto File = object::ObjectFile::createObjectFile(*O.Object);
      if (!File)
        return File.takeError();
      Real->addObjectFile(object::OwningBinary<object::ObjectFile>(
          std::move(*File), std::move(O.Object)));
    }
    Real->finalizeObject();
    if (Real->hasError())
      return createStringError(inconvertibleErrorCode(), "%s",
                               Real->getErrorMessage().c_str());
    return Host.errorOf(*Manager);
  }
  uintptr_t addressOf(const std::string &Name) override {
    return uintptr_t(Real->getFunctionAddress(Name));
  }

private:
  MemoryHost &Host;
  RTDyldMemoryManager *Manager = nullptr;
  LLVMContext Context;
  std::unique_ptr<ExecutionEngine> Real;
};

// ExecutorAddr from LLVM 15, JITEvaluatedSymbol before.
template <typename T> auto addressValue(const T &A) -> decltype(A.getValue()) {
  return A.getValue();
}
template <typename T>
auto addressValue(const T &A) -> decltype(A.getAddress()) {
  return A.getAddress();
}

class ORCEngine final : public Engine {
public:
  template <typename Fn>
  static Expected<std::unique_ptr<Engine>> create(Fn MakeLayer) {
    auto JIT = orc::LLJITBuilder()
                   // Further parameters differ between LLVM versions.
                   .setObjectLinkingLayerCreator(
                       [MakeLayer](orc::ExecutionSession &ES, auto &&...)
                           -> Expected<std::unique_ptr<orc::ObjectLayer>> {
                         return MakeLayer(ES);
                       })
                   .create();
    if (!JIT)
      return JIT.takeError();
    // The lookup says what failed, too.
    (*JIT)->getExecutionSession().setErrorReporter(consumeError);
    auto Process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
        (*JIT)->getDataLayout().getGlobalPrefix());
    if (!Process)
      return Process.takeError();
    (*JIT)->getMainJITDylib().addGenerator(std::move(*Process));
    auto E = std::make_unique<ORCEngine>();
    E->Real = std::move(*JIT);
    return E;
  }

  Error load(std::vector<NumberedObject> Objects) override {
    for (NumberedObject &O : Objects) {
      auto Tracker = Real->getMainJITDylib().createResourceTracker();
      Trackers[O.Number] = Tracker;
      if (Error Err = Real->addObjectFile(Tracker, std::move(O.Object)))
        return Err;
    }
    for (const NumberedObject &O : Objects) {
      auto Symbol = Real->lookup(functionName(O.Number, "main"));
      if (!Symbol)
        return Symbol.takeError();
    }
    return Error::success();
  }
  uintptr_t addressOf(const std::string &Name) override {
    auto Symbol = Real->lookup(Name);
    if (!Symbol) {
      consumeError(Symbol.takeError());
      return 0;
    }
    return static_cast<uintptr_t>(addressValue(*Symbol));
  }
  bool canRemove() const override { return true; }
  Error remove(unsigned Number) override {
    auto Tracker = Trackers.find(Number);
    if (Tracker == Trackers.end())
      return Error::success();
    orc::ResourceTrackerSP Removed = Tracker->second;
    Trackers.erase(Tracker);
    return Removed->remove();
  }

private:
  std::unique_ptr<orc::LLJIT> Real;
  std::map<unsigned, orc::ResourceTrackerSP> Trackers;
};

} // namespace

Expected<std::unique_ptr<Engine>> makeEngine(MemoryHost &Host, EngineKind K) {
  initializeTarget();
  switch (K) {
  case EngineKind::MCJIT:
    return MCJITEngine::create(Host, /*IsWrapped=*/false);
  case EngineKind::WrappedMCJIT:
    return MCJITEngine::create(Host, /*IsWrapped=*/true);
  case EngineKind::RTDyldLayer:
    return ORCEngine::create([&Host](orc::ExecutionSession &ES) {
      return std::make_unique<orc::RTDyldObjectLinkingLayer>(
          ES, [&Host](auto &&...) { return Host.makeManager(); });
    });
  case EngineKind::JITLink:
#if JITSLAB_HAS_JITLINK
    return ORCEngine::create([&Host](orc::ExecutionSession &ES) {
      return Host.makeJITLinkLayer(ES);
    });
#else
    break;
#endif
  }
  return nullptr;
}

} // namespace jitslab
