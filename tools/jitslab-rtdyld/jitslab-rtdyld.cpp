//===- jitslab-rtdyld.cpp - Loads object files and runs them --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Loads objects with llvm::RuntimeDyld or JITLink and any memory manager, and
/// shows where they lie. A stand-in for llvm-rtdyld.
///
//===----------------------------------------------------------------------===//

#include "AuditReport.h"
#include "Copies.h"
#include "CrashReport.h"
#include "Diagnostics.h"
#include "Execute.h"
#include "JITLinkLinker.h"
#include "LineInfo.h"
#include "MemoryMap.h"
#include "Options.h"
#include "Progress.h"
#include "RTDyldLinker.h"
#include "SecondDefinitions.h"
#include "Statistics.h"
#include "Timers.h"
#include "Verify.h"

using namespace llvm;
using namespace jitslab;

// The architecture that all objects have to be for; unknown: any, as long as it
// is one.
static Expected<Triple::ArchType> targetArchitecture(const LoaderOptions &O) {
  if (O.Triple.empty())
    return O.What == Action::Execute ? hostArchitecture() : Triple::UnknownArch;
  Triple::ArchType Arch = Triple(O.Triple).getArch();
  if (Arch == Triple::UnknownArch)
    return make_error<StringError>("unknown target '" + O.Triple + "'",
                                   inconvertibleErrorCode());
  // RuntimeDyldChecker is told what to disassemble for; objects may be for a
  // relative of that, such as arm and thumb.
  if (O.What == Action::Verify)
    return Triple::UnknownArch;
  if (O.What == Action::Execute && Arch != hostArchitecture())
    return make_error<StringError>(
        "cannot execute code for " + Triple::getArchTypeName(Arch) + " on " +
            Triple::getArchTypeName(hostArchitecture()) +
            " (-noexec only links it)",
        inconvertibleErrorCode());
  return Arch;
}

static Expected<std::vector<InputFile>> openAll(const LoaderOptions &O) {
  auto Arch = targetArchitecture(O);
  if (!Arch)
    return Arch.takeError();
  std::vector<InputFile> Files;
  for (const std::string &Path : O.InputFiles) {
    auto Opened = openObjects(Path);
    if (!Opened)
      return Opened.takeError();
    for (InputFile &File : *Opened) {
      if (*Arch == Triple::UnknownArch)
        *Arch = Triple::ArchType(File.Object.getBinary()->getArch());
      if (Error Err = checkArchitecture(File, *Arch))
        return Err;
      if (Error Err = checkHasCode(File))
        return Err;
      Files.push_back(std::move(File));
    }
  }
  // For JITLink it is an error.
  if (O.Linker == LinkerKind::RTDyld)
    warnOfSecondDefinitions(Files);
  return Files;
}

static Error addAll(Linker &L, std::vector<InputFile> Files, Scatter &S) {
  for (InputFile &File : Files)
    if (Error Err = L.addObject(std::move(File), S))
      return Err;
  return Error::success();
}

// The files, and then their copies, each of which is linked before the next one
// is loaded: as a JIT does it, and that is when managers reach their limits.
static Error addAndLinkCopies(Linker &L, const std::vector<InputFile> &Files,
                              Scatter &S, unsigned Count) {
  CopyMaker Maker;
  for (const InputFile &File : Files)
    if (Error Err = Maker.add(File))
      return Err;
  Progress P("loading");
  for (unsigned Number = 1; Number <= Count; ++Number) {
    std::vector<InputFile> Copies;
    for (const InputFile &File : Files) {
      auto Copy = Maker.copy(File, Number);
      if (!Copy)
        return Copy.takeError();
      Copies.push_back(std::move(*Copy));
    }
    if (Error Err = addAll(L, std::move(Copies), S))
      return Err;
    if (Error Err = L.link())
      return Err;
    P.update(Number, Count, "copies");
  }
  return Error::success();
}

// What was linked can be looked at, whatever becomes of it afterwards.
static Error show(const Linker &L, const Scatter &S, const LoaderOptions &O) {
  if (O.Statistics != StatisticsFormat::None)
    printStatistics(errs(), collectStatistics(L, S, O), O.Statistics);
  if (!O.Maps.empty())
    if (Error Err = writeMaps(L, O))
      return Err;
  return O.Audit == AuditFormat::None ? Error::success()
                                      : reportAudit(errs(), L, O.Audit);
}

