//===- BrokenHosts.cpp - Hosts that are worse than LLVM's -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/BrokenHosts.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include <cstring>
#include <mutex>
#include <set>
#include <sys/mman.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

namespace {

/// Data that is live, for whoever frees too much.
class LiveData {
public:
  void add(int *Word) {
    std::lock_guard<std::mutex> Guard(Lock);
    Words.insert(Word);
  }
  void remove(int *Word) {
    std::lock_guard<std::mutex> Guard(Lock);
    Words.erase(Word);
  }
  void clobber() {
    std::lock_guard<std::mutex> Guard(Lock);
    for (int *Word : Words)
      ++*Word;
  }

private:
  std::mutex Lock;
  std::set<int *> Words;
};

class BrokenManager final : public SectionMemoryManager {
public:
  BrokenManager(Breakage Which, LiveData &Live) : Which(Which), Live(Live) {}

  ~BrokenManager() override {
    for (int *Word : Data)
      Live.remove(Word);
    if (Which == Breakage::FreesTooMuch)
      Live.clobber();
    if (Which == Breakage::LeaksMappings)
      for (size_t I = 0; I != 500; ++I)
        leakMapping(/*IsReadable=*/I % 2);
  }

  uint8_t *allocateDataSection(uintptr_t Size, unsigned Align, unsigned ID,
                               StringRef Name, bool IsReadOnly) override {
    uint8_t *Begin = SectionMemoryManager::allocateDataSection(
        Size, Align, ID, Name, IsReadOnly);
    if (Name == ".data" && Size >= sizeof(int)) {
      Data.push_back(reinterpret_cast<int *>(Begin));
      Live.add(Data.back());
    }
    return Begin;
  }

  bool finalizeMemory(std::string *Message) override {
    if (Which == Breakage::ForgetsCode)
      return false;
    if (Which == Breakage::LosesWrite)
      for (int *Word : Data)
        *Word = 0;
    return SectionMemoryManager::finalizeMemory(Message);
  }

  void registerEHFrames(uint8_t *Address, uint64_t LoadAddress,
                        size_t Size) override {
    if (Which != Breakage::LosesFrames)
      SectionMemoryManager::registerEHFrames(Address, LoadAddress, Size);
  }

private:
  static void leakMapping(bool IsReadable) {
    mmap(nullptr, size_t(getpagesize()), IsReadable ? PROT_READ : PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }

  const Breakage Which;
  LiveData &Live;
  std::vector<int *> Data;
};

class BrokenHost final : public MemoryHost {
public:
  BrokenHost(std::unique_ptr<MemoryHost> Rest, Breakage Which)
      : Rest(std::move(Rest)), Which(Which) {}

  std::unique_ptr<RTDyldMemoryManager> makeManager() override {
    return std::make_unique<BrokenManager>(Which, Live);
  }
#if JITSLAB_HAS_JITLINK
  Expected<std::unique_ptr<orc::ObjectLayer>>
  makeJITLinkLayer(orc::ExecutionSession &ES) override {
    return Rest->makeJITLinkLayer(ES);
  }
#endif

private:
  std::unique_ptr<MemoryHost> Rest;
  const Breakage Which;
  LiveData Live;
};

} // namespace

NamedHost brokenHost(Breakage Which) {
  return {"broken", [Which]() -> Expected<std::unique_ptr<MemoryHost>> {
            auto Rest = llvmHost().Make();
            if (!Rest)
              return Rest.takeError();
            return std::make_unique<BrokenHost>(std::move(*Rest), Which);
          }};
}

} // namespace jitslab
