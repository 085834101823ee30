//===- InputFile.cpp - An object file that can be loaded ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InputFile.h"
#include "Diagnostics.h"
#include "ObjectChecks.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

Triple::ArchType hostArchitecture() {
#if defined(__x86_64__)
  return Triple::x86_64;
#elif defined(__aarch64__)
  return Triple::aarch64;
#else
#error "an architecture that jitslab-rtdyld does not know"
#endif
}

// Why a file that is no relocatable ELF object is none; empty: it may be one.
static StringRef whyNotAnObject(StringRef Contents) {
  if (Contents.empty())
    return "the file is empty";
  switch (identify_magic(Contents)) {
  case file_magic::elf_relocatable:
  case file_magic::elf:
    return "";
  case file_magic::archive:
    return "an archive, not an object file; extract its members with 'ar x' "
           "and pass those";
  case file_magic::bitcode:
    return "LLVM bitcode, not an object file; compile it with 'llc "
           "-filetype=obj' first";
  case file_magic::elf_executable:
    return "an executable, not a relocatable object file";
  case file_magic::elf_shared_object:
    return "a shared library or executable, not a relocatable object file; "
           "-dylib loads libraries";
  default:
    return "not an ELF object file";
  }
}

static Error checkTarget(const ObjectFile &Obj, Triple::ArchType Arch) {
  auto Fail = [](const Twine &What) {
    return make_error<StringError>(What, inconvertibleErrorCode());
  };
  if (Obj.getArch() != Arch)
    return Fail("an object for " + Triple::getArchTypeName(Obj.getArch()) +
                ", but " + Triple::getArchTypeName(Arch) + " is needed");
  if (Obj.getBytesInAddress() != 8 || !Obj.isLittleEndian())
    return Fail("an object for " + Triple::getArchTypeName(Obj.getArch()) +
                " that is not 64-bit little-endian");
  return Error::success();
}

Expected<OwningBinary<ObjectFile>> openObject(const std::string &Path,
                                              Triple::ArchType Arch) {
  auto Contents = MemoryBuffer::getFileOrSTDIN(Path);
  if (!Contents)
    return errorIn(Path, Contents.getError().message());
  StringRef Reason = whyNotAnObject((*Contents)->getBuffer());
  if (!Reason.empty())
    return errorIn(Path, Reason);

  auto Object = ObjectFile::createELFObjectFile((*Contents)->getMemBufferRef());
  if (!Object)
    return errorIn(Path, toString(Object.takeError()));
  if (Error Err = checkTarget(**Object, Arch))
    return errorIn(Path, toString(std::move(Err)));
  if (!(*Object)->isRelocatableObject())
    return errorIn(Path, "not a relocatable object file");
  if (Error Err = checkObject(cast<ELF64LEObjectFile>(**Object)))
    return errorIn(Path, "corrupt object: " + toString(std::move(Err)));
  return OwningBinary<ObjectFile>(std::move(*Object), std::move(*Contents));
}

} // namespace jitslab
