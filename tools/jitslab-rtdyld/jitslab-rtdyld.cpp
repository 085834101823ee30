//===- jitslab-rtdyld.cpp - Loads object files and runs them --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Loads ELF objects with llvm::RuntimeDyld and any memory manager, in the
/// manner of llvm-rtdyld.
///
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"
#include "Execute.h"
#include "InputFile.h"
#include "Loader.h"
#include "Options.h"
#include "Statistics.h"

using namespace llvm;
using namespace jitslab;

static Expected<Triple::ArchType> targetArchitecture(const LoaderOptions &O) {
  if (O.Triple.empty())
    return hostArchitecture();
  Triple::ArchType Arch = Triple(O.Triple).getArch();
  if (Arch == Triple::UnknownArch)
    return make_error<StringError>("unknown target '" + O.Triple + "'",
                                   inconvertibleErrorCode());
  if (Arch != hostArchitecture())
    return make_error<StringError>(
        "cannot execute code for " + Triple::getArchTypeName(Arch) + " on " +
            Triple::getArchTypeName(hostArchitecture()),
        inconvertibleErrorCode());
  return Arch;
}

static Error load(Loader &L, const LoaderOptions &O) {
  auto Arch = targetArchitecture(O);
  if (!Arch)
    return Arch.takeError();
  for (const std::string &Path : O.Dylibs)
    if (Error Err = L.addDylib(Path))
      return Err;
  bool First = true;
  for (const std::string &Path : O.InputFiles) {
    if (Error Err = L.addObject(Path, *Arch))
      return Err;
    if (First && O.Scatter)
      if (Error Err = L.scatter())
        return Err;
    First = false;
  }
  return L.link();
}

static Expected<int> run(const LoaderOptions &O) {
  auto MM = createMemoryManager(O.MemoryManager);
  if (!MM)
    return MM.takeError();
  // Never destroyed: what the program has registered with atexit is called
  // after this function.
  static Loader *L;
  L = new Loader(std::move(*MM));
  if (Error Err = load(*L, O))
    return Err;
  auto Entry = findEntry(*L, O);
  if (!Entry)
    return Entry.takeError();
  // Before the call: with a bad layout it may not return.
  if (O.Statistics)
    printStatistics(errs(), collectStatistics(*L), *L, O.MemoryManager);
  return callEntry(*Entry, O);
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
