//===- AuditReport.cpp - What the audit found -----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AuditReport.h"
#include "Diagnostics.h"
#include "Progress.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab {

// More problems than this do not fit on a screen.
static constexpr size_t MaxProblems = 20;

Error reportAudit(raw_ostream &OS, const Linker &L) {
  LoadedImage Image = L.image();
  Progress P("auditing");
  size_t Checked = 0, NotChecked = 0, Problems = 0;
  std::string Text;
  for (size_t I = 0; I != Image.Objects.size(); ++I) {
    const std::string &File = Image.Objects[I].File;
    WorkingOn Auditing(File);
    auto Result = L.audit(I);
    if (!Result)
      return Result.takeError();
    Checked += Result->Checked;
    NotChecked += Result->NotChecked;
    for (const RelocationProblem &Problem : Result->Problems)
      if (Problems++ < MaxProblems)
        Text += File + ": " + Problem.message() + "\n";
    P.update(I + 1, Image.Objects.size(), "objects");
  }
  if (Problems > MaxProblems)
    Text += "and " + std::to_string(Problems - MaxProblems) + " more\n";
  if (Problems)
    return make_error<StringError>(Text + "audit: " + Twine(Problems) + " of " +
                                       Twine(Checked) +
                                       " relocations are wrong",
                                   inconvertibleErrorCode());
  OS << programName() << ": audit: " << Checked << " relocations of "
     << Image.Objects.size() << " objects are in range and encoded right";
  if (NotChecked)
    OS << "; " << NotChecked << " cannot be checked";
  OS << '\n';
  return Error::success();
}

} // namespace jitslab
