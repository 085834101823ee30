//===- RTDyldLinker.cpp - Objects through RuntimeDyld ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RTDyldLinker.h"
#include "Support/NativeTarget.h"
#include "llvm/ExecutionEngine/MCJIT.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace jitslab::bench {

namespace {

/// Gives every undefined symbol an address in the code of the object that
/// refers to it: it is within reach whatever the reference is. Code that has
/// undefined symbols is loaded here, and never called.
class ResolveToSelf : public LegacyJITSymbolResolver {
public:
  const object::ObjectFile *File = nullptr;
  const RuntimeDyld::LoadedObjectInfo *Info = nullptr;

private:
  JITSymbol findSymbol(const std::string &) override {
    for (const object::SectionRef &S : File->sections())
      if (S.isText())
        if (uint64_t Address = Info->getSectionLoadAddress(S))
          return JITSymbol(Address, JITSymbolFlags::Exported);
    return nullptr;
  }
  JITSymbol findSymbolInLogicalDylib(const std::string &) override {
    return nullptr;
  }
};

} // namespace

static Error errorOf(RuntimeDyld &Dyld) {
  return make_error<StringError>(Dyld.getErrorString(),
                                 inconvertibleErrorCode());
}

static Error finish(RuntimeDyld &Dyld, RTDyldMemoryManager &Memory) {
  Dyld.resolveRelocations();
  if (Dyld.hasError())
    return errorOf(Dyld);
  Dyld.registerEHFrames();
  std::string Message;
  if (Memory.finalizeMemory(&Message))
    return make_error<StringError>(Message, inconvertibleErrorCode());
  return Error::success();
}

void RTDyldLinker::makeSlots(size_t N) {
  Managers.resize(N);
  Engines.resize(N);
  Entries.resize(N);
}

Error RTDyldLinker::load(const InputObject &O, size_t Slot) {
  std::unique_ptr<RTDyldMemoryManager> &Memory = Managers[Slot];
  Memory = Make();
  ResolveToSelf Resolver;
  RuntimeDyld Dyld(*Memory, Resolver);
  std::unique_ptr<RuntimeDyld::LoadedObjectInfo> Info =
      Dyld.loadObject(*O.File);
  if (Dyld.hasError())
    return errorOf(Dyld);
  Resolver.File = O.File.get();
  Resolver.Info = Info.get();
  if (Error Err = finish(Dyld, *Memory))
    return Err;
  if (O.HasEntry)
    Entries[Slot] = Dyld.getSymbol(EntryName).getAddress();
  return Error::success();
}

// As MCJIT does: one manager and one RuntimeDyld for many modules, which
// finalizeObject makes ready together.
Error RTDyldLinker::loadTogether(const InputObject &O, size_t N, size_t Slot) {
  std::unique_ptr<RTDyldMemoryManager> &Memory = Managers[Slot];
  Memory = Make();
  ResolveToSelf Resolver;
  RuntimeDyld Dyld(*Memory, Resolver);
  for (size_t I = 0; I != N; ++I) {
    Dyld.loadObject(*O.File);
    if (Dyld.hasError())
      return errorOf(Dyld);
  }
  return finish(Dyld, *Memory);
}

Error RTDyldLinker::loadInEngine(const InputObject &O, size_t N, size_t Slot) {
  static LLVMContext Context;
  initializeTarget();
  auto Empty = std::make_unique<Module>("", Context);
  Module *Added = Empty.get();
  std::string Message;
  std::unique_ptr<ExecutionEngine> Engine(EngineBuilder(std::move(Empty))
                                              .setEngineKind(EngineKind::JIT)
                                              .setErrorStr(&Message)
                                              .setMCJITMemoryManager(Make())
                                              .create());
  if (!Engine)
    return make_error<StringError>(Message, inconvertibleErrorCode());
  // There is nothing to compile.
  Engine->removeModule(Added);
  delete Added;
  for (size_t I = 0; I != N; ++I) {
    Expected<std::unique_ptr<object::ObjectFile>> File =
        object::ObjectFile::createObjectFile(O.Buffer->getMemBufferRef());
    if (!File)
      return File.takeError();
    Engine->addObjectFile(std::move(*File));
  }
  Engine->finalizeObject();
  Engines[Slot] = std::move(Engine);
  return Error::success();
}

Error RTDyldLinker::unload(size_t Slot) {
  Managers[Slot]->deregisterEHFrames();
  Managers[Slot].reset();
  return Error::success();
}

} // namespace jitslab::bench
