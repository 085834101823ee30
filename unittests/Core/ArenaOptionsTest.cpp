//===- ArenaOptionsTest.cpp - Tests of Arena::create ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include "Platform/HostLibraries.h"
#include "Support/ArenaFixture.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"

using namespace jitslab;

using ArenaPtr = std::shared_ptr<Arena>;

static std::error_code invalidArgument() {
  return std::make_error_code(std::errc::invalid_argument);
}

TEST_CASE("Window sizes out of range are refused with a clear message") {
  struct Case {
    size_t Size;
    const char *Reason;
  };
  const Case Cases[] = {
      {1, "from 8388608 to 2145386496"},
      {SlabSize, "from 8388608 to 2145386496"},
      {MinWindowSize - SlabSize, "from 8388608 to 2145386496"},
      {MaxWindowSize + SlabSize, "from 8388608 to 2145386496"},
      {MaxWindowSize + 1, "from 8388608 to 2145386496"},
      // Larger than the address space of every supported machine.
      {size_t(1) << 60, "from 8388608 to 2145386496"},
      {SIZE_MAX, "from 8388608 to 2145386496"},
      {SIZE_MAX - SlabSize + 1, "from 8388608 to 2145386496"},
      {MinWindowSize + 1, "multiple of the slab size"},
      {MaxWindowSize - 1, "multiple of the slab size"},
      {MinWindowSize + SlabSize / 2, "multiple of the slab size"},
  };
  for (const Case &C : Cases) {
    WindowMemory Memory;
    ArenaOptions O;
    O.WindowSize = C.Size;
    std::string Message;
    CHECK(codeOf(ArenaAccess::create(O, Memory), Message) == invalidArgument());
    INFO(Message);
    CHECK(mentions(Message, {"jitslab: ", "WindowSize", std::to_string(C.Size),
                             C.Reason}));
    CHECK(Memory.Calls.total() == 0);
  }
}

TEST_CASE("A layout that does not exist is refused with a clear message") {
  ArenaOptions O;
  O.ObjectLayout = static_cast<Layout>(77);
  std::string Message;
  CHECK(codeOf(Arena::create(O), Message) == invalidArgument());
  INFO(Message);
  CHECK(mentions(Message, {"ObjectLayout", "77"}));
}

TEST_CASE("The smallest and the largest window work") {
  for (size_t Size : {MinWindowSize, MaxWindowSize}) {
    WindowMemory Memory;
    ArenaOptions O;
    O.WindowSize = Size;
    ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
    CHECK(A->options().WindowSize == Size);
    CHECK(A->stats().ReservedBytes == Size);
    CHECK(A->stats().Windows == 1);
    REQUIRE(Memory.Windows.size() == 1);
    CHECK(Memory.Windows[0].size() == Size);
    CHECK(A->verify());
  }
}

TEST_CASE("A new arena reserves one window and commits nothing") {
  WindowMemory Memory;
  {
    ArenaOptions O;
    O.Grow = false;
    ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
    CHECK(A->options().WindowSize == DefaultWindowSize);
    ArenaStats S = A->stats();
    CHECK(S.Windows == 1);
    CHECK(S.WindowsNear == 0);
    CHECK(S.ReservedBytes == DefaultWindowSize);
    CHECK(S.CommittedBytes == 0);
    CHECK(S.LiveBytes == 0);
    CHECK(S.FreeBytes == 0);
    CHECK(S.LiveObjects == 0);
    CHECK(A->trim() == 0);
    CHECK(Memory.OpenReservations == 1);
  }
  CHECK(Memory.OpenReservations == 0);
}

TEST_CASE("A reservation costs no resident memory") {
  if (runsUnderEmulator()) {
    WARN("SKIPPED: the emulator does not tell what is resident");
    return;
  }
  WindowMemory Memory;
  ArenaOptions O;
  O.WindowSize = MaxWindowSize;
  ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
  CHECK(residentPages(Memory.Windows[0]) == 0);
  // The control: memory in use is seen.
  Allocation Object = valueOf(A->allocate(footprint(100, 0, 0)));
  Object[SegmentKind::Code].Working[0] = 1;
  CHECK(residentPages(Memory.Windows[0]) > 0);
}

TEST_CASE("A refused default is halved as often as necessary") {
  WindowMemory Memory;
  // Halved three times, each time to whole slabs.
  constexpr size_t Granted = size_t(256) << 20;
  Memory.ReserveLimit = Granted + SlabSize;
  ArenaOptions O;
  O.Grow = false;
  {
    ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
    CHECK(Memory.Calls.Reserve == 4);
    CHECK(A->options().WindowSize == Granted);
    CHECK(A->stats().ReservedBytes == Granted);
    Allocation Object = valueOf(A->allocate(footprint(100, 100, 100)));
    CHECK(A->verify());
  }
  CHECK(Memory.OpenReservations == 0);
}

