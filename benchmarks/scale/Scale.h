//===- Scale.h - What happens at scale --------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_SCALE_H
#define JITSLAB_BENCHMARKS_SCALE_H

#include "../Linker.h"
#include "../ProcessMemory.h"
#include "jitslab/Arena.h"
#include "llvm/Support/Error.h"
#include <chrono>

namespace jitslab::bench {

enum class LinkerChoice { None, RTDyld, JITLink };

/// A linker that loads into \p Memory. None: what a linker would ask the arena
/// for, and no linking.
llvm::Expected<std::unique_ptr<Linker>>
makeLinker(LinkerChoice Choice, std::shared_ptr<Arena> Memory);

/// Writes a function that returns EntryResult, of at most 8 bytes.
void writeEntry(uint8_t *Where);

/// Calls what is loaded in \p Slot. \returns whether its result is right.
bool works(const Linker &L, size_t Slot);

/// Loads \p Count tiny objects, which all stay live, calls each of them, and
/// frees them. Prints a line for each power of ten. Fails when memory or
/// mappings grow, or the time of one object more than \p MostSlower times.
llvm::Error runObjects(LinkerChoice Choice, ArenaOptions Options, size_t Count,
                       double MostSlower);

/// Replaces the oldest of \p Live tiny objects \p Count times. Prints a line
/// for each power of ten. Fails when memory or mappings grow.
llvm::Error runCycles(LinkerChoice Choice, ArenaOptions Options, size_t Count,
                      size_t Live);

/// The life of a query engine, \p Count objects long: queries come and go in
/// waves, each with a few objects as large as one of \p Sizes, which are called
/// and freed together; some stay. Prints what is live, committed and resident
/// over time. Fails when more than \p MostCommitted times of what was live at
/// most is committed.
llvm::Error runQueries(ArenaOptions Options, size_t Count, size_t Live,
                       llvm::ArrayRef<Footprint> Sizes, double MostCommitted,
                       uint64_t Seed);

/// Fills windows of Options.WindowSize with untouched memory, until there are
/// \p Count of them or the system refuses one. Prints a line for each power of
/// ten. Fails when the time of one small object grows more than \p MostSlower
/// times. Stops with a message before this process has \p MostMiB resident.
llvm::Error runWindows(ArenaOptions Options, size_t Count, size_t MostMiB,
                       double MostSlower);

/// What is printed at each power of ten.
class Table {
public:
  /// \p Unit: of what there are more in each line.
  explicit Table(const char *Unit);
  void print(size_t Count, double Microseconds, const ProcessMemory &Now,
             double ResidentBytesEach) const;
};

/// The median of the times of the last steps, in microseconds. Takes no memory
/// while it is used.
class Timer {
public:
  /// Remembers the last \p N times.
  explicit Timer(size_t N) : Times(N) {}

  template <typename Fn> void time(size_t Steps, Fn Body) {
    auto Start = std::chrono::steady_clock::now();
    Body();
    std::chrono::duration<double, std::micro> Time =
        std::chrono::steady_clock::now() - Start;
    Times[Next++ % Times.size()] = Time.count() / double(Steps);
  }
  double median() const;

private:
  std::vector<double> Times;
  size_t Next = 0;
};

/// True when a line is due: at each power of ten from \p First on, and at the
/// end.
bool isDue(size_t Done, size_t Count, size_t First);

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_SCALE_H
