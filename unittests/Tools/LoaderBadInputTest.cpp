//===- LoaderBadInputTest.cpp - What jitslab-rtdyld refuses ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunLoader.h"
#include "Support/Catch.h"
#include "Support/Process.h"
#include "llvm/BinaryFormat/ELF.h"

using namespace jitslab;
using namespace llvm;

// One line with the prefix, the file and the reason; nothing else; status 1.
static void checkRefused(const Outcome &O, StringRef File, StringRef Reason) {
  INFO("stderr: " << O.Err << "expected: " << File.str() << ": "
                  << Reason.str());
  CHECK(O.Status == 1);
  CHECK(O.Out.empty());
  StringRef Message = O.Err;
  CHECK(Message.consume_front("jitslab-rtdyld: error: "));
  CHECK(Message.count('\n') == 1);
  if (!File.empty())
    CHECK(Message.find((File + ": ").str()) != StringRef::npos);
  CHECK(Message.find(Reason) != StringRef::npos);
}

static void checkContentsRefused(StringRef Contents, StringRef Reason) {
  TemporaryFile File(Contents);
  checkRefused(runLoader({File.path()}), File.path(), Reason);
}

namespace {

// An object, and the parts of it that tests break.
struct Object {
  explicit Object(StringRef Name) : Bytes(contentsOf(input(Name))) {}

  template <typename T> T &at(uint64_t Offset) {
    return *reinterpret_cast<T *>(Bytes.data() + Offset);
  }
  ELF::Elf64_Ehdr &header() { return at<ELF::Elf64_Ehdr>(0); }
  ELF::Elf64_Shdr &section(unsigned Index) {
    return at<ELF::Elf64_Shdr>(header().e_shoff +
                               Index * sizeof(ELF::Elf64_Shdr));
  }
  ELF::Elf64_Shdr &symbols() {
    for (unsigned I = 0; I != header().e_shnum; ++I)
      if (section(I).sh_type == ELF::SHT_SYMTAB)
        return section(I);
    FAIL("the input has no symbols");
    return section(0);
  }
  ELF::Elf64_Sym &lastSymbol() {
    ELF::Elf64_Shdr &S = symbols();
    return at<ELF::Elf64_Sym>(S.sh_offset + S.sh_size - sizeof(ELF::Elf64_Sym));
  }
  // Those of code.
  ELF::Elf64_Shdr &relocations() {
    for (unsigned I = 0; I != header().e_shnum; ++I)
      if (section(I).sh_type == ELF::SHT_RELA && section(I).sh_size &&
          (section(section(I).sh_info).sh_flags & ELF::SHF_EXECINSTR))
        return section(I);
    FAIL("the input has no relocations");
    return section(0);
  }
  ELF::Elf64_Rela &relocation() {
    return at<ELF::Elf64_Rela>(relocations().sh_offset);
  }
  ELF::Elf64_Shdr &code() { return section(relocations().sh_info); }

  std::string Bytes;
};

} // namespace

TEST_CASE("NoInputFiles") {
  // stdin, which is empty here.
  checkRefused(runLoader({}), "-", "the file is empty");
  checkRefused(runLoader({"-stats"}), "-", "the file is empty");
}

TEST_CASE("UnknownOptionOrValue") {
  checkRefused(runLoader({"-no-such-option", input("weak")}), "",
               "-no-such-option");
  checkRefused(runLoader({"-memory-manager=none", input("weak")}), "",
               "unknown memory manager 'none'; RuntimeDyld has section");
  checkRefused(runLoader({"-triple=pdp11", input("weak")}), "",
               "unknown target 'pdp11'");
}

