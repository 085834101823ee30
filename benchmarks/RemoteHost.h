//===- RemoteHost.h - A host whose code runs elsewhere ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_REMOTEHOST_H
#define JITSLAB_BENCHMARKS_REMOTEHOST_H

#include "RemoteExecutor.h"
#include "jitslab/RemoteJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"

namespace jitslab::bench {

/// Who places objects in the executor.
enum class RemoteManager { EPCGeneric, SharedMapper, Arena, ArenaMessages };

/// A session of ORC's with a JITLink layer, as LLJIT has it. It is never
/// destroyed: the child ends with it.
class RemoteHost {
public:
  /// \p Frames: .eh_frame sections are registered in the executor.
  static llvm::Expected<RemoteHost *> create(RemoteExecutor &E, RemoteManager M,
                                             bool Frames);

  /// Loads \p N tiny objects, numbered from \p First on, by one lookup.
  llvm::Error load(size_t First, size_t N);

  /// Loads an object of \p Size bytes, half of it code, a quarter read-only
  /// data and a quarter data.
  llvm::Error loadLarge(size_t Number, llvm::ArrayRef<char> Content);

  /// That were sent to the executor, by whatever way.
  size_t messages() const {
    return Arena ? Arena->stats().Messages : RemoteExecutor::messages();
  }

private:
  explicit RemoteHost(RemoteExecutor &E) : Session(E.takeEPC()) {}

  llvm::orc::ExecutionSession Session;
  llvm::orc::JITDylib *Dylib = nullptr;
  /// Null: the manager is LLVM's.
  RemoteJITLinkMemoryManager *Arena = nullptr;
  std::unique_ptr<llvm::orc::ObjectLinkingLayer> Layer;
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_REMOTEHOST_H
