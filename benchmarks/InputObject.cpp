//===- InputObject.cpp - What is loaded -----------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InputObject.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <algorithm>

using namespace llvm;

namespace jitslab::bench {

static InputObject readObject(const std::string &Path, bool HasEntry) {
  InputObject O;
  O.Buffer = cantFail(errorOrToExpected(MemoryBuffer::getFile(Path)));
  O.File = cantFail(
      object::ObjectFile::createObjectFile(O.Buffer->getMemBufferRef()));
  O.HasEntry = HasEntry;
  return O;
}

const InputObject &tinyObject() {
  static const InputObject O =
      readObject(JITSLAB_BENCH_INPUTS "/tiny.o", /*HasEntry=*/true);
  return O;
}

const InputObject &largeObject() {
  static const InputObject O =
      readObject(JITSLAB_BENCH_INPUTS "/large.o", /*HasEntry=*/true);
  return O;
}

const InputObject &relayObject() {
  static const InputObject O =
      readObject(JITSLAB_BENCH_INPUTS "/relay.o", /*HasEntry=*/true);
  return O;
}

const InputObject &numberedObject() {
  static const InputObject O =
      readObject(JITSLAB_BENCH_INPUTS "/numbered.o", /*HasEntry=*/false);
  return O;
}

static std::vector<InputObject> readRealObjects() {
  std::vector<std::string> Paths;
#ifdef JITSLAB_BENCH_ZLIB
  std::error_code EC;
  for (sys::fs::directory_iterator I(JITSLAB_BENCH_ZLIB, EC), E; !EC && I != E;
       I.increment(EC))
    if (sys::path::extension(I->path()) == ".o")
      Paths.push_back(I->path());
#endif
  std::sort(Paths.begin(), Paths.end());
  std::vector<InputObject> Objects;
  Objects.reserve(Paths.size());
  for (const std::string &Path : Paths)
    Objects.push_back(readObject(Path, /*HasEntry=*/false));
  return Objects;
}

const std::vector<InputObject> &realObjects() {
  static const std::vector<InputObject> Objects = readRealObjects();
  return Objects;
}

} // namespace jitslab::bench
