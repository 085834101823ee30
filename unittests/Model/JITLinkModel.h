//===- JITLinkModel.h - Memory managers of JITLink --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// What JITLink asks of ArenaJITLinkMemoryManagers for any number of graphs at
/// once, and what these have to hold after each call.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_JITLINKMODEL_H
#define JITSLAB_UNITTESTS_JITLINKMODEL_H

#include "Model/Contents.h"
#include "Model/LiveRanges.h"
#include "Model/OperationSource.h"
#include "Model/ShadowMemory.h"
#include "jitslab/Arena.h"
#include "jitslab/ArenaJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include <memory>
#include <string>
#include <vector>

namespace jitslab {

class JITLinkModel {
public:
  struct Counts {
    size_t Operations = 0, Allocated = 0, Refused = 0, Finalized = 0,
           Abandoned = 0, Deallocated = 0, Outside = 0, MostGraphs = 0;
  };

  JITLinkModel(ArenaOptions O, OperationSource &Source);

  /// One call and all checks. \returns false when something is wrong: see
  /// problem.
  bool step();
  /// Ends everything.
  bool finish();

  const std::string &problem() const { return Problem; }
  const Counts &counts() const { return Count; }

private:
  using MemoryManager = llvm::jitlink::JITLinkMemoryManager;

  /// A section of one block.
  struct Section {
    SegmentKind Kind = SegmentKind::Code;
    bool ForFinalize = false, IsOutside = false, IsZero = false;
    llvm::jitlink::Block *Block = nullptr;
    uint8_t *Working = nullptr;
    uintptr_t Executor = 0;
    size_t Size = 0, Align = 1;
    Contents Bytes;
    AddressRange range() const { return {Executor, Executor + Size}; }
  };
  struct Graph {
    std::unique_ptr<llvm::jitlink::LinkGraph> Link;
    std::vector<Section> Sections;
    std::unique_ptr<MemoryManager::InFlightAlloc> InFlight;
    MemoryManager::FinalizedAlloc Finalized;
    size_t Manager = 0;
    /// What its sections in the arena may own, and how many are not in it.
    size_t MostBytes = 0, Outside = 0;
  };

  bool fail(const std::string &What);
  bool expect(bool Ok, const char *What) { return Ok || fail(What); }

  bool allocate();
  bool finalize(size_t Index);
  bool abandon(size_t Index);
  bool deallocate();
  bool writeData(Graph &G);

  Graph randomGraph(bool &WantsBoth);
  bool place(Graph &G);
  void measure(Graph &G);
  void forget(Graph &G, bool ForFinalize);
  bool checkGraph(const Graph &G);
  bool checkStats();
  size_t granule() const;
  size_t randomSize();

  const ArenaOptions Options;
  OperationSource &Source;
  ShadowMemory Memory;
  std::shared_ptr<Arena> A;
  /// One that leaves everything inside, one that maps large sections outside.
  std::vector<std::unique_ptr<ArenaJITLinkMemoryManager>> Managers;
  std::vector<Graph> InFlight, Finalized;
  /// Of sections in the arena.
  LiveRanges Live;
  std::string Problem;
  Counts Count;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_JITLINKMODEL_H