TEST_CASE("FilesThatAreNoObjects") {
  checkRefused(runLoader({"/nonexistent/a.o"}), "/nonexistent/a.o",
               "No such file or directory");
  checkRefused(runLoader({"/"}), "/", "Is a directory");
  checkContentsRefused("", "the file is empty");
  checkContentsRefused("!<arch>\n", "an archive without members");
  checkContentsRefused("!<arch>\nx", "");
  checkContentsRefused("hello\n", "not an ELF, Mach-O or COFF object file");
  checkRefused(runLoader({JITSLAB_TEST_LOADER}), JITSLAB_TEST_LOADER,
               "not a relocatable object file");
  // Also when it is not the first one.
  checkRefused(runLoader({input("weak"), "/nonexistent/a.o"}),
               "/nonexistent/a.o", "No such file or directory");
}

TEST_CASE("GCCsIntermediateCodeIsNamed") {
  // Any symbol of this name will do, as in what gcc -flto compiles.
  Object O("weak");
  ELF::Elf64_Shdr &Symbols = O.symbols();
  const ELF::Elf64_Shdr Names = O.section(Symbols.sh_link);
  O.lastSymbol().st_name = ELF::Elf64_Word(Names.sh_size);
  O.section(Symbols.sh_link).sh_offset = O.Bytes.size();
  O.section(Symbols.sh_link).sh_size = Names.sh_size + 15;
  O.Bytes += O.Bytes.substr(Names.sh_offset, Names.sh_size) +
             std::string("__gnu_lto_slim", 15);
  checkContentsRefused(O.Bytes, "GCC's intermediate code without machine code; "
                                "compile it without -flto");
}

TEST_CASE("RelocationsThatRuntimeDyldDoesNotKnowAreNamed") {
  Object O("caller");
  const bool IsX86 = O.header().e_machine == ELF::EM_X86_64;
  O.relocation().setType(IsX86 ? unsigned(ELF::R_X86_64_IRELATIVE)
                               : unsigned(ELF::R_AARCH64_IRELATIVE));
  TemporaryFile File(O.Bytes);
  checkRefused(runLoader({File.path(), input("answer")}), File.path(),
               ": .text");
  checkRefused(runLoader({File.path(), input("answer")}), File.path(),
               "does not link relocations of type R_" +
                   std::string(IsX86 ? "X86_64" : "AARCH64") + "_IRELATIVE");
}

TEST_CASE("ObjectsOfOtherArchitectures") {
  constexpr char Reason[] = "but " JITSLAB_TEST_ARCH " is needed";
  Object O("weak");
  bool IsX86 = O.header().e_machine == ELF::EM_X86_64;
  O.header().e_machine = IsX86 ? ELF::EM_AARCH64 : ELF::EM_X86_64;
  checkContentsRefused(O.Bytes, Reason);
  // Not every LLVM's RuntimeDyld knows this one.
  O.header().e_machine = ELF::EM_RISCV;
  checkContentsRefused(O.Bytes, "riscv64");
  O.header().e_machine = ELF::EM_SPARCV9;
  checkContentsRefused(O.Bytes, "");
  checkRefused(runLoader({"-triple=riscv64-linux-gnu", input("weak")}), "",
               "cannot execute code for riscv64 on " JITSLAB_TEST_ARCH);
}

TEST_CASE("TruncatedObjects") {
  std::string Whole = contentsOf(input("arguments"));
  // All lengths would take minutes; these reach every part of the file.
  constexpr size_t Parts = 24;
  for (size_t I = 0; I != Parts; ++I) {
    INFO("part " << I);
    checkContentsRefused(StringRef(Whole).take_front(Whole.size() * I / Parts),
                         "");
  }
}

