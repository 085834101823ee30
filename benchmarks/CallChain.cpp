//===- CallChain.cpp - Calls of many functions ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CallChain.h"
#include <cstring>
#include <sys/mman.h>

namespace jitslab::bench {

static void append(std::vector<uint8_t> &Out,
                   std::initializer_list<uint8_t> Bytes) {
  Out.insert(Out.end(), Bytes);
}

#ifdef __x86_64__
static std::vector<uint8_t> assemble(const std::vector<uintptr_t> &Functions) {
  std::vector<uint8_t> Out;
  append(Out, {0x50}); // push %rax, which aligns the stack
  for (uintptr_t F : Functions) {
    append(Out, {0x48, 0xb8}); // movabs $F, %rax
    for (unsigned I = 0; I != 8; ++I)
      Out.push_back(uint8_t(F >> (8 * I)));
    append(Out, {0xff, 0xd0}); // call *%rax
  }
  append(Out, {0x58, 0xc3}); // pop %rax; ret
  return Out;
}
#else
static void append(std::vector<uint8_t> &Out, uint32_t Instruction) {
  for (unsigned I = 0; I != 4; ++I)
    Out.push_back(uint8_t(Instruction >> (8 * I)));
}

static std::vector<uint8_t> assemble(const std::vector<uintptr_t> &Functions) {
  std::vector<uint8_t> Out;
  append(Out, 0xa9bf7bfdu); // stp x29, x30, [sp, #-16]!
  for (uintptr_t F : Functions) {
    append(Out, 0xd2800010u | uint32_t(F & 0xffff) << 5); // movz x16, #F
    for (unsigned I = 1; I != 4; ++I) // movk x16, #F >> 16 * I, lsl #16 * I
      append(Out,
             0xf2800010u | I << 21 | uint32_t(F >> (16 * I) & 0xffff) << 5);
    append(Out, 0xd63f0200u); // blr x16
  }
  append(Out, 0xa8c17bfdu); // ldp x29, x30, [sp], #16
  append(Out, 0xd65f03c0u); // ret
  return Out;
}
#endif

CallChain::CallChain(const std::vector<uintptr_t> &Functions)
    : Functions(Functions) {
  std::vector<uint8_t> Bytes = assemble(Functions);
  Size = Bytes.size();
  void *P = mmap(nullptr, Size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (P == MAP_FAILED)
    return;
  memcpy(P, Bytes.data(), Size);
  auto *Begin = static_cast<char *>(P);
  __builtin___clear_cache(Begin, Begin + Size);
  if (mprotect(P, Size, PROT_READ | PROT_EXEC)) {
    munmap(P, Size);
    return;
  }
  Code = static_cast<uint8_t *>(P);
}

CallChain::~CallChain() {
  if (Code)
    munmap(Code, Size);
}

long CallChain::callFromSharedSite() const {
  long Sum = 0;
  for (uintptr_t F : Functions)
    Sum += reinterpret_cast<int (*)()>(F)();
  return Sum;
}

} // namespace jitslab::bench
