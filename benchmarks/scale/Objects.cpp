//===- Objects.cpp - Objects that are live at once ------------------------===//
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

// Times are medians of chunks of the last thousand: a process that runs for
// minutes is interrupted now and then.
static constexpr size_t ObjectsOfChunk = 10, LastObjects = 1000;

// What is compared with what comes later: by then LLVM's tables and the heap
// have their shape.
static constexpr size_t ReferenceObjects = 10000;

static Error freeAll(Linker &L, size_t Count, Arena &Memory) {
  // Last to first: libgcc before GCC 13 looks for a frame section in a list,
  // newest first.
  for (size_t I = Count; I-- > 0;)
    if (Error Err = L.unload(I))
      return Err;
  Memory.trim();
  ArenaStats S = Memory.stats();
  return check(S.LiveObjects == 0 && S.CommittedBytes == 0,
               "after everything is freed the arena holds " +
                   Twine(S.LiveObjects) + " objects and " +
                   Twine(S.CommittedBytes) + " bytes");
}

Error runObjects(LinkerChoice Choice, ArenaOptions Options, size_t Count,
                 double MostSlower) {
  Expected<std::shared_ptr<Arena>> Memory = Arena::create(Options);
  if (!Memory)
    return Memory.takeError();
  Expected<std::unique_ptr<Linker>> L = makeLinker(Choice, *Memory);
  if (!L)
    return L.takeError();
  (*L)->makeSlots(Count);
  const InputObject &Object = tinyObject();
  size_t Done = 0;
  auto LoadOne = [&] { return (*L)->load(Object, Done++); };

  Table Lines("live objects");
  size_t ResidentBefore = ProcessMemory::now().ResidentKiB;
  Growth Bytes("resident bytes for one object", 1.1),
      VMAs("mappings", 1.0, /*Allowed=*/32),
      Times("time of one object", MostSlower);
  Timer T(LastObjects / ObjectsOfChunk);
  while (Done != Count) {
    size_t Chunk = std::min(ObjectsOfChunk, Count - Done);
    Error Err = Error::success();
    T.time(Chunk, [&] {
      for (size_t I = 0; I != Chunk && !Err; ++I)
        Err = LoadOne();
    });
    if (Err)
      return Err;
    if (!isDue(Done, Count, LastObjects))
      continue;
    double Microseconds = T.median();
    ProcessMemory Now = ProcessMemory::now();
    double Each =
        double(Now.ResidentKiB - ResidentBefore) * 1024 / double(Done);
    Lines.print(Done, Microseconds, Now, Each);
    VMAs.see(double(Now.VMAs));
    if (Done >= ReferenceObjects) {
      Bytes.see(Each);
      Times.see(Microseconds);
    }
  }
  size_t Wrong = 0;
  for (size_t I = 0; I != Count; ++I)
    Wrong += !works(**L, I);
  Error Result = check(Wrong == 0, Twine(Wrong) + " of " + Twine(Count) +
                                       " functions return something else");
  for (const Growth *G : {&Bytes, &VMAs, &Times})
    Result = joinErrors(std::move(Result), G->result());
  return joinErrors(std::move(Result), freeAll(**L, Count, **Memory));
}

} // namespace jitslab::bench
