//===- Disassembler.cpp - What RuntimeDyldChecker decodes with ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Disassembler.h"
#include "LLVMCompat.h"
#include "llvm/MC/TargetRegistry.h"

using namespace llvm;

namespace jitslab {

Expected<std::unique_ptr<Disassembler>>
Disassembler::create(const Triple &T, const std::string &CPU) {
  auto Fail = [&](const Twine &What) {
    return make_error<StringError>("target '" + T.getTriple() + "': " + What,
                                   inconvertibleErrorCode());
  };
  std::string Message;
  Triple Changeable = T;
  const Target *Found =
      TargetRegistry::lookupTarget(/*ArchName=*/"", Changeable, Message);
  if (!Found)
    return Fail(Message);
#if JITSLAB_LLVM_REGISTRY_TAKES_TRIPLE
  const Triple &Name = T;
#else
  const std::string &Name = T.getTriple();
#endif
  auto D = std::make_unique<Disassembler>();
  D->Subtarget.reset(Found->createMCSubtargetInfo(Name, CPU, /*Features=*/""));
  if (!D->Subtarget)
    return Fail("Unable to create subtarget info!");
  D->Registers.reset(Found->createMCRegInfo(Name));
  if (!D->Registers)
    return Fail("Unable to create target register info!");
  D->Asm.reset(Found->createMCAsmInfo(*D->Registers, Name, D->Options));
  if (!D->Asm)
    return Fail("Unable to create target asm info!");
#if JITSLAB_LLVM_MC_CONTEXT_TAKES_REFERENCES
  D->Context =
      std::make_unique<MCContext>(T, *D->Asm, *D->Registers, *D->Subtarget);
#else
  D->Context = std::make_unique<MCContext>(T, D->Asm.get(), D->Registers.get(),
                                           D->Subtarget.get());
#endif
  D->Dis.reset(Found->createMCDisassembler(*D->Subtarget, *D->Context));
  if (!D->Dis)
    return Fail("Unable to create disassembler!");
  D->Instructions.reset(Found->createMCInstrInfo());
  if (!D->Instructions)
    return Fail("Unable to create target instruction info!");
  D->Printer.reset(Found->createMCInstPrinter(T, /*SyntaxVariant=*/0, *D->Asm,
                                              *D->Instructions, *D->Registers));
  return D;
}

} // namespace jitslab
