//===- Diagnostics.h - How the loader says what went wrong ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_DIAGNOSTICS_H
#define JITSLAB_TOOLS_RTDYLD_DIAGNOSTICS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include <csignal>
#include <functional>
#include <string>

namespace jitslab {

/// The name that messages begin with; jitslab-rtdyld unless something else is
/// said.
void setProgramName(llvm::StringRef Name);
llvm::StringRef programName();

/// \p Text as a terminal may have it: control characters, and all that is not
/// ASCII unless the whole is UTF-8, as "\1B". Names in files may hold anything.
std::string printable(llvm::StringRef Text);

/// "<File>: <What>".
llvm::Error errorIn(llvm::StringRef File, const llvm::Twine &What);

/// That the dynamic linker does not load the library \p Path, and why.
llvm::Error libraryError(const std::string &Path, llvm::StringRef Why);

/// Prints "<program>: error: <Err>" to stderr and ends the process with status
/// 1, without running what the loaded code may have registered. Each line of
/// \p Err gets the prefix.
[[noreturn]] void exitWithError(llvm::Error Err);

/// Makes LLVM's fatal errors and a heap that is used up end the process as
/// exitWithError does, instead of with an abort or a stack dump.
void installErrorHandlers();

using CrashHandler = void(int Signal, siginfo_t *Info, void *Context);

/// From now on \p Signals call \p Handler, on a stack of its own, or end the
/// process if it is null.
void setCrashHandler(llvm::ArrayRef<int> Signals, CrashHandler *Handler);

/// While one lives, LLVM's fatal errors name this file, and crashes end the
/// process as exitWithError does: until the loaded code is called, they are
/// LLVM's. They nest.
class WorkingOn {
public:
  explicit WorkingOn(llvm::StringRef File);
  ~WorkingOn();
  WorkingOn(const WorkingOn &) = delete;
  WorkingOn &operator=(const WorkingOn &) = delete;

private:
  std::string Printable;
  llvm::StringRef Previous;
};

/// While one lives, LLVM's fatal errors are what \p Explain makes of them,
/// unless that is empty. They do not nest.
class FatalErrorExplainer {
public:
  explicit FatalErrorExplainer(
      std::function<std::string(llvm::StringRef)> Explain);
  ~FatalErrorExplainer();
  FatalErrorExplainer(const FatalErrorExplainer &) = delete;
  FatalErrorExplainer &operator=(const FatalErrorExplainer &) = delete;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_DIAGNOSTICS_H