TEST_CASE("Halving a refused default stops at the smallest window") {
  WindowMemory Memory;
  SECTION("which may be granted") {
    Memory.ReserveLimit = MinWindowSize;
    ArenaPtr A = valueOf(ArenaAccess::create({}, Memory));
    CHECK(A->options().WindowSize == MinWindowSize);
  }
  SECTION("or refused with the errno of the system") {
    Memory.ReserveLimit = MinWindowSize - 1;
    std::string Message;
    std::error_code Code = codeOf(ArenaAccess::create({}, Memory), Message);
    CHECK(Code == std::errc::not_enough_memory);
    INFO(Message);
    CHECK(mentions(Message, {"cannot reserve a window of 8388608 bytes"}));
  }
  CHECK(Memory.OpenReservations == 0);
}

TEST_CASE("A window size that was asked for is not halved") {
  WindowMemory Memory;
  Memory.FailNth = 1;
  Memory.KeepFailing = true;
  Memory.FailWith = EAGAIN;
  ArenaOptions O;
  O.WindowSize = 64 * SlabSize;
  std::string Message;
  std::error_code Code = codeOf(ArenaAccess::create(O, Memory), Message);
  CHECK(Code == std::error_code(EAGAIN, std::generic_category()));
  CHECK(Memory.Calls.Reserve == 1);
}

/// A child's work: an arena in 64 MiB of address space. \returns what is wrong.
static std::string useLimitedAddressSpace() {
  constexpr size_t Room = size_t(64) << 20;
  if (!limitAddressSpace(Room))
    return "no limit";
  ArenaOptions TooLarge;
  TooLarge.WindowSize = size_t(256) << 20;
  llvm::Expected<ArenaPtr> Refused = Arena::create(TooLarge);
  if (Refused)
    return "256 MiB were reserved";
  std::string Message = llvm::toString(Refused.takeError());
  if (!mentions(Message, {"268435456", "RLIMIT_AS", "WindowSize"}))
    return "unclear message: " + Message;

  llvm::Expected<ArenaPtr> A = Arena::create();
  if (!A)
    return llvm::toString(A.takeError());
  if ((*A)->options().WindowSize > Room || (*A)->stats().Windows != 1)
    return "the window is too large";
  std::vector<Allocation> Objects;
  for (;;) {
    llvm::Expected<Allocation> Object =
        (*A)->allocate(footprint(SlabSize / 2, 100, 100));
    if (!Object) {
      Message = llvm::toString(Object.takeError());
      break;
    }
    Objects.push_back(std::move(*Object));
  }
  if (Objects.size() < 4)
    return "only " + std::to_string(Objects.size()) + " objects: " + Message;
  if (!mentions(Message, {"cannot reserve a window"}))
    return "unclear message: " + Message;
  for (Allocation &Object : Objects) {
    writeFunction(Object[SegmentKind::Code].Working, 5);
    if (llvm::Error Err = sealOne(**A, Object))
      return llvm::toString(std::move(Err));
    if (callFunction(Object[SegmentKind::Code].Executor) != 5)
      return "wrong result";
  }
  Objects.clear();
  return (*A)->verify() ? "" : "verify failed";
}

TEST_CASE("An arena works with 64 MiB of address space") {
  if (JITSLAB_HAS_SHADOW_MEMORY) {
    WARN("SKIPPED: a sanitizer's shadow memory does not live with RLIMIT_AS");
    return;
  }
  std::string Result = inChild(useLimitedAddressSpace);
  if (Result == "no limit" && runsUnderEmulator()) {
    WARN("SKIPPED: the emulator does not enforce RLIMIT_AS");
    return;
  }
  CHECK(Result == "");
}

/// The process has room near its libraries.
static AddressRange librariesWithRoom() {
  AddressRange Libraries = hostLibraries(size_t(1) << 30);
  if (JITSLAB_HAS_TSAN || runsUnderEmulator())
    return {};
  REQUIRE(Libraries.Begin < Libraries.End);
  return Libraries;
}

TEST_CASE("Ten arenas and their further windows lie near the libraries") {
  AddressRange Libraries = librariesWithRoom();
  if (!Libraries.size()) {
    WARN("SKIPPED: others than the kernel say what is mapped where");
    return;
  }
  constexpr size_t Reach = size_t(2) << 30;
  WindowMemory Memory;
  std::vector<ArenaPtr> Arenas;
  std::vector<Allocation> Objects;
  while (Arenas.size() != 10) {
    Arenas.push_back(valueOf(ArenaAccess::create({}, Memory)));
    Arena &A = *Arenas.back();
    if (Arenas.size() == 10)
      // Nothing is written, so it costs no memory.
      while (A.stats().Windows != 3)
        Objects.push_back(valueOf(A.allocate(footprint(1, 0, 4 * SlabSize))));
    CHECK(A.options().WindowSize <= Reach / 2);
    CHECK(A.options().WindowSize >= MinWindowSize);
  }
  size_t Reserved = 0;
  for (AddressRange W : Memory.Windows) {
    CHECK(W.End <= Libraries.Begin + Reach);
    CHECK(W.Begin >= Libraries.End - Reach);
    Reserved += W.size();
  }
  WARN(Memory.Windows.size()
       << " windows, the first of " << (Arenas[0]->options().WindowSize >> 20)
       << " MiB, together " << (Reserved >> 20));
}

