//===- LineInfo.cpp - The -printline actions ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LineInfo.h"
#include "Diagnostics.h"
#include "InputFile.h"
#include "MemoryManagers.h"
#include "RecordingMemoryManager.h"
#include "SymbolResolver.h"
#include "llvm/DebugInfo/DIContext.h"
#include "llvm/DebugInfo/DWARF/DWARFContext.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include "llvm/Object/SymbolSize.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace llvm::object;

namespace jitslab {

namespace {

struct Function {
  StringRef Name;
  uint64_t Size;
  SectionedAddress Address;
};

// Symbols that say nothing about themselves are left out, as in llvm-rtdyld.
std::optional<Function> functionOf(const SymbolRef &Symbol, uint64_t Size,
                                   const RuntimeDyld::LoadedObjectInfo *Info) {
  Expected<SymbolRef::Type> Type = Symbol.getType();
  if (!Type) {
    consumeError(Type.takeError());
    return std::nullopt;
  }
  if (*Type != SymbolRef::ST_Function)
    return std::nullopt;
  Expected<StringRef> Name = Symbol.getName();
  Expected<uint64_t> Address = Symbol.getAddress();
  Expected<section_iterator> Section = Symbol.getSection();
  if (!Name || !Address || !Section) {
    consumeError(Name.takeError());
    consumeError(Address.takeError());
    consumeError(Section.takeError());
    return std::nullopt;
  }
  Function F = {*Name, Size, {}};
  F.Address.Address = *Address;
  if (*Section != Symbol.getObject()->section_end()) {
    F.Address.SectionIndex = (*Section)->getIndex();
    if (Info)
      if (uint64_t Loaded = Info->getSectionLoadAddress(**Section))
        F.Address.Address += Loaded - (*Section)->getAddress();
  }
  return F;
}

void printLinesOf(const ObjectFile &Obj,
                  const RuntimeDyld::LoadedObjectInfo *Info) {
  std::unique_ptr<DIContext> Context = DWARFContext::create(
      Obj, DWARFContext::ProcessDebugRelocations::Process, Info);
  for (auto &[Symbol, Size] : computeSymbolSizes(Obj)) {
    std::optional<Function> F = functionOf(Symbol, Size, Info);
    if (!F)
      continue;
    outs() << "Function: " << F->Name << ", Size = " << F->Size
           << ", Addr = " << F->Address.Address << "\n";
    for (auto &[Address, Line] :
         Context->getLineInfoForAddressRange(F->Address, F->Size))
      outs() << "  Line info @ " << Address - F->Address.Address << ": "
             << Line.FileName << ", line:" << Line.Line << "\n";
  }
}

Error printLinesOfFile(const LoaderOptions &O, const std::string &Path) {
  WorkingOn Printing(Path);
  auto File = openObject(Path);
  if (!File)
    return File.takeError();
  const ObjectFile &Obj = *File->Object.getBinary();
  if (O.What == Action::PrintObjectLines) {
    printLinesOf(Obj, nullptr);
    return Error::success();
  }

  auto MM = createMemoryManager(O);
  if (!MM)
    return MM.takeError();
  SymbolResolver Resolver;
  for (const std::string &Dylib : O.Dylibs)
    if (Error Err = Resolver.addDylib(Dylib))
      return Err;
  if (Error Err = Resolver.addReferences(Path, Obj))
    return errorIn(Path, toString(std::move(Err)));
  RecordingMemoryManager Recorder(*MM->Manager);
  Recorder.beginObject();
  if (O.PrintAllocationRequests)
    Recorder.printRequests();
  RuntimeDyld Dyld(Recorder, Resolver);
  std::unique_ptr<RuntimeDyld::LoadedObjectInfo> Info = Dyld.loadObject(Obj);
  if (Dyld.hasError())
    return errorIn(Path, Dyld.getErrorString().trim());
  // Undefined symbols do not matter here.
  Dyld.resolveRelocations();
  if (O.What == Action::PrintLines) {
    printLinesOf(Obj, Info.get());
    return Error::success();
  }
  OwningBinary<ObjectFile> ForDebugger = Info->getObjectForDebug(Obj);
  if (!ForDebugger.getBinary())
    return errorIn(Path, "there is no debug object for this format");
  printLinesOf(*ForDebugger.getBinary(), nullptr);
  return Error::success();
}

} // namespace

Error printLines(const LoaderOptions &O) {
  for (const std::string &Path : O.InputFiles)
    if (Error Err = printLinesOfFile(O, Path))
      return Err;
  return Error::success();
}

} // namespace jitslab
