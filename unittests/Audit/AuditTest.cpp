//===- AuditTest.cpp - What the audit finds, and what it reads ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ApartLinker.h"
#include "Platform/VirtualMemory.h"
#include "llvm/Support/Endian.h"
#include <cstdio>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace jitslab;
using llvm::StringRef;

/// Where the sections of Inputs/*.s are close enough for all of them.
static void putTogether(ApartLinker &Linker, bool IsX86) {
  // R_X86_64_8 and R_AARCH64_ABS16 need a low address.
  Linker.put(".data", IsX86 ? 0x40 : 0x4000);
  if (IsX86)
    Linker.put(".text.R_X86_64_PC8", 0x50);
#if !JITSLAB_AUDIT_WITHOUT_PREL16
  if (!IsX86)
    Linker.put(".text.R_AARCH64_PREL16", 0x4100);
#endif
  if (!IsX86) {
    Linker.put(".text.R_AARCH64_TSTBR14", 0x4200);
    Linker.put(".text.R_AARCH64_CONDBR19", 0x4300);
    // A forward distance that LLVM does not mask.
    Linker.put(".text.R_AARCH64_LD_PREL_LO19", 0x3ff0);
    Linker.put(".text.R_AARCH64_ADR_PREL_LO21", 0x3fe0);
  }
}

/// Where no stubs are needed.
static void putByElsewhere(ApartLinker &Linker) {
  Linker.put(".text.stub", ApartLinker::Elsewhere - 0x1000);
  Linker.put(".text.stubbehind", ApartLinker::Elsewhere - 0x2000);
}

TEST_CASE("What is close is right, the GOT included") {
  for (const char *Object : {"x86-64", "aarch64"}) {
    INFO(Object);
    // LLVM 14 decides about stubs, and then encodes branches, when it loads.
    ApartLinker Linker(Object, /*Stubs=*/StringRef(Object) == "x86-64");
    putTogether(Linker, StringRef(Object) == "x86-64");
    if (StringRef(Object) == "aarch64")
      putByElsewhere(Linker);
    Linker.link();
    AuditResult Result = Linker.audit();
    for (const RelocationProblem &P : Result.Problems)
      UNSCOPED_INFO(P.message());
    CHECK(Result.Problems.empty());
    CHECK(Result.NotChecked == 0);
    CHECK(Result.Checked >= 14);
    REQUIRE_SUCCESS(Result.takeError("a.o"));
  }
}

namespace {

/// A bit of the field that a relocation changes.
struct FieldBit {
  const char *Object;
  const char *Type;
  unsigned Byte;
  unsigned Bit;
};

// Bit 10 of an instruction belongs to the immediate in all of them.
const FieldBit FieldBits[] = {
    {"x86-64", "R_X86_64_8", 0, 0},
    {"x86-64", "R_X86_64_16", 1, 7},
    {"x86-64", "R_X86_64_32", 3, 7},
    {"x86-64", "R_X86_64_32S", 6, 7},
    {"x86-64", "R_X86_64_64", 7, 7},
    {"x86-64", "R_X86_64_PC8", 0, 7},
    {"x86-64", "R_X86_64_PC32", 3, 7},
    {"x86-64", "R_X86_64_PC64", 7, 7},
    {"x86-64", "R_X86_64_PLT32", 4, 7},
    {"x86-64", "R_X86_64_GOTPCREL", 0, 0},
    {"x86-64", "R_X86_64_GOTPCRELX", 5, 7},
    {"x86-64", "R_X86_64_REX_GOTPCRELX", 6, 7},
    {"x86-64", "R_X86_64_GOTPC32", 6, 7},
    {"x86-64", "R_X86_64_GOTPC64", 9, 7},
    {"x86-64", "R_X86_64_GOTOFF64", 9, 7},
    {"aarch64", "R_AARCH64_ABS16", 1, 2},
    {"aarch64", "R_AARCH64_ABS32", 3, 7},
    {"aarch64", "R_AARCH64_ABS64", 7, 7},
#if !JITSLAB_AUDIT_WITHOUT_PREL16
    {"aarch64", "R_AARCH64_PREL16", 1, 2},
#endif
    {"aarch64", "R_AARCH64_PREL32", 3, 7},
    {"aarch64", "R_AARCH64_PREL64", 7, 7},
    {"aarch64", "R_AARCH64_PLT32", 3, 7},
    {"aarch64", "R_AARCH64_MOVW_UABS_G0_NC", 1, 2},
    {"aarch64", "R_AARCH64_MOVW_UABS_G1_NC", 1, 2},
    {"aarch64", "R_AARCH64_MOVW_UABS_G2_NC", 1, 2},
    {"aarch64", "R_AARCH64_MOVW_UABS_G3", 1, 2},
    {"aarch64", "R_AARCH64_LD_PREL_LO19", 1, 2},
    {"aarch64", "R_AARCH64_ADR_PREL_LO21", 1, 2},
    {"aarch64", "R_AARCH64_ADR_PREL_PG_HI21", 1, 2},
    {"aarch64", "R_AARCH64_TSTBR14", 1, 2},
    {"aarch64", "R_AARCH64_CONDBR19", 1, 2},
    {"aarch64", "R_AARCH64_JUMP26", 1, 2},
    {"aarch64", "R_AARCH64_CALL26", 1, 2},
    {"aarch64", "R_AARCH64_ADR_GOT_PAGE", 1, 2},
    {"aarch64", "R_AARCH64_LD64_GOT_LO12_NC", 1, 2},
    {"aarch64", "R_AARCH64_ADD_ABS_LO12_NC", 1, 2},
    {"aarch64", "R_AARCH64_LDST8_ABS_LO12_NC", 1, 2},
    {"aarch64", "R_AARCH64_LDST16_ABS_LO12_NC", 1, 2},
    {"aarch64", "R_AARCH64_LDST32_ABS_LO12_NC", 1, 2},
    {"aarch64", "R_AARCH64_LDST64_ABS_LO12_NC", 1, 2},
    {"aarch64", "R_AARCH64_LDST128_ABS_LO12_NC", 1, 2},
};

} // namespace

