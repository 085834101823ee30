//===- GuardTest.cpp - What lies before and after a window ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/GuardBytes.h"
#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/Process.h"
#include <sys/mman.h>

using namespace jitslab;

namespace {

/// Remembers what was reserved. Not thread-safe.
class RecordingMemory : public TestMemory {
public:
  struct Reservation {
    AddressRange Usable;
    size_t Guard;
    /// A writer view of Layout::Dense, no window.
    bool IsWriterView;
    AddressRange whole() const {
      return {Usable.Begin - Guard, Usable.End + Guard};
    }
  };
  std::vector<Reservation> Reservations;
  llvm::ErrorOr<uintptr_t> reserve(const ReservationRequest &R) override {
    llvm::ErrorOr<uintptr_t> Start = TestMemory::reserve(R);
    if (Start)
      Reservations.push_back(
          {{*Start, *Start + R.Size}, R.Guard, R.Unpredictable});
    return Start;
  }
};

/// An arena of one window that is used from its first byte to its last.
struct FullArena {
  RecordingMemory Memory;
  std::shared_ptr<Arena> A;
  std::vector<Allocation> Objects;

  explicit FullArena(Layout L) {
    ArenaOptions O = smallOptions(/*Grow=*/false);
    O.ObjectLayout = L;
    A = valueOf(ArenaAccess::create(O, Memory));
    // Of the kind that Dense has in both of its views.
    Objects.push_back(valueOf(A->allocate(
        footprint(0, O.WindowSize, 0, VirtualMemory::system().pageSize()))));
    REQUIRE(A->stats().LiveBytes == O.WindowSize);
    REQUIRE(Memory.Reservations.size() == (L == Layout::Dense ? 2 : 1));
  }
};

bool readable(uintptr_t Address) {
  return runInChild([=] {
           (void)*reinterpret_cast<const volatile uint8_t *>(Address);
           return 0;
         })
      .passed();
}

/// True when an access of either kind ends a process.
bool faults(uintptr_t Address) {
  auto *Byte = reinterpret_cast<volatile uint8_t *>(Address);
  auto Faulted = [](const ChildOutcome &O) {
    return WIFSIGNALED(O.Status) && WTERMSIG(O.Status) == SIGSEGV;
  };
  return Faulted(runInChild([=] {
           (void)*Byte;
           return 0;
         })) &&
         Faulted(runInChild([=] {
           *Byte = 1;
           return 0;
         }));
}

/// True when memory of the host lies next to \p R, or can.
bool hostCanTouch(AddressRange R) {
  constexpr int FixedNoReplace = 0x100000; // Linux 4.17
  for (uintptr_t Page : {R.Begin - pageSize(), R.End}) {
    void *Wanted = reinterpret_cast<void *>(Page);
    void *P = mmap(Wanted, pageSize(), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | FixedNoReplace, -1, 0);
    if (P != MAP_FAILED)
      munmap(P, pageSize());
    // Where there is no room somebody has it, with access rights or without.
    if (P == Wanted || !hasRights(Page, "---"))
      return true;
  }
  return false;
}

/// Mappings of a host, which the system places; every second one differs from
/// its neighbours, so that none are merged.
class BusyHost {
public:
  explicit BusyHost(size_t Count, AddressRange Hint) {
    size_t Sizes[] = {pageSize(), 16 * pageSize(), size_t(1) << 20, SlabSize};
    for (size_t I = 0; I != Count; ++I) {
      // As close as it can get, from both sides.
      uintptr_t Where = I % 2 ? Hint.End : Hint.Begin - Sizes[I % 4];
      void *P = mmap(reinterpret_cast<void *>(Where), Sizes[I % 4],
                     I % 3 ? PROT_READ | PROT_WRITE : PROT_READ,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      REQUIRE(P != MAP_FAILED);
      auto Begin = reinterpret_cast<uintptr_t>(P);
      Ranges.push_back({Begin, Begin + Sizes[I % 4]});
    }
  }
  ~BusyHost() {
    for (AddressRange R : Ranges)
      munmap(reinterpret_cast<void *>(R.Begin), R.size());
  }
  BusyHost(const BusyHost &) = delete;
  BusyHost &operator=(const BusyHost &) = delete;

  /// Bytes between \p R and the nearest of the mappings.
  size_t distanceTo(AddressRange R) const {
    size_t Least = SIZE_MAX;
    for (AddressRange M : Ranges)
      Least = std::min(Least, M.Begin >= R.End   ? M.Begin - R.End
                              : M.End <= R.Begin ? R.Begin - M.End
                                                 : 0);
    return Least;
  }

private:
  std::vector<AddressRange> Ranges;
};

} // namespace

TEST_CASE("Guards are whole pages and at least 1 MiB") {
  size_t Bytes = guardBytes(VirtualMemory::system());
  CHECK(Bytes >= size_t(1) << 20);
  CHECK(Bytes % pageSize() == 0);
}

TEST_CASE("Reads and writes beyond the ends of a window fault") {
  FullArena Full(anyLayout());
  for (const RecordingMemory::Reservation &R : Full.Memory.Reservations) {
    INFO((R.IsWriterView ? "writer view" : "window"));
    // What is used reaches to both ends.
    CHECK(readable(R.Usable.Begin));
    CHECK(readable(R.Usable.End - 1));
    CHECK(faults(R.Usable.Begin - 1));
    CHECK(faults(R.Usable.End));
    // So does all of the guards.
    CHECK(faults(R.whole().Begin));
    CHECK(faults(R.whole().End - 1));
  }
}

TEST_CASE("Nothing gets next to a window however much the host maps") {
  FullArena Full(anyLayout());
  for (const RecordingMemory::Reservation &R : Full.Memory.Reservations) {
    INFO((R.IsWriterView ? "writer view" : "window"));
    BusyHost Host(1000, R.Usable);
    CHECK(Host.distanceTo(R.Usable) >= guardBytes(Full.Memory));
    CHECK(!hostCanTouch(R.Usable));
  }
}

TEST_CASE("Control: without guards the host's memory is the next byte") {
  VirtualMemory &System = VirtualMemory::system();
  ReservationRequest Request;
  Request.Size = Request.Align = SlabSize;
  uintptr_t Start = *System.reserve(Request);
  CHECK(hostCanTouch({Start, Start + SlabSize}));
  CHECK(!System.release(Start, SlabSize, /*Guard=*/0));
}

TEST_CASE("The kernel lists the guards without rights and as one with what is "
          "not used") {
  if (runsUnderEmulator()) {
    WARN("NOT RUN: the emulator's /proc/self/maps leaves mappings out");
    return;
  }
  Layout L = anyLayout();
  RecordingMemory Memory;
  ArenaOptions O = smallOptions();
  O.ObjectLayout = L;
  auto A = valueOf(ArenaAccess::create(O, Memory));
  // They are no part of what an arena says that it has.
  CHECK(A->stats().ReservedBytes == O.WindowSize);
  for (const RecordingMemory::Reservation &R : Memory.Reservations)
    CHECK(mappingsIn(R.whole()) == 1);

  FullArena Full(L);
  for (const RecordingMemory::Reservation &R : Full.Memory.Reservations) {
    AddressRange Guards[] = {{R.whole().Begin, R.Usable.Begin},
                             {R.Usable.End, R.whole().End}};
    for (AddressRange Guard : Guards) {
      REQUIRE(Guard.size() == guardBytes(Full.Memory));
      size_t Listed = 0;
      for (const Mapping &M : currentMappings()) {
        uintptr_t Begin = std::max(M.Range.Begin, Guard.Begin);
        uintptr_t End = std::min(M.Range.End, Guard.End);
        if (Begin >= End)
          continue;
        CHECK(M.Rights == "---p");
        CHECK(M.Name.empty());
        Listed += End - Begin;
      }
      CHECK(Listed == Guard.size());
    }
  }
}

TEST_CASE("Guards stay when slabs go back to the system and in a child") {
  FullArena Full(anyLayout());
  auto Check = [&] {
    for (const RecordingMemory::Reservation &R : Full.Memory.Reservations)
      for (uintptr_t Address : {R.Usable.Begin - 1, R.Usable.End})
        if (!hasRights(Address, "---"))
          return 1;
    return 0;
  };
  CHECK(runInChild(Check).passed());
  Full.Objects.clear();
  Full.A->trim();
  CHECK(Check() == 0);
  CHECK(Full.Memory.Reservations.size() == Full.Memory.OpenReservations);
}
