//===- Options.h - The loader's command line --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_OPTIONS_H
#define JITSLAB_TOOLS_RTDYLD_OPTIONS_H

#include "jitslab/Arena.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace jitslab {

enum class Action {
  Execute,
  /// Everything but calling the entry.
  LinkOnly,
  PrintLines,
  PrintDebugLines,
  PrintObjectLines,
  Verify
};

enum class LinkerKind { RTDyld, JITLink };

enum class StatisticsFormat { None, Table, JSON };

enum class AuditFormat { None, Text, JSON };

enum class MapFormat { Text, SVG, JSON };

struct MapOutput {
  /// Empty: stdout.
  std::string File;
  MapFormat Format = MapFormat::Text;
};

/// The addresses that -verify gives to sections instead of their real ones.
struct TargetAddressOptions {
  /// Nothing is put at null.
  uint64_t Start = 4096;
  /// Not set: the end of the target's address space.
  std::optional<uint64_t> End;
  uint64_t Separation = 0;
  /// "<file>,<section>=<address>"
  std::vector<std::string> Sections;
  /// "<symbol>=<address>"
  std::vector<std::string> DummySymbols;
};

struct LoaderOptions {
  /// The program was called by the name llvm-rtdyld: its defaults apply.
  bool ActAsLLVM = false;

  Action What = Action::Execute;
  std::vector<std::string> InputFiles;
  std::vector<std::string> Dylibs;
  LinkerKind Linker = LinkerKind::RTDyld;
  /// Empty: the default of the linker.
  std::string MemoryManager;
  /// For jitslab's managers. The layout follows from MemoryManager.
  ArenaOptions Windows;
  std::string OrcRuntime;
  /// Empty: the architecture that this program runs on.
  std::string Triple;
  std::string CPU;
  std::vector<std::string> CheckFiles;
  /// Empty: main, or _main if there is no main.
  std::string Entry;
  /// What the entry gets after argv[0].
  std::vector<std::string> Arguments;

  /// Bytes; 0: sections are allocated one by one.
  uint64_t Preallocate = 0;
  TargetAddressOptions TargetAddresses;
  bool PrintAllocationRequests = false;
  bool ShowTimes = false;

  /// Bytes around the first object; 0: no scatter.
  uint64_t ScatterRadius = 0;
  /// How often each file is loaded.
  unsigned Repeat = 1;

  AuditFormat Audit = AuditFormat::None;
  std::vector<MapOutput> Maps;
  StatisticsFormat Statistics = StatisticsFormat::None;
};

/// Parses the command line. -help and -version end the process with status 0.
llvm::Expected<LoaderOptions> parseOptions(int Argc, char **Argv);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_OPTIONS_H
