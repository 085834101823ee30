//===- InitFiniPlugin.cpp - Static constructors of objects ----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/InitFiniPlugin.h"
#include "../Platform/Fork.h"
#include "InitFiniSections.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include <map>
#include <mutex>

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

/// Code of objects registers destructors at any time, in a child of a fork too.
struct __attribute__((visibility("hidden"))) InitFiniPlugin::State final
    : ForkListener {
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
    /// Of the graphs of defineAtExit, linked or not.
    SmallVector<orc::ResourceKey, 1> Handles;
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
  ~State() override { withdraw(); }

  void beforeFork() override { Lock.lock(); }
  void afterForkInParent() override { Lock.unlock(); }
  void afterForkInChild() override { Lock.unlock(); }

  std::shared_ptr<Dylib> of(const orc::JITDylib &JD) {
    std::shared_ptr<Dylib> &D = Dylibs[&JD];
    if (!D) {
      D = std::make_shared<Dylib>();
      D->Lock = &Lock;
    }
    return D;
  }

  /// Null where nothing is known of \p JD.
  std::shared_ptr<Dylib> find(const orc::JITDylib &JD) const {
    auto I = Dylibs.find(&JD);
    return I == Dylibs.end() ? nullptr : I->second;
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
  /// Those that have objects, or whose __dso_handle may still be linked.
  std::map<const orc::JITDylib *, std::shared_ptr<Dylib>> Dylibs;
  /// The last, because from then on forks lock.
  const std::error_code EnrollError = enroll();
};

InitFiniPlugin::InitFiniPlugin(Mode M) : S(std::make_unique<State>(M)) {}
InitFiniPlugin::~InitFiniPlugin() = default;

// An object is emitted before what it refers to, which may fail and be freed.
void InitFiniPlugin::initialize(orc::JITDylib &JD) {
  std::vector<std::string> Symbols;
  {
    std::lock_guard<std::mutex> Guard(S->Lock);
    if (std::shared_ptr<State::Dylib> D = S->find(JD))
      for (auto &[Key, Functions] : D->Objects)
        if (!Functions.Initialized)
          Symbols.push_back(Functions.Symbol);
  }
  StringSet<> Ready, Failed;
  for (const std::string &Symbol : Symbols)
    (Symbol.empty() || waitForAll(JD, Symbol) ? Ready : Failed).insert(Symbol);
  std::vector<InitFiniFunctions::Entry> Inits;
  {
    std::lock_guard<std::mutex> Guard(S->Lock);
    std::shared_ptr<State::Dylib> D = S->find(JD);
    if (!D)
      return;
    erase_if(D->Objects, [&](const auto &Each) {
      return Failed.count(Each.second.Symbol) != 0;
    });
    for (auto &[Key, Functions] : D->Objects) {
      if (Functions.Initialized || !Ready.count(Functions.Symbol))
        continue;
      append_range(Inits, Functions.Inits);
      Functions.Initialized = true;
    }
  }
  runInits(Inits);
}

void InitFiniPlugin::deinitialize(orc::JITDylib &JD) {
  std::vector<InitFiniFunctions::Entry> Finis;
  std::shared_ptr<State::Dylib> D;
  {
    std::lock_guard<std::mutex> Guard(S->Lock);
    D = S->find(JD);
    if (!D)
      return;
    for (auto &[Key, Functions] : reverse(D->Objects)) {
      if (!Functions.Initialized)
        continue;
      append_range(Finis, Functions.Finis);
      Functions.Finis.clear();
    }
  }
  auto All = [](const State::AtExit &) { return true; };
  S->runAtExits(*D, All);
  runFinis(Finis);
  S->runAtExits(*D, All);
}

Error InitFiniPlugin::defineAtExit(orc::ObjectLinkingLayer &Layer,
                                   orc::JITDylib &JD) {
  orc::ExecutionSession &ES = JD.getExecutionSession();
  orc::ResourceTrackerSP Tracker = JD.getDefaultResourceTracker();
  const orc::ResourceKey Key = Tracker->getKeyUnsafe();
  std::shared_ptr<State::Dylib> D;
  {
    std::lock_guard<std::mutex> Guard(S->Lock);
    D = S->of(JD);
    D->Handles.push_back(Key);
  }
  Error Err =
      Layer.add(std::move(Tracker),
                makeAtExit(ES, D.get(),
                           orc::ExecutorAddr::fromPtr(&State::registerAtExit)));
  if (Err) {
    std::lock_guard<std::mutex> Guard(S->Lock);
    // Whoever removes the tracker may have been here.
    auto Handle = find(D->Handles, Key);
    if (Handle != D->Handles.end())
      D->Handles.erase(Handle);
  }
  return Err;
}

void InitFiniPlugin::modifyPassConfig(orc::MaterializationResponsibility &MR,
                                      LinkGraph &G, PassConfiguration &Config) {
  if (!G.getTargetTriple().isOSBinFormatELF())
    return;
  bool Runs = S->TheMode == Mode::Run;
  if (std::error_code EC = S->EnrollError; EC && Runs)
    return Config.PrePrunePasses.push_back(
        [EC](LinkGraph &) { return errorCodeToError(EC); });
  auto Kept = std::make_shared<SymbolSet>();
  if (Runs)
    Config.PrePrunePasses.push_back(
        [Kept](LinkGraph &G) { return keepInitFini(G, *Kept); });
  auto Symbol = std::make_shared<std::string>();
  // Of a graph without symbols of its own for them nothing is left later on.
  auto Found = std::make_shared<bool>(false);
  Config.PrePrunePasses.push_back([Found](LinkGraph &G) {
    *Found = hasInitFini(G);
    return Error::success();
  });
  // Only then platforms have said what is theirs.
  Config.PostPrunePasses.push_back([Found, Kept, Runs, Symbol,
                                    &MR](LinkGraph &G) -> Error {
    *Found &= !isPlatforms(G, MR, *Kept);
    if (!*Found)
      return Error::success();
    if (Runs)
      return trackInitFini(G, MR, *Symbol);
    return make_error<StringError>(
        "jitslab: " + G.getName() +
            " has static constructors or destructors, which nobody would run: "
            "set JITLinkOptions::Statics to an InitFiniPlugin, or use the ORC "
            "runtime (orc::ExecutorNativePlatform)",
        std::make_error_code(std::errc::not_supported));
  });
  if (Runs)
    Config.PostFixupPasses.push_back([this, Found, Symbol, &MR](LinkGraph &G) {
      InitFiniFunctions Functions = readInitFini(G, /*Functions=*/*Found);
      Functions.Symbol = *Symbol;
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
    S->of(MR.getTargetJITDylib())->Objects.push_back({K, std::move(Functions)});
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
  std::shared_ptr<State::Dylib> D;
  bool IsLast;
  {
    std::lock_guard<std::mutex> Guard(S->Lock);
    D = S->find(JD);
    if (!D)
      return Error::success();
    for (auto &[Key, Functions] : reverse(D->Objects))
      if (Key == K)
        Going.push_back(std::move(Functions));
    erase_if(D->Handles, [&](orc::ResourceKey Key) { return Key == K; });
    erase_if(D->Objects, [&](const auto &Each) { return Each.first == K; });
    // Another JITDylib may come to lie where this one is. Nobody can register
    // with it any more.
    IsLast = D->Objects.empty() && D->Handles.empty();
    if (IsLast)
      S->Dylibs.erase(&JD);
  }
  // What was registered with functions or variables that go, has to run now.
  auto Goes = [&](const State::AtExit &E) {
    return IsLast || any_of(Going, [&](const InitFiniFunctions &F) {
             return F.contains(reinterpret_cast<uintptr_t>(E.Function)) ||
                    F.contains(reinterpret_cast<uintptr_t>(E.Argument));
           });
  };
  S->runAtExits(*D, Goes);
  std::vector<InitFiniFunctions::Entry> Finis;
  for (const InitFiniFunctions &F : Going)
    if (F.Initialized)
      append_range(Finis, F.Finis);
  runFinis(Finis);
  // Destructors register more: of variables that they are the first to use.
  S->runAtExits(*D, Goes);
  return Error::success();
}

void InitFiniPlugin::notifyTransferringResources(orc::JITDylib &JD,
                                                 orc::ResourceKey To,
                                                 orc::ResourceKey From) {
  std::lock_guard<std::mutex> Guard(S->Lock);
  std::shared_ptr<State::Dylib> D = S->find(JD);
  if (!D)
    return;
  for (auto &[Key, Functions] : D->Objects)
    if (Key == From)
      Key = To;
  std::replace(D->Handles.begin(), D->Handles.end(), From, To);
}

} // namespace jitslab
