//===- CommandLine.h - The options as LLVM's library sees them --*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_COMMANDLINE_H
#define JITSLAB_TOOLS_RTDYLD_COMMANDLINE_H

#include "MemoryManagers.h"
#include "Options.h"
#include "llvm/Support/CommandLine.h"

namespace jitslab {

/// The options of llvm-rtdyld have its names and its meaning. Built when the
/// command line is parsed and not before main: by then the names that LLVM's
/// own options occupy can be freed.
struct CommandLine {
  // In the order of the names, which is that of -help.
  llvm::cl::OptionCategory Running{"1. What to do"};
  llvm::cl::OptionCategory Placing{"2. Where objects are put"};
  llvm::cl::OptionCategory Showing{"3. What is shown"};
  llvm::cl::OptionCategory Verifying{"4. Checks of LLVM's tests"};

  // Descriptions are kept by reference.
  const std::string ManagerText =
      "Where sections are put: " + memoryManagerNames();

  llvm::cl::list<std::string> InputFiles{llvm::cl::Positional,
                                         llvm::cl::desc("<object files>"),
                                         llvm::cl::cat(Running)};
  llvm::cl::opt<Action> What{
      llvm::cl::desc("Action to perform:"), llvm::cl::init(Action::Execute),
      llvm::cl::values(
          clEnumValN(Action::Execute, "execute",
                     "Load, link, and execute the objects (default)"),
          clEnumValN(Action::LinkOnly, "noexec",
                     "The same, but stop before the entry is called; for "
                     "objects of any target"),
          clEnumValN(Action::PrintLines, "printline",
                     "Load, link, and print line information for each "
                     "function"),
          clEnumValN(Action::PrintDebugLines, "printdebugline",
                     "The same, using the debug object"),
          clEnumValN(Action::PrintObjectLines, "printobjline",
                     "Like -printline, but without loading the object"),
          clEnumValN(Action::Verify, "verify",
                     "Load, link and verify the resulting memory image "
                     "(-triple, -check)")),
      llvm::cl::cat(Running)};
  llvm::cl::opt<std::string> Entry{
      "entry",
      llvm::cl::desc("Function to call (default: main, or _main if there is "
                     "none; _main as llvm-rtdyld)"),
      llvm::cl::value_desc("symbol"), llvm::cl::cat(Running)};
  llvm::cl::list<std::string> Arguments{
      "args", llvm::cl::Positional, llvm::cl::PositionalEatsArgs,
      llvm::cl::desc("<program arguments>..."), llvm::cl::cat(Running)};
  llvm::cl::list<std::string> Dylibs{
      "dylib",
      llvm::cl::desc("Shared library whose symbols the objects may use"),
      llvm::cl::value_desc("file"), llvm::cl::cat(Running)};
  llvm::cl::opt<std::string> Triple{
      "triple", llvm::cl::desc("Target that the objects are for"),
      llvm::cl::value_desc("triple"), llvm::cl::cat(Running)};
  llvm::cl::opt<std::string> CPU{
      "mcpu", llvm::cl::desc("Processor that -verify disassembles for"),
      llvm::cl::value_desc("cpu-name"), llvm::cl::cat(Running)};
  llvm::cl::opt<LinkerKind> Linker{
      "linker", llvm::cl::desc("Which of LLVM's linkers to use:"),
      llvm::cl::init(LinkerKind::RTDyld),
      llvm::cl::values(
          clEnumValN(LinkerKind::RTDyld, "rtdyld", "RuntimeDyld (default)"),
          clEnumValN(LinkerKind::JITLink, "jitlink",
                     "ORC's JITLink (LLVM 19 and later)")),
      llvm::cl::cat(Running)};
  llvm::cl::opt<std::string> OrcRuntime{
      "orc-runtime",
      llvm::cl::desc("LLVM's ORC runtime (liborc_rt*.a): JITLink runs "
                     "initialisers with it"),
      llvm::cl::value_desc("file"), llvm::cl::cat(Running)};

