//===- HostProgram.cpp - Can a program be served by a preload? ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostProgram.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/MemoryBuffer.h"
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

/// True if the kernel gives the program more rights than who starts it has. The
/// dynamic linker ignores LD_PRELOAD then, see ld.so(8) on secure-execution
/// mode.
static bool raisesRights(const std::string &Path) {
  struct stat S;
  if (stat(Path.c_str(), &S) != 0)
    return false;
  if ((S.st_mode & S_ISUID) && S.st_uid != getuid())
    return true;
  // Without the group's x bit it means something else.
  if ((S.st_mode & S_ISGID) && (S.st_mode & S_IXGRP) && S.st_gid != getgid())
    return true;
  return getuid() != 0 &&
         getxattr(Path.c_str(), "security.capability", nullptr, 0) > 0;
}

template <class ELFT>
static bool hasInterpreter(const object::ELFFile<ELFT> &File) {
  auto Headers = File.program_headers();
  if (!Headers) {
    consumeError(Headers.takeError());
    return true;
  }
  return any_of(*Headers,
                [](const auto &H) { return H.p_type == ELF::PT_INTERP; });
}

/// The word behind "#!"; empty if this is no script.
static StringRef scriptInterpreter(StringRef Contents) {
  if (!Contents.consume_front("#!"))
    return "";
  return Contents.take_until([](char C) { return C == '\n'; })
      .ltrim(" \t")
      .take_until([](char C) { return C == ' ' || C == '\t'; });
}

static std::string whyNotPreloaded(StringRef Path, bool MayBeScript) {
  auto Buffer = MemoryBuffer::getFile(Path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  // Some programs may be run and not read.
  if (!Buffer)
    return "";
  StringRef Contents = (*Buffer)->getBuffer();
  if (StringRef Interpreter = scriptInterpreter(Contents);
      MayBeScript && !Interpreter.empty())
    return whyNotPreloaded(Interpreter, /*MayBeScript=*/false);

  if (raisesRights(Path.str()))
    return (Path + " runs with other rights than yours (setuid, setgid or "
                   "capabilities)")
        .str();
  if (Contents.take_front(4) != StringRef(ELF::ElfMagic, 4))
    return "";
  // The same kind of file as this program itself.
  auto Self = MemoryBuffer::getFile("/proc/self/exe", false, false);
  if (!Self)
    return "";
  auto Own = object::ELF64LEFile::create((*Self)->getBuffer());
  auto File = object::ELF64LEFile::create(Contents);
  if (!Own || !File) {
    consumeError(Own.takeError());
    consumeError(File.takeError());
    return "";
  }
  if (File->getHeader().getFileClass() != ELF::ELFCLASS64 ||
      File->getHeader().e_machine != Own->getHeader().e_machine)
    return (Path + " is for another architecture").str();
  if (!hasInterpreter(*File))
    return (Path + " is statically linked").str();
  return "";
}

std::string whyNoProgram(StringRef Path) {
  auto Buffer = MemoryBuffer::getFile(Path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!Buffer)
    return "";
  switch (identify_magic((*Buffer)->getBuffer())) {
  case file_magic::elf_relocatable:
    return "an object file";
  case file_magic::elf_core:
    return "a memory dump";
  default:
    return "";
  }
}

std::string whyNotPreloaded(StringRef Path) {
  return whyNotPreloaded(Path, /*MayBeScript=*/true);
}

} // namespace jitslab
