//===- InputFile.h - An object file that can be loaded ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_TOOLS_RTDYLD_INPUTFILE_H
#define JITSLAB_TOOLS_RTDYLD_INPUTFILE_H

#include "llvm/ADT/STLExtras.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace jitslab {

/// The architecture that this program is compiled for, and so the one whose
/// code it can run.
llvm::Triple::ArchType hostArchitecture();

struct InputFile {
  /// As messages call it.
  std::string Name;
  llvm::object::OwningBinary<llvm::object::ObjectFile> Object;
};

/// Reads the file \p Path ("-": stdin). What is no regular file, such as a pipe
/// or a device, may have MaxPipeSize bytes, and whatever \p WhyUseless has no
/// objections to when it sees the first ones. Fails with the reason.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readFile(
    const std::string &Path,
    llvm::function_ref<llvm::StringRef(llvm::StringRef)> WhyUseless =
        [](llvm::StringRef) { return ""; });

/// More than objects have that come from compilers; larger ones have to be
/// files. Devices without an end reach it.
constexpr size_t MaxPipeSize = size_t(256) << 20;

/// Opens \p Path ("-": stdin) and makes sure that RuntimeDyld can be trusted
/// with it: a relocatable ELF, Mach-O or COFF object without references to
/// sections, symbols or bytes that it does not have.
/// Fails with a message that names the file.
llvm::Expected<InputFile> openObject(const std::string &Path);

/// The same for contents that are in memory already.
llvm::Expected<InputFile>
openObject(std::unique_ptr<llvm::MemoryBuffer> Contents,
           const std::string &Name);

/// The same for an object, or for all members of an archive, in their order and
/// with names such as "file.a(member.o)".
llvm::Expected<std::vector<InputFile>> openObjects(const std::string &Path);

/// Fails unless \p File is for \p Arch.
llvm::Error checkArchitecture(const InputFile &File,
                              llvm::Triple::ArchType Arch);

/// Fails for what GCC has made for its own use at link time.
llvm::Error checkHasCode(const InputFile &File);

} // namespace jitslab

#endif // JITSLAB_TOOLS_RTDYLD_INPUTFILE_H
