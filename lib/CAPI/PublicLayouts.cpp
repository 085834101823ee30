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
#include "jitslab/ReservingMemoryManager.h"
#if JITSLAB_HAS_JITLINK
#include "jitslab/ArenaJITLinkMemoryManager.h"
#include "jitslab/GOTPCRELXFixPlugin.h"
#include "jitslab/InitFiniPlugin.h"
#include "jitslab/RemoteJITLinkMemoryManager.h"
#endif

using namespace jitslab;

#define JITSLAB_FIELD_AT(STRUCT, FIELD, OFFSET)                                \
  static_assert(offsetof(STRUCT, FIELD) == OFFSET,                             \
                #STRUCT "::" #FIELD " moved: JITSLAB_ABI_NAMESPACE")
#define JITSLAB_SIZE_IS(TYPE, SIZE)                                            \
  static_assert(sizeof(TYPE) == SIZE, #TYPE " grew: JITSLAB_ABI_NAMESPACE")

// A field in what was padding changes no size, but the number of names here.
[[maybe_unused]] static void
countFields(ArenaOptions O, ArenaStats S, ArenaShortage F, MemoryLocation L,
            SegmentFootprint P, Segment G, SlabSnapshot B, WindowSnapshot W,
            LimitAdvice A, RelocationUse U, AuditResult R, LinkedObject T) {
  [[maybe_unused]] auto &[O1, O2, O3, O4, O5, O6, O7] = O;
  [[maybe_unused]] auto &[S1, S2, S3, S4, S5, S6, S7, S8, S9, S10] = S;
  [[maybe_unused]] auto &[F1, F2, F3, F4, F5, F6, F7] = F;
  [[maybe_unused]] auto &[L1, L2, L3, L4, L5] = L;
  [[maybe_unused]] auto &[P1, P2] = P;
  [[maybe_unused]] auto &[G1, G2, G3] = G;
  [[maybe_unused]] auto &[B1, B2] = B;
  [[maybe_unused]] auto &[W1, W2, W3] = W;
  [[maybe_unused]] auto &[A1, A2, A3] = A;
  [[maybe_unused]] auto &[U1, U2, U3, U4, U5, U6, U7, U8] = U;
  [[maybe_unused]] auto &[R1, R2, R3, R4] = R;
  [[maybe_unused]] auto &[T1, T2, T3, T4, T5] = T;
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

JITSLAB_FIELD_AT(MemoryLocation, State, 0);
JITSLAB_FIELD_AT(MemoryLocation, Kind, 1);
JITSLAB_FIELD_AT(MemoryLocation, Begin, 8);
JITSLAB_FIELD_AT(MemoryLocation, Size, 16);
JITSLAB_FIELD_AT(MemoryLocation, Offset, 24);
JITSLAB_SIZE_IS(MemoryLocation, 32);
JITSLAB_FIELD_AT(SegmentFootprint, Size, 0);
JITSLAB_FIELD_AT(SegmentFootprint, Align, 8);
JITSLAB_SIZE_IS(SegmentFootprint, 16);
JITSLAB_SIZE_IS(Footprint, 48);
JITSLAB_FIELD_AT(Segment, Working, 0);
JITSLAB_FIELD_AT(Segment, Executor, 8);
JITSLAB_FIELD_AT(Segment, Size, 16);
JITSLAB_SIZE_IS(Segment, 24);
JITSLAB_SIZE_IS(Allocation, 64);
JITSLAB_SIZE_IS(Arena, sizeof(void *));
JITSLAB_SIZE_IS(ReservingMemoryManager,
                sizeof(llvm::RTDyldMemoryManager) + sizeof(void *));
JITSLAB_FIELD_AT(SlabSnapshot, Use, 0);
JITSLAB_FIELD_AT(SlabSnapshot, LiveBytes, 8);
JITSLAB_SIZE_IS(SlabSnapshot, 16);
JITSLAB_FIELD_AT(WindowSnapshot, Begin, 0);
JITSLAB_FIELD_AT(WindowSnapshot, End, 8);
JITSLAB_SIZE_IS(WindowSnapshot, 16 + sizeof(std::vector<SlabSnapshot>));
JITSLAB_FIELD_AT(ArenaShortage, CodeBytes, 0);
JITSLAB_FIELD_AT(ArenaShortage, RODataBytes, 8);
JITSLAB_FIELD_AT(ArenaShortage, RWDataBytes, 16);
JITSLAB_FIELD_AT(ArenaShortage, Windows, 24);
JITSLAB_FIELD_AT(ArenaShortage, ReservedBytes, 32);
JITSLAB_FIELD_AT(ArenaShortage, LiveBytes, 40);
JITSLAB_FIELD_AT(ArenaShortage, LargestFreeBytes, 48);
JITSLAB_SIZE_IS(ArenaShortage, 56);
JITSLAB_SIZE_IS(ArenaFullError, 64 + sizeof(std::string));
JITSLAB_FIELD_AT(LimitAdvice, Fact, 8);
JITSLAB_FIELD_AT(LimitAdvice, Advice, 8 + sizeof(std::string));
JITSLAB_SIZE_IS(LimitAdvice, 8 + 2 * sizeof(std::string));
JITSLAB_SIZE_IS(SystemRefusalError, 48 + sizeof(std::string));
JITSLAB_SIZE_IS(BadOptionError, 8 + sizeof(std::string));
JITSLAB_FIELD_AT(RelocationUse, Section, 0);
JITSLAB_FIELD_AT(RelocationUse, Offset, sizeof(std::string));
JITSLAB_FIELD_AT(RelocationUse, Type, 8 + sizeof(std::string));
JITSLAB_FIELD_AT(RelocationUse, Target, 8 + 2 * sizeof(std::string));
JITSLAB_FIELD_AT(RelocationUse, Distance, 8 + 3 * sizeof(std::string));
JITSLAB_FIELD_AT(RelocationUse, Min, 16 + 3 * sizeof(std::string));
JITSLAB_FIELD_AT(RelocationUse, Max, 24 + 3 * sizeof(std::string));
JITSLAB_FIELD_AT(RelocationUse, IsAbsolute, 32 + 3 * sizeof(std::string));
JITSLAB_SIZE_IS(RelocationUse, 40 + 3 * sizeof(std::string));
JITSLAB_SIZE_IS(RelocationProblem, sizeof(RelocationUse) + 8);
JITSLAB_FIELD_AT(AuditResult, Checked, 0);
JITSLAB_FIELD_AT(AuditResult, NotChecked, 8);
JITSLAB_FIELD_AT(AuditResult, Problems, 16);
JITSLAB_SIZE_IS(AuditResult, 16 + sizeof(std::vector<RelocationProblem>) +
                                 sizeof(RelocationUse));
JITSLAB_SIZE_IS(LinkedObject, 8 + 3 * sizeof(MemoryReader) +
                                  sizeof(std::vector<LinkedObject::Range>));

// Programs have the numbers compiled in.
static_assert(int(Layout::PerObject) == 0 && int(Layout::PerProtection) == 1 &&
              int(Layout::Dense) == 2);
static_assert(int(SegmentKind::Code) == 0 && int(SegmentKind::ROData) == 1 &&
              int(SegmentKind::RWData) == 2);
static_assert(int(MemoryState::Outside) == 0 && int(MemoryState::Unused) == 1 &&
              int(MemoryState::Live) == 2 && int(MemoryState::Freed) == 3);
static_assert(int(SlabUse::Untaken) == 0 && int(SlabUse::Mixed) == 1 &&
              int(SlabUse::Code) == 2 && int(SlabUse::ROData) == 3 &&
              int(SlabUse::RWData) == 4);
static_assert(int(SystemLimit::Mappings) == 0 &&
              int(SystemLimit::AddressSpace) == 1 &&
              int(SystemLimit::Data) == 2 && int(SystemLimit::Commit) == 3 &&
              int(SystemLimit::FreeAddresses) == 4 &&
              int(SystemLimit::Memory) == 5 &&
              int(SystemLimit::LockedMemory) == 6 &&
              int(SystemLimit::WrittenCode) == 7 &&
              int(SystemLimit::OpenFiles) == 8 &&
              int(SystemLimit::ClosedDescriptor) == 9);
static_assert(RelocationProblem::OutOfRange == 0 &&
              RelocationProblem::Misaligned == 1 &&
              RelocationProblem::WrongEncoding == 2 &&
              RelocationProblem::NoSlot == 3);

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
                sizeof(llvm::jitlink::JITLinkMemoryManager) + sizeof(void *));
JITSLAB_SIZE_IS(InitFiniPlugin,
                sizeof(llvm::orc::ObjectLinkingLayer::Plugin) + sizeof(void *));
static_assert(int(InitFiniPlugin::Mode::Refuse) == 0 &&
              int(InitFiniPlugin::Mode::Run) == 1);
JITSLAB_SIZE_IS(GOTPCRELXFixPlugin,
                sizeof(llvm::orc::ObjectLinkingLayer::Plugin));

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
JITSLAB_FIELD_AT(RemoteStats, Messages, sizeof(ArenaStats));
JITSLAB_FIELD_AT(RemoteStats, WorkMessages, sizeof(ArenaStats) + 8);
JITSLAB_FIELD_AT(RemoteStats, FinalizedObjects, sizeof(ArenaStats) + 16);
JITSLAB_FIELD_AT(RemoteStats, Runs, sizeof(ArenaStats) + 24);
JITSLAB_FIELD_AT(RemoteStats, MappedBytes, sizeof(ArenaStats) + 32);
JITSLAB_SIZE_IS(RemoteStats, sizeof(ArenaStats) + 40);
#endif
