//===- CodeNames.cpp - What a process has said of its code ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CodeNames.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include <map>

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

namespace {

// GDB's manual, "JIT Compilation Interface", as it lies in a 64-bit process.
struct DebugDescriptor {
  uint32_t Version, Action;
  uint64_t Relevant, First;
};
struct DebugEntry {
  uint64_t Next, Previous, File, Size;
};

// What is larger or longer was changed while it was read.
constexpr uint64_t MostEntries = 1 << 20, LargestFile = 256 << 20;

using NameList = std::vector<CodeNames::Named>;

} // namespace

/// \returns where \p F, mapped, has GDB's descriptor; 0 if it has none.
static uint64_t findDescriptor(const MappedFile &F) {
  const std::unique_ptr<MemoryBuffer> Contents = openFile(F.Path);
  if (!Contents)
    return 0;
  auto File = ObjectFile::createELFObjectFile(Contents->getMemBufferRef());
  const auto *Image = File ? dyn_cast<ELF64LEObjectFile>(File->get()) : nullptr;
  consumeError(File.takeError());
  if (!Image)
    return 0;
  // The address of the first byte, if the file is not position-independent.
  uint64_t First = 0;
  auto Segments = Image->getELFFile().program_headers();
  if (Segments)
    for (const auto &P : reverse(*Segments))
      if (P.p_type == ELF::PT_LOAD)
        First = P.p_vaddr - P.p_offset;
  consumeError(Segments.takeError());
  auto Find = [&](auto Symbols) -> uint64_t {
    for (const ELFSymbolRef S : Symbols) {
      Expected<StringRef> Name = S.getName();
      Expected<uint64_t> Value = S.getValue();
      if (Name && Value && *Value && *Name == "__jit_debug_descriptor")
        return F.Begin + *Value - First;
      const bool IsDamaged = !Name || !Value;
      consumeError(Name.takeError());
      consumeError(Value.takeError());
      if (IsDamaged)
        break;
    }
    return 0;
  };
  if (uint64_t At = Find(Image->getDynamicSymbolIterators()))
    return At;
  return Find(Image->symbols());
}

/// Adds what \p Contents, an object as it was linked, defines, up to the first
/// symbol that is damaged: LLVM takes the number of symbols from the file.
static void addSymbols(StringRef Contents, NameList &All) {
  auto Object = ObjectFile::createObjectFile(MemoryBufferRef(Contents, "code"));
  if (!Object) {
    consumeError(Object.takeError());
    return;
  }
  const auto *Image = dyn_cast<ELFObjectFileBase>(Object->get());
  if (!Image)
    return;
  std::string File;
  for (const ELFSymbolRef S : Image->symbols()) {
    Expected<StringRef> Name = S.getName();
    Expected<uint64_t> Address = S.getAddress();
    if (!Name || !Address) {
      consumeError(Name.takeError());
      consumeError(Address.takeError());
      return;
    }
    const uint8_t Type = S.getELFType();
    if (Type == ELF::STT_FILE)
      File = Name->str();
    else if ((Type == ELF::STT_FUNC || Type == ELF::STT_OBJECT) && *Address)
      All.push_back({*Address, S.getSize(), Name->str(), File});
  }
}

// An entry that changes meanwhile ends the list.
static void readDebugEntries(const ProcessMemory &Memory, uint64_t Descriptor,
                             NameList &All) {
  DebugDescriptor D;
  if (!Memory.readInto(Descriptor, D))
    return;
  std::vector<char> Contents;
  uint64_t Next = D.First, Previous = 0;
  for (uint64_t I = 0; Next && I != MostEntries; ++I) {
    DebugEntry E;
    if (!Memory.readInto(Next, E) || E.Previous != Previous ||
        E.Size > LargestFile)
      return;
    Previous = Next;
    Contents.resize(E.Size);
    if (Memory.read(E.File, Contents))
      addSymbols({Contents.data(), Contents.size()}, All);
    Next = E.Next;
  }
}

// Lines "ADDRESS SIZE NAME", numbers without 0x. Nothing leaves the file: the
// last line of an address is the code that is there now.
static void readPerfMap(const ProcessMemory &Memory, NameList &All) {
  const std::unique_ptr<MemoryBuffer> Contents = openFile(Memory.perfMap());
  if (!Contents)
    return;
  NameList Lines;
  StringRef Left = Contents->getBuffer();
  while (!Left.empty()) {
    auto [Line, Others] = Left.split('\n');
    Left = Others;
    auto [Begin, Rest] = Line.split(' ');
    auto [Size, Name] = Rest.split(' ');
    CodeNames::Named N;
    if (Begin.getAsInteger(16, N.Begin) || Size.getAsInteger(16, N.Size) ||
        Name.empty())
      continue;
    N.Name = Name.str();
    Lines.push_back(std::move(N));
  }
  All.insert(All.end(), std::make_move_iterator(Lines.rbegin()),
             std::make_move_iterator(Lines.rend()));
}

CodeNames CodeNames::read(const ProcessMemory &Memory) {
  CodeNames Names;
  // The first of an address stays: debuggers are told of its file too.
  // Each LLVM in the process has its own list.
  for (const MappedFile &F : Memory.files())
    if (uint64_t At = findDescriptor(F))
      readDebugEntries(Memory, At, Names.All);
  readPerfMap(Memory, Names.All);
  std::map<uint64_t, Named> ByAddress;
  for (Named &N : Names.All)
    ByAddress.try_emplace(N.Begin, std::move(N));
  Names.All.clear();
  for (auto &[Begin, N] : ByAddress)
    Names.All.push_back(std::move(N));
  return Names;
}

ArrayRef<CodeNames::Named> CodeNames::within(uint64_t Begin,
                                             uint64_t Size) const {
  auto IsBefore = [](const Named &N, uint64_t At) { return N.Begin < At; };
  const auto *First =
      std::lower_bound(All.data(), All.data() + All.size(), Begin, IsBefore);
  const auto *Last =
      std::lower_bound(First, All.data() + All.size(), Begin + Size, IsBefore);
  return {First, Last};
}

std::string CodeNames::describe(uint64_t Begin, uint64_t Size) const {
  const ArrayRef<Named> Names = within(Begin, Size);
  if (Names.empty())
    return {};
  std::string Text = Names[0].Name;
  if (Names.size() > 1)
    Text += " and " + std::to_string(Names.size() - 1) + " more";
  if (!Names[0].File.empty())
    Text += ", " + Names[0].File;
  return Text;
}

const CodeNames::Named *CodeNames::at(uint64_t Address) const {
  auto Next = upper_bound(
      All, Address, [](uint64_t A, const Named &N) { return A < N.Begin; });
  if (Next == All.begin())
    return nullptr;
  const Named &N = *std::prev(Next);
  return Address - N.Begin < std::max<uint64_t>(N.Size, 1) ? &N : nullptr;
}

} // namespace jitslab
