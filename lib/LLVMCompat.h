//===- LLVMCompat.h - What differs between LLVM versions --------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What the library, the tools and the tests need beyond what public headers
/// do. Below all layers.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_LIB_LLVMCOMPAT_H
#define JITSLAB_LIB_LLVMCOMPAT_H

#include "jitslab/LLVMCompat.h"

/// 1 where SectionMemoryManager can reserve an object's memory up front
/// (its constructor's ReserveAlloc, from LLVM 22).
#if LLVM_VERSION_MAJOR >= 22
#define JITSLAB_LLVM_HAS_RESERVE_ALLOC 1
#else
#define JITSLAB_LLVM_HAS_RESERVE_ALLOC 0
#endif

/// 1 where LLJIT's platforms register EH frames with any ObjectLinkingLayer
/// (from LLVM 21); before, who creates the layer has to add the plugin.
#if LLVM_VERSION_MAJOR >= 21
#define JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES 1
#else
#define JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES 0
#endif

/// 1 where JITLink has edge kinds for the size of an x86-64 symbol (seen in
/// LLVM 22, not in 19).
#if LLVM_VERSION_MAJOR >= 22
#define JITSLAB_LLVM_HAS_X86_64_SIZE_EDGES 1
#else
#define JITSLAB_LLVM_HAS_X86_64_SIZE_EDGES 0
#endif

/// 1 where RuntimeDyldChecker makes its own disassembler for a triple, knows
/// symbols' target flags and asks for stubs of a kind (from LLVM 18).
#if LLVM_VERSION_MAJOR >= 18
#define JITSLAB_LLVM_CHECKER_TAKES_TRIPLE 1
#else
#define JITSLAB_LLVM_CHECKER_TAKES_TRIPLE 0
#endif

/// 1 where the target registry takes an llvm::Triple everywhere (from LLVM 22);
/// before, its name.
#if LLVM_VERSION_MAJOR >= 22
#define JITSLAB_LLVM_REGISTRY_TAKES_TRIPLE 1
#else
#define JITSLAB_LLVM_REGISTRY_TAKES_TRIPLE 0
#endif

/// 1 where the machine code layer's context takes references, and DataExtractor
/// no size of addresses (from LLVM 23).
#if LLVM_VERSION_MAJOR >= 23
#define JITSLAB_LLVM_MC_CONTEXT_TAKES_REFERENCES 1
#define JITSLAB_LLVM_DATA_EXTRACTOR_HAS_NO_ADDRESSES 1
#else
#define JITSLAB_LLVM_MC_CONTEXT_TAKES_REFERENCES 0
#define JITSLAB_LLVM_DATA_EXTRACTOR_HAS_NO_ADDRESSES 0
#endif

/// 1 where RuntimeDyld links ELF objects of RISC-V and LoongArch (seen in LLVM
/// 22, not in 19).
#if LLVM_VERSION_MAJOR >= 20
#define JITSLAB_LLVM_RTDYLD_KNOWS_RISCV 1
#else
#define JITSLAB_LLVM_RTDYLD_KNOWS_RISCV 0
#endif

/// 1 where the names of JITLink's symbols are pointers into ORC's string pool
/// (seen in LLVM 22, not in 19).
#if LLVM_VERSION_MAJOR >= 20
#define JITSLAB_LLVM_SYMBOL_NAMES_ARE_POOLED 1
#else
#define JITSLAB_LLVM_SYMBOL_NAMES_ARE_POOLED 0
#endif

/// 1 where ORC's symbols whose targets can be changed need a linking layer only
/// (seen in LLVM 22; 19 has none).
#if LLVM_VERSION_MAJOR >= 22
#define JITSLAB_LLVM_HAS_REDIRECTABLE_SYMBOLS 1
#else
#define JITSLAB_LLVM_HAS_REDIRECTABLE_SYMBOLS 0
#endif

/// 1 where what runs allocation actions has a callback (LLVM 21 only).
#if LLVM_VERSION_MAJOR == 21
#define JITSLAB_LLVM_ACTIONS_CALL_BACK 1
#else
#define JITSLAB_LLVM_ACTIONS_CALL_BACK 0
#endif

/// 1 where who changes their targets is told how to write memory (from LLVM
/// 23).
#if LLVM_VERSION_MAJOR >= 23
#define JITSLAB_LLVM_REDIRECTION_TAKES_MEMORY_ACCESS 1
#else
#define JITSLAB_LLVM_REDIRECTION_TAKES_MEMORY_ACCESS 0
#endif

/// 1 where JITLink relaxes calls wrongly on x86-64: what GOTPCRELXFixPlugin
/// repairs (mended in LLVM 23).
#if LLVM_VERSION_MAJOR >= 23
#define JITSLAB_LLVM_RELAXES_CALLS_WRONGLY 0
#else
#define JITSLAB_LLVM_RELAXES_CALLS_WRONGLY 1
#endif

/// 1 where ObjectLinkingLayer keeps track of all memory that is transferred to
/// other resource trackers (seen in LLVM 22; 19 forgets an allocation when the
/// transfer makes a table grow, which 48 trackers do).
#if LLVM_VERSION_MAJOR >= 20
#define JITSLAB_LLVM_KEEPS_TRANSFERRED_MEMORY 1
#else
#define JITSLAB_LLVM_KEEPS_TRANSFERRED_MEMORY 0
#endif

/// 1 where an ORC session keeps its promises to several threads and about
/// failures (seen in 22). In 19 a symbol is ready although one that it needs is
/// not, or could not be linked, and sessions crash in OL_completeLookup; in 14
/// RuntimeDyld::registerEHFrames crashes for objects that are removed while
/// they are being linked.
#if LLVM_VERSION_MAJOR >= 20
#define JITSLAB_LLVM_ORC_TRACKS_DEPENDENCIES 1
#else
#define JITSLAB_LLVM_ORC_TRACKS_DEPENDENCIES 0
#endif

/// 1 where what wrapper functions return is called a buffer (seen in LLVM 22;
/// 19 calls it a result).
#if LLVM_VERSION_MAJOR >= 22
#define JITSLAB_LLVM_RESULTS_ARE_BUFFERS 1
#else
#define JITSLAB_LLVM_RESULTS_ARE_BUFFERS 0
#endif

/// 1 where an executor's symbols can be looked up through its
/// ExecutorProcessControl, or the DylibManager that this has (until LLVM 22).
/// Later a DylibManager has to be made for it.
#if LLVM_VERSION_MAJOR < 23
#define JITSLAB_LLVM_EPC_LOOKS_UP_SYMBOLS 1
#else
#define JITSLAB_LLVM_EPC_LOOKS_UP_SYMBOLS 0
#endif

/// 1 where an ExecutorProcessControl has a memory manager, and its constructor
/// or Setup takes one (until LLVM 22). Later hosts have one beside it.
#if LLVM_VERSION_MAJOR < 23
#define JITSLAB_LLVM_EPC_HAS_MEMORY_MANAGER 1
#else
#define JITSLAB_LLVM_EPC_HAS_MEMORY_MANAGER 0
#endif

/// 1 where a task dispatcher drops what comes after it was shut down (seen in
/// LLVM 22; 19 runs it).
#if LLVM_VERSION_MAJOR >= 20
#define JITSLAB_LLVM_DISPATCHERS_END 1
#else
#define JITSLAB_LLVM_DISPATCHERS_END 0
#endif

#endif // JITSLAB_LIB_LLVMCOMPAT_H
