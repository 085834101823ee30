//===- InitFiniPlugin.cpp - Static constructors of objects ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/InitFiniPlugin.h"
#include "InitFiniSections.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include <map>
#include <mutex>

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

struct InitFiniPlugin::State {
  /// What __cxa_atexit was called with.
  struct AtExit {
    void (*Function)(void *);
    void *Argument;
  };

  /// What is known of a JITDylib.
  struct Dylib {
    std::mutex *Lock;
    /// In the order of linking.
    std::vector<std::pair<orc::ResourceKey, InitFiniFunctions>> Objects;
    std::vector<AtExit> AtExits;
  };

  // __dso_handle holds the address of its JITDylib's Dylib.
  static int registerAtExit(void (*Function)(void *), void *Argument,
                            void *Handle) {
    Dylib &D = **static_cast<Dylib **>(Handle);
    std::lock_guard<std::mutex> Guard(*D.Lock);
    D.AtExits.push_back({Function, Argument});
    return 0;
  }

  explicit State(Mode M) : TheMode(M) {}

  Dylib &of(const orc::JITDylib &JD) {
    std::unique_ptr<Dylib> &D = Dylibs[&JD];
    if (!D) {
      D = std::make_unique<Dylib>();
      D->Lock = &Lock;
    }
    return *D;
  }

  /// Takes what \p IsWanted out of \p D, and runs it without the lock.
  template <typename Fn> void runAtExits(Dylib &D, Fn IsWanted) {
    // What runs may register more.
    for (;;) {
      AtExit Last;
      {
        std::lock_guard<std::mutex> Guard(Lock);
        auto I = find_if(reverse(D.AtExits), IsWanted);
        if (I == D.AtExits.rend())
          return;
        Last = *I;
        D.AtExits.erase(std::next(I).base());
      }
      Last.Function(Last.Argument);
    }
  }

  const Mode TheMode;
  std::mutex Lock;
  DenseMap<const orc::MaterializationResponsibility *, InitFiniFunctions>
      InFlight;
  std::map<const orc::JITDylib *, std::unique_ptr<Dylib>> Dylibs;
};

InitFiniPlugin::InitFiniPlugin(Mode M) : S(std::make_unique<State>(M)) {}
InitFiniPlugin::~InitFiniPlugin() = default;

void InitFiniPlugin::initialize(orc::JITDylib &JD) {
  std::vector<InitFiniFunctions::Entry> Inits;
  {
    std::lock_guard<std::mutex> Guard(S->Lock);
    for (auto &[Key, Functions] : S->of(JD).Objects) {
      if (!Functions.Initialized)
        append_range(Inits, Functions.Inits);
      Functions.Initialized = true;
    }
  }
  runInits(Inits);
}

void InitFiniPlugin::deinitialize(orc::JITDylib &JD) {
  std::vector<InitFiniFunctions::Entry> Finis;
  State::Dylib *D;
  {
    std::lock_guard<std::mutex> Guard(S->Lock);
    D = &S->of(JD);
    for (auto &[Key, Functions] : reverse(D->Objects)) {
      if (Functions.Initialized)
        append_range(Finis, Functions.Finis);
      Functions.Finis.clear();
    }
  }
  S->runAtExits(*D, [](const State::AtExit &) { return true; });
  runFinis(Finis);
}

Error InitFiniPlugin::defineAtExit(orc::ObjectLinkingLayer &Layer,
                                   orc::JITDylib &JD) {
  orc::ExecutionSession &ES = JD.getExecutionSession();
  State::Dylib *D;
  {
    std::lock_guard<std::mutex> Guard(S->Lock);
    D = &S->of(JD);
  }
  return Layer.add(
      JD,
      makeAtExit(ES, D, orc::ExecutorAddr::fromPtr(&State::registerAtExit)));
}

