//===- MachineCode.h - Functions that tests load ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_MACHINECODE_H
#define JITSLAB_UNITTESTS_MACHINECODE_H

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace jitslab {

/// Bytes of what writeFunction writes.
#if defined(__x86_64__)
inline constexpr size_t FunctionSize = 6;
#elif defined(__aarch64__)
inline constexpr size_t FunctionSize = 8;
#else
#error "no machine code is known for this architecture"
#endif

/// Writes a function without arguments that returns \p Value.
inline void writeFunction(uint8_t *Where, uint16_t Value) {
#if defined(__x86_64__)
  // mov eax, Value; ret
  const uint8_t Code[FunctionSize] = {
      0xB8, uint8_t(Value & 0xFF), uint8_t(Value >> 8), 0, 0, 0xC3};
#elif defined(__aarch64__)
  // movz w0, #Value; ret
  const uint32_t Code[2] = {0x52800000u | uint32_t(Value) << 5, 0xD65F03C0u};
#endif
  static_assert(sizeof(Code) == FunctionSize);
  std::memcpy(Where, Code, sizeof(Code));
}

inline int callFunction(uintptr_t Where) {
  return reinterpret_cast<int (*)()>(Where)();
}

/// True when [Start, Start + Size) holds nothing but trap instructions. \p
/// Start has to be a multiple of an instruction's size.
inline bool holdsTraps(const uint8_t *Start, size_t Size) {
#if defined(__x86_64__)
  const uint8_t Trap[] = {0xCC}; // int3
#elif defined(__aarch64__)
  const uint8_t Trap[] = {0x00, 0x00, 0x20, 0xD4}; // brk #0
#endif
  for (size_t I = 0; I + sizeof(Trap) <= Size; I += sizeof(Trap))
    if (std::memcmp(Start + I, Trap, sizeof(Trap)) != 0)
      return false;
  return true;
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_MACHINECODE_H
