//===- JITLinkLinker.cpp - Loads objects with JITLink ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "JITLinkLinker.h"
#include "LLVMCompat.h"

#if JITSLAB_HAS_JITLINK

#include "Diagnostics.h"
#include "GraphRecorder.h"
#include "MemoryManagers.h"
#include "jitslab/LLJITSupport.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/MapperJITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/MemoryMapper.h"
#include "llvm/ExecutionEngine/Orc/ObjectFileInterface.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TargetSelect.h"
#if !JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES
#include "llvm/ExecutionEngine/Orc/EPCEHFrameRegistrar.h"
#endif
#include <set>

using namespace llvm;
using namespace llvm::orc;

namespace jitslab {

namespace {

// What llvm-jitlink reserves on a 64-bit system.
constexpr size_t MapperReservation = size_t(1) << 30;

// Not InitializeNativeTarget: that means the machine which LLVM's headers were
// packaged for.
void initializeHostTarget() {
#if defined(__aarch64__)
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64Target();
  LLVMInitializeAArch64TargetMC();
#elif defined(__x86_64__)
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
#endif
}

Expected<std::unique_ptr<jitlink::JITLinkMemoryManager>>
createStockManager(const LoaderOptions &O) {
  std::string Name = memoryManagerName(O);
  if (Name == "in-process")
    return jitlink::InProcessMemoryManager::Create();
  if (Name == "mapper")
    return MapperJITLinkMemoryManager::CreateWithMapper<InProcessMemoryMapper>(
        MapperReservation);
  return unknownMemoryManager(O);
}

Expected<std::unique_ptr<ObjectLinkingLayer>>
createStockLayer(ExecutionSession &ES,
                 std::unique_ptr<jitlink::JITLinkMemoryManager> Memory) {
  auto Layer = std::make_unique<ObjectLinkingLayer>(ES, std::move(Memory));
#if !JITSLAB_LLVM_PLATFORM_REGISTERS_EH_FRAMES
  auto Registrar = EPCEHFrameRegistrar::Create(ES);
  if (!Registrar)
    return Registrar.takeError();
  Layer->addPlugin(
      std::make_unique<EHFrameRegistrationPlugin>(ES, std::move(*Registrar)));
#endif
  return Layer;
}

// Without the ORC runtime JITLink leaves accesses to thread-local variables to
// the process's __tls_get_addr, with modules and offsets that mean nothing to
// it: the code would run, and read other variables.
Error checkThreadLocals(const InputFile &File) {
  if (!File.Object.getBinary()->isELF())
    return Error::success();
  for (const object::ELFSymbolRef &S :
       cast<object::ELFObjectFileBase>(File.Object.getBinary())->symbols()) {
    if (S.getELFType() != ELF::STT_TLS)
      continue;
    Expected<StringRef> Name = S.getName();
    if (!Name)
      return errorIn(File.Name, toString(Name.takeError()));
    // On AArch64 some say of data that it is data.
    if (Name->empty() || Name->front() == '$')
      continue;
    return errorIn(File.Name, "'" + *Name +
                                  "' is thread-local, for which JITLink needs "
                                  "LLVM's ORC runtime: -orc-runtime=FILE "
                                  "(liborc_rt*.a of compiler-rt)");
  }
  return Error::success();
}

// What C++ compilers and atexit refer to, in the message that it is missing.
bool isAboutDestructors(StringRef Message) {
  return Message.find("atexit") != StringRef::npos ||
         Message.find("__dso_handle") != StringRef::npos ||
         Message.find("constructors or destructors") != StringRef::npos;
}

class JITLinkLinker : public Linker {
public:
  Error start(const LoaderOptions &O);

  Error addDylib(const std::string &Path) override;
  Error addObject(InputFile File, Scatter &S) override;
  Error link() override;
  LoadedImage image() const override { return Recorder->image(); }
  Expected<AuditResult> audit(size_t Object) const override {
    return Recorder->audit(Object);
  }
  Expected<uint64_t> findFunction(StringRef Name) override;
  Error runInitialisers() override;
  Error runDeinitialisers() override;
  const Arena *arena() const override { return TheArena.get(); }

private:
  struct Added {
    std::string Name;
    // Looking it up links the object.
    SymbolStringPtr Load;
  };

