//===- RemoteLookup.cpp - The service in an executor ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BrokenPipe.h"
#include "RemoteConnection.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#if !JITSLAB_LLVM_EPC_LOOKS_UP_SYMBOLS
#include "llvm/ExecutionEngine/Orc/DylibManager.h"
#endif

using namespace llvm;
using orc::ExecutorAddr;

namespace jitslab {

// What lookups find differs: LLVM 19 has definitions, 22 has them or nothing,
// 23 has addresses or nothing; and there are lists of lists of them until 22.
[[maybe_unused]] static ExecutorAddr addressOf(ExecutorAddr Found) {
  return Found;
}
[[maybe_unused]] static ExecutorAddr
addressOf(const orc::ExecutorSymbolDef &Found) {
  return Found.getAddress();
}
template <typename T>
static ExecutorAddr addressOf(const std::optional<T> &Found) {
  return Found ? addressOf(*Found) : ExecutorAddr();
}
template <typename T>
static ExecutorAddr addressOf(const std::vector<T> &Found) {
  return Found.size() == 1 ? addressOf(Found.front()) : ExecutorAddr();
}

/// Where the service is in the executor's process; null if it is not.
template <typename T>
static ExecutorAddr lookUpOpen(orc::ExecutorProcessControl &EPC, T &Dylibs) {
  auto Process = Dylibs.loadDylib(nullptr);
  if (!Process) {
    consumeError(Process.takeError());
    return {};
  }
  orc::SymbolLookupSet Names(EPC.intern(wire::OpenName),
                             orc::SymbolLookupFlags::WeaklyReferencedSymbol);
#if JITSLAB_LLVM_EPC_LOOKS_UP_SYMBOLS
  auto Found = Dylibs.lookupSymbols({{*Process, Names}});
#else
  auto Found = Dylibs.lookupSymbols(*Process, Names);
#endif
  if (!Found) {
    consumeError(Found.takeError());
    return {};
  }
  return addressOf(*Found);
}

#if JITSLAB_LLVM_EPC_LOOKS_UP_SYMBOLS
// LLVM 19 has one class for both.
template <typename T>
static auto dylibsOf(T &EPC, int) -> decltype(EPC.getDylibMgr()) {
  return EPC.getDylibMgr();
}
template <typename T> static T &dylibsOf(T &EPC, long) { return EPC; }

/// Where the service was loaded into an executor that does not know it.
static ExecutorAddr lookUpOpen(orc::ExecutorProcessControl &EPC) {
  BrokenPipeIsAnError Guard;
  return lookUpOpen(EPC, dylibsOf(EPC, 0));
}
#else
static ExecutorAddr lookUpOpen(orc::ExecutorProcessControl &EPC) {
  BrokenPipeIsAnError Guard;
  auto Dylibs = EPC.createDefaultDylibMgr();
  if (!Dylibs) {
    consumeError(Dylibs.takeError());
    return {};
  }
  return lookUpOpen(EPC, **Dylibs);
}
#endif

Expected<ExecutorAddr> RemoteConnection::findOpen() {
  ExecutorAddr Open;
  Error Missing = EPC.getBootstrapSymbols({{Open, wire::OpenName}});
  if (!Missing)
    return Open;
  consumeError(std::move(Missing));
  Open = lookUpOpen(EPC);
  if (Open)
    return Open;
  return make_error<StringError>(
      "jitslab: the executor has no jitslab::ExecutorService; run "
      "jitslab-executor, "
      "preload libjitslab-executor-llvm" +
          Twine(JITSLAB_LLVM_MAJOR) +
          ".so into it, or add the service to its SimpleRemoteEPCServer and "
          "link it with jitslab::executor",
      std::make_error_code(std::errc::not_supported));
}

} // namespace jitslab
