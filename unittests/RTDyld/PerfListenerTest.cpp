//===- PerfListenerTest.cpp - What Linux's perf is told -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// LLVM's listener for perf writes a file, whose format is tools/perf/
/// Documentation/jitdump-specification.txt of the Linux kernel: for each loaded
/// function its address, by which perf finds samples, and its code, which the
/// listener reads from there.
///
//===----------------------------------------------------------------------===//

#include "LLVMCompat.h"
#include "Platform/VirtualMemory.h"
#include "Support/Layouts.h"
#include "TestEngine.h"
#include "TestLinker.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ExecutionEngine/JITEventListener.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/DataExtractor.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SwapByteOrder.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

using namespace jitslab;
using namespace llvm;

namespace {

class ScratchFolder {
public:
  ScratchFolder() {
    REQUIRE_FALSE(sys::fs::createUniqueDirectory("jitslab-test", Path));
  }
  ~ScratchFolder() { (void)sys::fs::remove_directories(Path); }
  ScratchFolder(const ScratchFolder &) = delete;
  ScratchFolder &operator=(const ScratchFolder &) = delete;
  std::string path() const { return Path.str().str(); }

private:
  SmallString<128> Path;
};

/// A record of the kind JIT_CODE_LOAD.
struct LoadedCode {
  uint64_t Address = 0;
  std::string Code;
};

using LoadedFunctions = std::map<std::string, LoadedCode>;

} // namespace

// The only file of this ending below a folder.
static std::string findDump(const std::string &Folder) {
  std::error_code EC;
  for (sys::fs::recursive_directory_iterator I(Folder, EC), End;
       !EC && I != End; I.increment(EC))
    if (sys::path::extension(I->path()) == ".dump")
      return I->path();
  return "";
}

static Expected<LoadedFunctions> readDump(const std::string &Folder) {
  // Not contentsOf, which is for the parent: it ends a test that fails.
  auto Buffer = MemoryBuffer::getFile(findDump(Folder));
  if (!Buffer)
    return errorCodeToError(Buffer.getError());
  StringRef Bytes = (*Buffer)->getBuffer();
#if JITSLAB_LLVM_DATA_EXTRACTOR_HAS_NO_ADDRESSES
  DataExtractor Data(Bytes, sys::IsLittleEndianHost);
#else
  DataExtractor Data(Bytes, sys::IsLittleEndianHost, sizeof(void *));
#endif
  DataExtractor::Cursor At(0);
  constexpr uint32_t Magic = 0x4A695444, KindOfCode = 0; // "JiTD"
  bool IsDump = Data.getU32(At) == Magic;
  Data.skip(At, sizeof(uint32_t)); // Version.
  uint64_t Next = Data.getU32(At);
  if (!At || !IsDump)
    return joinErrors(
        createStringError(inconvertibleErrorCode(), "not a jitdump"),
        At.takeError());
  LoadedFunctions Result;
  while (At && Next < Bytes.size()) {
    At.seek(Next);
    uint32_t Kind = Data.getU32(At);
    Next += Data.getU32(At);
    Data.skip(At, sizeof(uint64_t)); // Time.
    if (Kind != KindOfCode)
      continue;
    // Process, thread, and the address where it was before it was moved.
    Data.skip(At, 2 * sizeof(uint32_t) + sizeof(uint64_t));
    LoadedCode C;
    C.Address = Data.getU64(At);
    uint64_t Size = Data.getU64(At);
    Data.skip(At, sizeof(uint64_t)); // Number.
    StringRef Name = Data.getCStrRef(At);
    C.Code = Data.getBytes(At, Size).str();
    Result[Name.str()] = std::move(C);
  }
  if (Error Err = At.takeError())
    return Err;
  return Result;
}

// What the file says of a function that really is at Address: empty if it is
// all true. With OnlyAddress, its code may be that of before relocation.
static std::string compare(const LoadedFunctions &Told, const char *Name,
                           uint64_t Address, bool OnlyAddress = false) {
  auto I = Told.find(Name);
  if (I == Told.end())
    return std::string(Name) + " is missing. ";
  const LoadedCode &C = I->second;
  if (C.Code.empty())
    return std::string(Name) + " has no code. ";
  std::string Wrong;
  if (C.Address != Address)
    Wrong += std::string(Name) + " has another address. ";
  if (!OnlyAddress &&
      std::memcmp(reinterpret_cast<const void *>(uintptr_t(Address)),
                  C.Code.data(), C.Code.size()) != 0)
    Wrong += std::string(Name) + " has other code. ";
  return Wrong;
}

// In a child process: there is one listener in a process, which chooses its
// file when it is made. Body gets it and returns what is wrong.
static std::string
withListener(const ScratchFolder &Folder,
             const std::function<std::string(JITEventListener &)> &Body) {
  return inChild([&]() -> std::string {
    setenv("JITDUMPDIR", Folder.path().c_str(), /*overwrite=*/1);
    return Body(*JITEventListener::createPerfJITEventListener());
  });
}

