//===- LimitsTest.cpp - Each relocation type at its limits ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// Inputs/*.s have a section for each relocation type. The tests put it and
/// what it refers to where the distance is exactly what the type can just
/// encode, and one unit further. The limits are written here as the ABIs have
/// them, in bytes.
///
//===----------------------------------------------------------------------===//

#include "ApartLinker.h"

using namespace jitslab;

namespace {

/// What has to be moved for a distance.
enum class Moves {
  /// The symbol: the distance is from the relocation to it.
  Target,
  /// The GOT with the symbol's slot.
  GOT,
  /// The symbol; its address is what is encoded.
  Address
};

struct Case {
  const char *Object;
  const char *Type;
  Moves What;
  int64_t Min, Max;
  int64_t Unit = 1;
  /// From the start of the section to where the distance is counted from.
  int64_t Bias = 0;
  /// LLVM encodes it wrongly even where it fits.
  bool BrokenInLLVM = false;
};

constexpr int64_t KiB = 1 << 10, MiB = 1 << 20, GiB = 1 << 30;

const Case Cases[] = {
    {"x86-64", "R_X86_64_8", Moves::Address, -128, 255},
    {"x86-64", "R_X86_64_16", Moves::Address, -32 * KiB, 64 * KiB - 1},
    {"x86-64", "R_X86_64_32", Moves::Address, 0, 4 * GiB - 1},
    {"x86-64", "R_X86_64_32S", Moves::Address, -2 * GiB, 2 * GiB - 1},
    {"x86-64", "R_X86_64_PC8", Moves::Target, -128, 127},
    {"x86-64", "R_X86_64_PC32", Moves::Target, -2 * GiB, 2 * GiB - 1},
    // The four bytes of a call count from their end.
    {"x86-64", "R_X86_64_PLT32", Moves::Target, -2 * GiB, 2 * GiB - 1, 1, 5},
    {"x86-64", "R_X86_64_GOTPCREL", Moves::GOT, -2 * GiB, 2 * GiB - 1},
    // Each has a slot of its own.
    {"x86-64", "R_X86_64_GOTPCRELX", Moves::GOT, -2 * GiB, 2 * GiB - 1, 1,
     6 - 8},
    {"x86-64", "R_X86_64_REX_GOTPCRELX", Moves::GOT, -2 * GiB, 2 * GiB - 1, 1,
     7 - 16},
    {"x86-64", "R_X86_64_GOTPC32", Moves::GOT, -2 * GiB, 2 * GiB - 1, 1, 7},
    {"aarch64", "R_AARCH64_ABS16", Moves::Address, -32 * KiB, 64 * KiB - 1},
    {"aarch64", "R_AARCH64_ABS32", Moves::Address, -2 * GiB, 4 * GiB - 1},
#if !JITSLAB_AUDIT_WITHOUT_PREL16
    {"aarch64", "R_AARCH64_PREL16", Moves::Target, -32 * KiB, 64 * KiB - 1},
#endif
    {"aarch64", "R_AARCH64_PREL32", Moves::Target, -2 * GiB, 4 * GiB - 1},
    {"aarch64", "R_AARCH64_PLT32", Moves::Target, -2 * GiB, 2 * GiB - 1},
    {"aarch64", "R_AARCH64_LD_PREL_LO19", Moves::Target, -MiB, MiB - 4, 4, 0,
     /*BrokenInLLVM=*/true},
    {"aarch64", "R_AARCH64_ADR_PREL_LO21", Moves::Target, -MiB, MiB - 1, 1, 0,
     /*BrokenInLLVM=*/true},
    {"aarch64", "R_AARCH64_ADR_PREL_PG_HI21", Moves::Target, -4 * GiB,
     4 * GiB - 4 * KiB, 4 * KiB},
    {"aarch64", "R_AARCH64_TSTBR14", Moves::Target, -32 * KiB, 32 * KiB - 4, 4},
    {"aarch64", "R_AARCH64_CONDBR19", Moves::Target, -MiB, MiB - 4, 4},
    {"aarch64", "R_AARCH64_JUMP26", Moves::Target, -128 * MiB, 128 * MiB - 4,
     4},
    {"aarch64", "R_AARCH64_CALL26", Moves::Target, -128 * MiB, 128 * MiB - 4,
     4},
    {"aarch64", "R_AARCH64_ADR_GOT_PAGE", Moves::GOT, -4 * GiB,
     4 * GiB - 4 * KiB, 4 * KiB},
};

/// Far from both ends of the address space.
constexpr uint64_t Base = uint64_t(1) << 44;

/// The problem of the relocation when the distance is \p Distance.
std::unique_ptr<RelocationProblem> problemAt(const Case &C, int64_t Distance) {
  ApartLinker Linker(C.Object, /*Stubs=*/false);
  std::string Section = std::string(".text.") + C.Type;
  Linker.put(Section, Base);
  switch (C.What) {
  case Moves::Target:
    Linker.put(".data", Base + C.Bias + Distance);
    break;
  case Moves::GOT:
    Linker.put(".got", Base + C.Bias + Distance);
    break;
  case Moves::Address:
    Linker.put(".data", Distance);
    break;
  }
  Linker.link();
  const RelocationProblem *P = Linker.problemIn(Section);
  return P ? std::make_unique<RelocationProblem>(*P) : nullptr;
}

} // namespace

