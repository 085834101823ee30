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
#include "llvm/Object/Archive.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"

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

static StringRef whyNotAnObject(StringRef Contents) {
  if (Contents.empty())
    return "the file is empty";
  switch (identify_magic(Contents)) {
  case file_magic::elf_relocatable:
  case file_magic::elf:
  case file_magic::macho_object:
  case file_magic::coff_object:
    return "";
  case file_magic::archive:
    return "an archive, not an object file; its members can be loaded, but "
           "this takes one object at a time";
  case file_magic::bitcode:
    return "LLVM bitcode, not an object file; compile it with 'llc "
           "-filetype=obj' first";
  case file_magic::elf_executable:
  case file_magic::macho_executable:
  case file_magic::pecoff_executable:
    return "an executable, not a relocatable object file";
  case file_magic::elf_shared_object:
  case file_magic::macho_dynamically_linked_shared_lib:
    return "a shared library or executable, not a relocatable object file; "
           "-dylib loads libraries";
  case file_magic::macho_universal_binary:
    return "a universal binary; extract one architecture with 'lipo -thin' and "
           "pass that";
  default:
    return "not an ELF, Mach-O or COFF object file";
  }
}

static StringRef archName(const ObjectFile &Obj) {
  return Triple::getArchTypeName(Triple::ArchType(Obj.getArch()));
}

Error checkArchitecture(const InputFile &File, Triple::ArchType Arch) {
  const ObjectFile &Obj = *File.Object.getBinary();
  if (Obj.getArch() == Arch &&
      (!Obj.isELF() || !Triple(Triple::getArchTypeName(Arch)).isArch64Bit() ||
       Obj.getBytesInAddress() == 8))
    return Error::success();
  if (Obj.getArch() != Arch)
    return errorIn(File.Name, "an object for " + archName(Obj) + ", but " +
                                  Triple::getArchTypeName(Arch) + " is needed");
  return errorIn(File.Name,
                 "an object for " + archName(Obj) + " that is not 64-bit");
}

// GCC marks what has no machine code (lto-streamer-out.c).
Error checkHasCode(const InputFile &File) {
  for (const SymbolRef &S : File.Object.getBinary()->symbols()) {
    Expected<StringRef> Name = S.getName();
    if (!Name)
      return errorIn(File.Name, toString(Name.takeError()));
    if (*Name == "__gnu_lto_slim")
      return errorIn(File.Name, "GCC's intermediate code without machine code; "
                                "compile it without -flto, or with "
                                "-ffat-lto-objects");
  }
  return Error::success();
}

Expected<InputFile> openObject(std::unique_ptr<MemoryBuffer> Contents,
                               const std::string &Name) {
  StringRef Reason = whyNotAnObject(Contents->getBuffer());
  if (!Reason.empty())
    return errorIn(Name, Reason);
  auto Object = ObjectFile::createObjectFile(Contents->getMemBufferRef());
  if (!Object)
    return errorIn(Name, toString(Object.takeError()));
  if (!(*Object)->isRelocatableObject())
    return errorIn(Name, "not a relocatable object file");
  if (Error Err = checkObject(**Object))
    return errorIn(Name, toString(std::move(Err)));
  return InputFile{
      Name, OwningBinary<ObjectFile>(std::move(*Object), std::move(Contents))};
}

