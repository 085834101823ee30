//===- ThreadedJIT.h - An LLJIT on either linker ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_THREADEDJIT_H
#define JITSLAB_UNITTESTS_THREADEDJIT_H

#include "LLVMCompat.h"
#include "Support/Catch.h"
#include "Support/Process.h"
#include "TestModules.h"
#include "jitslab/Arena.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include <functional>

namespace jitslab {

enum class LinkerKind { RTDyld, JITLink };

inline const char *nameOf(LinkerKind K) {
  return K == LinkerKind::RTDyld ? "RuntimeDyld" : "JITLink";
}

/// The linkers that this LLVM is supported with. At most once in a test case.
inline LinkerKind anyLinker() {
#if JITSLAB_HAS_JITLINK
  return GENERATE(LinkerKind::RTDyld, LinkerKind::JITLink);
#else
  return LinkerKind::RTDyld;
#endif
}

/// False, with a remark, where LLVM's ORC itself fails when several threads use
/// it.
inline bool orcIsForThreads() {
  if (JITSLAB_LLVM_ORC_TRACKS_DEPENDENCIES)
    return true;
  WARN("NOT RUN: the ORC of this LLVM crashes when several threads use it");
  return false;
}

/// How often something is repeated: instrumented and emulated code is many
/// times slower.
inline size_t rounds(size_t Natively) {
#if defined(JITSLAB_TESTS_EMULATED)
  return std::max<size_t>(Natively / 20, 2);
#else
  return JITSLAB_HAS_SHADOW_MEMORY || isBrief()
             ? std::max<size_t>(Natively / 4, 2)
             : Natively;
#endif
}

/// Called while objects of an LLJIT are linked, in the thread that links, with
/// the name of the object's function.
struct LinkCallbacks {
  using Callback = std::function<void(llvm::StringRef)>;
  /// When an object has memory that is not sealed yet.
  Callback OnAllocated;
  /// When an object is sealed.
  Callback OnSealed;
};

/// An LLJIT whose objects are linked by \p K into \p Memory, and compiled in
/// \p CompileThreads threads; 0: by whoever looks something up.
llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>>
makeThreadedJIT(LinkerKind K, const std::shared_ptr<Arena> &Memory,
                unsigned CompileThreads, const LinkCallbacks &Callbacks = {});

/// The same on memory managers that hold a lock while LLVM is called back, as
/// the managers of this library must not: the control.
llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>>
makeLockingJIT(LinkerKind K, const std::shared_ptr<Arena> &Memory);

/// Looks \p Name up in the main JITDylib.
llvm::Expected<TestFunction *> functionOf(llvm::orc::LLJIT &JIT,
                                          const std::string &Name);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_THREADEDJIT_H
