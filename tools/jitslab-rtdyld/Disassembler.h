//===- Disassembler.h - What RuntimeDyldChecker decodes with ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_DISASSEMBLER_H
#define JITSLAB_TOOLS_RTDYLD_DISASSEMBLER_H

#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/Object/ObjectFile.h"
#include <memory>

namespace jitslab {

/// LLVM's machine code layer for one target.
class Disassembler {
public:
  /// Fails when this LLVM does not have all of the target. Explains the
  /// processors of the target when \p CPU is "help".
  static llvm::Expected<std::unique_ptr<Disassembler>>
  create(const llvm::Triple &T, const std::string &CPU);

  llvm::MCDisassembler &disassembler() { return *Dis; }
  llvm::MCInstPrinter &printer() { return *Printer; }

private:
  llvm::MCTargetOptions Options;
  std::unique_ptr<llvm::MCSubtargetInfo> Subtarget;
  std::unique_ptr<llvm::MCRegisterInfo> Registers;
  std::unique_ptr<llvm::MCAsmInfo> Asm;
  std::unique_ptr<llvm::MCContext> Context;
  std::unique_ptr<llvm::MCDisassembler> Dis;
  std::unique_ptr<llvm::MCInstrInfo> Instructions;
  std::unique_ptr<llvm::MCInstPrinter> Printer;
};

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_DISASSEMBLER_H