TEST_CASE("A wrong bit in any relocation is found, and nothing else") {
  for (const char *Object : {"x86-64", "aarch64"}) {
    // LLVM 14 decides about stubs, and then encodes branches, when it loads.
    ApartLinker Linker(Object, /*Stubs=*/StringRef(Object) == "x86-64");
    putTogether(Linker, StringRef(Object) == "x86-64");
    if (StringRef(Object) == "aarch64")
      putByElsewhere(Linker);
    Linker.link();
    REQUIRE(Linker.audit().Problems.empty());
    for (const FieldBit &F : FieldBits) {
      if (StringRef(F.Object) != Object)
        continue;
      INFO(F.Type);
      std::string Section = std::string(".text.") + F.Type;
      uint8_t &Byte = Linker.section(Section).Memory[F.Byte];
      Byte ^= 1 << F.Bit;
      const RelocationProblem *P = Linker.problemIn(Section);
      REQUIRE(P);
      CHECK(P->Type == F.Type);
      CHECK(P->What == RelocationProblem::WrongEncoding);
      CHECK(Linker.audit().Problems.size() == 1);
      Byte ^= 1 << F.Bit;
    }
    CHECK(Linker.audit().Problems.empty());
  }
}

TEST_CASE("Slots of the GOT are found without being told where it is") {
  struct {
    const char *Object, *Type;
    unsigned Byte, Bit;
  } const References[] = {
      {"x86-64", "R_X86_64_REX_GOTPCRELX", 6, 4},
      {"aarch64", "R_AARCH64_ADR_GOT_PAGE", 1, 2},
      {"aarch64", "R_AARCH64_LD64_GOT_LO12_NC", 1, 2},
  };
  for (const auto &R : References) {
    INFO(R.Type);
    bool IsX86 = StringRef(R.Object) == "x86-64";
    ApartLinker Linker(R.Object, /*Stubs=*/IsX86);
    Linker.TellsGOT = false;
    putTogether(Linker, IsX86);
    if (!IsX86)
      putByElsewhere(Linker);
    Linker.link();
    for (const RelocationProblem &P : Linker.audit().Problems)
      FAIL_CHECK(P.message());

    std::string Section = std::string(".text.") + R.Type;
    Linker.section(Section).Memory[R.Byte] ^= 1 << R.Bit;
    const RelocationProblem *P = Linker.problemIn(Section);
    REQUIRE(P);
    CHECK(P->What == RelocationProblem::NoSlot);
    CHECK_THAT(P->message(),
               containing(" leads to no slot of the GOT that holds its "
                          "address; in memory is "));
  }
}

