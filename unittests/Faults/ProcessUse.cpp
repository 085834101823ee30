//===- ProcessUse.cpp - What a process has of the system ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Faults/ProcessUse.h"
#include "Faults/SystemCalls.h"
#include "Support/Process.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <dirent.h>

#if JITSLAB_HAS_SHADOW_MEMORY
// sanitizer/allocator_interface.h, which not every compiler has.
extern "C" size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace jitslab {

#if JITSLAB_HAS_SHADOW_MEMORY
size_t heapInUse() {
  return JITSLAB_HAS_TSAN ? 0 : __sanitizer_get_current_allocated_bytes();
}
#endif

static std::vector<std::string> openDescriptors() {
  std::vector<std::string> Result;
  DIR *Directory = opendir("/proc/self/fd");
  if (!Directory)
    return Result;
  std::string Own = std::to_string(dirfd(Directory));
  while (dirent *Entry = readdir(Directory)) {
    std::string Name = Entry->d_name;
    if (Name != "." && Name != ".." && Name != Own)
      Result.push_back(Name + " -> " + linkTarget("/proc/self/fd/" + Name));
  }
  closedir(Directory);
  std::sort(Result.begin(), Result.end());
  return Result;
}

// Neighbours become one: reserved address space merges with what lies beside
// it.
static std::vector<AddressRange> mappedWithoutHeap() {
  std::vector<AddressRange> Result;
  for (const Mapping &M : currentMappings()) {
    if (M.Name == "[heap]" || M.Name == "[stack]")
      continue;
    if (!Result.empty() && Result.back().End == M.Range.Begin)
      Result.back().End = M.Range.End;
    else
      Result.push_back(M.Range);
  }
  return Result;
}

ProcessUse::ProcessUse()
    : HeapBefore(heapInUse()), Descriptors(openDescriptors()),
      Mapped(mappedWithoutHeap()), Bytes(bytesMapped()) {
  HeapAfter = heapInUse();
}

std::string ProcessUse::leakedSince(const ProcessUse &Before) const {
  std::string Leaks;
  if (HeapBefore != Before.HeapAfter)
    Leaks += "heap in use: " + std::to_string(Before.HeapAfter) + ", then " +
             std::to_string(HeapBefore) + "\n";
  if (Descriptors != Before.Descriptors)
    Leaks += "descriptors: " + llvm::join(Descriptors, ", ") + "\n";
  if (Bytes != Before.Bytes)
    Leaks += "bytes mapped and not unmapped: " +
             std::to_string(Bytes - Before.Bytes) + "\n";
  if (JITSLAB_HAS_SHADOW_MEMORY || runsUnderEmulator())
    return Leaks;
  for (AddressRange R : Mapped)
    if (std::none_of(Before.Mapped.begin(), Before.Mapped.end(),
                     [&](AddressRange Old) {
                       return Old.Begin <= R.Begin && R.End <= Old.End;
                     }))
      Leaks += "mapped: " + llvm::utohexstr(R.Begin) + "-" +
               llvm::utohexstr(R.End) + "\n";
  return Leaks;
}

} // namespace jitslab
