//===- Copies.cpp - The same objects under other names --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Copies.h"
#include "Diagnostics.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include <cstring>

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

using ELFT = ELF64LE;
using Shdr = ELFT::Shdr;
using Sym = ELFT::Sym;

namespace {

// The symbol table of an object; offsets into its file.
struct SymbolTable {
  const Shdr *Header = nullptr;
  ArrayRef<Sym> Symbols;
  StringRef Names;
};

} // namespace

static Expected<SymbolTable> symbolTableOf(const ELFFile<ELFT> &File) {
  SymbolTable T;
  auto Sections = File.sections();
  if (!Sections)
    return Sections.takeError();
  for (const Shdr &S : *Sections)
    if (S.sh_type == ELF::SHT_SYMTAB)
      T.Header = &S;
  if (!T.Header)
    return T;
  auto Symbols = File.symbols(T.Header);
  if (!Symbols)
    return Symbols.takeError();
  auto Names = File.getStringTableForSymtab(*T.Header);
  if (!Names)
    return Names.takeError();
  T.Symbols = *Symbols;
  T.Names = *Names;
  return T;
}

Error CopyMaker::add(const InputFile &File) {
  const auto *Obj = dyn_cast<ELF64LEObjectFile>(File.Object.getBinary());
  if (!Obj)
    return errorIn(File.Name, "-repeat makes copies of 64-bit little-endian "
                              "ELF objects only");
  auto Table = symbolTableOf(Obj->getELFFile());
  if (!Table)
    return Table.takeError();
  for (const Sym &S : Table->Symbols) {
    if (S.getBinding() == ELF::STB_LOCAL || S.st_shndx == ELF::SHN_UNDEF)
      continue;
    auto Name = S.getName(Table->Names);
    if (!Name)
      return Name.takeError();
    Defined.insert(*Name);
  }
  return Error::success();
}

// The string table moves to the end of the file, where it has room to grow.
// Everything else stays where it is.
Expected<InputFile> CopyMaker::copy(const InputFile &File,
                                    unsigned Number) const {
  if (Number == 1)
    return openObject(MemoryBuffer::getMemBufferCopy(
                          File.Object.getBinary()->getData(), File.Name),
                      File.Name);
  const ELFFile<ELFT> &ELF =
      cast<ELF64LEObjectFile>(File.Object.getBinary())->getELFFile();
  auto Table = symbolTableOf(ELF);
  if (!Table)
    return Table.takeError();
  StringRef Original = File.Object.getBinary()->getData();
  SmallVector<char, 0> Bytes(Original.begin(), Original.end());
  auto OffsetOf = [&](const void *P) {
    return static_cast<const char *>(P) - Original.data();
  };
  if (Table->Header) {
    std::string Names = Table->Names.str();
    for (const Sym &S : Table->Symbols) {
      auto Name = S.getName(Table->Names);
      if (!Name)
        return Name.takeError();
      if (S.getBinding() == ELF::STB_LOCAL || !Defined.count(*Name))
        continue;
      Sym Renamed = S;
      Renamed.st_name = Names.size();
      std::memcpy(&Bytes[OffsetOf(&S)], &Renamed, sizeof(Sym));
      Names += (*Name + "." + Twine(Number)).str() + '\0';
    }
    auto Strings = ELF.getSection(Table->Header->sh_link);
    if (!Strings)
      return Strings.takeError();
    Shdr Moved = **Strings;
    Moved.sh_offset = Bytes.size();
    Moved.sh_size = Names.size();
    std::memcpy(&Bytes[OffsetOf(*Strings)], &Moved, sizeof(Shdr));
    Bytes.append(Names.begin(), Names.end());
  }
  std::string Name = File.Name + "#" + std::to_string(Number);
  return openObject(std::make_unique<SmallVectorMemoryBuffer>(
                        std::move(Bytes), Name,
                        /*RequiresNullTerminator=*/false),
                    Name);
}

} // namespace jitslab
