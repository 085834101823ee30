//===- PublicLayouts.cpp - What callers have compiled in ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The layout of the public structs and classes under the number in
/// JITSLAB_ABI_NAMESPACE. When this is not compiled any more, raise it in
/// include/jitslab/ABI.h, unless that has happened since the last release, and
/// write down the new layout.
///
//===----------------------------------------------------------------------===//

#include "jitslab/Arena.h"
#include "jitslab/ArenaSnapshot.h"
#include "jitslab/Config.h"
#include "jitslab/RelocationAudit.h"
#if JITSLAB_HAS_JITLINK
#include "jitslab/ArenaJITLinkMemoryManager.h"
#include "jitslab/RemoteJITLinkMemoryManager.h"
#endif

using namespace jitslab;

#define JITSLAB_FIELD_AT(STRUCT, FIELD, OFFSET)                                \
  static_assert(offsetof(STRUCT, FIELD) == OFFSET,                             \
                #STRUCT "::" #FIELD " moved: JITSLAB_ABI_NAMESPACE")
#define JITSLAB_SIZE_IS(TYPE, SIZE)                                            \
  static_assert(sizeof(TYPE) == SIZE, #TYPE " grew: JITSLAB_ABI_NAMESPACE")

// A field in what was padding changes no size, but the number of names here.
[[maybe_unused]] static void countFields(ArenaOptions O, ArenaStats S,
                                         ArenaShortage F) {
  [[maybe_unused]] auto &[O1, O2, O3, O4, O5, O6, O7] = O;
  [[maybe_unused]] auto &[S1, S2, S3, S4, S5, S6, S7, S8, S9, S10] = S;
  [[maybe_unused]] auto &[F1, F2, F3, F4, F5, F6, F7] = F;
}

JITSLAB_FIELD_AT(ArenaOptions, ObjectLayout, 0);
JITSLAB_FIELD_AT(ArenaOptions, WindowSize, 8);
JITSLAB_FIELD_AT(ArenaOptions, Grow, 16);
JITSLAB_FIELD_AT(ArenaOptions, Near, 24);
JITSLAB_FIELD_AT(ArenaOptions, HugePages, 32);
JITSLAB_FIELD_AT(ArenaOptions, RegisterFrames, 33);
JITSLAB_FIELD_AT(ArenaOptions, Below, 40);
JITSLAB_SIZE_IS(ArenaOptions, 48);

JITSLAB_FIELD_AT(ArenaStats, Windows, 0);
JITSLAB_FIELD_AT(ArenaStats, WindowsNear, 8);
JITSLAB_FIELD_AT(ArenaStats, ReservedBytes, 16);
JITSLAB_FIELD_AT(ArenaStats, CommittedBytes, 24);
JITSLAB_FIELD_AT(ArenaStats, LiveBytes, 32);
JITSLAB_FIELD_AT(ArenaStats, FreeBytes, 40);
JITSLAB_FIELD_AT(ArenaStats, FrozenBytes, 48);
JITSLAB_FIELD_AT(ArenaStats, LanedObjects, 56);
JITSLAB_FIELD_AT(ArenaStats, LiveObjects, 64);
JITSLAB_FIELD_AT(ArenaStats, OutsideBytes, 72);
JITSLAB_SIZE_IS(ArenaStats, 80);

JITSLAB_SIZE_IS(MemoryLocation, 32);
JITSLAB_SIZE_IS(SegmentFootprint, 16);
JITSLAB_SIZE_IS(Footprint, 48);
JITSLAB_SIZE_IS(Segment, 24);
JITSLAB_SIZE_IS(Allocation, 64);
JITSLAB_SIZE_IS(Arena, sizeof(void *));
JITSLAB_SIZE_IS(SlabSnapshot, 16);
JITSLAB_SIZE_IS(WindowSnapshot, 16 + sizeof(std::vector<SlabSnapshot>));
JITSLAB_SIZE_IS(ArenaShortage, 56);
JITSLAB_SIZE_IS(ArenaFullError, 64 + sizeof(std::string));
JITSLAB_SIZE_IS(LimitAdvice, 8 + 2 * sizeof(std::string));
JITSLAB_SIZE_IS(SystemRefusalError, 48 + sizeof(std::string));
JITSLAB_SIZE_IS(BadOptionError, 8 + sizeof(std::string));
JITSLAB_SIZE_IS(RelocationUse, 40 + 3 * sizeof(std::string));
JITSLAB_SIZE_IS(RelocationProblem, sizeof(RelocationUse) + 8);
JITSLAB_SIZE_IS(AuditResult, 16 + sizeof(std::vector<RelocationProblem>) +
                                 sizeof(RelocationUse));
JITSLAB_SIZE_IS(LinkedObject, 8 + 3 * sizeof(MemoryReader) +
                                  sizeof(std::vector<LinkedObject::Range>));

#if JITSLAB_HAS_JITLINK
[[maybe_unused]] static void countFields(ArenaJITLinkOptions O) {
  [[maybe_unused]] auto &[O1, O2, O3, O4, O5] = O;
}
JITSLAB_FIELD_AT(ArenaJITLinkOptions, OutsideMinSize, 0);
JITSLAB_FIELD_AT(ArenaJITLinkOptions, RegisterFrames, 8);
JITSLAB_FIELD_AT(ArenaJITLinkOptions, Statics, 16);
JITSLAB_FIELD_AT(ArenaJITLinkOptions, WindowPerJITDylib, 32);
JITSLAB_FIELD_AT(ArenaJITLinkOptions, GrowPerJITDylib, 33);
JITSLAB_SIZE_IS(ArenaJITLinkOptions, 40);
JITSLAB_SIZE_IS(ArenaJITLinkMemoryManager,
                sizeof(llvm::jitlink::JITLinkMemoryManager) +
                    sizeof(std::shared_ptr<Arena>) +
                    sizeof(ArenaJITLinkOptions));

[[maybe_unused]] static void countFields(RemoteOptions O, RemoteStats S) {
  [[maybe_unused]] auto &[O1, O2, O3, O4, O5, O6, O7] = O;
  [[maybe_unused]] auto &[S1, S2, S3, S4, S5, S6] = S;
}
JITSLAB_FIELD_AT(RemoteOptions, WindowSize, 0);
JITSLAB_FIELD_AT(RemoteOptions, Grow, 8);
JITSLAB_FIELD_AT(RemoteOptions, SharedMemory, 9);
JITSLAB_FIELD_AT(RemoteOptions, RegisterFrames, 10);
JITSLAB_FIELD_AT(RemoteOptions, WindowPerJITDylib, 11);
JITSLAB_FIELD_AT(RemoteOptions, GrowPerJITDylib, 12);
JITSLAB_FIELD_AT(RemoteOptions, OutsideMinSize, 16);
JITSLAB_SIZE_IS(RemoteOptions, 24);
JITSLAB_SIZE_IS(RemoteStats, sizeof(ArenaStats) + 40);
#endif
