//===- CoreFile.cpp - The memory that a process has left ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ELFNotes.h"
#include "ProcessMemory.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <algorithm>
#include <cstring>

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

namespace {

using Format = ELF64LE;

class CoreFile final : public ProcessMemory {
public:
  explicit CoreFile(const std::string &Path) : Path(Path) {
    Name = "core file " + Path;
  }

  Error open();

  bool read(uint64_t Address, MutableArrayRef<char> To) const override {
    while (!To.empty()) {
      auto Next = upper_bound(Parts, Address, [](uint64_t A, const Part &P) {
        return A < P.Begin;
      });
      if (Next == Parts.begin())
        return false;
      const Part &P = *std::prev(Next);
      const uint64_t Offset = Address - P.Begin;
      if (Offset >= P.Contents.size())
        return false;
      const size_t Size =
          std::min<uint64_t>(To.size(), P.Contents.size() - Offset);
      memcpy(To.data(), P.Contents.data() + Offset, Size);
      Address += Size;
      To = To.drop_front(Size);
    }
    return true;
  }

private:
  struct Part {
    uint64_t Begin;
    StringRef Contents;
  };

  Error corrupt(const Twine &What) const {
    return make_error<StringError>(Path + ": " + What,
                                   inconvertibleErrorCode());
  }
  void readFileNames(StringRef Notes);

  const std::string Path;
  std::unique_ptr<MemoryBuffer> Buffer;
  /// By address.
  std::vector<Part> Parts;
};

} // namespace

Error CoreFile::open() {
  // A pipe ends, a device need not.
  sys::fs::file_status Status;
  if (!sys::fs::status(Path, Status) &&
      (Status.type() == sys::fs::file_type::character_file ||
       Status.type() == sys::fs::file_type::block_file))
    return corrupt("a device, and no core file");
  auto Contents = MemoryBuffer::getFile(Path, /*IsText=*/false,
                                        /*RequiresNullTerminator=*/false);
  if (!Contents)
    return corrupt(Contents.getError().message());
  Buffer = std::move(*Contents);
  const StringRef Bytes = Buffer->getBuffer();
  auto File = ELFFile<Format>::create(Bytes);
  if (!File) {
    consumeError(File.takeError());
    return corrupt("neither the number of a process nor a core file");
  }
  if (File->getHeader().e_ident[ELF::EI_CLASS] != ELF::ELFCLASS64 ||
      File->getHeader().e_ident[ELF::EI_DATA] != ELF::ELFDATA2LSB ||
      File->getHeader().e_type != ELF::ET_CORE)
    return corrupt("an ELF file, but no core file of a 64-bit little-endian "
                   "process");
  auto Headers = File->program_headers();
  if (!Headers)
    return corrupt("damaged: " + toString(Headers.takeError()));
  for (const auto &P : *Headers) {
    // What is missing at the end is as unreadable as what was left out.
    const StringRef Held = P.p_offset < Bytes.size()
                               ? Bytes.substr(P.p_offset, P.p_filesz)
                               : StringRef();
    if (P.p_type == ELF::PT_LOAD && !Held.empty())
      Parts.push_back({P.p_vaddr, Held});
    else if (P.p_type == ELF::PT_NOTE)
      readFileNames(Held);
  }
  llvm::sort(Parts,
             [](const Part &A, const Part &B) { return A.Begin < B.Begin; });
  if (Parts.empty() || Files.empty())
    return corrupt("damaged: it has no memory, or does not say which files the "
                   "process had mapped");
  return Error::success();
}

// Of a note NT_FILE: count, page size, then begin, end and offset in pages of
// each mapping, then their names.
void CoreFile::readFileNames(StringRef Notes) {
  auto Word = [](StringRef At, size_t Index) {
    uint64_t Value = 0;
    if (At.size() >= (Index + 1) * sizeof(Value))
      memcpy(&Value, At.data() + Index * sizeof(Value), sizeof(Value));
    return Value;
  };
  forEachNote(Notes, [&](const ELFNote &N) {
    if (N.Type != ELF::NT_FILE)
      return false;
    const uint64_t Count = Word(N.Desc, 0);
    if (Count > N.Desc.size() / (3 * sizeof(uint64_t)))
      return true;
    StringRef Names = N.Desc.drop_front(
        std::min<size_t>(N.Desc.size(), (2 + 3 * Count) * sizeof(uint64_t)));
    for (uint64_t I = 0; I != Count; ++I) {
      auto Split = Names.split('\0');
      if (Word(N.Desc, 2 + 3 * I + 2) == 0)
        Files.push_back({Word(N.Desc, 2 + 3 * I), Split.first.str()});
      Names = Split.second;
    }
    return false;
  });
}

Expected<std::unique_ptr<ProcessMemory>> openCore(const std::string &Path) {
  auto Core = std::make_unique<CoreFile>(Path);
  if (Error Err = Core->open())
    return Err;
  return Core;
}

Expected<std::unique_ptr<ProcessMemory>> openProcess(const std::string &Text) {
  int PID = 0;
  if (StringRef(Text).getAsInteger(10, PID))
    return openCore(Text);
  if (PID <= 0)
    return make_error<StringError>("there is no process " + Text,
                                   inconvertibleErrorCode());
  return openLive(PID);
}

} // namespace jitslab
