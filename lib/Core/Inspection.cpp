//===- Inspection.cpp - What other processes may read ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inspection.h"
#include "../Platform/Fork.h"

// Not exported: the dynamic linker would have it mean another copy's. Each copy
// of the library in a process has its own, and a note that says where.
extern "C" {
jitslab::InspectionDescriptor JitslabDescriptor;
}

static_assert(jitslab::InspectionDescriptor::NoteType == 1);
__asm__(".pushsection .note.jitslab, \"a\", %note\n"
        "  .balign 4\n"
        "  .4byte 8, 8, 1\n"
        "  .asciz \"jitslab\"\n"
        "  .8byte jitslab_own_descriptor - .\n"
        ".popsection\n"
        ".set jitslab_own_descriptor, JitslabDescriptor\n");

namespace jitslab {

static InspectionDescriptor &descriptor() { return JitslabDescriptor; }

void noteWindowsChanged() {
  descriptor().Changes.fetch_add(1, std::memory_order_release);
}

void showArena(ArenaRecord &A) {
  withoutForks([&] {
    A.Next.store(descriptor().First.load(std::memory_order_relaxed),
                 std::memory_order_relaxed);
    descriptor().First.store(&A, std::memory_order_release);
    noteWindowsChanged();
  });
}

void hideArena(ArenaRecord &A) {
  withoutForks([&] {
    std::atomic<ArenaRecord *> *Link = &descriptor().First;
    while (ArenaRecord *Other = Link->load(std::memory_order_relaxed)) {
      if (Other == &A) {
        Link->store(A.Next.load(std::memory_order_relaxed),
                    std::memory_order_release);
        noteWindowsChanged();
        return;
      }
      Link = &Other->Next;
    }
  });
}

} // namespace jitslab
