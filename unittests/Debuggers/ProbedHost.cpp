//===- ProbedHost.cpp - A host that fires each probe ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// probed-host: loads objects, the last of which takes a window of its own,
// frees them and trims. Prints what a tracer of all probes should have said.

#include "Support/ArenaFixture.h"
#include "jitslab/ArenaSnapshot.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace jitslab;
using namespace llvm;

static void report(const char *Probe, const Allocation &Object) {
  const Segment Code = Object[SegmentKind::Code],
                ROData = Object[SegmentKind::ROData],
                RWData = Object[SegmentKind::RWData];
  outs() << formatv("{0} {1:x-} {2} {3:x-} {4} {5:x-} {6}\n", Probe,
                    Code.Executor, Code.Size, ROData.Executor, ROData.Size,
                    RWData.Executor, RWData.Size);
}

static void reportWindow(const Arena &A) {
  const ArenaSnapshot S = A.snapshot();
  const WindowSnapshot &W = S.Windows.back();
  outs() << formatv("window_added {0:x-} {1}\n", W.Begin, W.End - W.Begin);
}

int main() {
  auto A = cantFail(Arena::create(smallOptions()));
  reportWindow(*A);
  std::vector<Allocation> Objects;
  for (size_t Data : {200, 0}) {
    Objects.push_back(cantFail(A->allocate(footprint(100, Data, 300))));
    report("object_allocated", Objects.back());
    cantFail(sealOne(*A, Objects.back()));
    report("object_sealed", Objects.back());
  }
  const size_t Large = A->options().WindowSize;
  Objects.push_back(cantFail(A->allocate(footprint(Large, 0, 0))));
  reportWindow(*A);
  report("object_allocated", Objects.back());
  while (!Objects.empty()) {
    report("object_freed", Objects.back());
    Objects.pop_back();
  }
  outs() << "trim " << A->trim() << "\n";
}
