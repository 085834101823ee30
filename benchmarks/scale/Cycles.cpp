//===- Cycles.cpp - Objects that come and go ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "Scale.h"

using namespace llvm;

namespace jitslab::bench {

static constexpr size_t CyclesOfChunk = 100, LastCycles = 10000;

// What the heap of the process may fluctuate by: its allocator keeps memory.
static constexpr double AllowedKiB = 1024;

Error runCycles(LinkerChoice Choice, ArenaOptions Options, size_t Count,
                size_t Live) {
  Expected<std::shared_ptr<Arena>> Memory = Arena::create(Options);
  if (!Memory)
    return Memory.takeError();
  Expected<std::unique_ptr<Linker>> L = makeLinker(Choice, *Memory);
  if (!L)
    return L.takeError();
  (*L)->makeSlots(Live);
  const InputObject &Object = tinyObject();
  for (size_t I = 0; I != Live; ++I)
    if (Error Err = (*L)->load(Object, I))
      return Err;

  Table Lines("load/free cycles");
  Growth Resident("resident KiB", 1.0, AllowedKiB),
      VMAs("mappings", 1.0, /*Allowed=*/8);
  size_t CommittedBefore = (*Memory)->stats().CommittedBytes;
  Timer T(LastCycles / CyclesOfChunk);
  size_t Wrong = 0;
  for (size_t Done = 0; Done != Count;) {
    size_t Chunk = std::min(CyclesOfChunk, Count - Done);
    Error Err = Error::success();
    T.time(Chunk, [&] {
      for (size_t I = 0; I != Chunk && !Err; ++I, ++Done) {
        size_t Oldest = Done % Live;
        Err = (*L)->unload(Oldest);
        if (!Err)
          Err = (*L)->load(Object, Oldest);
        Wrong += !Err && !works(**L, Oldest);
      }
    });
    if (Err)
      return Err;
    if (!isDue(Done, Count, LastCycles))
      continue;
    ProcessMemory Now = ProcessMemory::now();
    Lines.print(Done, T.median(), Now,
                double(Now.ResidentKiB) * 1024 / double(Live));
    Resident.see(double(Now.ResidentKiB));
    VMAs.see(double(Now.VMAs));
  }
  size_t Committed = (*Memory)->stats().CommittedBytes;
  Error Result = check(Wrong == 0, Twine(Wrong) + " of " + Twine(Count) +
                                       " functions returned something else");
  Result = joinErrors(std::move(Result),
                      check(Committed == CommittedBefore,
                            "the arena had " + Twine(CommittedBefore) +
                                " bytes committed and has " + Twine(Committed) +
                                " now"));
  for (const Growth *G : {&Resident, &VMAs})
    Result = joinErrors(std::move(Result), G->result());
  for (size_t I = Live; I-- > 0;)
    Result = joinErrors(std::move(Result), (*L)->unload(I));
  return Result;
}

} // namespace jitslab::bench
