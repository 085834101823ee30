//===- MappingNamesTest.cpp - Names in /proc/PID/maps ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Layouts.h"
#include "Support/Process.h"

using namespace jitslab;

namespace {

/// Remembers what was named. Not thread-safe.
class NamedMemory final : public TestMemory {
public:
  struct Named {
    AddressRange Range;
    std::string Name;
  };
  std::vector<Named> Names;
  void name(uintptr_t Start, size_t Size, const char *Name) override {
    Names.push_back({{Start, Start + Size}, Name ? Name : ""});
    TestMemory::name(Start, Size, Name);
  }
  std::string nameAt(uintptr_t Address) const {
    std::string Found;
    for (const Named &N : Names)
      if (Address >= N.Range.Begin && Address < N.Range.End)
        Found = N.Name;
    return Found;
  }
};

/// What private memory with data of \p K is called. Code has to stay without a
/// name, and in PerObject there is some in each slab.
std::string wantedName(Layout L, SegmentKind K) {
  if (K == SegmentKind::RWData && L != Layout::PerObject)
    return "jitslab data";
  if (K == SegmentKind::ROData && L == Layout::PerProtection)
    return "jitslab read-only data";
  return "";
}

std::string nameInMaps(uintptr_t Address) {
  for (const Mapping &M : currentMappings())
    if (Address >= M.Range.Begin && Address < M.Range.End)
      return M.Name;
  return "not mapped";
}

} // namespace

TEST_CASE("Memory without code is named by its use, slab by slab") {
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  NamedMemory Memory;
  auto A = valueOf(ArenaAccess::create(O, Memory));
  std::vector<Allocation> Objects;
  auto Load = [&] {
    Objects.push_back(valueOf(A->allocate(footprint(100, 100, 100))));
    REQUIRE_SUCCESS(sealOne(*A, Objects.back()));
  };
  Load();
  const size_t ForOne = Memory.Names.size();
  CHECK(ForOne <= 2);
  // All of them have room in the first slab of each lane.
  for (size_t I = 0; I != SlabSize / pageSize() / 4; ++I)
    Load();
  CHECK(Memory.Names.size() == ForOne);
  for (const NamedMemory::Named &N : Memory.Names) {
    CHECK(N.Range.Begin % SlabSize == 0);
    CHECK(N.Range.size() % SlabSize == 0);
  }
  for (SegmentKind K : AllSegmentKinds)
    CHECK(Memory.nameAt(Objects.front()[K].Executor) ==
          wantedName(O.ObjectLayout, K));
}

TEST_CASE("A slab that the system does not take back loses its name") {
  ArenaOptions O;
  O.ObjectLayout = Layout::PerProtection;
  NamedMemory Memory;
  auto A = valueOf(ArenaAccess::create(O, Memory));
  Allocation Object = valueOf(A->allocate(footprint(0, 0, 100)));
  const uintptr_t Data = Object[SegmentKind::RWData].Executor;
  Object = Allocation();
  CHECK(Memory.nameAt(Data) == "jitslab data");
  Memory.FailNth = 1;
  A->trim();
  CHECK(Memory.nameAt(Data).empty());
}

TEST_CASE("Names of private memory are in /proc/self/maps") {
  VirtualMemory &System = VirtualMemory::system();
  ReservationRequest R;
  R.Size = R.Align = SlabSize;
  const uintptr_t Start = *System.reserve(R);
  errno = 0;
  System.name(Start, R.Size, "jitslab test");
  CHECK(errno == 0);
  const std::string Found = nameInMaps(Start);
  System.name(Start, R.Size, nullptr);
  CHECK(nameInMaps(Start).empty());
  CHECK(!System.release(Start, R.Size, /*Guard=*/0));
  if (Found.empty()) {
    WARN("SKIPPED: the kernel has no names of anonymous memory "
         "(CONFIG_ANON_VMA_NAME)");
    return;
  }
  CHECK(Found == "[anon:jitslab test]");
}

TEST_CASE("Slabs that lie side by side for one use are one mapping") {
  ArenaOptions O;
  O.ObjectLayout = Layout::PerProtection;
  auto A = valueOf(Arena::create(O));
  std::vector<Allocation> Objects;
  for (int I = 0; I != 4; ++I)
    Objects.push_back(valueOf(A->allocate(footprint(0, 0, SlabSize))));
  uintptr_t Begin = UINTPTR_MAX, End = 0;
  for (const Allocation &Object : Objects) {
    const Segment S = Object[SegmentKind::RWData];
    Begin = std::min(Begin, S.Executor);
    End = std::max(End, S.Executor + S.Size);
  }
  REQUIRE(End - Begin == 4 * SlabSize);
  if (!runsUnderEmulator())
    CHECK(mappingsIn({Begin, End}) == 1);
}

TEST_CASE("Shared memory is named by its use") {
  VirtualMemory &System = VirtualMemory::system();
  for (const char *Name : {"jitslab", "jitslab scratch"}) {
    SharedMemory M = *System.createShared(SlabSize, Name);
    CHECK(linkTarget("/proc/self/fd/" + std::to_string(M.Descriptor)) ==
          "/memfd:" + std::string(Name) + " (deleted)");
    System.closeShared(M);
  }
}
