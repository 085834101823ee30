//===- ModuleObjects.cpp - Objects that the lives load --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lives/ModuleObjects.h"
#include "Lives/ModuleIR.h"
#include "Support/NativeTarget.h"
#include "llvm/ExecutionEngine/ExecutionEngine.h"
#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Target/TargetMachine.h"
#include <cstdio>
#include <cstring>
#include <map>

using namespace llvm;

namespace jitslab {

static std::string markOf(char Letter, unsigned Number) {
  char Mark[8];
  snprintf(Mark, sizeof(Mark), "%c%04u", Letter, Number % (LastModule + 1));
  return Mark;
}

// What ModuleIR.cpp writes for the module and for its peer.
static constexpr char OwnLetter = 'M';

std::string functionName(unsigned Number, StringRef Function) {
  return markOf(OwnLetter, Number) + "_" + Function.str();
}

static std::unique_ptr<MemoryBuffer> compile(const Shape &S, bool HasPeer) {
  initializeTarget();
  static const std::unique_ptr<TargetMachine> Target(
      EngineBuilder()
          .setCodeModel(CodeModel::Small)
          .setRelocationModel(Reloc::PIC_)
          .selectTarget());
  LLVMContext Context;
  std::unique_ptr<Module> M = makeModule(Context, S, HasPeer);
  M->setDataLayout(Target->createDataLayout());
  return cantFail(orc::SimpleCompiler(*Target)(*M));
}

static const MemoryBuffer &compiled(const Shape &S, bool HasPeer) {
  static std::map<std::string, std::unique_ptr<MemoryBuffer>> Known;
  std::unique_ptr<MemoryBuffer> &Object =
      Known[S.text() + (HasPeer ? " with a peer" : "")];
  if (!Object)
    Object = compile(S, HasPeer);
  return *Object;
}

void compileShape(const Shape &S) {
  compiled(S, false);
  compiled(S, true);
}

static void replaceAll(MutableArrayRef<char> Text, StringRef From,
                       StringRef To) {
  StringRef Whole(Text.data(), Text.size());
  for (size_t At = Whole.find(From); At != StringRef::npos;
       At = Whole.find(From, At + From.size()))
    memcpy(Text.data() + At, To.data(), To.size());
}

std::unique_ptr<MemoryBuffer> objectOf(const Shape &S, unsigned Number,
                                       std::optional<unsigned> Peer) {
  StringRef Original = compiled(S, Peer.has_value()).getBuffer();
  auto Copy = WritableMemoryBuffer::getNewUninitMemBuffer(
      Original.size(), markOf(OwnLetter, Number));
  memcpy(Copy->getBufferStart(), Original.data(), Original.size());
  MutableArrayRef<char> Text(Copy->getBufferStart(), Original.size());
  replaceAll(Text, OwnMark, markOf(OwnLetter, Number));
  if (Peer)
    replaceAll(Text, PeerMark, markOf(OwnLetter, *Peer));
  return Copy;
}

} // namespace jitslab
