//===- HostAuditTest.cpp - The audit as hosts call it ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AddressSpaceAdversary.h"
#include "Support/Child.h"
#include "Support/Layouts.h"
#include "TestLinker.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"

using namespace jitslab;

static int HostCounter = 0;
static int hostTwice(int X) { return 2 * X; }

namespace {

enum Verdict { Right = 0, NotLoaded = 1, Wrong = 2, NothingChecked = 3 };

/// Loads objects with every kind of reference, all space around the first of
/// them being occupied, and audits them without running any.
int audit(llvm::RTDyldMemoryManager &Manager) {
  TestLinker Linker(Manager);
  Linker.define("host_counter", &HostCounter);
  Linker.define("host_twice", &hostTwice);
  AddressSpaceAdversary A;
  if (llvm::errorToBool(Linker.loadAll({"first", "hidden"})) ||
      llvm::errorToBool(A.occupy(Linker.addressOf("first"))) ||
      llvm::errorToBool(A.occupy(Linker.addressOf("hidden_table"))) ||
      llvm::errorToBool(Linker.loadAll({"range"})))
    return NotLoaded;
  size_t Checked = 0, Problems = 0;
  for (const AuditResult &Result : llvm::cantFail(Linker.audit())) {
    Checked += Result.Checked;
    Problems += Result.Problems.size();
  }
  return Checked < 20 ? NothingChecked : Problems ? Wrong : Right;
}

} // namespace

TEST_CASE("The audit finds nothing wrong with what an arena holds") {
  Layout L = anyLayout();
  ChildOutcome Outcome = runInChild([&] {
    ReservingMemoryManager Manager(arenaWith(L));
    return audit(Manager);
  });
  INFO(Outcome.describe());
  CHECK(Outcome.passed());
}

TEST_CASE("Control: the audit finds what SectionMemoryManager gets wrong") {
  ChildOutcome Outcome = runInChild([] {
    llvm::SectionMemoryManager Manager;
    return audit(Manager);
  });
  INFO(Outcome.describe());
  CHECK((WIFEXITED(Outcome.Status) && WEXITSTATUS(Outcome.Status) == Wrong));
}