TEST_CASE("The program and far libraries do not count as near libraries") {
  constexpr uintptr_t G = uintptr_t(1) << 30, M = uintptr_t(1) << 20;
  AddressRange All[] = {{100 * G, 100 * G + 50 * M},
                        {90 * G, 90 * G + 20 * M},
                        {90 * G + 500 * M, 90 * G + 540 * M},
                        {92 * G, 93 * G + M}};
  AddressRange Cluster = largestCluster(All, G);
  CHECK(Cluster.Begin == 90 * G);
  CHECK(Cluster.End == 90 * G + 540 * M);
  CHECK(largestCluster(llvm::MutableArrayRef<AddressRange>(), G).size() == 0);
}

static uintptr_t distance(uintptr_t A, uintptr_t B) {
  return A > B ? A - B : B - A;
}

/// The distance from \p Near to the farthest byte of \p W.
static uintptr_t farthest(AddressRange W, uintptr_t Near) {
  return std::max(distance(W.Begin, Near), distance(W.End - 1, Near));
}

static constexpr uintptr_t Reach = uintptr_t(2) << 30;

TEST_CASE("Windows lie within reach of Near when there is room") {
  // Not the end of the address space, on which some machines' stack lies.
  auto Near = reinterpret_cast<uintptr_t>(&Reach);
  for (size_t Size : {MinWindowSize, size_t(64) << 20}) {
    WindowMemory Memory;
    ArenaOptions O;
    O.WindowSize = Size;
    O.Near = Near;
    ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
    std::vector<Allocation> Objects;
    while (A->stats().Windows < 4)
      Objects.push_back(valueOf(A->allocate(footprint(4 * SlabSize, 1, 1))));
    CHECK(A->stats().WindowsNear == A->stats().Windows);
    for (AddressRange W : Memory.Windows)
      CHECK(farthest(W, Near) < Reach);
    CHECK(A->verify());
  }
}

TEST_CASE("Windows lie elsewhere when there is no room within reach of Near") {
  // An address with nothing but free space around it: where the system would
  // have put a large reservation.
  VirtualMemory &System = VirtualMemory::system();
  ReservationRequest Probe;
  Probe.Size = 4 * Reach;
  Probe.Align = SlabSize;
  llvm::ErrorOr<uintptr_t> Start = System.reserve(Probe);
  REQUIRE(Start);
  uintptr_t Near = *Start + Probe.Size / 2;
  REQUIRE(!System.release(*Start, Probe.Size, 0));

  WindowMemory Memory;
  ArenaOptions O;
  O.WindowSize = MinWindowSize;
  O.Near = Near;
  {
    AddressSpaceAdversary Adversary;
    REQUIRE_SUCCESS(Adversary.occupy(Near, Reach));
    ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
    CHECK(A->stats().Windows == 1);
    CHECK(A->stats().WindowsNear == 0);
    CHECK(farthest(Memory.Windows[0], Near) >= Reach);
    Allocation Object = valueOf(A->allocate(footprint(100, 100, 100)));
    CHECK(A->verify());
  }
  CHECK(Memory.OpenReservations == 0);
  // The control: the adversary is what made the difference.
  ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
  CHECK(A->stats().WindowsNear == 1);
  CHECK(farthest(Memory.Windows[0], Near) < Reach);
}

TEST_CASE("Near works at both ends of the address space") {
  if (JITSLAB_HAS_SHADOW_MEMORY) {
    // ThreadSanitizer ends the process for a mapping below its own.
    WARN("SKIPPED: sanitizers allow mappings at certain addresses only");
    return;
  }
  for (uintptr_t Near : {uintptr_t(1), uintptr_t(SlabSize), UINTPTR_MAX}) {
    WindowMemory Memory;
    ArenaOptions O;
    O.WindowSize = MinWindowSize;
    O.Near = Near;
    ArenaPtr A = valueOf(ArenaAccess::create(O, Memory));
    CHECK(A->stats().Windows == 1);
    bool IsNear = farthest(Memory.Windows[0], Near) < Reach;
    CHECK(A->stats().WindowsNear == size_t(IsNear));
  }
}
