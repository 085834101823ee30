//===- GdbHost.cpp - A host that tells gdb what it has loaded -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// gdb-host LAYOUT OBJECT: loads an object into an arena, calls its jit_outer,
// and prints what that returns.

#include "jitslab/ReservingMemoryManager.h"
#include "llvm/ExecutionEngine/JITEventListener.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdio>

using namespace jitslab;
using namespace llvm;

/// A debugger can write a breakpoint here, whatever maps the JIT'd code.
static __attribute__((noinline)) int hostStop(int Value) {
  asm volatile("" : "+r"(Value));
  return Value;
}

namespace {

class NoSymbols : public LegacyJITSymbolResolver {
  JITSymbol findSymbol(const std::string &) override { return nullptr; }
  JITSymbol findSymbolInLogicalDylib(const std::string &) override {
    return nullptr;
  }
};

} // namespace

int main(int ArgC, char **ArgV) {
  if (ArgC != 3)
    return 2;
  ArenaOptions Options;
  Options.ObjectLayout = Layout(atoi(ArgV[1]));
  ReservingMemoryManager Memory(cantFail(Arena::create(Options)));
  NoSymbols Resolver;
  RuntimeDyld Dyld(Memory, Resolver);
  // Debug sections are loaded for execution only when they are asked for.
  Dyld.setProcessAllSections(true);
  auto Buffer = cantFail(errorOrToExpected(MemoryBuffer::getFile(ArgV[2])));
  auto Object =
      cantFail(object::ObjectFile::createObjectFile(Buffer->getMemBufferRef()));
  auto Info = Dyld.loadObject(*Object);
  Dyld.resolveRelocations();
  Dyld.registerEHFrames();
  if (Dyld.hasError() || Memory.finalizeMemory())
    return 1;
  JITEventListener *Gdb = JITEventListener::createGDBRegistrationListener();
  Gdb->notifyObjectLoaded(1, *Object, *Info);
  *reinterpret_cast<int (**)(int)>(static_cast<uintptr_t>(
      Dyld.getSymbol("jit_stop").getAddress())) = hostStop;
  auto *Outer = reinterpret_cast<int (*)(int)>(
      static_cast<uintptr_t>(Dyld.getSymbol("jit_outer").getAddress()));
  printf("jit_outer(4) = %d\n", Outer(4));
  Gdb->notifyFreeingObject(1);
  Memory.deregisterEHFrames();
  return 0;
}