  llvm::cl::opt<std::string> MemoryManager{
      "memory-manager", llvm::cl::desc(ManagerText),
      llvm::cl::value_desc("name"), llvm::cl::cat(Placing)};
  llvm::cl::opt<std::string> Window{
      "window",
      llvm::cl::desc("Address space of a window of jitslab's managers, for "
                     "example 64M (default: just under 2G)"),
      llvm::cl::value_desc("size"), llvm::cl::cat(Placing)};
  llvm::cl::opt<bool> Grow{
      "grow",
      llvm::cl::desc("Add windows when one is full (default); -grow=0: one "
                     "window, strict reach"),
      llvm::cl::init(true), llvm::cl::cat(Placing)};
  llvm::cl::opt<std::string> Near{
      "near",
      llvm::cl::desc("Put windows within reach of an address, or of this "
                     "program's code (host)"),
      llvm::cl::value_desc("address"), llvm::cl::cat(Placing)};
  llvm::cl::opt<std::string> Below{
      "below",
      llvm::cl::desc("Put windows wholly below an address: 2G for code without "
                     "position independence"),
      llvm::cl::value_desc("address"), llvm::cl::cat(Placing)};
  llvm::cl::opt<bool> Frames{
      "frames",
      llvm::cl::desc("Register EH frames with jitslab's managers (default); "
                     "-frames=0: C++ exceptions do not pass through"),
      llvm::cl::init(true), llvm::cl::cat(Placing)};
  llvm::cl::opt<uint64_t> Preallocate{
      "preallocate",
      llvm::cl::desc("Take all sections from one block of this size "
                     "(memory manager trivial)"),
      llvm::cl::value_desc("bytes"), llvm::cl::cat(Placing)};
  llvm::cl::opt<std::string> Scatter{
      "scatter", llvm::cl::ValueOptional,
      llvm::cl::desc("Occupy all free address space within this many GiB "
                     "(default 6) of the first object before the others are "
                     "loaded"),
      llvm::cl::value_desc("GiB"), llvm::cl::cat(Placing)};
  llvm::cl::opt<unsigned> Repeat{
      "repeat",
      llvm::cl::desc("Load each file this many times; the symbols of further "
                     "copies get a number"),
      llvm::cl::value_desc("count"), llvm::cl::init(1), llvm::cl::cat(Placing)};

  llvm::cl::opt<AuditFormat> Audit{
      "audit",
      llvm::cl::ValueOptional,
      llvm::cl::desc("Check that every relocation is in range and encoded as "
                     "it should be, before anything is executed"),
      llvm::cl::init(AuditFormat::None),
      llvm::cl::values(
          clEnumValN(AuditFormat::Text, "", "Say the result in words"),
          clEnumValN(AuditFormat::Text, "true", "The same"),
          clEnumValN(AuditFormat::JSON, "json", "As JSON, to stderr"),
          clEnumValN(AuditFormat::None, "false", "Do not check (default)")),
      llvm::cl::cat(Showing)};
  llvm::cl::list<std::string> Maps{
      "map", llvm::cl::ValueOptional,
      llvm::cl::desc("Show what lies where: as text, or in a file (*.svg: "
                     "drawn, *.json: for programs, *.txt or no ending: text)"),
      llvm::cl::value_desc("file"), llvm::cl::cat(Showing)};
  llvm::cl::opt<StatisticsFormat> Statistics{
      "stats",
      llvm::cl::ValueOptional,
      llvm::cl::desc("Print to stderr what was loaded and how far it lies "
                     "apart, before the entry is called"),
      llvm::cl::init(StatisticsFormat::None),
      llvm::cl::values(
          clEnumValN(StatisticsFormat::Table, "", "As a table"),
          clEnumValN(StatisticsFormat::Table, "table", "As a table"),
          clEnumValN(StatisticsFormat::JSON, "json", "As JSON")),
      llvm::cl::cat(Showing)};
  llvm::cl::opt<bool> ShowTimes{
      "show-times", llvm::cl::desc("Show times for the phases of loading"),
      llvm::cl::cat(Showing)};
  llvm::cl::opt<bool> PrintAllocationRequests{
      "print-alloc-requests",
      llvm::cl::desc("Print allocation requests made to the memory manager "
                     "by RuntimeDyld"),
      llvm::cl::cat(Showing)};

  llvm::cl::list<std::string> CheckFiles{
      "check", llvm::cl::desc("File with RuntimeDyldChecker's checks"),
      llvm::cl::value_desc("file"), llvm::cl::cat(Verifying)};
  llvm::cl::opt<uint64_t> TargetStart{
      "target-addr-start",
      llvm::cl::desc("Start of the made-up target address range"),
      llvm::cl::init(TargetAddressOptions().Start),
      llvm::cl::value_desc("address"), llvm::cl::cat(Verifying)};
  llvm::cl::opt<uint64_t> TargetEnd{
      "target-addr-end",
      llvm::cl::desc("End of the made-up target address range"),
      llvm::cl::value_desc("address"), llvm::cl::cat(Verifying)};
  llvm::cl::opt<uint64_t> TargetSeparation{
      "target-section-sep",
      llvm::cl::desc("Distance of sections in the made-up address range"),
      llvm::cl::value_desc("bytes"), llvm::cl::cat(Verifying)};
  llvm::cl::list<std::string> MapSections{
      "map-section", llvm::cl::desc("Put a section at an address"),
      llvm::cl::value_desc("file,section=address"), llvm::cl::cat(Verifying)};
  llvm::cl::list<std::string> DummySymbols{
      "dummy-extern", llvm::cl::desc("Define a symbol as an address"),
      llvm::cl::value_desc("symbol=address"), llvm::cl::cat(Verifying)};
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_COMMANDLINE_H
