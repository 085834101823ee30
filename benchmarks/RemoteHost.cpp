//===- RemoteHost.cpp - A host whose code runs elsewhere ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemoteHost.h"
#include "InputObject.h"
#include "JITLink/TestGraph.h"
#include "llvm/ExecutionEngine/Orc/EHFrameRegistrationPlugin.h"
#include "llvm/ExecutionEngine/Orc/EPCGenericJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/MapperJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/MemoryMapper.h"
#include "llvm/ExecutionEngine/Orc/Shared/OrcRTBridge.h"
#include "llvm/Support/Format.h"

using namespace llvm;
using namespace llvm::orc;

namespace jitslab::bench {

using ManagerPtr = std::unique_ptr<jitlink::JITLinkMemoryManager>;

// What llvm-jitlink reserves on a 64-bit system.
static constexpr size_t MapperReservation = size_t(1) << 30;

static Expected<ManagerPtr> makeGeneric(ExecutorProcessControl &EPC) {
  EPCGenericJITLinkMemoryManager::SymbolAddrs S;
  if (Error Err = EPC.getBootstrapSymbols(
          {{S.Allocator, rt::SimpleExecutorMemoryManagerInstanceName},
           {S.Reserve, rt::SimpleExecutorMemoryManagerReserveWrapperName},
           {S.Initialize, rt::SimpleExecutorMemoryManagerInitializeWrapperName},
           {S.Deinitialize,
            rt::SimpleExecutorMemoryManagerDeinitializeWrapperName},
           {S.Release, rt::SimpleExecutorMemoryManagerReleaseWrapperName}}))
    return Err;
  return std::make_unique<EPCGenericJITLinkMemoryManager>(EPC, S);
}

static Expected<ManagerPtr> makeMapper(ExecutorProcessControl &EPC) {
  SharedMemoryMapper::SymbolAddrs S;
  if (Error Err = EPC.getBootstrapSymbols(
          {{S.Instance, rt::ExecutorSharedMemoryMapperServiceInstanceName},
           {S.Reserve, rt::ExecutorSharedMemoryMapperServiceReserveWrapperName},
           {S.Initialize,
            rt::ExecutorSharedMemoryMapperServiceInitializeWrapperName},
           {S.Deinitialize,
            rt::ExecutorSharedMemoryMapperServiceDeinitializeWrapperName},
           {S.Release,
            rt::ExecutorSharedMemoryMapperServiceReleaseWrapperName}}))
    return Err;
  return MapperJITLinkMemoryManager::CreateWithMapper<SharedMemoryMapper>(
      MapperReservation, EPC, S);
}

static Expected<ManagerPtr> makeManager(ExecutorProcessControl &EPC,
                                        RemoteManager M, bool Frames) {
  switch (M) {
  case RemoteManager::EPCGeneric:
    return makeGeneric(EPC);
  case RemoteManager::SharedMapper:
    return makeMapper(EPC);
  case RemoteManager::Arena:
  case RemoteManager::ArenaMessages:
    break;
  }
  RemoteOptions O;
  O.SharedMemory = M == RemoteManager::Arena;
  O.RegisterFrames = Frames;
  return RemoteJITLinkMemoryManager::create(EPC, O);
}

Expected<RemoteHost *> RemoteHost::create(RemoteExecutor &E, RemoteManager M,
                                          bool Frames) {
  auto *H = new RemoteHost(E);
  // Lookups say it too; and the executor's end is no error here.
  H->Session.setErrorReporter([](Error Err) { consumeError(std::move(Err)); });
  Expected<ManagerPtr> Manager =
      makeManager(H->Session.getExecutorProcessControl(), M, Frames);
  if (!Manager)
    return Manager.takeError();
  if (M == RemoteManager::Arena || M == RemoteManager::ArenaMessages)
    H->Arena = static_cast<RemoteJITLinkMemoryManager *>(Manager->get());
  H->Layer =
      std::make_unique<ObjectLinkingLayer>(H->Session, std::move(*Manager));
  if (Frames) {
    auto Plugin = EHFrameRegistrationPlugin::Create(H->Session);
    if (!Plugin)
      return Plugin.takeError();
    H->Layer->addPlugin(std::move(*Plugin));
  }
  H->Dylib = &H->Session.createBareJITDylib("main");
  return H;
}

// The symbol of numberedObject has seven digits.
static std::string nameOf(size_t Number) {
  std::string Name;
  raw_string_ostream(Name) << format("fn%07zu", Number);
  return Name;
}

static std::unique_ptr<MemoryBuffer> makeObject(size_t Number) {
  StringRef Original = numberedObject().Buffer->getBuffer();
  auto B = WritableMemoryBuffer::getNewUninitMemBuffer(Original.size());
  copy(Original, B->getBufferStart());
  copy(nameOf(Number), B->getBufferStart() + Original.find(nameOf(0)));
  return B;
}

Error RemoteHost::load(size_t First, size_t N) {
  SymbolLookupSet Names;
  for (size_t I = First; I != First + N; ++I) {
    if (Error Err = Layer->add(*Dylib, makeObject(I)))
      return Err;
    Names.add(Session.intern(nameOf(I)));
  }
  return Session.lookup(makeJITDylibSearchOrder(Dylib), std::move(Names))
      .takeError();
}

Error RemoteHost::loadLarge(size_t Number, ArrayRef<char> Content) {
  auto G = makeGraph("large", Session.getSymbolStringPool(),
                     Session.getTargetTriple());
  const size_t Quarter = Content.size() / 4;
  auto Add = [&](StringRef Name, MemProt Prot, size_t From, size_t Size) {
    jitlink::Block &B = G->createContentBlock(
        G->createSection(Name, Prot), Content.slice(From, Size), ExecutorAddr(),
        /*Alignment=*/16, /*AlignmentOffset=*/0);
    G->addDefinedSymbol(B, 0, nameOf(Number) + Name.str(), Size,
                        jitlink::Linkage::Strong, jitlink::Scope::Default,
                        Prot == RX, /*IsLive=*/true);
  };
  Add(".text", RX, 0, 2 * Quarter);
  Add(".rodata", MemProt::Read, 2 * Quarter, Quarter);
  Add(".data", RW, 3 * Quarter, Quarter);
  if (Error Err = Layer->add(*Dylib, std::move(G)))
    return Err;
  return Session.lookup({Dylib}, nameOf(Number) + ".text").takeError();
}

} // namespace jitslab::bench
