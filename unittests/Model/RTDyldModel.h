//===- RTDyldModel.h - Memory managers of RuntimeDyld -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What RuntimeDyld and its hosts ask of ReservingMemoryManagers, any number of
/// them on one arena, and what these have to hold after each call.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_RTDYLDMODEL_H
#define JITSLAB_UNITTESTS_RTDYLDMODEL_H

#include "Model/Contents.h"
#include "Model/KnownSections.h"
#include "Model/LiveRanges.h"
#include "Model/OperationSource.h"
#include "Model/ShadowMemory.h"
#include "jitslab/Arena.h"
#include "jitslab/ReservingMemoryManager.h"
#include <memory>
#include <string>
#include <vector>

namespace jitslab {

class RTDyldModel {
public:
  struct Counts {
    size_t Operations = 0, Objects = 0, Sections = 0, Beyond = 0, Failed = 0,
           Finalized = 0, TrapsChecked = 0, MostSections = 0, MostLaned = 0;
  };

  /// \p MostMappings: what the process may have; 0: as many as it really may.
  RTDyldModel(ArenaOptions O, KnownSections &Known, OperationSource &Source,
              size_t MostMappings = 0);

  /// One call and all checks. \returns false when something is wrong: see
  /// problem.
  bool step();
  /// Ends all managers.
  bool finish();

  const std::string &problem() const { return Problem; }
  const Counts &counts() const { return Count; }

private:
  struct Section {
    SegmentKind Kind = SegmentKind::Code;
    uint8_t *Working = nullptr;
    uintptr_t Executor = 0;
    size_t Size = 0;
    /// What was asked for, and what may be taken for it.
    size_t Align = 0, MostAlign = 0;
    Contents Bytes;
    bool InArena = false;
    /// Its object will never run: what code of it is in the arena becomes
    /// traps.
    bool Failed = false;
  };

  /// A memory manager as one host uses it.
  struct Host {
    std::unique_ptr<ReservingMemoryManager> Manager;
    /// MCJIT and RuntimeDyld do; others may not.
    bool Reserves = true;
    std::vector<Section> Sections;
    /// The first section that is not sealed, and the first one of the object
    /// that is being loaded.
    size_t FirstOpen = 0, FirstOfObject = 0;
    bool Loading = false, Failed = false, HasMemory = false;
    /// What is left of the reservation.
    PerSegment<size_t> Reserved{};
    /// Bytes that were reserved since the last finalizeMemory.
    size_t ReservedOpen = 0;
    size_t Objects = 0;
    bool HasError = false;
  };

  bool fail(const std::string &What);
  bool expect(bool Ok, const char *What) { return Ok || fail(What); }

  bool addHost();
  bool beginObject(Host &H);
  bool allocateSection(Host &H);
  bool endObject(Host &H);
  bool finalize(Host &H);
  bool writeData(Host &H);
  bool removeHost(size_t Index);

  bool checkSection(const Section &S, bool Sealed);
  bool checkHost(const Host &H);
  bool checkFreed(const Section &S, bool Sealed);
  bool checkStats();

  void failObject(Host &H);
  size_t granule() const;
  size_t randomSize();
  Host *anyHost();

  const ArenaOptions Options;
  KnownSections &Known;
  OperationSource &Source;
  ShadowMemory Memory;
  std::shared_ptr<Arena> A;
  std::vector<Host> Hosts;
  LiveRanges Live;
  std::string Problem;
  Counts Count;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_RTDYLDMODEL_H
