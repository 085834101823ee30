//===- SystemLimitsTest.cpp - What a process may have is used up ----------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/HostSettings.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "Support/Units.h"
#include <fstream>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>

using namespace jitslab;

namespace {

/// A host with code that it runs, for children: what does not hold is thrown.
class Host {
public:
  explicit Host(Layout L) {
    ArenaOptions O = smallOptions();
    O.ObjectLayout = L;
    A = llvm::cantFail(Arena::create(O));
    for (int I = 0; I != 20; ++I)
      require(load(200) == "", "the first objects");
  }

  /// \returns an error's message, empty if there was none.
  std::string load(size_t RWData, size_t ROData = 100) {
    auto Object = A->allocate(footprint(FunctionSize, ROData, RWData));
    if (!Object)
      return llvm::toString(Object.takeError());
    auto Number = uint16_t(Objects.size() + 1);
    writeFunction((*Object)[SegmentKind::Code].Working, Number);
    memset((*Object)[SegmentKind::ROData].Working, 1, ROData);
    memset((*Object)[SegmentKind::RWData].Working, 1, RWData);
    Objects.push_back({std::move(*Object), Number, false});
    return seal();
  }

  std::string seal() {
    for (Loaded &L : Objects)
      if (!L.Sealed) {
        if (llvm::Error Err = sealOne(*A, L.Memory))
          return llvm::toString(std::move(Err));
        L.Sealed = true;
      }
    return {};
  }

  /// Loads until there is an error, which it returns.
  std::string loadUntilRefused(size_t RWData, size_t ROData = 100) {
    for (size_t I = 0; I != 10000; ++I)
      if (std::string Message = load(RWData, ROData); !Message.empty())
        return Message;
    return "never refused";
  }

  /// Nothing that was loaded is lost, and what is freed can be used again.
  std::string isSound() {
    if (!A->verify() || !isConsistent(A->stats()))
      return "; the structures are wrong";
    for (Loaded &L : Objects)
      if (L.Sealed &&
          callFunction(L.Memory[SegmentKind::Code].Executor) != L.Number)
        return "; what was loaded is lost";
    for (int I = 0; I != 10; ++I)
      Objects.erase(Objects.begin() + I);
    for (int I = 0; I != 5; ++I)
      if (std::string Message = load(200); !Message.empty())
        return "; nothing can be loaded after some were freed: " + Message;
    return A->verify() ? "" : "; the structures are wrong";
  }

  void require(bool Holds, const char *What) {
    if (!Holds)
      llvm::report_fatal_error(What);
  }

  void dropSome(size_t N) { Objects.resize(Objects.size() - N); }

  std::shared_ptr<Arena> A;

private:
  struct Loaded {
    Allocation Memory;
    uint16_t Number;
    bool Sealed;
  };
  std::vector<Loaded> Objects;
};

/// What malloc takes comes from memory that it has already: LLVM aborts when it
/// gets none.
void fillHeap() {
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_MAX, 0);
  // Compilers leave it out otherwise.
  void *volatile Block = malloc(32 * MiB);
  free(Block);
}

/// True where tests of limits cannot be run.
bool cannotLimit() {
  if (JITSLAB_HAS_SHADOW_MEMORY)
    WARN("NOT RUN: a sanitizer's shadow memory does not live with limits");
  else if (runsUnderEmulator())
    WARN("NOT RUN: the emulator's own memory is what would be limited");
  return JITSLAB_HAS_SHADOW_MEMORY || runsUnderEmulator();
}

/// True when \p Message is nothing but an error's: a Host is sound, and the
/// child has lived.
bool nothingLost(const std::string &Message) {
  for (const char *Loss :
       {"; what was loaded", "; the structures", "; nothing can", "the child"})
    if (mentions(Message, {Loss}))
      return false;
  return true;
}

