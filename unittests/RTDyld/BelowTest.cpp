//===- BelowTest.cpp - Code without position independence -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Layouts.h"
#include "TestLinker.h"
#include <cstring>

using namespace jitslab;

// Elsewhere such code takes addresses by distance too.
#ifdef __x86_64__

namespace {

/// What the audit says of an object that was not run; empty if nothing.
std::string auditOf(const char *Object, ArenaOptions O) {
  ReservingMemoryManager Manager(valueOf(Arena::create(O)));
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({Object}));
  std::vector<AuditResult> Results = valueOf(Linker.audit());
  REQUIRE(Results.size() == 1);
  REQUIRE(Results[0].Checked > 0);
  return llvm::toString(Results[0].takeError(Object));
}

} // namespace

TEST_CASE("RuntimeDyld's code without position independence runs below 2 GiB") {
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  O.Below = uintptr_t(1) << 31;
  ReservingMemoryManager Manager(valueOf(Arena::create(O)));
  TestLinker Linker(Manager);
  REQUIRE_SUCCESS(Linker.loadAll({"nonpic"}));
  CHECK(llvm::toString(valueOf(Linker.audit())[0].takeError("nonpic")) == "");
  CHECK(Linker.function<int(int, int)>("nonpic_call")(0, 21) == -21);
  CHECK(Linker.function<int(int, int)>("nonpic_call")(1, 21) == 42);
  CHECK(Linker.function<int(unsigned)>("nonpic_data")(2) == 4);
  CHECK(Linker.function<int(unsigned)>("nonpic_data")(2) == 8);
  CHECK(strcmp(Linker.function<const char *()>("nonpic_text")(), "text") == 0);
}

TEST_CASE("The audit says what to do about absolute addresses of 32 bits") {
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  std::string Found = auditOf("nonpic", O);
  INFO(Found);
  for (const char *Part : {"R_X86_64_32 ", "R_X86_64_32S ", "is out of range",
                           "; compile with -fPIC, or make an arena with "
                           "ArenaOptions::Below"})
    CHECK_THAT(Found, containing(Part));
  // The control: what is position-independent.
  CHECK(auditOf("tiny", O) == "");
}

#endif
