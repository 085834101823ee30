//===- CoreFileTest.cpp - What the kernel's core files have ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/ArenaFixture.h"
#include "Support/Child.h"
#include "Support/MachineCode.h"
#include "Support/Process.h"
#include "Support/RunProgram.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/FileSystem.h"
#include <sys/resource.h>

using namespace jitslab;
using namespace llvm;

namespace {

/// A folder of its own for core files; the process works there meanwhile.
class CoreFolder {
public:
  CoreFolder() {
    REQUIRE(!sys::fs::current_path(Before));
    REQUIRE(!sys::fs::createUniqueDirectory("jitslab-core", Path));
    REQUIRE(!sys::fs::set_current_path(Path));
  }
  ~CoreFolder() {
    sys::fs::set_current_path(Before);
    sys::fs::remove_directories(Path);
  }
  CoreFolder(const CoreFolder &) = delete;
  CoreFolder &operator=(const CoreFolder &) = delete;

  /// The one file in it; empty if there is none.
  std::string contents() const {
    std::string File = file();
    return File.empty() ? File : contentsOf(File);
  }
  /// Its size, 0 if there is none.
  size_t size() const {
    uint64_t Bytes = 0;
    return sys::fs::file_size(file(), Bytes) ? 0 : size_t(Bytes);
  }

private:
  std::string file() const {
    std::error_code EC;
    sys::fs::directory_iterator File(Path, EC);
    return File == sys::fs::directory_iterator() ? std::string() : File->path();
  }

  SmallString<128> Before, Path;
};

/// The bytes of a core file for [\p Address, \p Address + \p Size).
StringRef memoryIn(StringRef Core, uintptr_t Address, size_t Size) {
  auto *Header = reinterpret_cast<const ELF::Elf64_Ehdr *>(Core.data());
  auto *Segments =
      reinterpret_cast<const ELF::Elf64_Phdr *>(Core.data() + Header->e_phoff);
  for (unsigned I = 0; I != Header->e_phnum; ++I) {
    const ELF::Elf64_Phdr &S = Segments[I];
    if (S.p_type == ELF::PT_LOAD && S.p_vaddr <= Address &&
        Address + Size <= S.p_vaddr + S.p_filesz)
      return Core.substr(S.p_offset + (Address - S.p_vaddr), Size);
  }
  return {};
}

/// Lets a child end with a core file in \p Folder. \returns false if the system
/// writes it elsewhere.
bool dumpCore(const CoreFolder &Folder) {
  ChildOutcome Child = runInChild([] {
    const rlimit NoLimit{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &NoLimit);
    abort();
    return 0;
  });
  if (WCOREDUMP(Child.Status) && Folder.size())
    return true;
  WARN("NOT RUN: this system writes core files elsewhere");
  return false;
}

size_t coreSize() {
  CoreFolder Folder;
  return dumpCore(Folder) ? Folder.size() : 0;
}

} // namespace

TEST_CASE("Core files are larger by what is committed, before and after trim") {
  if (runsUnderEmulator() || JITSLAB_HAS_SHADOW_MEMORY) {
    WARN("NOT RUN: core files are an emulator's, or as large as a shadow");
    return;
  }
  const size_t Before = coreSize();
  if (!Before)
    return;
  ArenaOptions O;
  O.ObjectLayout = anyLayout();
  auto A = valueOf(Arena::create(O));
  // The same for a pipe, which a core file goes to byte by byte.
  auto CheckSize = [&] {
    CHECK(coreSize() <= Before + A->stats().CommittedBytes * 3 / 2 + SlabSize);
  };
  std::vector<Allocation> Objects;
  for (uint16_t I = 0; I != 20; ++I) {
    Objects.push_back(valueOf(A->allocate(footprint(300000, 8192, 200000))));
    REQUIRE_SUCCESS(sealOne(*A, Objects.back()));
  }
  CheckSize();
  Objects.resize(1);
  A->trim();
  CheckSize();
}

TEST_CASE("Core files have the code and the data of every layout") {
  if (runsUnderEmulator() || JITSLAB_HAS_SHADOW_MEMORY) {
    WARN("NOT RUN: core files are an emulator's, or as large as a shadow");
    return;
  }
  ArenaOptions O;
  O.WindowSize = 32 * SlabSize;
  O.ObjectLayout = anyLayout();
  auto A = valueOf(Arena::create(O));
  // Each takes a slab of code. The first page of a window says nothing: the
  // kernel takes it for that of a library.
  std::vector<Allocation> Objects;
  for (uint16_t I = 0; I != 3; ++I) {
    Objects.push_back(
        valueOf(A->allocate(footprint(SlabSize / 2 + 64, 8192, 64))));
    for (SegmentKind K : AllSegmentKinds) {
      const Segment S = Objects.back()[K];
      writeFunction(S.Working + S.Size - FunctionSize, I);
    }
    REQUIRE_SUCCESS(sealOne(*A, Objects.back()));
  }
  CoreFolder Folder;
  if (!dumpCore(Folder))
    return;
  const std::string Core = Folder.contents();
  for (const Allocation &Object : Objects)
    for (SegmentKind K : AllSegmentKinds) {
      CAPTURE(int(K));
      const uintptr_t Address =
          Object[K].Executor + Object[K].Size - FunctionSize;
      CHECK(memoryIn(Core, Address, FunctionSize) ==
            StringRef(reinterpret_cast<const char *>(Address), FunctionSize));
    }
}
