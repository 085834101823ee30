//===- SystemUnwinder.cpp - The unwinder of the process -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Platform/ProcessWide.h"
#include "Unwinder.h"

// Neither unwinder has a header for these. libunwind lacks some of them.
extern "C" {
void __register_frame(const void *Begin) __attribute__((weak));
void __deregister_frame(const void *Begin) __attribute__((weak));
void __register_frame_info_table(void *Table, void *Record)
    __attribute__((weak));
void *__deregister_frame_info(const void *Begin) __attribute__((weak));
const void *_Unwind_Find_FDE(void *Address, void *Bases) __attribute__((weak));
}

namespace jitslab {

Unwinder::~Unwinder() = default;

namespace {

class SystemUnwinder final : public Unwinder {
public:
  void registerFrames(const uint8_t *Begin) override {
    if (&__register_frame)
      __register_frame(Begin);
  }
  void deregisterFrames(const uint8_t *Begin) override {
    if (&__deregister_frame)
      __deregister_frame(Begin);
  }
  void registerTable(const uint8_t **Table, void **Record) override {
    __register_frame_info_table(Table, Record);
  }
  void deregisterTable(const uint8_t **Table) override {
    __deregister_frame_info(Table);
  }
  bool hasTables() const override {
    return &__register_frame_info_table && &__deregister_frame_info;
  }
  const uint8_t *find(uintptr_t Address) override {
    void *Bases[3]; // Of text and data, and the function's address.
    return &_Unwind_Find_FDE ? static_cast<const uint8_t *>(_Unwind_Find_FDE(
                                   reinterpret_cast<void *>(Address), Bases))
                             : nullptr;
  }
};

} // namespace

Unwinder &Unwinder::system() { return processWide<SystemUnwinder>(); }

} // namespace jitslab
