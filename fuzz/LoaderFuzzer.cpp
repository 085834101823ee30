//===- LoaderFuzzer.cpp - Any bytes as an object --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A libFuzzer target over what jitslab-rtdyld does with a file before it runs
/// it: open, check, load, link, audit. Found are crashes, and memory errors of
/// this code; of LLVM's own code, which is not instrumented, those that touch
/// what malloc and memcpy guard.
///
/// Objects of the two architectures that run here are loaded; of the others and
/// of other formats, only what reads and checks them is tried: RuntimeDyld's
/// code for these trusts them, and there is no end to what can be found in it
/// (docs/jitslab-rtdyld.md).
///
/// The first byte chooses the memory manager; the rest is the file.
///
//===----------------------------------------------------------------------===//

#include "InputFile.h"
#include "MemoryManagers.h"
#include "RTDyldLinker.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MemoryBuffer.h"
#include <csetjmp>

using namespace llvm;
using namespace jitslab;

// LLVM reports some errors by ending the process, which a fuzzer takes for a
// crash. Here they end the input; what was allocated leaks.
static jmp_buf NextInput;

static void onFatalError(void *, const char *, bool) { longjmp(NextInput, 1); }

extern "C" int LLVMFuzzerInitialize(int *, char ***) {
  install_fatal_error_handler(onFatalError);
  return 0;
}

static Error load(StringRef Bytes, const std::string &Manager) {
  auto File =
      openObject(MemoryBuffer::getMemBufferCopy(Bytes, "input"), "input");
  if (!File)
    return File.takeError();
  const object::ObjectFile &Obj = *File->Object.getBinary();
  if (!isa<object::ELF64LEObjectFile>(Obj) ||
      (Obj.getArch() != Triple::x86_64 && Obj.getArch() != Triple::aarch64))
    return Error::success();
  LoaderOptions O;
  O.MemoryManager = Manager;
  auto MM = createMemoryManager(O);
  if (!MM)
    return MM.takeError();
  RTDyldLinker L(std::move(*MM));
  L.forAnotherProcess();
  Scatter None(/*Radius=*/0);
  if (Error Err = L.addObject(std::move(*File), None))
    return Err;
  // The fuzzer's process has every function that an input could think of.
  if (Error Err = L.link())
    return Err;
  return L.audit(0).takeError();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  static const std::vector<std::string> Managers =
      memoryManagersOf(LinkerKind::RTDyld);
  if (Size < 1)
    return 0;
  const std::string &Manager = Managers[Data[0] % Managers.size()];
  StringRef Bytes(reinterpret_cast<const char *>(Data) + 1, Size - 1);
  if (setjmp(NextInput) == 0)
    consumeError(load(Bytes, Manager));
  return 0;
}
