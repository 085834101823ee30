//===- Probes.cpp - What tracers are told ---------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Probes.h"

#if JITSLAB_HAS_PROBES
#include "Window.h"
#define _SDT_HAS_SEMAPHORES 1 // NOLINT(bugprone-reserved-identifier)
#include <sys/sdt.h>

#define JITSLAB_COUNTED_PROBE(NAME)                                            \
  volatile unsigned short jitslab_##NAME##_semaphore                           \
      __attribute__((section(".probes"), used));
extern "C" {
JITSLAB_COUNTED_PROBE(object_allocated)
JITSLAB_COUNTED_PROBE(object_sealed)
JITSLAB_COUNTED_PROBE(object_freed)
JITSLAB_COUNTED_PROBE(window_added)
JITSLAB_COUNTED_PROBE(trim)
}

// bpftrace knows six arguments.
#define JITSLAB_OBJECT_PROBE(NAME)                                             \
  const Segment Code = A[SegmentKind::Code], ROData = A[SegmentKind::ROData],  \
                RWData = A[SegmentKind::RWData];                               \
  STAP_PROBE6(jitslab, NAME, Code.Executor, Code.Size, ROData.Executor,        \
              ROData.Size, RWData.Executor, RWData.Size)

namespace jitslab::probes {

void fireObjectAllocated(const Allocation &A) {
  JITSLAB_OBJECT_PROBE(object_allocated);
}

void fireObjectSealed(const Allocation &A) {
  JITSLAB_OBJECT_PROBE(object_sealed);
}

void fireObjectFreed(const Allocation &A) {
  JITSLAB_OBJECT_PROBE(object_freed);
}

void fireWindowAdded(const ArenaImpl &Arena, const Window &W) {
  STAP_PROBE3(jitslab, window_added, &Arena, W.begin(), W.size());
}

void fireTrim(const ArenaImpl &Arena, size_t BytesGivenBack) {
  STAP_PROBE2(jitslab, trim, &Arena, BytesGivenBack);
}

} // namespace jitslab::probes

#endif // JITSLAB_HAS_PROBES