  Expected<std::unique_ptr<ObjectLinkingLayer>>
  createLayer(ExecutionSession &ES, const LoaderOptions &O);
  Error linkOne(const Added &A);
  Error explain(StringRef File, Error Err);

  std::shared_ptr<Arena> TheArena;
  std::shared_ptr<GraphRecorder> Recorder = std::make_shared<GraphRecorder>();
  std::unique_ptr<LLJIT> JIT;
  bool HasRuntime = false;
  std::vector<Added> Objects;
  size_t Linked = 0;
  std::set<std::string> Defined;
  Scatter *Scattering = nullptr;
  // What the session had to say since the last time that it was asked.
  std::string Reported;
};

Expected<std::unique_ptr<ObjectLinkingLayer>>
JITLinkLinker::createLayer(ExecutionSession &ES, const LoaderOptions &O) {
  std::unique_ptr<ObjectLinkingLayer> Layer;
  if (TheArena) {
    auto Own = createObjectLinkingLayer(ES, TheArena);
    if (!Own)
      return Own.takeError();
    Layer = std::move(*Own);
  } else {
    auto Manager = createStockManager(O);
    if (!Manager)
      return Manager.takeError();
    auto Stock = createStockLayer(ES, std::move(*Manager));
    if (!Stock)
      return Stock.takeError();
    Layer = std::move(*Stock);
  }
  Layer->addPlugin(Recorder);
  return Layer;
}

Error JITLinkLinker::start(const LoaderOptions &O) {
  initializeHostTarget();
  if (std::optional<Layout> L = layoutByName(memoryManagerName(O))) {
    auto A = createArena(O, *L);
    if (!A)
      return A.takeError();
    TheArena = std::move(*A);
  } else if (auto Manager = createStockManager(O); !Manager) {
    return Manager.takeError(); // Before LLJIT wraps the message.
  }
  auto Target = JITTargetMachineBuilder::detectHost();
  if (!Target)
    return Target.takeError();
  LLJITBuilder Builder;
  Builder.setJITTargetMachineBuilder(std::move(*Target));
  // Further parameters, of which this needs none, differ between versions.
  Builder.setObjectLinkingLayerCreator(
      [&](ExecutionSession &ES,
          auto &&...) -> Expected<std::unique_ptr<ObjectLayer>> {
        ES.setErrorReporter([this](Error Err) {
          std::string Text = toString(std::move(Err));
          // The first is the cause; what fails because of it comes after.
          if (Reported.empty())
            Reported = std::move(Text);
        });
        return createLayer(ES, O);
      });
  if (!O.OrcRuntime.empty()) {
    // LLVM reads whatever it is given to its end.
    if (sys::fs::exists(O.OrcRuntime) &&
        !sys::fs::is_regular_file(O.OrcRuntime))
      return errorIn(O.OrcRuntime, "not a regular file");
    Builder.setPlatformSetUp(ExecutorNativePlatform(O.OrcRuntime));
    HasRuntime = true;
  }
  auto Created = Builder.create();
  if (!Created)
    return HasRuntime ? explain(O.OrcRuntime, Created.takeError())
                      : Created.takeError();
  JIT = std::move(*Created);
  return Error::success();
}

Error JITLinkLinker::explain(StringRef File, Error Err) {
  std::string Text = toString(std::move(Err));
  if (!Reported.empty())
    Text = std::move(Reported);
  Reported.clear();
  // Messages have lists in lines of their own.
  std::string Line;
  for (StringRef Rest = Text; !Rest.empty();) {
    auto [Part, After] = Rest.split('\n');
    Line += (Line.empty() ? "" : " ") + Part.trim().str();
    Rest = After;
  }
  if (!HasRuntime && isAboutDestructors(Line))
    Line += " (destructors of static objects and atexit need LLVM's ORC "
            "runtime: -orc-runtime=FILE, liborc_rt*.a of compiler-rt)";
  return errorIn(File, Line);
}

Error JITLinkLinker::addDylib(const std::string &Path) {
  auto Generator = DynamicLibrarySearchGenerator::Load(
      Path.c_str(), JIT->getDataLayout().getGlobalPrefix());
  if (!Generator)
    return libraryError(Path, toString(Generator.takeError()));
  JIT->getMainJITDylib().addGenerator(std::move(*Generator));
  return Error::success();
}

Error JITLinkLinker::addObject(InputFile File, Scatter &S) {
  Scattering = &S;
  if (!HasRuntime)
    if (Error Err = checkThreadLocals(File))
      return Err;
  ExecutionSession &ES = JIT->getExecutionSession();
  MemoryBufferRef Contents = File.Object.getBinary()->getMemoryBufferRef();
  // By the name that messages are to use.
  auto Copy = MemoryBuffer::getMemBufferCopy(Contents.getBuffer(), File.Name);
  auto Interface = getObjectFileInterface(ES, Copy->getMemBufferRef());
  if (!Interface)
    return explain(File.Name, Interface.takeError());
  for (const auto &[Name, Flags] : Interface->SymbolFlags) {
    (void)Flags;
    Defined.insert((*Name).str());
  }
  // Objects are linked when one of their symbols is wanted. Here all of them
  // are, in their order: each gets a symbol that stands for nothing else.
  if (!Interface->InitSymbol) {
    Interface->InitSymbol =
        ES.intern("$.jitslab.load." + std::to_string(Objects.size()));
    Interface->SymbolFlags[Interface->InitSymbol] =
        JITSymbolFlags::MaterializationSideEffectsOnly;
  }
  Objects.push_back({File.Name, Interface->InitSymbol});
  auto &Layer = static_cast<ObjectLinkingLayer &>(JIT->getObjLinkingLayer());
  JITDylib &Main = JIT->getMainJITDylib();
  if (Error Err = Layer.add(Main.getDefaultResourceTracker(), std::move(Copy),
                            std::move(*Interface)))
    return explain(File.Name, std::move(Err));
  return Error::success();
}

Error JITLinkLinker::linkOne(const Added &A) {
  WorkingOn Linking(A.Name);
  ExecutionSession &ES = JIT->getExecutionSession();
  auto Symbols = ES.lookup(
      {{&JIT->getMainJITDylib(), JITDylibLookupFlags::MatchAllSymbols}},
      // Nothing defines it in the end.
      SymbolLookupSet(A.Load, SymbolLookupFlags::WeaklyReferencedSymbol));
  if (!Symbols)
    return explain(A.Name, Symbols.takeError());
  if (!Reported.empty())
    return explain(A.Name, Error::success());
  return Error::success();
}

Error JITLinkLinker::link() {
  Recorder->begin([this](uint64_t Address) -> Error {
    return Scattering ? Scattering->around(Address) : Error::success();
  });
  for (; Linked != Objects.size(); ++Linked)
    if (Error Err = linkOne(Objects[Linked]))
      return Err;
  return Error::success();
}

Expected<uint64_t> JITLinkLinker::findFunction(StringRef Name) {
  if (!Defined.count(Name.str()))
    return 0;
  auto Symbol = JIT->lookupLinkerMangled(Name);
  if (!Symbol)
    return Symbol.takeError();
  for (const LoadedObject &Object : Recorder->image().Objects)
    for (const LoadedSection &S : Object.Sections)
      if (S.Kind == SegmentKind::Code && S.Address <= Symbol->getValue() &&
          Symbol->getValue() < S.end())
        return Symbol->getValue();
  return make_error<StringError>("'" + Name + "' is not a function",
                                 inconvertibleErrorCode());
}

Error JITLinkLinker::runInitialisers() {
  if (!HasRuntime)
    return Error::success();
  if (Error Err = JIT->initialize(JIT->getMainJITDylib()))
    return explain("initialisers", std::move(Err));
  return Error::success();
}

Error JITLinkLinker::runDeinitialisers() {
  if (!HasRuntime)
    return Error::success();
  if (Error Err = JIT->deinitialize(JIT->getMainJITDylib()))
    return explain("deinitialisers", std::move(Err));
  return Error::success();
}

} // namespace

Expected<std::unique_ptr<Linker>> createJITLinkLinker(const LoaderOptions &O) {
  auto L = std::make_unique<JITLinkLinker>();
  if (Error Err = L->start(O))
    return Err;
  return L;
}

} // namespace jitslab

#else

namespace jitslab {

llvm::Expected<std::unique_ptr<Linker>>
createJITLinkLinker(const LoaderOptions &) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 "-linker=jitlink needs LLVM 19 or later; this "
                                 "is LLVM " LLVM_VERSION_STRING);
}

} // namespace jitslab

#endif