void *mapPages(size_t Size, int Rights) {
  return mmap(nullptr, Size, Rights,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

} // namespace

TEST_CASE("RLIMIT_AS is an error that names it and loses nothing") {
  if (cannotLimit())
    return;
  Layout L = anyLayout();
  std::string Message = inChild([&] {
    fillHeap();
    Host H(L);
    if (!limitAddressSpace(4 * MiB))
      return std::string("the limit is not enforced");
    return H.loadUntilRefused(MiB) + H.isSound();
  });
  INFO(Message);
  CHECK(mentions(Message, {"cannot reserve", "Cannot allocate memory",
                           "RLIMIT_AS", "raise the limit"}));
  CHECK(nothingLost(Message));
}

TEST_CASE("Under RLIMIT_AS a default window leaves the host its memory") {
  if (cannotLimit())
    return;
  const Layout L = anyLayout();
  const size_t Room = GENERATE(512, 1024, 2200, 4300) * MiB;
  CHECK(inChild([&] {
          if (!limitAddressSpace(Room))
            return std::string("no limit");
          ArenaOptions O;
          O.ObjectLayout = L;
          auto A = Arena::create(O);
          if (!A)
            return llvm::toString(A.takeError());
          void *Host = mmap(nullptr, Room / 4 * 3, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
          if (Host == MAP_FAILED)
            return std::string("the host has no room");
          // More than the first window holds.
          std::vector<Allocation> Objects;
          while ((*A)->stats().Windows < 3) {
            auto Object = (*A)->allocate(footprint(SlabSize, 0, SlabSize));
            if (!Object)
              return llvm::toString(Object.takeError());
            Objects.push_back(std::move(*Object));
          }
          return std::string();
        }) == "");
}

TEST_CASE("RLIMIT_DATA is an error that names it and loses nothing") {
  if (cannotLimit())
    return;
  Layout L = anyLayout();
  std::string Message = inChild([&] {
    fillHeap();
    Host H(L);
    // Grants nothing beyond what the process has and six slabs.
    std::ifstream Status("/proc/self/status");
    size_t DataKiB = 0;
    for (std::string Line; std::getline(Status, Line);)
      if (sscanf(Line.c_str(), "VmData: %zu", &DataKiB) == 1)
        break;
    rlimit Limit;
    getrlimit(RLIMIT_DATA, &Limit);
    Limit.rlim_cur = DataKiB * 1024 + 6 * SlabSize;
    if (setrlimit(RLIMIT_DATA, &Limit) ||
        mapPages(8 * SlabSize, PROT_READ | PROT_WRITE) != MAP_FAILED)
      return std::string("the limit is not enforced");
    return H.loadUntilRefused(MiB) + H.isSound();
  });
  INFO(Message);
  CHECK(mentions(Message, {"cannot commit a slab", "Cannot allocate memory",
                           "RLIMIT_DATA", "raise the limit"}));
  CHECK(nothingLost(Message));
}

TEST_CASE("A nearly full address space is an error that says so") {
  if (cannotLimit())
    return;
  Layout L = anyLayout();
  std::string Message = inChild([&] {
    fillHeap();
    Host H(L);
    for (size_t Size = size_t(1) << 46; Size >= 4 * MiB; Size /= 2)
      while (mapPages(Size, PROT_NONE) != MAP_FAILED)
        ;
    std::string Refused = H.loadUntilRefused(MiB) + H.isSound();
    ArenaOptions O = smallOptions();
    O.ObjectLayout = L;
    auto Another = Arena::create(O);
    return Refused + (Another ? "; another arena is made"
                              : "\n" + llvm::toString(Another.takeError()));
  });
  INFO(Message);
  CHECK(mentions(Message,
                 {"cannot reserve", "Cannot allocate memory",
                  "the largest free range of addresses", "unmap what takes"}));
  CHECK(!mentions(Message, {"; another"}));
  CHECK(nothingLost(Message));
}

/// Uses vm.max_map_count up but for \p Left mappings. \returns what to unmap
/// for them to be free again; empty if it would take too long.
static AddressRange useMappings(size_t Left) {
  size_t Limit = 0;
  std::ifstream("/proc/sys/vm/max_map_count") >> Limit;
  size_t Now = mappingCount();
  if (Limit > 300000 || Limit < Now + Left)
    return {};
  // Every second page readable.
  size_t Pages = Limit;
  void *Mapped = mapPages(Pages * pageSize(), PROT_NONE);
  auto Begin = reinterpret_cast<uintptr_t>(Mapped);
  for (size_t I = 1; Now + I + Left + 2 < Limit; I += 2)
    if (mprotect(reinterpret_cast<void *>(Begin + I * pageSize()), pageSize(),
                 PROT_READ))
      break;
  return {Begin, Begin + Pages * pageSize()};
}

TEST_CASE("A host that uses up vm.max_map_count gets an error that names it") {
  if (cannotLimit())
    return;
  Layout L = anyLayout();
  std::string Message = inChild([&]() -> std::string {
    fillHeap();
    Host H(L);
    // What Dense and PerProtection need for a further window, but not always
    // for its slabs.
    AddressRange Used = useMappings(L == Layout::PerObject ? 20 : 3);
    if (!Used.size())
      return "unavailable";
    std::string Refused = H.loadUntilRefused(MiB);
    if (H.A->verify() && mentions(Refused, {"never refused"}))
      return Refused;
    munmap(reinterpret_cast<void *>(Used.Begin), Used.size());
    // What could not be sealed can be now.
    return Refused + H.seal() + H.isSound();
  });
  INFO(Message);
  if (Message == "unavailable") {
    WARN("NOT RUN: vm.max_map_count is too large to be used up");
    return;
  }
  CHECK(mentions(Message, {"Cannot allocate memory", "vm.max_map_count allows",
                           "raise it", "Layout::PerProtection"}));
  CHECK(nothingLost(Message));
}

TEST_CASE("Strict overcommit is an error that names it, and no signal") {
  if (cannotLimit())
    return;
  Layout L = anyLayout();
  std::string Message = inChild([&]() -> std::string {
    fillHeap();
    // It forks, after which Dense does not use again what is free.
    HostSetting Overcommit("/proc/sys/vm/overcommit_memory", "2");
    if (!Overcommit.isSet())
      return "unavailable: " + Overcommit.whyNot();
    Host H(L);
    // All that may be committed but for some slabs; nothing of it is touched.
    for (size_t Size = size_t(1) << 46; Size >= 4 * SlabSize; Size /= 2)
      while (mapPages(Size, PROT_READ | PROT_WRITE) != MAP_FAILED)
        ;
    // Read-only data, which Dense shares.
    std::string Refused = H.loadUntilRefused(100, MiB);
    return Refused + H.isSound();
  });
  INFO(Message);
  if (mentions(Message, {"unavailable: "})) {
    WARN("NOT RUN: " << Message);
    return;
  }
  CHECK(
      mentions(Message, {"Cannot allocate memory", "vm.overcommit_memory is 2",
                         "raise vm.overcommit_ratio"}));
  CHECK(nothingLost(Message));
}

// The kernel charges a control group when memory is touched, and when there is
// none ends a process: there is no call that could fail. What can be promised
// is that memory that is given back is not charged any more.
TEST_CASE("A control group's limit is lived with by who frees and trims") {
  if (cannotLimit())
    return;
  Layout L = anyLayout();
  auto Live = [&](bool Free) {
    return inChild([&]() -> std::string {
      MemoryGroup Group(64 * MiB);
      if (!Group.isMade())
        return "unavailable: " + Group.whyNot();
      return inChild([&]() -> std::string {
        if (!Group.enter())
          return "unavailable: the group cannot be entered";
        Host H(L);
        // Four times as much as the limit, a fifth of it at once.
        for (int Round = 0; Round != 20; ++Round) {
          for (int I = 0; I != 13; ++I)
            if (std::string Message = H.load(MiB); !Message.empty())
              return Message;
          if (Free) {
            H.dropSome(13);
            H.A->trim();
          }
        }
        return "lived" + H.isSound();
      });
    });
  };
  std::string Freeing = Live(true);
  INFO(Freeing);
  if (mentions(Freeing, {"unavailable: "})) {
    WARN("NOT RUN: " << Freeing);
    return;
  }
  CHECK(Freeing == "lived");
  // The control: the limit is there.
  CHECK(mentions(Live(false), {"killed by signal 9"}));
}
