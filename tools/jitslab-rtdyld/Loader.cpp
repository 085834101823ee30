//===- Loader.cpp - Loads objects and links them --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Loader.h"
#include "Diagnostics.h"
#include "InputFile.h"

using namespace llvm;

namespace jitslab {

Error Loader::addObject(const std::string &Path, Triple::ArchType Arch) {
  WorkingOn File(Path);
  auto Object = openObject(Path, Arch);
  if (!Object)
    return Object.takeError();
  const object::ObjectFile &Obj = *Object->getBinary();
  if (Error Err = Resolver.addReferences(Path, Obj))
    return errorIn(Path, toString(std::move(Err)));

  Recorder.beginObject();
  Dyld.loadObject(Obj);
  if (Dyld.hasError())
    return errorIn(Path, Dyld.getErrorString().trim());
  Objects.push_back(std::move(*Object));
  if (Objects.size() == 1)
    FirstFile = Path;
  return Error::success();
}

Error Loader::scatter() {
  for (const RecordedSection &S : Recorder.sections())
    if (S.Size)
      return Adversary.occupy(Dyld.getSectionLoadAddress(S.ID));
  return Error::success(); // Nothing was loaded that others could be far from.
}

Error Loader::link() {
  // RuntimeDyld does not say which object it ends the process for.
  std::string Files = FirstFile;
  if (Objects.size() > 1)
    Files += " or one of the " + std::to_string(Objects.size() - 1) +
             " files after it";
  WorkingOn Linking(Files);
  Dyld.resolveRelocations();
  if (Dyld.hasError())
    return make_error<StringError>(Dyld.getErrorString().trim(),
                                   inconvertibleErrorCode());
  std::string Message;
  if (Recorder.finalizeMemory(&Message))
    return errorIn(Files, "cannot finish its memory: " + Message);
  Dyld.registerEHFrames();
  return Error::success();
}

Expected<uint64_t> Loader::findFunction(StringRef Name) const {
  // Not getSymbolLocalAddress: code need not run where it was written.
  JITEvaluatedSymbol Symbol = Dyld.getSymbol(Name);
  if (!Symbol)
    return 0;
  unsigned ID = Dyld.getSymbolSectionID(Name);
  for (const RecordedSection &S : Recorder.sections())
    if (S.ID == ID && S.Kind == SegmentKind::Code)
      return Symbol.getAddress();
  return make_error<StringError>("'" + Name + "' is not a function",
                                 inconvertibleErrorCode());
}

} // namespace jitslab
