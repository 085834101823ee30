//===- HostLibraries.cpp - Where the process's libraries lie --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostLibraries.h"
#include "Fork.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <link.h>
#include <sys/auxv.h>

using namespace llvm;

namespace jitslab {

static AddressRange addressesOf(const dl_phdr_info &Object) {
  AddressRange R{UINTPTR_MAX, 0};
  for (const ElfW(Phdr) & Segment :
       ArrayRef<ElfW(Phdr)>(Object.dlpi_phdr, Object.dlpi_phnum)) {
    if (Segment.p_type != PT_LOAD)
      continue;
    uintptr_t Begin = Object.dlpi_addr + Segment.p_vaddr;
    R.Begin = std::min(R.Begin, Begin);
    R.End = std::max<uintptr_t>(R.End, Begin + Segment.p_memsz);
  }
  return R;
}

AddressRange largestCluster(MutableArrayRef<AddressRange> Libraries,
                            size_t MaxSpan) {
  sort(Libraries,
       [](AddressRange A, AddressRange B) { return A.Begin < B.Begin; });
  AddressRange Best;
  size_t BestBytes = 0;
  for (size_t I = 0; I != Libraries.size(); ++I) {
    AddressRange Span{Libraries[I].Begin, Libraries[I].Begin};
    size_t Bytes = 0;
    for (AddressRange R : Libraries.drop_front(I)) {
      if (R.End - Span.Begin > MaxSpan)
        break;
      Span.End = std::max(Span.End, R.End);
      Bytes += R.size();
    }
    if (Bytes > BestBytes) {
      BestBytes = Bytes;
      Best = Span;
    }
  }
  return Best;
}

AddressRange hostLibraries(size_t MaxSpan) {
  struct Found {
    SmallVector<AddressRange, 32> Libraries;
    /// The kernel's, which may put it next to the stack.
    uintptr_t Vdso = getauxval(AT_SYSINFO_EHDR);
    bool IsProgram = true;
  } All;
  auto Note = [](dl_phdr_info *Object, size_t, void *Data) {
    auto &All = *static_cast<Found *>(Data);
    AddressRange R = addressesOf(*Object);
    // The program comes first (dl_iterate_phdr(3)).
    bool IsLibrary = !All.IsProgram && R.Begin < R.End &&
                     !(R.Begin <= All.Vdso && All.Vdso < R.End);
    All.IsProgram = false;
    if (IsLibrary)
      All.Libraries.push_back(R);
    return 0;
  };
  withoutForks([&] { dl_iterate_phdr(Note, &All); });
  return largestCluster(All.Libraries, MaxSpan);
}

} // namespace jitslab