static Expected<std::unique_ptr<RTDyldLinker>>
createRTDyldLinker(const LoaderOptions &O) {
  auto MM = createMemoryManager(O);
  if (!MM)
    return MM.takeError();
  auto L = std::make_unique<RTDyldLinker>(std::move(*MM));
  if (O.PrintAllocationRequests)
    L->recorder().printRequests();
  return L;
}

static Error addDylibs(Linker &L, const LoaderOptions &O) {
  for (const std::string &Path : O.Dylibs)
    if (Error Err = L.addDylib(Path))
      return Err;
  return Error::success();
}

static Expected<int> verify(const LoaderOptions &O) {
  auto L = createRTDyldLinker(O);
  if (!L)
    return L.takeError();
  auto V = Verifier::create(**L, O);
  if (!V)
    return V.takeError();
  auto Files = openAll(O);
  if (!Files)
    return Files.takeError();
  if (Error Err = addDylibs(**L, O))
    return Err;
  Scatter Nothing(/*Radius=*/0);
  if (Error Err = addAll(**L, std::move(*Files), Nothing))
    return Err;
  if (Error Err = (*V)->makeUpAddresses())
    return Err;
  if (Error Err = (*L)->resolve())
    return make_error<StringError>(
        "RTDyld reported an error applying relocations: " +
            toString(std::move(Err)),
        inconvertibleErrorCode());
  (*L)->dyld().registerEHFrames();
  if (Error Err = (*V)->check())
    return Err;
  if (Error Err = show(**L, Nothing, O))
    return Err;
  return 0;
}

static Expected<std::unique_ptr<Linker>> createLinker(const LoaderOptions &O) {
  if (O.Linker == LinkerKind::JITLink)
    return createJITLinkLinker(O);
  return createRTDyldLinker(O);
}

static Expected<int> execute(const LoaderOptions &O) {
  auto Timers = O.ShowTimes ? std::make_unique<PhaseTimers>() : nullptr;
  auto Created = createLinker(O);
  if (!Created)
    return Created.takeError();
  // Never destroyed: what the program has registered with atexit is called
  // after this function.
  static Linker *L;
  static Scatter *S;
  L = Created->release();
  S = new Scatter(O.ScatterRadius);
  if (Error Err = addDylibs(*L, O))
    return Err;
  {
    TimeRegion Region(Timers ? &Timers->Load : nullptr);
    auto Files = openAll(O);
    if (!Files)
      return Files.takeError();
    bool IsForeign =
        Files->front().Object.getBinary()->getArch() != hostArchitecture();
    if (IsForeign && O.Linker == LinkerKind::JITLink)
      return errorIn(Files->front().Name,
                     "-linker=jitlink needs objects for this machine");
    if (IsForeign)
      static_cast<RTDyldLinker *>(L)->forAnotherProcess();
    Error Err = O.Repeat > 1 ? addAndLinkCopies(*L, *Files, *S, O.Repeat)
                             : addAll(*L, std::move(*Files), *S);
    if (Err)
      return Err;
  }
  {
    TimeRegion Region(Timers ? &Timers->Link : nullptr);
    if (O.Repeat == 1)
      if (Error Err = L->link())
        return Err;
  }
  // Before the call: with a bad layout it may not return.
  if (Error Err = show(*L, *S, O))
    return Err;
  if (O.What == Action::LinkOnly)
    return 0;

  auto Entry = findEntry(*L, O);
  if (!Entry)
    return Entry.takeError();
  reportCrashesOf(*L);
  if (Error Err = L->runInitialisers())
    return Err;
  int Status;
  {
    TimeRegion Region(Timers ? &Timers->Run : nullptr);
    Status = callEntry(*Entry, O);
  }
  if (Error Err = L->runDeinitialisers())
    return Err;
  return Status;
}

static Expected<int> run(const LoaderOptions &O) {
  switch (O.What) {
  case Action::Execute:
  case Action::LinkOnly:
    return execute(O);
  case Action::Verify:
    return verify(O);
  case Action::PrintLines:
  case Action::PrintDebugLines:
  case Action::PrintObjectLines:
    if (Error Err = printLines(O))
      return Err;
    return 0;
  }
  return 0;
}

int main(int Argc, char **Argv) {
  installErrorHandlers();
  auto Options = parseOptions(Argc, Argv);
  if (!Options)
    exitWithError(Options.takeError());
  auto Status = run(*Options);
  if (!Status)
    exitWithError(Status.takeError());
  return *Status;
}
