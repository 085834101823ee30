//===- CodeMemory.h - Instruction fetches and written code ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_CODEMEMORY_H
#define JITSLAB_PLATFORM_CODEMEMORY_H

#include "AddressSpace.h"

namespace jitslab {

/// Makes instructions that were written to \p R visible to instruction fetches
/// of every thread. Other instructions that a thread has fetched from there
/// before are another matter: see VirtualMemory::synchronizeThreads.
void synchronizeInstructions(AddressRange R);

/// True where instruction fetches see what is written without
/// synchronizeInstructions: x86-64 (Intel SDM vol. 3A, 12.6), and AArch64 where
/// CTR_EL0 says so (IDC and DIC; Arm ARM D19.2.34).
bool hasCoherentInstructions();

/// See VirtualMemory::synchronizeThreads.
void synchronizeThreads();

/// Fills [Start, Start + Size) with instructions that trap: int3 (Intel SDM
/// vol. 2, INT3: 0xCC) or brk #0 (Arm ARM C6.2.51: 0xD4200000).
void fillWithTraps(uint8_t *Start, size_t Size);

/// Copies those instructions of \p From to the same places of \p To that
/// fillWithTraps writes, and debuggers as breakpoints.
void copyTraps(const uint8_t *From, uint8_t *To, size_t Size);

} // namespace jitslab

#endif // JITSLAB_PLATFORM_CODEMEMORY_H
