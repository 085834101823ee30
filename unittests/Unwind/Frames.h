//===- Frames.h - Made-up frames for tests ----------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_UNWIND_FRAMES_H
#define JITSLAB_UNITTESTS_UNWIND_FRAMES_H

#include "Unwind/FrameSection.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include <cstring>
#include <vector>

namespace jitslab {

/// The .eh_frame section of an object that does not exist. Pointers are
/// relative to where they are, as compilers write them.
class Frames {
public:
  static constexpr uint8_t Relative =
      llvm::dwarf::DW_EH_PE_pcrel | llvm::dwarf::DW_EH_PE_sdata8;

  explicit Frames(const std::vector<AddressRange> &Functions,
                  uintptr_t LSDA = 0x2000)
      : Functions(Functions) {
    Bytes.reserve(64 * (Functions.size() + 2)); // Fields must not move.
    size_t Common = begin(0);
    for (uint8_t Byte : {1, int('z'), int('P'), int('L'), int('R'), 0, 1, 0x78,
                         16, 11, Relative | llvm::dwarf::DW_EH_PE_indirect})
      put(Byte);
    putRelative(personality()); // libunwind looks what is there.
    put(Relative);
    put(Relative);
    put(uint8_t(0x0c)); // DW_CFA_def_cfa: register 7, offset 8.
    put(uint8_t(7));
    put(uint8_t(8));
    end(Common);
    for (AddressRange F : Functions) {
      size_t Function = begin(Bytes.size() + 4);
      putRelative(F.Begin);
      put(uint64_t(F.size()));
      put(uint8_t(8));
      putRelative(LSDA);
      put(uint8_t(0x41)); // DW_CFA_advance_loc 1
      end(Function);
    }
    put(uint32_t(0));
  }
  Frames(Frames &&) = default; // The bytes stay where they are.

  /// Where the address of all functions' personality routine is.
  static uintptr_t personality() {
    static const uintptr_t Routine = 0x1000;
    return reinterpret_cast<uintptr_t>(&Routine);
  }

  FrameSection section() const { return {Bytes.data(), Bytes.size()}; }
  const uint8_t *data() const { return Bytes.data(); }
  size_t size() const { return Bytes.size(); }
  const std::vector<AddressRange> &functions() const { return Functions; }
  AddressRange extent() const {
    return {Functions.front().Begin, Functions.back().End};
  }

private:
  template <typename T> void put(T Value) {
    auto *From = reinterpret_cast<const uint8_t *>(&Value);
    Bytes.insert(Bytes.end(), From, From + sizeof(Value));
  }
  void putRelative(uintptr_t Value) {
    put(uint64_t(Value -
                 reinterpret_cast<uintptr_t>(Bytes.data() + Bytes.size())));
  }
  size_t begin(uint32_t ToCommon) {
    put(uint32_t(0));
    put(ToCommon);
    return Bytes.size() - 8;
  }
  void end(size_t Record) {
    while (Bytes.size() % 8)
      put(uint8_t(0)); // DW_CFA_nop
    uint32_t Length = Bytes.size() - Record - 4;
    std::memcpy(&Bytes[Record], &Length, 4);
  }

  std::vector<AddressRange> Functions;
  std::vector<uint8_t> Bytes;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_UNWIND_FRAMES_H
