//===- HostileExecutorTest.cpp - Replies that make no sense ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorProcess.h"
#include "Remote/Wire.h"
#include "RemoteObject.h"
#include "Support/Process.h"
#include "jitslab/Arena.h"
#include "jitslab/ExecutorService.h"
#include "llvm/ADT/DenseSet.h"
#if __has_include("llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h")
#include "llvm/ExecutionEngine/Orc/SelfExecutorProcessControl.h"
#endif
#include <functional>
#include <random>

using namespace jitslab;
using namespace llvm;

namespace {

/// Plays an executor in this process, and changes what it replies.
class HostileExecutor : public orc::SelfExecutorProcessControl {
public:
  using Bytes = std::vector<char>;
  /// Gets a reply, and how many there were before it.
  using Change = std::function<void(Bytes &, size_t)>;

  explicit HostileExecutor(Change C)
      : SelfExecutorProcessControl(
            std::make_shared<orc::SymbolStringPool>(),
            std::make_unique<orc::DynamicThreadPoolTaskDispatcher>(
                std::nullopt),
            Triple(sys::getProcessTriple()), /*PageSize=*/4096, nullptr),
        Make(std::move(C)) {
    Service.addBootstrapSymbols(BootstrapSymbols);
    Functions.insert(BootstrapSymbols[wire::OpenName].getValue());
  }
  ~HostileExecutor() override { consumeError(Service.shutdown()); }

  void callWrapperAsync(orc::ExecutorAddr Function, IncomingWFRHandler OnReply,
                        ArrayRef<char> Args) override {
    if (!Functions.contains(Function.getValue()))
      return OnReply(wire::Buffer::createOutOfBandError("no such function"));
    using Wrapper = wire::CBuffer (*)(const char *, size_t);
    wire::Buffer Reply(Function.toPtr<Wrapper>()(Args.data(), Args.size()));
    if (Reply.getOutOfBandError())
      return OnReply(std::move(Reply));
    noteFunctions(Reply);
    Bytes B(Reply.data(), Reply.data() + Reply.size());
    Make(B, Replies++);
    OnReply(wire::Buffer::copyFrom(B.data(), B.size()));
  }

private:
  // The first reply says where the other functions are.
  void noteFunctions(const wire::Buffer &Reply) {
    StringRef Refusal;
    uint64_t Session, Page;
    uint8_t Coherent;
    orc::ExecutorAddr F[5];
    if (Functions.size() == 1 &&
        wire::read<wire::OpenReply>({Reply.data(), Reply.size()}, Refusal,
                                    Session, Page, Coherent, F[0], F[1], F[2],
                                    F[3], F[4]))
      for (orc::ExecutorAddr A : F)
        Functions.insert(A.getValue());
  }

  ExecutorService Service;
  const Change Make;
  DenseSet<uint64_t> Functions;
  size_t Replies = 0;
};

} // namespace

/// Does all that has replies; whatever comes of it is an error or works.
static void exercise(HostileExecutor::Change C, bool SharedMemory) {
  orc::ExecutionSession ES(std::make_unique<HostileExecutor>(std::move(C)));
  ES.setErrorReporter([](Error Err) { consumeError(std::move(Err)); });
  RemoteOptions O;
  O.SharedMemory = SharedMemory;
  O.WindowSize = MinWindowSize;
  auto Manager =
      RemoteJITLinkMemoryManager::create(ES.getExecutorProcessControl(), O);
  if (!Manager) {
    consumeError(Manager.takeError());
    consumeError(ES.endSession());
    return;
  }
  std::vector<jitlink::JITLinkMemoryManager::FinalizedAlloc> Allocs;
  for (unsigned I = 0; I != 6; ++I) {
    orc::shared::AllocActions Actions;
    if (I % 2)
      Actions.push_back({action(1), action(2)});
    auto Object =
        load(**Manager, uint16_t(I), I * SlabSize / 2 + 8, std::move(Actions));
    if (Object)
      Allocs.push_back(std::move(Object->Alloc));
    else
      consumeError(Object.takeError());
  }
  consumeError((*Manager)->deallocate(std::move(Allocs)));
  (*Manager)->trim();
  CHECK((*Manager)->stats().Memory.LiveBytes == 0);
  Manager->reset();
  consumeError(ES.endSession());
}

TEST_CASE("Replies that are as they should be work in one process too") {
  const bool SharedMemory = GENERATE(true, false);
  size_t Replies = 0;
  exercise([&](HostileExecutor::Bytes &, size_t) { ++Replies; }, SharedMemory);
  CHECK(Replies > 6);
}

TEST_CASE("Replies that are cut, or too long, are errors") {
  const bool SharedMemory = GENERATE(true, false);
  for (size_t Which = 0; Which != 12; ++Which)
    for (bool Cut : {true, false})
      exercise(
          [&](HostileExecutor::Bytes &B, size_t I) {
            if (I >= Which)
              B.resize(Cut ? B.size() / 2 : B.size() + 1);
          },
          SharedMemory);
}

TEST_CASE("Lengths in replies that nothing has are errors") {
  const bool SharedMemory = GENERATE(true, false);
  for (size_t Which = 0; Which != 12; ++Which)
    exercise(
        [&](HostileExecutor::Bytes &B, size_t I) {
          if (I >= Which)
            std::fill(B.begin(), B.end(), '\xff');
        },
        SharedMemory);
}

TEST_CASE("Replies that are changed at random are errors or do no harm") {
  const unsigned Rounds = isBrief() ? 10 : 40;
  for (unsigned Seed = 0; Seed != Rounds; ++Seed) {
    std::minstd_rand Random(Seed + 1);
    const size_t Which = Random() % 12;
    exercise(
        [&](HostileExecutor::Bytes &B, size_t I) {
          if (I < Which || B.empty())
            return;
          for (unsigned N = 0; N <= Random() % 4; ++N)
            B[Random() % B.size()] = char(Random());
        },
        Seed % 2);
  }
}