TEST_CASE("ObjectsThatContradictThemselves") {
  using Break = void (*)(Object &);
  struct {
    Break How;
    const char *Reason;
  } Cases[] = {
      {[](Object &O) { O.relocation().r_offset = 1 << 20; }, "outside of"},
      {[](Object &O) { O.relocation().r_offset = O.code().sh_size - 1; },
       "outside of"},
      {[](Object &O) { O.relocation().setSymbol(100000); },
       "against symbol 100000, which does not exist"},
      {[](Object &O) { O.relocations().sh_info = 5000; },
       "a section that does not exist"},
      {[](Object &O) { O.relocations().sh_link = 5000; }, ""},
      {[](Object &O) { O.relocations().sh_entsize = 5; }, ""},
      {[](Object &O) { O.lastSymbol().st_shndx = 999; },
       "in section 999, which does not exist"},
      {[](Object &O) { O.lastSymbol().st_name = 0x7fffffff; }, ""},
      {[](Object &O) {
         O.lastSymbol().st_shndx = ELF::SHN_COMMON;
         O.lastSymbol().st_value = 0;
       },
       "is common and has an impossible size or alignment"},
      {[](Object &O) { O.lastSymbol().setType(ELF::STT_COMMON); },
       "has the type of common symbols, but is none"},
      {[](Object &O) { O.code().sh_addralign = 3; }, "impossible alignment 3"},
      {[](Object &O) { O.code().sh_size = uint64_t(1) << 40; }, ""},
      {[](Object &O) { O.code().sh_offset = ~uint64_t(0) - 8; }, ""},
      {[](Object &O) { O.code().sh_flags = 0; }, "which is not loaded"},
      {[](Object &O) { O.header().e_shstrndx = 4000; }, ""},
  };
  for (auto &C : Cases) {
    INFO("case " << &C - Cases);
    Object O("arguments");
    C.How(O);
    checkContentsRefused(O.Bytes, C.Reason);
  }
}

static std::string foreign(const char *Target) {
  return JITSLAB_TEST_VERIFY_OBJECTS "/" + std::string(Target) + ".o";
}

TEST_CASE("TruncatedObjectsOfOtherFormats") {
  for (const char *Target :
       {"x86_64-apple-macosx10.9", "x86_64-windows-msvc", "i386-linux-gnu",
        "mips-linux-gnu", "s390x-linux-gnu"}) {
    std::string Whole = contentsOf(foreign(Target));
    constexpr size_t Parts = 12;
    for (size_t I = 0; I != Parts; ++I) {
      INFO(Target << ", part " << I);
      TemporaryFile File(StringRef(Whole).take_front(Whole.size() * I / Parts));
      checkRefused(runLoader({"-noexec", File.path()}), File.path(), "");
    }
  }
}

TEST_CASE("ObjectsOfMixedArchitectures") {
  checkRefused(runLoader({"-noexec", foreign("aarch64-linux-gnu"),
                          foreign("x86_64-linux-gnu")}),
               foreign("x86_64-linux-gnu"),
               "an object for x86_64, but aarch64 is needed");
  checkRefused(runLoader({"-noexec", foreign("x86_64-windows-msvc"),
                          foreign("x86_64-apple-macosx10.9")}),
               foreign("x86_64-apple-macosx10.9"), "");
  checkRefused(
      runLoader({"-noexec", "-triple=x86_64", foreign("aarch64-linux-gnu")}),
      foreign("aarch64-linux-gnu"),
      "an object for aarch64, but x86_64 is needed");
}

#if !JITSLAB_TEST_SANITIZED && !JITSLAB_TEST_EMULATED
// A sanitizer would rightly complain about what LLVM does with these.
TEST_CASE("FlippedBytesOfEveryFormatNeverDumpAStack") {
  for (const char *Target :
       {"x86_64-linux-gnu", "aarch64-linux-gnu", "x86_64-apple-macosx10.9",
        "x86_64-windows-msvc", "armv7-linux-gnueabi", "mips-linux-gnu",
        "powerpc64le-linux-gnu", "thumbv7-apple-ios"}) {
    std::string Whole = contentsOf(foreign(Target));
    size_t Refused = 0;
    const size_t Step = Whole.size() / (isBrief() ? 10 : 25);
    for (size_t At = 3; At < Whole.size(); At += Step) {
      std::string Bytes = Whole;
      Bytes[At] ^= 0x55;
      TemporaryFile File(Bytes);
      Outcome O = runLoader({"-noexec", File.path()});
      INFO(Target << " at " << At << ": " << O.Status << " " << O.Err);
      CHECK((O.Status == 0 || O.Status == 1));
      Refused += O.Status == 1;
      CHECK(StringRef(O.Err).find("Stack dump") == StringRef::npos);
      if (O.Status == 1)
        CHECK(StringRef(O.Err).find("jitslab-rtdyld: error: ") == 0);
    }
    CHECK(Refused > (isBrief() ? 0 : 3));
  }
}
#endif