TEST_CASE("Every type is right up to its limits") {
  for (const Case &C : Cases) {
    // An address of 0 means that a section is not loaded.
    int64_t Min = C.What == Moves::Address && C.Min == 0 ? 1 : C.Min;
    for (int64_t Distance : {Min, C.Unit, C.Max}) {
      INFO(C.Type << " at " << Distance);
      auto P = problemAt(C, Distance);
      // All that LLVM keeps of these two are the bits of 0xffc.
      bool Masked = C.BrokenInLLVM && (Distance & 0xffc) != Distance &&
                    Distance != C.Unit;
      INFO((P ? P->message() : "no problem"));
      if (!Masked) {
        CHECK_FALSE(P);
        continue;
      }
      REQUIRE(P);
      CHECK(P->What == RelocationProblem::WrongEncoding);
      CHECK(P->Distance == Distance);
      CHECK((P->Encoded & 0x1ffffc) == (Distance & 0xffc));
    }
  }
}

TEST_CASE("Every type is out of range one past its limits") {
  for (const Case &C : Cases) {
    for (int64_t Distance : {C.Min - C.Unit, C.Max + C.Unit}) {
      INFO(C.Type << " at " << Distance);
      auto P = problemAt(C, Distance);
      REQUIRE(P);
      INFO(P->message());
      CHECK(P->What == RelocationProblem::OutOfRange);
      CHECK(P->Distance == Distance);
      CHECK(P->Type == C.Type);
      CHECK(P->Offset < 4);
      CHECK(P->reachUsed() > 1);
    }
  }
}

TEST_CASE("Branches and literals to no multiple of four are misaligned") {
  for (const Case &C : Cases) {
    if (C.Unit != 4)
      continue;
    INFO(C.Type);
    auto P = problemAt(C, 14);
    REQUIRE(P);
    CHECK(P->What == RelocationProblem::Misaligned);
    CHECK(P->Distance == 14);
  }
}

TEST_CASE("Loads and stores have to be aligned to what they move") {
  struct {
    const char *Type;
    uint64_t Size;
  } Types[] = {{"R_AARCH64_ADD_ABS_LO12_NC", 1},
               {"R_AARCH64_LDST8_ABS_LO12_NC", 1},
               {"R_AARCH64_LDST16_ABS_LO12_NC", 2},
               {"R_AARCH64_LDST32_ABS_LO12_NC", 4},
               {"R_AARCH64_LDST64_ABS_LO12_NC", 8},
               {"R_AARCH64_LDST128_ABS_LO12_NC", 16}};
  for (auto &T : Types)
    for (uint64_t Alignment = 1; Alignment <= 16; Alignment *= 2) {
      INFO(T.Type << " at a multiple of " << Alignment);
      ApartLinker Linker("aarch64");
      Linker.put(".data", Base + 0xff0 + (Alignment & 15));
      Linker.link();
      const RelocationProblem *P =
          Linker.problemIn(std::string(".text.") + T.Type);
      if (Alignment >= T.Size) {
        CHECK_FALSE(P);
      } else {
        REQUIRE(P);
        CHECK(P->What == RelocationProblem::Misaligned);
      }
    }
}

TEST_CASE("Unwind tables have signed distances, whatever the ABI admits") {
  for (const char *Object : {"x86-64", "aarch64"}) {
    INFO(Object);
    for (int64_t Distance : {-2 * GiB - 1, -2 * GiB, 2 * GiB - 1, 2 * GiB}) {
      INFO(Distance);
      ApartLinker Linker(Object);
      Linker.put(".eh_frame", Base);
      Linker.put(".data", Base + Distance);
      Linker.link();
      bool Fits = Distance >= -2 * GiB && Distance < 2 * GiB;
      CHECK(!Linker.problemIn(".eh_frame") == Fits);
    }
  }
}

TEST_CASE("What has no limits uses nothing of its reach") {
  CHECK(RelocationUse().reachUsed() == 0);
  CHECK(AuditResult().Furthest.reachUsed() == 0);
}

TEST_CASE("The furthest reference is the one that uses most of its reach") {
  ApartLinker Linker("x86-64");
  // All others of limited reach are within a megabyte of the low address that
  // R_X86_64_8 needs.
  Linker.put(".data", 0x40);
  Linker.put(".text.R_X86_64_PC8", 0x50);
  Linker.put(".text.R_X86_64_PC32", 0x40 + GiB);
  Linker.link();
  AuditResult Result = Linker.audit();
  CHECK(Result.Problems.empty());
  // R_X86_64_PC32 uses half, R_X86_64_8 a quarter, R_X86_64_PC8 an eighth.
  CHECK(Result.Furthest.Type == "R_X86_64_PC32");
  CHECK(Result.Furthest.Distance == -GiB);
  CHECK(Result.Furthest.reachUsed() == 0.5);
}
