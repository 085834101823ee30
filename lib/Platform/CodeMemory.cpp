//===- CodeMemory.cpp - Instruction fetches and written code --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CodeMemory.h"
#include "llvm/Support/Memory.h"
#include <cerrno>
#include <cstring>
#include <sys/syscall.h>
#include <unistd.h>
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif

namespace jitslab {

// Linux 4.16 (uapi/linux/membarrier.h); older headers lack the names.
static constexpr int MembarrierSyncCore = 1 << 5;
static constexpr int MembarrierRegisterSyncCore = 1 << 6;

static long membarrier(int Command) {
  return syscall(SYS_membarrier, Command, 0, 0);
}

void synchronizeInstructions(AddressRange R) {
  llvm::sys::Memory::InvalidateInstructionCache(
      reinterpret_cast<const void *>(R.Begin), R.size());
  // Valgrind caches what it has translated, and looks by itself only for
  // changes of anonymous memory (--smc-check). A few instructions without it.
#ifdef VALGRIND_DISCARD_TRANSLATIONS
  VALGRIND_DISCARD_TRANSLATIONS(R.Begin, R.size());
#endif
}

bool hasCoherentInstructions() {
#if defined(__aarch64__)
  uint64_t CacheType;
  asm("mrs %0, ctr_el0" : "=r"(CacheType));
  constexpr uint64_t IDC = uint64_t(1) << 28, DIC = uint64_t(1) << 29;
  return (CacheType & (IDC | DIC)) == (IDC | DIC);
#else
  return true;
#endif
}

// EPERM: the process has not said yet that it will do so. Its children need
// not, and saying it again does no harm.
void synchronizeThreads() {
  if (membarrier(MembarrierSyncCore) && errno == EPERM &&
      membarrier(MembarrierRegisterSyncCore) == 0)
    (void)membarrier(MembarrierSyncCore);
}

#if defined(__x86_64__)
using Instruction = uint8_t;
static constexpr Instruction Trap = 0xCC;
#elif defined(__aarch64__)
using Instruction = uint32_t;
static constexpr Instruction Trap = 0xD4200000;
#else
#error "no trap instruction is known for this architecture"
#endif

// Calls Visit with the offset of each instruction that is whole.
template <typename Fn>
static void forEachInstruction(const uint8_t *Start, size_t Size, Fn Visit) {
  constexpr size_t Width = sizeof(Instruction);
  size_t I = (Width - reinterpret_cast<uintptr_t>(Start) % Width) % Width;
  for (; I + Width <= Size; I += Width)
    Visit(I);
}

void fillWithTraps(uint8_t *Start, size_t Size) {
  if constexpr (sizeof(Trap) == 1)
    memset(Start, int(Trap), Size);
  else
    forEachInstruction(
        Start, Size, [&](size_t I) { memcpy(Start + I, &Trap, sizeof(Trap)); });
}

void copyTraps(const uint8_t *From, uint8_t *To, size_t Size) {
  forEachInstruction(From, Size, [&](size_t I) {
    if (memcmp(From + I, &Trap, sizeof(Trap)) == 0)
      memcpy(To + I, &Trap, sizeof(Trap));
  });
}

} // namespace jitslab
