//===- FindDescriptors.cpp - Where a process has its arenas ---------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Core/Inspection.h"
#include "ELFNotes.h"
#include "Report.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/FileSystem.h"
#include <cstring>
#include <functional>

using namespace llvm;

namespace jitslab {

std::unique_ptr<MemoryBuffer> openFile(const std::string &Path) {
  sys::fs::file_status Status;
  if (sys::fs::status(Path, Status) || !sys::fs::is_regular_file(Status))
    return nullptr;
  auto Contents = MemoryBuffer::getFile(Path, /*IsText=*/false,
                                        /*RequiresNullTerminator=*/false);
  return Contents ? std::move(*Contents) : nullptr;
}

/// Reads a file at an offset, or where it is mapped. \returns false if it
/// cannot.
using Reader = std::function<bool(uint64_t At, MutableArrayRef<char> To)>;

template <typename T>
static bool readInto(const Reader &R, uint64_t At, T &To) {
  return R(At, {reinterpret_cast<char *>(&To), sizeof(T)});
}

/// \returns the address of the descriptor relative to the file's first byte in
/// memory, by the note that names it; 0 if there is none. \p Memory reads at
/// addresses relative to it.
static uint64_t findByNote(const Reader &Memory) {
  ELF::Elf64_Ehdr Header;
  if (!readInto(Memory, 0, Header) || !Header.checkMagic() ||
      Header.e_ident[ELF::EI_CLASS] != ELF::ELFCLASS64)
    return 0;
  std::vector<ELF::Elf64_Phdr> Segments(Header.e_phnum);
  for (size_t I = 0; I != Segments.size(); ++I)
    if (!readInto(Memory, Header.e_phoff + I * sizeof(Segments[I]),
                  Segments[I]))
      return 0;
  // The address of the first byte, if the file is not position-independent.
  auto Loaded = find_if(Segments, [](const ELF::Elf64_Phdr &Segment) {
    return Segment.p_type == ELF::PT_LOAD;
  });
  const uint64_t First =
      Loaded == Segments.end() ? 0 : Loaded->p_vaddr - Loaded->p_offset;
  for (const ELF::Elf64_Phdr &Segment : Segments) {
    if (Segment.p_type != ELF::PT_NOTE)
      continue;
    // Notes lie in what is loaded first, where addresses are offsets.
    constexpr uint64_t MostBytes = 64 << 10;
    std::vector<char> Notes(std::min<uint64_t>(Segment.p_memsz, MostBytes));
    const uint64_t Begin = Segment.p_vaddr - First;
    if (!Memory(Begin, Notes))
      continue;
    uint64_t Found = 0;
    forEachNote({Notes.data(), Notes.size()}, [&](const ELFNote &N) {
      uint64_t Distance;
      if (N.Type != InspectionDescriptor::NoteType ||
          N.Name != StringRef("jitslab", sizeof("jitslab")) ||
          N.Desc.size() != sizeof(Distance))
        return false;
      memcpy(&Distance, N.Desc.data(), sizeof(Distance));
      Found = Begin + uint64_t(N.Desc.data() - Notes.data()) + Distance;
      return true;
    });
    if (Found)
      return Found;
  }
  return 0;
}

// Core files need not have what files have that were mapped and not written.
std::vector<uint64_t> findDescriptors(const ProcessMemory &Memory) {
  std::vector<uint64_t> Found;
  for (const MappedFile &F : Memory.files()) {
    uint64_t At = findByNote([&](uint64_t Offset, MutableArrayRef<char> To) {
      return Memory.read(F.Begin + Offset, To);
    });
    if (!At) {
      std::unique_ptr<MemoryBuffer> Contents;
      At = findByNote([&](uint64_t Offset, MutableArrayRef<char> To) {
        if (!Contents)
          Contents = openFile(F.Path);
        if (!Contents || Offset > Contents->getBufferSize() ||
            Contents->getBufferSize() - Offset < To.size())
          return false;
        memcpy(To.data(), Contents->getBufferStart() + Offset, To.size());
        return true;
      });
    }
    if (At && !is_contained(Found, F.Begin + At))
      Found.push_back(F.Begin + At);
  }
  return Found;
}

} // namespace jitslab
