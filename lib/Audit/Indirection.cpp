//===- Indirection.cpp - What the linker puts between ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Indirection.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using support::endian::read32le;
using support::endian::read64le;

namespace jitslab {

constexpr unsigned SlotSize = 8;

bool canRead(const MemoryReader &Read, uint64_t Address,
             MutableArrayRef<uint8_t> To) {
  Error Err = Read(Address, To);
  bool Has = !Err;
  consumeError(std::move(Err));
  return Has;
}

bool holdsOneOf(const MemoryReader &Read, uint64_t Address,
                ArrayRef<uint64_t> Values) {
  uint8_t Slot[SlotSize];
  return canRead(Read, Address, Slot) && is_contained(Values, read64le(Slot));
}

// jmpq *slot(%rip); see RuntimeDyldImpl::createStubFunction.
static bool isStubX86(const MemoryReader &Read, uint64_t Address,
                      ArrayRef<uint64_t> Targets) {
  uint8_t Stub[6];
  if (!canRead(Read, Address, Stub) || Stub[0] != 0xff || Stub[1] != 0x25)
    return false;
  uint64_t Slot = Address + sizeof(Stub) + int32_t(read32le(Stub + 2));
  return holdsOneOf(Read, Slot, Targets);
}

// movz x16, #g3, lsl #48; movk x16, #g2, lsl #32; movk x16, #g1, lsl #16;
// movk x16, #g0; br x16.
static bool isStubAArch64(const MemoryReader &Read, uint64_t Address,
                          ArrayRef<uint64_t> Targets) {
  constexpr uint32_t Instructions[] = {0xd2e00010, 0xf2c00010, 0xf2a00010,
                                       0xf2800010};
  constexpr uint32_t Immediate = 0xffff << 5;
  constexpr uint32_t Branch = 0xd61f0200;
  uint8_t Stub[20];
  if (!canRead(Read, Address, Stub) || read32le(Stub + 16) != Branch)
    return false;
  uint64_t Target = 0;
  for (size_t I = 0; I != std::size(Instructions); ++I) {
    uint32_t Found = read32le(Stub + 4 * I);
    if ((Found & ~Immediate) != Instructions[I])
      return false;
    Target = Target << 16 | (Found & Immediate) >> 5;
  }
  return is_contained(Targets, Target);
}

bool isStub(uint16_t Machine, const MemoryReader &Read, uint64_t Address,
            ArrayRef<uint64_t> Targets) {
  return Machine == ELF::EM_X86_64 ? isStubX86(Read, Address, Targets)
                                   : isStubAArch64(Read, Address, Targets);
}

SlotMap readSlots(const LinkedObject &O) {
  SlotMap Slots;
  uint8_t Slot[SlotSize];
  for (const LinkedObject::Range &R : O.Added)
    for (uint64_t At = R.Begin; At + SlotSize <= R.End; At += SlotSize)
      if (canRead(O.Read, At, Slot))
        Slots.emplace(read64le(Slot), At);
  return Slots;
}

} // namespace jitslab
