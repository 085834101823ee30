//===- CountedHeap.cpp - Counts what is taken from the heap ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Replaces malloc for the whole program, LLVM included (The GNU C Library,
/// "Replacing malloc"). Sanitizers replace it themselves, and count.
///
//===----------------------------------------------------------------------===//

#include "Faults/ProcessUse.h"
#include "Support/Process.h"

#if !JITSLAB_HAS_SHADOW_MEMORY
#include <atomic>
#include <cerrno>

static std::atomic<size_t> Blocks{0};

size_t jitslab::heapInUse() { return Blocks.load(std::memory_order_relaxed); }

static std::atomic<size_t> FailNth{0};
static std::atomic<bool> WasHit{false};

bool jitslab::canFailHeap() { return true; }

bool jitslab::failHeapAfter(size_t Nth) {
  FailNth = Nth;
  return WasHit.exchange(false);
}

/// From the chosen call on.
static bool fails() {
  if (!FailNth.load(std::memory_order_relaxed) || FailNth.fetch_sub(1) > 1)
    return false;
  FailNth = 1;
  WasHit = true;
  return true;
}

static void *counted(void *Block) {
  if (Block)
    Blocks.fetch_add(1, std::memory_order_relaxed);
  return Block;
}

extern "C" {

// glibc's own, by their other names.
// NOLINTBEGIN(bugprone-reserved-identifier)
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);
// NOLINTEND(bugprone-reserved-identifier)

void *malloc(size_t Size) {
  return fails() ? nullptr : counted(__libc_malloc(Size));
}
void *calloc(size_t Count, size_t Size) {
  return fails() ? nullptr : counted(__libc_calloc(Count, Size));
}
void *realloc(void *Block, size_t Size) {
  if (Size && fails())
    return nullptr;
  void *Result = __libc_realloc(Block, Size);
  if (!Block)
    return counted(Result);
  if (!Size && !Result)
    Blocks.fetch_sub(1, std::memory_order_relaxed);
  return Result;
}
void *memalign(size_t Align, size_t Size) {
  return counted(__libc_memalign(Align, Size));
}
void *aligned_alloc(size_t Align, size_t Size) {
  return counted(__libc_memalign(Align, Size));
}
int posix_memalign(void **Result, size_t Align, size_t Size) {
  *Result = counted(__libc_memalign(Align, Size));
  return *Result ? 0 : ENOMEM;
}
void free(void *Block) {
  if (!Block)
    return;
  Blocks.fetch_sub(1, std::memory_order_relaxed);
  __libc_free(Block);
}

} // extern "C"
#else
bool jitslab::canFailHeap() { return false; }
bool jitslab::failHeapAfter(size_t) { return false; }
#endif
