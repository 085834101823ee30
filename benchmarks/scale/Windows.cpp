//===- Windows.cpp - Windows up to the limits of the machine --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "Scale.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdio>

using namespace llvm;

namespace jitslab::bench {

// Small objects that are allocated and released to see what one costs.
static constexpr size_t Samples = 100;

/// What leaves no room in a window but for what every window keeps: memory that
/// is committed and never touched. Dense does not bring shared memory in before
/// it is touched, the other layouts do not where huge pages are wanted.
static Footprint fillerOf(size_t WindowSize) {
  Footprint F;
  F[SegmentKind::ROData] = {WindowSize - SlabSize, 16};
  return F;
}

static Error timeSmallOnes(Arena &Memory, Timer &T) {
  Footprint Small;
  Small[SegmentKind::Code] = {64, 16};
  Small[SegmentKind::RWData] = {64, 16};
  for (size_t I = 0; I != Samples; ++I) {
    Error Err = Error::success();
    T.time(1, [&] {
      Expected<Allocation> A = Memory.allocate(Small);
      if (!A)
        Err = A.takeError();
    });
    if (Err)
      return Err;
  }
  return Error::success();
}

Error runWindows(ArenaOptions Options, size_t Count, size_t MostMiB,
                 double MostSlower) {
  Options.HugePages = Options.ObjectLayout != Layout::Dense;
  Expected<std::shared_ptr<Arena>> Memory = Arena::create(Options);
  if (!Memory)
    return Memory.takeError();
  Arena &A = **Memory;
  size_t Size = A.options().WindowSize;
  std::vector<Allocation> Fillers;
  Table Lines("windows");
  Growth Times("time of one small object", MostSlower, /*Allowed=*/1);
  Timer Small(Samples);
  Error Refusal = Error::success();
  while (Fillers.size() != Count) {
    // Reading it takes time that grows with the number of mappings.
    if (Fillers.size() % 64 == 0 &&
        ProcessMemory::now().ResidentKiB / 1024 > MostMiB) {
      Refusal = check(false, "this program may use " + Twine(MostMiB) +
                                 " MiB (-memory) and has more");
      break;
    }
    Expected<Allocation> Filler = A.allocate(fillerOf(Size));
    if (!Filler) {
      Refusal = Filler.takeError();
      break;
    }
    Fillers.push_back(std::move(*Filler));
    if (!isDue(Fillers.size(), Count, 1))
      continue;
    // The first one may add a window, the others find it at the end.
    if (Error Err = timeSmallOnes(A, Small)) {
      Refusal = std::move(Err);
      break;
    }
    double Microseconds = Small.median();
    // They have taken a window of their own, which would be found early on from
    // now on.
    A.trim();
    Times.see(Microseconds);
    ProcessMemory Now = ProcessMemory::now();
    Lines.print(Fillers.size(), Microseconds, Now,
                double(Now.ResidentKiB) * 1024 / double(Fillers.size()));
  }
  if (Refusal)
    outs() << "\nThere is no window " << Fillers.size() + 1 << ": "
           << toString(std::move(Refusal)) << '\n';
  outs().flush();
  bool Ok = A.verify();
  Fillers.clear();
  A.trim();
  Error Result =
      check(Ok && A.stats().Windows == 1 && A.stats().CommittedBytes == 0,
            "windows or memory are left over");
  return joinErrors(std::move(Result), Times.result());
}

} // namespace jitslab::bench