void InitFiniPlugin::modifyPassConfig(orc::MaterializationResponsibility &MR,
                                      LinkGraph &G, PassConfiguration &Config) {
  if (!G.getTargetTriple().isOSBinFormatELF())
    return;
  bool Runs = S->TheMode == Mode::Run;
  auto Kept = std::make_shared<SymbolSet>();
  if (Runs)
    Config.PrePrunePasses.push_back(
        [Kept](LinkGraph &G) { return keepInitFini(G, *Kept); });
  // Of a graph without symbols of its own for them nothing is left later on.
  auto Found = std::make_shared<bool>(false);
  Config.PrePrunePasses.push_back([Found](LinkGraph &G) {
    *Found = hasInitFini(G);
    return Error::success();
  });
  // Only then platforms have said what is theirs.
  Config.PostPrunePasses.push_back([Found, Kept, Runs,
                                    &MR](LinkGraph &G) -> Error {
    *Found &= !isPlatforms(G, MR, *Kept);
    if (!*Found || Runs)
      return Error::success();
    return make_error<StringError>(
        "jitslab: " + G.getName() +
            " has static constructors or destructors, which nobody would run: "
            "set JITLinkOptions::Statics to an InitFiniPlugin, or use the ORC "
            "runtime (orc::ExecutorNativePlatform)",
        std::make_error_code(std::errc::not_supported));
  });
  if (Runs)
    Config.PostFixupPasses.push_back([this, Found, &MR](LinkGraph &G) {
      InitFiniFunctions Functions = readInitFini(G, /*Functions=*/*Found);
      std::lock_guard<std::mutex> Guard(S->Lock);
      S->InFlight[&MR] = std::move(Functions);
      return Error::success();
    });
}

Error InitFiniPlugin::notifyEmitted(orc::MaterializationResponsibility &MR) {
  InitFiniFunctions Functions;
  {
    std::lock_guard<std::mutex> Guard(S->Lock);
    auto I = S->InFlight.find(&MR);
    if (I == S->InFlight.end())
      return Error::success();
    Functions = std::move(I->second);
    S->InFlight.erase(I);
  }
  return MR.withResourceKeyDo([&](orc::ResourceKey K) {
    std::lock_guard<std::mutex> Guard(S->Lock);
    S->of(MR.getTargetJITDylib()).Objects.push_back({K, std::move(Functions)});
  });
}

Error InitFiniPlugin::notifyFailed(orc::MaterializationResponsibility &MR) {
  std::lock_guard<std::mutex> Guard(S->Lock);
  S->InFlight.erase(&MR);
  return Error::success();
}

Error InitFiniPlugin::notifyRemovingResources(orc::JITDylib &JD,
                                              orc::ResourceKey K) {
  std::vector<InitFiniFunctions> Going;
  State::Dylib *D;
  {
    std::lock_guard<std::mutex> Guard(S->Lock);
    D = &S->of(JD);
    for (auto &[Key, Functions] : reverse(D->Objects))
      if (Key == K)
        Going.push_back(std::move(Functions));
    erase_if(D->Objects, [&](const auto &Each) { return Each.first == K; });
  }
  // What was registered with functions or variables that go, has to run now.
  S->runAtExits(*D, [&](const State::AtExit &E) {
    return any_of(Going, [&](const InitFiniFunctions &F) {
      return F.contains(reinterpret_cast<uintptr_t>(E.Function)) ||
             F.contains(reinterpret_cast<uintptr_t>(E.Argument));
    });
  });
  std::vector<InitFiniFunctions::Entry> Finis;
  for (const InitFiniFunctions &F : Going)
    if (F.Initialized)
      append_range(Finis, F.Finis);
  runFinis(Finis);
  return Error::success();
}

void InitFiniPlugin::notifyTransferringResources(orc::JITDylib &JD,
                                                 orc::ResourceKey To,
                                                 orc::ResourceKey From) {
  std::lock_guard<std::mutex> Guard(S->Lock);
  for (auto &[Key, Functions] : S->of(JD).Objects)
    if (Key == From)
      Key = To;
}

} // namespace jitslab
