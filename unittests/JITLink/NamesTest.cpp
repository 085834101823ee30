//===- NamesTest.cpp - Names beside LLVM's --------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Catch.h"
#include "jitslab/ArenaSnapshot.h"
#include "jitslab/ForkHandlers.h"
#include "jitslab/GOTPCRELXFixPlugin.h"
#include "jitslab/InitFiniPlugin.h"
#include "jitslab/JITLinkAudit.h"
#include "jitslab/LLJITSupport.h"
#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/MCJIT.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include <type_traits>

TEST_CASE("No name is one of LLVM's, and those before 1.0 are still there") {
  using namespace llvm;
  using namespace llvm::object;
  using namespace llvm::orc;
  using namespace llvm::jitlink;
  using namespace jitslab;

  ArenaOptions Options;
  Options.ObjectLayout = Layout::PerProtection;
  Footprint F;
  F[SegmentKind::Code] = SegmentFootprint{8, 16};
  Allocation None;
  Segment Code = None[SegmentKind::Code];
  CHECK(!Code);
  CHECK(ArenaStats().Windows == 0);
  CHECK(ArenaSnapshot().Windows.empty());
  CHECK(SlabUse::Code != SlabUse::Mixed);
  CHECK(SlabSize * 4 == MinWindowSize);
  CHECK(LinkedObject().File == nullptr);
  CHECK(ArenaShortage().Windows == 0);
  CHECK(LimitAdvice().Limit == SystemLimit::Memory);
  CHECK(std::is_base_of_v<JITLinkMemoryManager, ArenaJITLinkMemoryManager>);
  CHECK(std::is_base_of_v<RTDyldMemoryManager, ReservingMemoryManager>);
  CHECK(std::is_base_of_v<ErrorInfoBase, SystemRefusalError>);
  CHECK(std::is_base_of_v<ErrorInfoBase, BadOptionError>);
  CHECK(std::is_base_of_v<ArenaMemory, Arena>);
  CHECK(std::is_same_v<JITLinkOptions, ArenaJITLinkOptions>);
}