TEST_CASE("A stub that leads elsewhere is found") {
  for (const char *Object : {"x86-64", "aarch64"}) {
    bool IsX86 = StringRef(Object) == "x86-64";
    INFO(Object);
    ApartLinker Linker(Object);
    putTogether(Linker, IsX86);
    Linker.link();
    CHECK_FALSE(Linker.problemIn(".text.stub"));
    // In the GOT's slot that the stub jumps through, or in the second of the
    // instructions that load the address; the stub begins behind the call.
    ApartLinker::Section &S = Linker.section(IsX86 ? ".got" : ".text.stub");
    size_t At = 4 + 4 + 1;
    for (size_t I = 0; IsX86 && I != S.Size; I += 8)
      if (std::memcmp(&S.Memory[I], &ApartLinker::Elsewhere, 8) == 0)
        At = I;
    S.Memory[At] ^= 0x20;
    const RelocationProblem *P = Linker.problemIn(".text.stub");
    REQUIRE(P);
    CHECK(P->Target == "elsewhere");
    // Without a stub, it is the target itself that is too far.
    CHECK(P->What == RelocationProblem::OutOfRange);
  }
}

TEST_CASE("A stub of AArch64 leads to the symbol and the addend") {
  ApartLinker Linker("aarch64");
  putTogether(Linker, /*IsX86=*/false);
  Linker.link();
  CHECK_FALSE(Linker.problemIn(".text.stubbehind"));
  // To the symbol itself would be 8 bytes too early. The last of the four
  // instructions that load the address has its low bits from bit 5 on; the stub
  // begins behind the call.
  uint8_t *Low = &Linker.section(".text.stubbehind").Memory[4 + 3 * 4];
  uint32_t Movk = llvm::support::endian::read32le(Low);
  llvm::support::endian::write32le(Low, Movk - (8 << 5));
  const RelocationProblem *P = Linker.problemIn(".text.stubbehind");
  REQUIRE(P);
  CHECK(P->Target == "elsewhere");
}

TEST_CASE("Distances to and from the GOT are checked where it is known") {
  ApartLinker Linker("x86-64");
  putTogether(Linker, /*IsX86=*/true);
  Linker.link();
  AuditResult Told = Linker.audit();
  Linker.TellsGOT = false;
  AuditResult Untold = Linker.audit();
  CHECK(Told.NotChecked == 0);
  CHECK(Untold.NotChecked == 3);
  CHECK(Told.Checked == Untold.Checked + 3);
}

TEST_CASE("Symbols are found in however many sections") {
  ApartLinker Linker("many-sections");
  Linker.TellsGOT = false;
  Linker.link();
  AuditResult Result = Linker.audit();
  for (const RelocationProblem &P : Result.Problems)
    FAIL_CHECK(P.message());
  CHECK(Result.Checked == 1);
}

TEST_CASE("Without descriptors the audit says that it has none") {
  rlimit Limit;
  REQUIRE(getrlimit(RLIMIT_NOFILE, &Limit) == 0);
  MemoryReader Read = ownMemory();
  uint8_t Byte = 0;
  auto ReadByte = [&](const void *From) {
    return llvm::errorToErrorCode(
        Read(reinterpret_cast<uintptr_t>(From), Byte));
  };
  const uint8_t Known = 47;
  rlimit None = {0, Limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &None);
  std::error_code Without = ReadByte(&Known);
  setrlimit(RLIMIT_NOFILE, &Limit);
  CHECK(Without == std::errc::too_many_files_open);
  // It is not for ever.
  CHECK_FALSE(ReadByte(&Known));
  CHECK(Byte == 47);
  CHECK(ReadByte(nullptr) == std::errc::bad_address);
}

TEST_CASE("A message has everything that one needs to know") {
  ApartLinker Linker("x86-64");
  putTogether(Linker, true);
  Linker.put(".text.R_X86_64_PC32", uint64_t(1) << 44);
  Linker.link();
  const RelocationProblem *P = Linker.problemIn(".text.R_X86_64_PC32");
  REQUIRE(P);
  CHECK(P->message() ==
        "section .text.R_X86_64_PC32, offset 0x0: R_X86_64_PC32 to 'target' "
        "is out of range: distance -0xfffffffffc0, limit -0x80000000; in "
        "memory is 0x40");
  AuditResult Result = Linker.audit();
  CHECK(llvm::toString(Result.takeError("a.o")) == "a.o: " + P->message());
}

