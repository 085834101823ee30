//===- RTDyldLinker.cpp - Loads objects with RuntimeDyld ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RTDyldLinker.h"
#include "Audit/ELFRelocations.h"
#include "Core/Errors.h"
#include "Diagnostics.h"
#include "llvm/Object/ELFObjectFile.h"
#include <cstring>

using namespace llvm;

namespace jitslab {

Linker::~Linker() = default;

Error RTDyldLinker::addObject(InputFile File, Scatter &S) {
  WorkingOn Loading(File.Name);
  const object::ObjectFile &Obj = *File.Object.getBinary();
  if (Error Err = Resolver.addReferences(File.Name, Obj))
    return errorIn(File.Name, toString(std::move(Err)));

  Recorder.beginObject();
  std::unique_ptr<RuntimeDyld::LoadedObjectInfo> Info = Dyld.loadObject(Obj);
  if (Dyld.hasError())
    return errorIn(File.Name, Dyld.getErrorString().trim());
  Objects.push_back(
      {std::move(File.Name), std::move(File.Object), std::move(Info)});
  if (!S.isWanted())
    return Error::success();
  for (const RecordedSection &Section : Recorder.sections())
    if (Section.Size)
      return S.around(Dyld.getSectionLoadAddress(Section.ID));
  return Error::success(); // Nothing that others could be far from.
}

// RuntimeDyld does not say which object it ends the process for.
std::string RTDyldLinker::newFiles() const {
  if (Objects.size() == Linked)
    return "";
  std::string Files = Objects[Linked].Name;
  if (size_t More = Objects.size() - Linked - 1)
    Files += " or one of the " + std::to_string(More) + " files after it";
  return Files;
}

// LLVM says nothing but that there is one.
std::string RTDyldLinker::unknownRelocation() const {
  for (size_t I = Linked; I != Objects.size(); ++I) {
    const auto *File =
        dyn_cast<object::ELFObjectFileBase>(Objects[I].File.getBinary());
    if (!File)
      continue;
    for (const object::SectionRef &S : File->sections()) {
      auto Target = S.getRelocatedSection();
      if (!Target || *Target == File->section_end() ||
          !Objects[I].Info->getSectionLoadAddress(**Target)) {
        consumeError(Target.takeError());
        continue;
      }
      for (const object::RelocationRef &R : S.relocations()) {
        if (relocationKind(File->getEMachine(), uint32_t(R.getType())))
          continue;
        SmallString<32> Type;
        R.getTypeName(Type);
        return Objects[I].Name + ": " + cantFail((*Target)->getName()).str() +
               "+" + hexAddress(R.getOffset()) + ": RuntimeDyld of LLVM " +
               LLVM_VERSION_STRING + " does not link relocations of type " +
               Type.str().str();
      }
    }
  }
  return "";
}

Error RTDyldLinker::resolve() {
  std::string Files = newFiles();
  WorkingOn Linking(Files);
  FatalErrorExplainer Explaining([this](StringRef Reason) {
    return Reason.find("Relocation type not implemented") == StringRef::npos
               ? std::string()
               : unknownRelocation();
  });
  Dyld.resolveRelocations();
  if (Dyld.hasError())
    return make_error<StringError>(Dyld.getErrorString().trim(),
                                   inconvertibleErrorCode());
  return Error::success();
}

Error RTDyldLinker::link() {
  if (Error Err = resolve())
    return Err;
  std::string Files = newFiles();
  WorkingOn Finishing(Files);
  std::string Message;
  if (Recorder.finalizeMemory(&Message))
    return errorIn(Files, "cannot finish its memory: " + Message);
  Dyld.registerEHFrames();
  Linked = Objects.size();
  return Error::success();
}

LoadedImage RTDyldLinker::image() const {
  LoadedImage Image;
  Image.InThisProcess = InThisProcess;
  for (const Loaded &L : Objects)
    Image.Objects.push_back({L.Name, {}});
  if (!Objects.empty())
    Image.Arch = Triple::ArchType(Objects.front().File.getBinary()->getArch());
  for (const RecordedSection &S : Recorder.sections())
    // Sections that -verify only looks at have no address.
    if (uint64_t Address = Dyld.getSectionLoadAddress(S.ID))
      Image.Objects[S.Object].Sections.push_back(
          {S.Name, S.Kind, Address, S.Size});
  return Image;
}

uint64_t RTDyldLinker::addressOf(StringRef Symbol) const {
  if (JITEvaluatedSymbol S = Dyld.getSymbol(Symbol))
    return S.getAddress();
  return Resolver.find(Symbol);
}

// From where the linker has written: that need not be where the code will run.
bool RTDyldLinker::copyFrom(ArrayRef<RecordedSection> Sections,
                            uint64_t Address,
                            MutableArrayRef<uint8_t> To) const {
  for (const RecordedSection &S : Sections) {
    uint64_t Begin = Dyld.getSectionLoadAddress(S.ID);
    if (Address < Begin || Address - Begin > S.Size ||
        S.Size - (Address - Begin) < To.size())
      continue;
    std::memcpy(To.data(), S.Working + (Address - Begin), To.size());
    return true;
  }
  return false;
}

Expected<AuditResult> RTDyldLinker::audit(size_t Object) const {
  const Loaded &L = Objects[Object];
  LinkedObject O;
  O.File = L.File.getBinary();
  O.SectionAddress = [&](const object::SectionRef &S) {
    return L.Info->getSectionLoadAddress(S);
  };
  O.SymbolAddress = [this](StringRef Symbol) { return addressOf(Symbol); };
  // Most reads are of the object itself, of which there may be thousands.
  O.Read = [this, Own = Recorder.sectionsOf(Object)](
               uint64_t Address, MutableArrayRef<uint8_t> To) -> Error {
    if (copyFrom(Own, Address, To) ||
        copyFrom(Recorder.sections(), Address, To))
      return Error::success();
    return createStringError(inconvertibleErrorCode(), "no section is there");
  };
  for (const RecordedSection &S : Recorder.sectionsOf(Object))
    if (S.Name == ".got") {
      uint64_t Begin = Dyld.getSectionLoadAddress(S.ID);
      O.Added.push_back({Begin, Begin + S.Size});
    }
  auto Result = auditRelocations(O);
  if (!Result)
    return errorIn(L.Name,
                   "cannot be audited: " + toString(Result.takeError()));
  return Result;
}

Expected<uint64_t> RTDyldLinker::findFunction(StringRef Name) {
  // Not getSymbolLocalAddress: code need not run where it was written.
  JITEvaluatedSymbol Symbol = Dyld.getSymbol(Name);
  if (!Symbol)
    return 0;
  unsigned ID = Dyld.getSymbolSectionID(Name);
  for (const RecordedSection &S : Recorder.sections())
    if (S.ID == ID && S.Kind == SegmentKind::Code) {
      if (Symbol.getAddress() - Dyld.getSectionLoadAddress(ID) < S.Size)
        return Symbol.getAddress();
      return make_error<StringError>("'" + Name + "' lies outside of " + S.Name,
                                     inconvertibleErrorCode());
    }
  return make_error<StringError>("'" + Name + "' is not a function",
                                 inconvertibleErrorCode());
}

} // namespace jitslab
