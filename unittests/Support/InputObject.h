//===- InputObject.h - Objects that tests load ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Files of JITSLAB_TEST_INPUTS, each read once in a process: a test loads some
/// of them ten thousands of times.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_INPUTOBJECT_H
#define JITSLAB_UNITTESTS_INPUTOBJECT_H

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <mutex>
#include <string>

namespace jitslab {

/// Inputs/<Name>.o, whose contents stay until the process ends. Safe from
/// several threads.
inline llvm::Expected<llvm::MemoryBufferRef> inputObject(llvm::StringRef Name) {
  static std::mutex Lock;
  static llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> Files;
  std::lock_guard<std::mutex> Guard(Lock);
  std::unique_ptr<llvm::MemoryBuffer> &File = Files[Name];
  if (!File) {
    auto Read = llvm::MemoryBuffer::getFile(JITSLAB_TEST_INPUTS "/" +
                                            Name.str() + ".o");
    if (!Read)
      return llvm::errorCodeToError(Read.getError());
    File = std::move(*Read);
  }
  return File->getMemBufferRef();
}

/// The same as a buffer that layers of ORC can own.
inline std::unique_ptr<llvm::MemoryBuffer> readObject(llvm::StringRef Name) {
  return llvm::MemoryBuffer::getMemBuffer(llvm::cantFail(inputObject(Name)),
                                          /*RequiresNullTerminator=*/false);
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_INPUTOBJECT_H
