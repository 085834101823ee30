//===- ArenaModel.h - An arena and what it has to hold ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Operations on an Arena, and what the arena has to hold after each of them,
/// kept in the simplest way.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_ARENAMODEL_H
#define JITSLAB_UNITTESTS_ARENAMODEL_H

#include "Model/Contents.h"
#include "Model/LiveRanges.h"
#include "Model/OperationSource.h"
#include "Model/ShadowMemory.h"
#include "jitslab/Arena.h"
#include <memory>
#include <string>
#include <vector>

namespace jitslab {

class ArenaModel {
public:
  /// How often something happened, so that a test can tell whether it tested
  /// anything.
  struct Counts {
    size_t Operations = 0, Allocated = 0, Refused = 0, Siblings = 0,
           Enlarged = 0, NotEnlarged = 0, Sealed = 0, Faults = 0,
           TrapsChecked = 0, Laned = 0, MostObjects = 0, MostWindows = 0;
  };

  /// \p Faults: in some operations a system call fails. \p MostMappings: what
  /// the process may have; 0: as many as it really may.
  ArenaModel(ArenaOptions O, OperationSource &Source, bool Faults,
             size_t MostMappings = 0);
  ~ArenaModel();

  /// One operation on the arena and on the model, and all checks.
  /// \returns false when something is wrong: see problem.
  bool step();

  /// Releases everything.
  bool finish();

  /// What is wrong; empty if nothing is.
  const std::string &problem() const { return Problem; }
  const Counts &counts() const { return Count; }

private:
  /// A segment of an object.
  struct Piece {
    uintptr_t Executor = 0;
    uint8_t *Working = nullptr;
    /// Bytes that belong to the object.
    size_t Size = 0;
    /// The granules that these are in; empty: no such segment.
    AddressRange Owned;
    Contents Bytes;
    explicit operator bool() const { return Executor != 0; }
  };
  struct ObjectFacts {
    PerSegment<Piece> Pieces;
    bool Sealed = false;
    /// Layout::PerObject has put it into lanes.
    bool InLanes = false;
    /// A seal of it failed on the way.
    bool Changing = false;
    /// For ArenaStats::LiveObjects.
    size_t Objects = 0;
    /// Where its window begins; 0: nobody can tell, because it has no segment.
    uintptr_t Home = 0;
  };
  struct Object : ObjectFacts {
    Allocation Memory;
  };

  bool fail(const std::string &What);
  bool expect(bool Ok, const char *What) { return Ok || fail(What); }

  // The operations.
  bool allocate();
  bool allocateSibling();
  bool allocateNonsense();
  bool enlarge();
  bool shrink();
  bool seal();
  bool writeData();
  bool releaseSome();
  bool assign();
  bool addObject();
  bool trim();

  // The checks.
  bool checkStats();
  bool checkSnapshot();
  bool checkContents(const Object &O);
  bool checkRights(const Object &O);
  bool checkFreed(const ObjectFacts &O);
  bool checkLookup(const ObjectFacts &O, MemoryState State);
  bool checkRefusal(llvm::Error Err, const Footprint &F, const Object *Sibling);

  size_t randomSize();
  Footprint randomFootprint();
  bool add(Allocation Allocated, const Footprint &F, const Object *Sibling);
  bool release(size_t Index);
  /// Gives up \p O's memory by means of \p GiveUp.
  template <typename Fn> bool endLife(Object &O, Fn GiveUp);
  void write(Piece &P);
  size_t granule() const;
  bool isDense() const { return Options.ObjectLayout == Layout::Dense; }
  bool isInLanes(const ObjectFacts &O) const;
  Object *anyObject();
  /// True when a system call of this operation has failed; it may be true too
  /// when only the next one would have.
  bool isFaulty() const {
    return FaultArmed && Memory.FailNth <= (Memory.KeepFailing ? 1 : 0);
  }

  const ArenaOptions Options;
  OperationSource &Source;
  const bool Faults;
  bool FaultArmed = false;
  bool Growing = false;

  ShadowMemory Memory;
  std::shared_ptr<Arena> A;
  std::vector<Object> Objects;
  LiveRanges Live;
  size_t LiveObjects = 0;
  std::string Problem;
  Counts Count;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_ARENAMODEL_H
