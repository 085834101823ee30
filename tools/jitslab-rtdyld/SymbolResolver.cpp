//===- SymbolResolver.cpp - What the loaded objects do not define ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SymbolResolver.h"
#include "Diagnostics.h"
#include "llvm/ExecutionEngine/RTDyldMemoryManager.h"

using namespace llvm;

namespace jitslab {

// More names than this do not fit on a screen.
constexpr size_t MaxNamesInMessage = 10;

SymbolResolver::SymbolResolver() {
  // The process's own symbols are not searched before this.
  sys::DynamicLibrary::LoadLibraryPermanently(nullptr);
}

Error SymbolResolver::addDylib(const std::string &Path) {
  std::string Message;
  auto Library =
      sys::DynamicLibrary::getPermanentLibrary(Path.c_str(), &Message);
  if (!Library.isValid())
    return libraryError(Path, Message);
  Dylibs.push_back(Library);
  return Error::success();
}

Error SymbolResolver::addReferences(StringRef File,
                                    const object::ObjectFile &Obj) {
  for (const object::SymbolRef &S : Obj.symbols()) {
    Expected<uint32_t> Flags = S.getFlags();
    if (!Flags)
      return Flags.takeError();
    if (!(*Flags & object::SymbolRef::SF_Undefined))
      continue;
    Expected<StringRef> Name = S.getName();
    if (!Name)
      return Name.takeError();
    Reference &R = References[*Name];
    bool Weak = *Flags & object::SymbolRef::SF_Weak;
    if (R.File.empty() || (R.Weak && !Weak))
      R.File = File.str();
    R.Weak &= Weak;
  }
  return Error::success();
}

uint64_t SymbolResolver::find(StringRef Name) const {
  if (auto It = Defined.find(Name); It != Defined.end())
    return It->second;
  std::string Terminated = Name.str();
  for (sys::DynamicLibrary Library : Dylibs)
    if (void *Address = Library.getAddressOfSymbol(Terminated.c_str()))
      return reinterpret_cast<uintptr_t>(Address);
  return RTDyldMemoryManager::getSymbolAddressInProcess(Terminated);
}

void SymbolResolver::lookup(const LookupSet &Symbols, OnResolvedFunction Done) {
  LookupResult Result;
  SmallVector<StringRef, 4> Missing;
  for (StringRef Name : Symbols) {
    uint64_t Address = find(Name);
    auto It = References.find(Name);
    bool MayBeNull =
        Defined.count(Name) || (It != References.end() && It->second.Weak);
    if (!Address && !MayBeNull)
      Missing.push_back(Name);
    Result[Name] = JITEvaluatedSymbol(Address, JITSymbolFlags::Exported);
  }
  if (Missing.empty())
    Done(std::move(Result));
  else
    Done(undefined(Missing));
}

Error SymbolResolver::undefined(ArrayRef<StringRef> Names) const {
  std::string Message;
  for (StringRef Name : Names.take_front(MaxNamesInMessage)) {
    if (!Message.empty())
      Message += "; ";
    auto It = References.find(Name);
    if (It != References.end())
      Message += It->second.File + ": ";
    Message += ("undefined symbol '" + Name + "'").str();
  }
  if (Names.size() > MaxNamesInMessage)
    Message +=
        "; and " + std::to_string(Names.size() - MaxNamesInMessage) + " more";
  return make_error<StringError>(std::move(Message), inconvertibleErrorCode());
}

} // namespace jitslab