// Piece by piece: the first bytes may tell that the rest is not worth reading.
static Expected<std::unique_ptr<MemoryBuffer>>
readPipe(const std::string &Path, sys::fs::file_t File,
         function_ref<StringRef(StringRef)> WhyUseless) {
  // A pipe gives less than a piece now and then; no format needs more than
  // this to be known.
  constexpr size_t PieceSize = size_t(64) << 10, Beginning = 4096;
  SmallVector<char, 0> Contents;
  for (bool IsEnd = false; !IsEnd;) {
    size_t Size = Contents.size();
    if (Size > MaxPipeSize)
      return createStringError(
          inconvertibleErrorCode(),
          "more than 256 MiB, and not a regular file; put it into one");
    Contents.resize(Size + PieceSize);
    Expected<size_t> Got = sys::fs::readNativeFile(
        File, MutableArrayRef<char>(Contents).drop_front(Size));
    if (!Got)
      return Got.takeError();
    Contents.truncate(Size + *Got);
    IsEnd = *Got == 0;
    StringRef Reason;
    if (Size < Beginning && Contents.size() >= Beginning)
      Reason = WhyUseless(StringRef(Contents.data(), Contents.size()));
    if (!Reason.empty())
      return make_error<StringError>(Reason, inconvertibleErrorCode());
  }
  return std::make_unique<SmallVectorMemoryBuffer>(
      std::move(Contents), Path, /*RequiresNullTerminator=*/true);
}

Expected<std::unique_ptr<MemoryBuffer>>
readFile(const std::string &Path,
         function_ref<StringRef(StringRef)> WhyUseless) {
  if (Path == "-")
    return readPipe(Path, sys::fs::getStdinHandle(), WhyUseless);
  sys::fs::file_status Status;
  std::error_code EC = sys::fs::status(Path, Status);
  if (EC || sys::fs::is_regular_file(Status)) {
    auto Contents = MemoryBuffer::getFile(Path);
    if (!Contents)
      return errorCodeToError(Contents.getError());
    return std::move(*Contents);
  }
  auto File = sys::fs::openNativeFileForRead(Path);
  if (!File)
    return File.takeError();
  auto Contents = readPipe(Path, *File, WhyUseless);
  sys::fs::closeFile(*File);
  return Contents;
}

static bool isArchive(StringRef Contents) {
  return identify_magic(Contents) == file_magic::archive;
}

// Members are copied: in an archive they are aligned to two bytes only.
static Expected<std::vector<InputFile>> openMembers(MemoryBufferRef Contents,
                                                    const std::string &Path) {
  auto Members = Archive::create(Contents);
  if (!Members)
    return errorIn(Path, toString(Members.takeError()));
  std::vector<InputFile> Files;
  Error Reading = Error::success();
  for (const Archive::Child &C : (*Members)->children(Reading)) {
    Expected<StringRef> Name = C.getName();
    Expected<MemoryBufferRef> Member = C.getMemoryBufferRef();
    if (!Name || !Member)
      return errorIn(Path,
                     toString(joinErrors(
                         std::move(Reading),
                         joinErrors(Name.takeError(), Member.takeError()))));
    const std::string Full = Path + "(" + Name->str() + ")";
    WorkingOn Opening(Full);
    auto File = openObject(
        MemoryBuffer::getMemBufferCopy(Member->getBuffer(), Full), Full);
    if (!File) {
      consumeError(std::move(Reading));
      return File.takeError();
    }
    Files.push_back(std::move(*File));
  }
  if (Reading)
    return errorIn(Path, toString(std::move(Reading)));
  if (Files.empty())
    return errorIn(Path, "an archive without members");
  return Files;
}

Expected<std::vector<InputFile>> openObjects(const std::string &Path) {
  WorkingOn Opening(Path);
  auto Contents = readFile(Path, [](StringRef Beginning) {
    return isArchive(Beginning) ? "" : whyNotAnObject(Beginning);
  });
  if (!Contents)
    return errorIn(Path, toString(Contents.takeError()));
  if (isArchive((*Contents)->getBuffer()))
    return openMembers((*Contents)->getMemBufferRef(), Path);
  auto File = openObject(std::move(*Contents), Path);
  if (!File)
    return File.takeError();
  std::vector<InputFile> Files;
  Files.push_back(std::move(*File));
  return Files;
}

Expected<InputFile> openObject(const std::string &Path) {
  WorkingOn Opening(Path);
  auto Contents = readFile(Path, whyNotAnObject);
  if (!Contents)
    return errorIn(Path, toString(Contents.takeError()));
  return openObject(std::move(*Contents), Path);
}

} // namespace jitslab
