//===- JITLinkLinker.cpp - Objects through JITLink ------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "JITLinkLinker.h"
#include "LLVMCompat.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include "llvm/ExecutionEngine/Orc/SymbolStringPool.h"
#include "llvm/ExecutionEngine/Orc/TargetProcess/RegisterEHFrames.h"
#include <type_traits>

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab::bench {

// From LLVM 20 on, graphs keep their symbols' names in a pool of strings.
template <typename Buffer, typename Pool>
static auto createGraph(Buffer Object, const Pool &Names, int)
    -> decltype(createLinkGraphFromObject(Object, Names)) {
  return createLinkGraphFromObject(Object, Names);
}
template <typename Buffer, typename Pool>
static auto createGraph(Buffer Object, const Pool &, long)
    -> decltype(createLinkGraphFromObject(Object)) {
  return createLinkGraphFromObject(Object);
}

[[maybe_unused]] static StringRef text(StringRef Name) { return Name; }
[[maybe_unused]] static StringRef text(const orc::SymbolStringPtr &Name) {
  return *Name;
}

/// As LLVM's EHFrameRegistrationPlugin does.
static Error addFrameActions(LinkGraph &G) {
  using namespace orc::shared;
#if JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES
  auto *Register = llvm_orc_registerEHFrameSectionAllocAction;
  auto *Deregister = llvm_orc_deregisterEHFrameSectionAllocAction;
#else
  auto *Register = llvm_orc_registerEHFrameSectionWrapper;
  auto *Deregister = llvm_orc_deregisterEHFrameSectionWrapper;
#endif
  Section *Frames = G.findSectionByName(".eh_frame");
  if (!Frames || SectionRange(*Frames).empty())
    return Error::success();
  auto Call = [&](auto *Function) {
    return cantFail(
        WrapperFunctionCall::Create<SPSArgList<SPSExecutorAddrRange>>(
            orc::ExecutorAddr::fromPtr(Function),
            SectionRange(*Frames).getRange()));
  };
  G.allocActions().push_back({Call(Register), Call(Deregister)});
  return Error::success();
}

namespace {

struct Linked {
  Error Err = Error::success();
  JITLinkMemoryManager::FinalizedAlloc Allocation;
  uintptr_t Entry = 0;
};

class Context : public JITLinkContext {
public:
  Context(JITLinkMemoryManager &Memory, bool FindEntry, bool RegisterFrames,
          Linked &Result)
      : JITLinkContext(nullptr), Memory(Memory), FindEntry(FindEntry),
        RegisterFrames(RegisterFrames), Result(Result) {}

  Error modifyPassConfig(LinkGraph &, PassConfiguration &Config) override {
    if (RegisterFrames)
      Config.PostFixupPasses.push_back(addFrameActions);
    return Error::success();
  }

  JITLinkMemoryManager &getMemoryManager() override { return Memory; }

  void notifyFailed(Error Err) override {
    Result.Err = joinErrors(std::move(Result.Err), std::move(Err));
  }

  /// Gives every undefined symbol an address in the object that refers to it:
  /// it is within reach whatever the reference is. Code that has undefined
  /// symbols is loaded here, and never called.
  void lookup(const LookupMap &Symbols,
              std::unique_ptr<JITLinkAsyncLookupContinuation> LC) override {
    AsyncLookupResult Found;
    for (const auto &Entry : Symbols)
      Found[Entry.first] = {Self, JITSymbolFlags::Exported};
    LC->run(std::move(Found));
  }

  Error notifyResolved(LinkGraph &G) override {
    for (Symbol *S : G.defined_symbols()) {
      Self = S->getAddress();
      if (!FindEntry)
        break;
      if (S->hasName() && text(S->getName()) == EntryName) {
        Result.Entry = S->getAddress().getValue();
        break;
      }
    }
    return Error::success();
  }

  void notifyFinalized(JITLinkMemoryManager::FinalizedAlloc A) override {
    Result.Allocation = std::move(A);
  }

private:
  JITLinkMemoryManager &Memory;
  bool FindEntry, RegisterFrames;
  Linked &Result;
  orc::ExecutorAddr Self;
};

} // namespace

void JITLinkLinker::makeSlots(size_t N) {
  Allocations.resize(N);
  Entries.resize(N);
}

Error JITLinkLinker::load(const InputObject &O, size_t Slot) {
  static const auto Names = std::make_shared<orc::SymbolStringPool>();
  auto G = createGraph(O.Buffer->getMemBufferRef(), Names, 0);
  if (!G)
    return G.takeError();
  Linked Result;
  // In this process everything is called back before link returns.
  link(std::move(*G),
       std::make_unique<Context>(*Memory, O.HasEntry, RegistersFrames, Result));
  if (Result.Err)
    return std::move(Result.Err);
  Allocations[Slot] = std::move(Result.Allocation);
  Entries[Slot] = Result.Entry;
  return Error::success();
}

Error JITLinkLinker::loadTogether(const InputObject &, size_t, size_t) {
  return make_error<StringError>("JITLink finalizes each graph by itself",
                                 inconvertibleErrorCode());
}

Error JITLinkLinker::unload(size_t Slot) {
  return Memory->deallocate(std::move(Allocations[Slot]));
}

} // namespace jitslab::bench
