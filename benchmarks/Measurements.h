//===- Measurements.h - What is measured ------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What is measured, one source file each. Names are <what>/<linker>/<manager>/
/// <how many>; the first one, of tiny objects one by one, goes without <what>.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_MEASUREMENTS_H
#define JITSLAB_BENCHMARKS_MEASUREMENTS_H

#include "Linker.h"
#include "Probe.h"

namespace jitslab::bench {

/// How much of everything.
struct Sizes {
  /// Tiny objects, one by one.
  std::vector<size_t> Objects = {200, 2000};
  /// Functions that are called.
  std::vector<size_t> Functions = {200, 1000, 5000};
  /// Functions that fill slabs, which alone become huge pages: of 64 bytes each
  /// and in slabs of 2 MiB, three are full.
  size_t ManyFunctions = 100000;
  /// The best of so many passes over all functions counts.
  size_t Passes = 50;
  /// Times that all of libz.a is loaded.
  size_t RealRounds = 20;
  size_t LargeObjects = 16;
  /// So many objects are finalized together, so often.
  size_t Batch = 100, Batches = 20;
  /// So many modules are finalized together by an engine, so often.
  size_t EngineModules = 500, Engines = 4;
  /// So many objects are live, and so often one of them is replaced.
  size_t ChurnLive = 200, ChurnSteps = 5000;
  /// Objects that so many threads load in all.
  size_t ThreadObjects = 4000;
  std::vector<size_t> Threads = {1, 2, 4};
  size_t ScaleObjects = 100000;
  /// Exceptions are thrown with so many loaded.
  std::vector<size_t> ThrowObjects = {1000, 20000, 100000, 1000000};
  /// So many are freed in different orders.
  std::vector<size_t> FreeObjects = {10000, 100000};
  /// For allocators without a linker.
  size_t CoreAllocations = 200000;
  /// While objects of so many bytes come and go, so often, others wait.
  size_t WaitCode = size_t(64) << 20, WaitData = size_t(1) << 30;
  size_t WaitTimes = 7;
  /// So many are loaded into another process, in multiples of 100; and until
  /// one cannot be.
  std::vector<size_t> RemoteObjects = {2000, 20000};
  size_t RemoteScaleObjects = 100000;
  /// So many of so many bytes.
  size_t RemoteLargeObjects = 4, RemoteLargeSize = size_t(64) << 20;

  /// To see in seconds that everything runs.
  static Sizes smoke();
};

void registerLoad(const Manager &M, const Sizes &S);
void registerRun(const Manager &M, const Sizes &S);
void registerBatch(const Manager &M, const Sizes &S);
void registerChurn(const Manager &M, const Sizes &S);
void registerThreads(const Manager &M, const Sizes &S);
void registerThrow(const Manager &M, const Sizes &S);
void registerThrowOfHost();
void registerScale(const Manager &M, const Sizes &S);
void registerCore(const Sizes &S);
void registerWait(const Sizes &S);
void registerRemote(const Sizes &S);

/// \p Values has to have some.
double median(std::vector<double> Values);

/// Linkers of \p M that are never destroyed: the child ends with them.
/// \returns null, and reports why, when they cannot be made.
Linkers *makeLinkers(const Manager &M, size_t Threads, Probe &P);

/// The first objects that a process loads pay for much besides the manager:
/// binding LLVM's functions, the heap, the first window.
inline constexpr size_t WarmUpObjects = 10;

/// Loads \p N objects into the slots from \p First on.
llvm::Error loadMany(Linker &L, const InputObject &O, size_t First, size_t N);

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_MEASUREMENTS_H