TEST_CASE("RelocationTypesThatRuntimeDyldDoesNotKnow") {
  Object O("arguments");
  O.relocation().setType(250);
  checkContentsRefused(O.Bytes, "elocation");
}

TEST_CASE("SymbolsThatNobodyDefines") {
  Outcome O = runLoader({input("undefined")});
  checkRefused(O, input("undefined"),
               "undefined symbol 'jitslab_missing_function'");
  checkRefused(O, input("undefined"),
               "undefined symbol 'jitslab_missing_variable'");
  // The file that needs it, not the first one.
  checkRefused(runLoader({input("entries"), input("caller")}), input("caller"),
               "undefined symbol 'answer'");
}

TEST_CASE("EntriesThatDoNotExist") {
  checkRefused(runLoader({input("answer")}), input("answer"),
               "no definition for 'main'");
  checkRefused(runLoader({"-entry=eight", input("entries")}), input("entries"),
               "no definition for 'eight'");
  checkRefused(runLoader({"-entry=notCode", input("entries")}),
               input("entries"), "'notCode' is not a function");
}

TEST_CASE("LibrariesThatDoNotExist") {
  checkRefused(runLoader({"-dylib=/nonexistent/lib.so", input("weak")}),
               "/nonexistent/lib.so", "No such file or directory");
}

TEST_CASE("ThreadLocalVariablesAreAnError") {
  for (const std::string &Manager : rtdyldManagers()) {
    if (Manager == "trivial" && JITSLAB_TEST_HAS_TLS)
      continue; // Has room for one: see VerifyTest.cpp.
    // RuntimeDyld relocates thread-local variables of x86-64 only, and says so
    // before a manager is asked to finish.
    const char *Reason = JITSLAB_TEST_HAS_TLS
                             ? "section .tdata is thread-local"
                             : "Relocation type not implemented";
    if (Manager == "section" || Manager == "section-reserve")
      Reason = "allocation of TLS not implemented";
    if (Manager == "trivial")
      Reason = "Unable to allocate section memory";
    INFO(Manager);
    checkRefused(runLoader({"-memory-manager", Manager, input("thread-local")}),
                 input("thread-local"), Reason);
  }
}

#if !JITSLAB_TEST_EMULATED && !JITSLAB_TEST_SANITIZED
// Emulators and sanitizers need more address space than any useful limit.
TEST_CASE("TooLittleAddressSpaceIsAnError") {
  size_t TooLittle = 1, Enough = 4096; // MiB
  REQUIRE(runLoaderLimited(Enough, {input("weak")}).Status == 5);
  while (Enough - TooLittle > 1) {
    size_t Middle = (TooLittle + Enough) / 2;
    bool Runs = runLoaderLimited(Middle, {input("weak")}).Status == 5;
    (Runs ? Enough : TooLittle) = Middle;
  }
  checkRefused(runLoaderLimited(TooLittle, {input("weak")}), "", "RLIMIT_AS");
  // With less still, either the loader says so or it cannot even be started.
  for (size_t Less = 2; Less <= 32; Less += 3) {
    Outcome O = runLoaderLimited(TooLittle - Less, {input("weak")});
    INFO(TooLittle - Less << " MiB: " << O.Err);
    if (O.Err.find("while loading shared libraries") == std::string::npos)
      checkRefused(O, "", "");
    else
      CHECK(O.Status != 5);
  }
}
#endif