TEST_CASE("Own memory is read, and what is not there is no fault") {
  auto Read = [Own = ownMemory()](uint64_t From,
                                  llvm::MutableArrayRef<uint8_t> To) {
    return !llvm::errorToErrorCode(Own(From, To));
  };
  uint8_t Source[] = {1, 2, 3, 4, 5, 6, 7, 8}, Target[8] = {};
  CHECK(Read(reinterpret_cast<uintptr_t>(Source), Target));
  CHECK(std::memcmp(Source, Target, 8) == 0);
  CHECK_FALSE(Read(0, Target));
  CHECK_FALSE(Read(~uint64_t(7), Target));

  // Across the end of a mapping; and afterwards all is as before.
  size_t Page = VirtualMemory::system().pageSize();
  auto *Two = static_cast<uint8_t *>(
      mmap(nullptr, 2 * Page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  REQUIRE(Two != MAP_FAILED);
  REQUIRE(mprotect(Two + Page, Page, PROT_NONE) == 0);
  CHECK_FALSE(Read(reinterpret_cast<uintptr_t>(Two + Page - 4), Target));
  CHECK(Read(reinterpret_cast<uintptr_t>(Source), Target));
  CHECK(std::memcmp(Source, Target, 8) == 0);
  munmap(Two, 2 * Page);
}

static std::vector<int> pipeEnds() {
  std::vector<int> Ends;
  for (int File = 3; File != 256; ++File) {
    struct stat Status;
    if (fstat(File, &Status) == 0 && S_ISFIFO(Status.st_mode))
      Ends.push_back(File);
  }
  return Ends;
}

TEST_CASE("Own memory is read though the host closes descriptors and opens "
          "others") {
  const std::vector<int> Before = pipeEnds();
  auto Read = std::make_unique<MemoryReader>(ownMemory());
  const uint8_t Source = 47;
  uint8_t Target = 0;
  auto ReadByte = [&] {
    Target = 0;
    return !llvm::errorToErrorCode(
               (*Read)(reinterpret_cast<uintptr_t>(&Source), Target)) &&
           Target == 47;
  };
  REQUIRE(ReadByte());
  std::vector<int> Ends;
  for (int File : pipeEnds())
    if (!llvm::is_contained(Before, File))
      Ends.push_back(File);
  REQUIRE(Ends.size() == 2);
  std::FILE *Others = std::tmpfile();
  REQUIRE(Others);
  for (int File : Ends)
    REQUIRE(dup2(fileno(Others), File) == File);
  CHECK(ReadByte());
  Read = nullptr;
  struct stat Status;
  for (int File : Ends) {
    REQUIRE(fstat(File, &Status) == 0);
    CHECK(Status.st_size == 0);
    close(File);
  }
  std::fclose(Others);
}

TEST_CASE("Own memory is read in parent and child of a fork") {
  MemoryReader Read = ownMemory();
  auto ReadOwn = [&](uint8_t Value) {
    for (unsigned I = 0; I != 2000; ++I) {
      uint8_t Target = 0;
      if (llvm::errorToErrorCode(
              Read(reinterpret_cast<uintptr_t>(&Value), Target)) ||
          Target != Value)
        return false;
    }
    return true;
  };
  REQUIRE(ReadOwn(1));
  const pid_t Child = fork();
  if (Child == 0)
    _exit(ReadOwn(2) ? 0 : 1);
  CHECK(ReadOwn(3));
  int Status = -1;
  REQUIRE(waitpid(Child, &Status, 0) == Child);
  CHECK(Status == 0);
}

TEST_CASE("As much own memory is read as is asked for") {
  const std::vector<uint8_t> Source(size_t(1) << 18, 47);
  std::vector<uint8_t> Target(Source.size());
  REQUIRE_SUCCESS(
      ownMemory()(reinterpret_cast<uintptr_t>(Source.data()), Target));
  CHECK(Target == Source);
}

TEST_CASE("Other formats cannot be audited, and it says so") {
  LinkedObject O;
  auto File = llvm::MemoryBuffer::getFile(JITSLAB_AUDIT_INPUTS "/riscv64.o");
  REQUIRE(File);
  auto Object = valueOf(
      llvm::object::ObjectFile::createObjectFile((*File)->getMemBufferRef()));
  O.File = Object.get();
  CHECK(messageOf(auditRelocations(O)) ==
        "only ELF objects of x86-64 and AArch64 can be audited");
}
