//===- Probes.h - What tracers are told -------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_PROBES_H
#define JITSLAB_CORE_PROBES_H

#include "jitslab/Allocation.h"
#include "llvm/Support/Compiler.h"

#if __has_include(<sys/sdt.h>) && !defined(JITSLAB_NO_PROBES)
#define JITSLAB_HAS_PROBES 1
#else
#define JITSLAB_HAS_PROBES 0
#endif

namespace jitslab {

class ArenaImpl;
class Window;

/// USDT probes, of the provider jitslab; docs/tools.md has their arguments. All
/// of them cost a comparison as long as nobody traces. They do nothing where
/// <sys/sdt.h> is lacking.
namespace probes {

/// With an object's segments; those that it has not are 0.
void fireObjectAllocated(const Allocation &A);
void fireObjectSealed(const Allocation &A);
void fireObjectFreed(const Allocation &A);
void fireWindowAdded(const ArenaImpl &Arena, const Window &W);
void fireTrim(const ArenaImpl &Arena, size_t BytesGivenBack);

} // namespace probes
} // namespace jitslab

// How many tracers there are for a probe: the kernel counts them here, by the
// name that the ABI of <sys/sdt.h> wants.
#if JITSLAB_HAS_PROBES
#define JITSLAB_PROBE_COUNTER(NAME)                                            \
  extern "C" LLVM_LIBRARY_VISIBILITY volatile unsigned short                   \
      jitslab_##NAME##_semaphore;
JITSLAB_PROBE_COUNTER(object_allocated)
JITSLAB_PROBE_COUNTER(object_sealed)
JITSLAB_PROBE_COUNTER(object_freed)
JITSLAB_PROBE_COUNTER(window_added)
JITSLAB_PROBE_COUNTER(trim)
#undef JITSLAB_PROBE_COUNTER

/// Fires the probe \p NAME by \p CALL if somebody traces it.
#define JITSLAB_PROBE(NAME, CALL)                                              \
  (LLVM_UNLIKELY(jitslab_##NAME##_semaphore) ? probes::CALL : void())
#else
#define JITSLAB_PROBE(NAME, CALL) static_cast<void>(0)
#endif

#endif // JITSLAB_CORE_PROBES_H
