//===- AuditReport.cpp - What the audit found -----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AuditReport.h"
#include "Diagnostics.h"
#include "MemoryMap.h"
#include "Progress.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab {

// More problems than this do not fit on a screen.
static constexpr size_t MaxProblems = 20;

namespace {

/// What the audits of all objects have found.
struct Findings {
  size_t Objects = 0, Checked = 0, NotChecked = 0;
  struct Problem {
    std::string File;
    RelocationProblem What;
  };
  std::vector<Problem> Problems;
};

} // namespace

static Expected<Findings> auditAll(const Linker &L) {
  LoadedImage Image = L.image();
  Progress P("auditing");
  Findings F;
  F.Objects = Image.Objects.size();
  for (size_t I = 0; I != F.Objects; ++I) {
    const std::string &File = Image.Objects[I].File;
    WorkingOn Auditing(File);
    auto Result = L.audit(I);
    if (!Result)
      return Result.takeError();
    F.Checked += Result->Checked;
    F.NotChecked += Result->NotChecked;
    for (RelocationProblem &Problem : Result->Problems)
      F.Problems.push_back({File, std::move(Problem)});
    P.update(I + 1, F.Objects, "objects");
  }
  return F;
}

static Error reportAsText(raw_ostream &OS, const Findings &F) {
  if (!F.Problems.empty()) {
    std::string Text;
    for (const Findings::Problem &P :
         ArrayRef<Findings::Problem>(F.Problems)
             .take_front(std::min(F.Problems.size(), MaxProblems)))
      Text += P.File + ": " + P.What.message() + "\n";
    if (F.Problems.size() > MaxProblems)
      Text +=
          "and " + std::to_string(F.Problems.size() - MaxProblems) + " more\n";
    return make_error<StringError>(Text + "audit: " + Twine(F.Problems.size()) +
                                       " of " + Twine(F.Checked) +
                                       " relocations are wrong",
                                   inconvertibleErrorCode());
  }
  OS << programName() << ": audit: " << F.Checked << " relocations of "
     << F.Objects << " objects are in range and encoded right";
  if (F.NotChecked)
    OS << "; " << F.NotChecked << " cannot be checked";
  OS << '\n';
  return Error::success();
}

static Error reportAsJSON(raw_ostream &OS, const Findings &F) {
  json::OStream J(OS, /*IndentSize=*/2);
  J.object([&] {
    J.attribute("version", 1);
    J.attribute("objects", int64_t(F.Objects));
    J.attribute("relocationsChecked", int64_t(F.Checked));
    J.attribute("relocationsNotChecked", int64_t(F.NotChecked));
    J.attributeArray("problems", [&] {
      for (const Findings::Problem &P : F.Problems)
        J.object([&] {
          J.attribute("file", json::fixUTF8(P.File));
          printProblem(J, P.What);
        });
    });
  });
  OS << '\n';
  return F.Problems.empty()
             ? Error::success()
             : make_error<StringError>("", inconvertibleErrorCode());
}

Error reportAudit(raw_ostream &OS, const Linker &L, AuditFormat Format) {
  auto Found = auditAll(L);
  if (!Found)
    return Found.takeError();
  return Format == AuditFormat::JSON ? reportAsJSON(OS, *Found)
                                     : reportAsText(OS, *Found);
}

} // namespace jitslab