// The listener maps a page of its file, which is empty then.
[[maybe_unused]] static bool canMapEmptyFile() {
  std::FILE *File = std::tmpfile();
  REQUIRE(File);
  size_t Page = VirtualMemory::system().pageSize();
  void *Mapped =
      mmap(nullptr, Page, PROT_READ | PROT_EXEC, MAP_PRIVATE, fileno(File), 0);
  if (Mapped != MAP_FAILED)
    munmap(Mapped, Page);
  std::fclose(File);
  return Mapped != MAP_FAILED;
}

static bool hasListener() {
#if LLVM_USE_PERF
  if (canMapEmptyFile())
    return true;
  WARN("NOT RUN: the emulator does not map files that are smaller than the "
       "pages that it makes up");
  return false;
#else
  WARN("NOT RUN: this LLVM was built without LLVM_USE_PERF");
  return false;
#endif
}

// What the file says of functions of an object that runs: empty if it is true.
static std::string compareRunning(const ScratchFolder &Folder,
                                  TestLinker &Linker,
                                  std::initializer_list<const char *> Names) {
  auto Told = readDump(Folder.path());
  if (!Told)
    return toString(Told.takeError());
  if (Linker.function<int(int)>("jit_outer")(4) != 16)
    return "The code does not run.";
  std::string Wrong;
  for (const char *Name : Names)
    Wrong += compare(*Told, Name, Linker.addressOf(Name));
  return Wrong;
}

TEST_CASE("A perf listener is told where code runs") {
  if (!hasListener())
    return;
  Layout L = anyLayout();
  ScratchFolder Folder;
  std::string Wrong =
      withListener(Folder, [&](JITEventListener &Perf) -> std::string {
        ReservingMemoryManager Manager(arenaWith(L));
        TestLinker Linker(Manager);
        if (Error Err = Linker.loadAll({"debugged"}))
          return toString(std::move(Err));
        // As ORC does it, of what is ready to run.
        Linker.notify(Perf);
        return compareRunning(Folder, Linker, {"jit_inner", "jit_outer"});
      });
  CHECK(Wrong == "");
}

TEST_CASE("MCJIT tells a perf listener where code will run") {
  if (!hasListener())
    return;
  Layout L = anyLayout();
  ScratchFolder Folder;
  std::string Wrong =
      withListener(Folder, [&](JITEventListener &Perf) -> std::string {
        LLVMContext Context;
        auto Engine =
            makeEngine(std::make_unique<Module>("empty", Context),
                       std::make_unique<ReservingMemoryManager>(arenaWith(L)));
        if (!Engine)
          return "There is no engine.";
        Engine->RegisterJITEventListener(&Perf);
        auto Buffer = MemoryBuffer::getFile(JITSLAB_TEST_INPUTS "/debugged.o");
        if (!Buffer)
          return Buffer.getError().message();
        auto Object = object::ObjectFile::createObjectFile(**Buffer);
        if (!Object)
          return toString(Object.takeError());
        Engine->addObjectFile(object::OwningBinary<object::ObjectFile>(
            std::move(*Object), std::move(*Buffer)));
        Engine->finalizeObject();
        auto Told = readDump(Folder.path());
        if (!Told)
          return toString(Told.takeError());
        // MCJIT notifies before it relocates: jit_inner needs no relocation.
        return compare(*Told, "jit_inner",
                       Engine->getFunctionAddress("jit_inner")) +
               compare(*Told, "jit_outer",
                       Engine->getFunctionAddress("jit_outer"),
                       /*OnlyAddress=*/true);
      });
  CHECK(Wrong == "");
}

namespace {

/// Leaves the addresses at which sections are written until it is asked.
class MapsLate : public ReservingMemoryManager {
public:
  using ReservingMemoryManager::notifyObjectLoaded;
  using ReservingMemoryManager::ReservingMemoryManager;

  void notifyObjectLoaded(RuntimeDyld &D,
                          const object::ObjectFile &O) override {
    Dyld = &D;
    Object = &O;
  }
  void mapNow() { ReservingMemoryManager::notifyObjectLoaded(*Dyld, *Object); }

private:
  RuntimeDyld *Dyld = nullptr;
  const object::ObjectFile *Object = nullptr;
};

} // namespace

TEST_CASE("Control: a perf listener told early knows where code is written") {
  if (!hasListener())
    return;
  Layout L = anyLayout();
  ScratchFolder Folder;
  std::string Wrong =
      withListener(Folder, [&](JITEventListener &Perf) -> std::string {
        MapsLate Manager(arenaWith(L));
        TestLinker Linker(Manager);
        if (Error Err = Linker.load("debugged"))
          return toString(std::move(Err));
        Linker.notify(Perf);
        Manager.mapNow();
        if (Error Err = Linker.finalize())
          return toString(std::move(Err));
        return compareRunning(Folder, Linker, {"jit_inner"});
      });
  // Only Dense writes elsewhere.
  CHECK(Wrong == (L == Layout::Dense ? "jit_inner has another address. " : ""));
}
