//===- InitFiniSections.cpp - Sections of static constructors -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InitFiniSections.h"
#include "../LLVMCompat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <map>

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

// What a function without a priority has (GCC, attribute "constructor").
static constexpr unsigned NoPriority = 65535;

namespace {

/// What a section's name says of it.
struct SectionUse {
  bool IsInit = false, IsFini = false;
  /// Its functions run last to first.
  bool Backwards = false;
  unsigned Priority = NoPriority;

  explicit operator bool() const { return IsInit || IsFini; }
};

SectionUse useOf(StringRef Name) {
  struct Kind {
    StringRef Name;
    bool IsInit, IsOld;
  };
  // The older ones are numbered from 65535 downwards.
  static const Kind Kinds[] = {{".init_array", true, false},
                               {".ctors", true, true},
                               {".fini_array", false, false},
                               {".dtors", false, true}};
  for (const Kind &K : Kinds) {
    StringRef Rest = Name;
    if (!Rest.consume_front(K.Name) || (!Rest.empty() && Rest[0] != '.'))
      continue;
    SectionUse Use;
    Use.IsInit = K.IsInit;
    Use.IsFini = !K.IsInit;
    Use.Backwards = K.IsInit == K.IsOld;
    unsigned Number;
    if (Rest.consume_front(".") && !Rest.getAsInteger(10, Number) &&
        Number <= NoPriority)
      Use.Priority = K.IsOld ? NoPriority - Number : Number;
    return Use;
  }
  return {};
}

bool isEmpty(const Section &S) {
  return all_of(S.blocks(), [](const Block *B) { return B->getSize() == 0; });
}

#if JITSLAB_LLVM_SYMBOL_NAMES_ARE_POOLED
bool isNamed(const Symbol &Sym, const orc::SymbolStringPtr &Name) {
  return Sym.hasName() && Sym.getName() == Name;
}
#else
bool isNamed(const Symbol &Sym, const orc::SymbolStringPtr &Name) {
  return Sym.hasName() && Sym.getName() == *Name;
}
#endif

// The constructors of LinkGraph differ between versions.
template <typename Graph = LinkGraph>
std::unique_ptr<Graph> makeGraph(orc::ExecutionSession &ES, const char *Name) {
  const Triple &TT = ES.getExecutorProcessControl().getTargetTriple();
  auto EdgeName = [](Edge::Kind) { return "none"; };
  if constexpr (std::is_constructible_v<
                    Graph, std::string, std::shared_ptr<orc::SymbolStringPool>,
                    Triple, SubtargetFeatures, const char *(*)(Edge::Kind)>)
    return std::make_unique<Graph>(Name, ES.getSymbolStringPool(), TT,
                                   SubtargetFeatures(), EdgeName);
  else
    return std::make_unique<Graph>(Name, TT, EdgeName);
}

} // namespace

bool InitFiniFunctions::contains(uintptr_t Address) const {
  return any_of(Sections, [&](const Range &R) {
    return Address >= R.Begin && Address < R.End;
  });
}

bool hasInitFini(LinkGraph &G) {
  return any_of(G.sections(), [](const Section &S) {
    return useOf(S.getName()) && !isEmpty(S);
  });
}

Error keepInitFini(LinkGraph &G, SymbolSet &Kept) {
  for (Section &S : G.sections())
    if (useOf(S.getName()))
      for (Block *B : S.blocks())
        if (B->getSize())
          Kept.insert(&G.addAnonymousSymbol(
              *B, 0, B->getSize(), /*IsCallable=*/false, /*IsLive=*/true));
  return Error::success();
}

// LLVM 22's define the initializer symbol; 19's keep the sections by symbols
// without names, which nothing else does.
bool isPlatforms(LinkGraph &G, orc::MaterializationResponsibility &MR,
                 const SymbolSet &Kept) {
  const orc::SymbolStringPtr &Initializer = MR.getInitializerSymbol();
  if (Initializer && any_of(G.defined_symbols(), [&](const Symbol *Sym) {
        return isNamed(*Sym, Initializer);
      }))
    return true;
  return any_of(G.sections(), [&](const Section &S) {
    return useOf(S.getName()) && any_of(S.symbols(), [&](const Symbol *Sym) {
             return !Sym->hasName() && !Kept.contains(Sym);
           });
  });
}

// In LLVM 20 and later ORC knows of dependencies by block, and of those blocks
// only that have a name, or are referred to by one that has.
Error trackInitFini(LinkGraph &G, orc::MaterializationResponsibility &MR,
                    std::string &Name) {
  static std::atomic<unsigned> Last{0};
  Block *First = nullptr;
  for (Section &S : G.sections()) {
    if (!useOf(S.getName()))
      continue;
    for (Block *B : S.blocks()) {
      if (!B->getSize())
        continue;
      if (!First)
        First = B;
      else
        First->addEdge(Edge::KeepAlive, 0,
                       G.addAnonymousSymbol(*B, 0, B->getSize(),
                                            /*IsCallable=*/false,
                                            /*IsLive=*/true),
                       0);
    }
  }
  if (!First)
    return Error::success();
  Name = "$.jitslab.statics." + std::to_string(++Last);
  MutableArrayRef<char> Kept = G.allocateContent(Twine(Name));
  G.addDefinedSymbol(*First, 0, StringRef(Kept.data(), Kept.size()),
                     First->getSize(), Linkage::Strong, Scope::Hidden,
                     /*IsCallable=*/false, /*IsLive=*/true);
  // As linking finds it: not exported, not callable.
  return MR.defineMaterializing(
      {{MR.getExecutionSession().intern(Name), JITSymbolFlags::None}});
}

bool waitForAll(orc::JITDylib &JD, StringRef Symbol) {
  orc::ExecutionSession &ES = JD.getExecutionSession();
  Error Err = ES.lookup({{&JD, orc::JITDylibLookupFlags::MatchAllSymbols}},
                        ES.intern(Symbol))
                  .takeError();
  if (!Err)
    return true;
  if (Err.isA<orc::SymbolsNotFound>())
    consumeError(std::move(Err));
  else
    ES.reportError(joinErrors(
        make_error<StringError>(
            "jitslab: static constructors of an object in " + JD.getName() +
                " do not run, because linking has failed",
            std::make_error_code(std::errc::not_supported)),
        std::move(Err)));
  return false;
}

InitFiniFunctions readInitFini(LinkGraph &G, bool Functions) {
  InitFiniFunctions Result;
  for (Section &S : G.sections()) {
    // What was linked for a moment, or was given no memory, is nowhere.
    if (S.getMemLifetime() != orc::MemLifetime::Standard)
      continue;
    std::vector<Block *> Blocks(S.blocks().begin(), S.blocks().end());
    sort(Blocks, [](const Block *L, const Block *R) {
      return L->getAddress() < R->getAddress();
    });
    if (!Blocks.empty())
      Result.Sections.push_back({Blocks.front()->getAddress().getValue(),
                                 Blocks.back()->getRange().End.getValue()});
    SectionUse Use = useOf(S.getName());
    if (!Functions || !Use)
      continue;
    std::vector<InitFiniFunctions::Entry> Entries;
    for (const Block *B : Blocks) {
      // Zeros mean no function.
      if (B->isZeroFill())
        continue;
      for (size_t I = 0; I + sizeof(uintptr_t) <= B->getSize();
           I += sizeof(uintptr_t)) {
        uintptr_t Function;
        memcpy(&Function, B->getContent().data() + I, sizeof(Function));
        // Older compilers mark the ends of .ctors and .dtors by them.
        if (Function != 0 && Function != UINTPTR_MAX)
          Entries.push_back({Use.Priority, Function});
      }
    }
    if (Use.Backwards)
      std::reverse(Entries.begin(), Entries.end());
    append_range(Use.IsInit ? Result.Inits : Result.Finis, Entries);
  }
  return Result;
}

/// Calls them by priority; those of equal priority as they come.
template <typename Order>
static void run(const std::vector<InitFiniFunctions::Entry> &Entries) {
  std::multimap<unsigned, uintptr_t, Order> Sorted;
  for (const InitFiniFunctions::Entry &E : Entries)
    Sorted.emplace(E.Priority, E.Function);
  for (auto [Priority, Function] : Sorted)
    reinterpret_cast<void (*)()>(Function)();
}

void runInits(const std::vector<InitFiniFunctions::Entry> &Inits) {
  run<std::less<>>(Inits);
}

void runFinis(const std::vector<InitFiniFunctions::Entry> &Finis) {
  run<std::greater<>>(Finis);
}

std::unique_ptr<LinkGraph> makeAtExit(orc::ExecutionSession &ES,
                                      const void *Pointer,
                                      orc::ExecutorAddr Register) {
  std::unique_ptr<LinkGraph> G = makeGraph(ES, "<jitslab atexit>");
  Section &S = G->createSection(".data.dso_handle",
                                orc::MemProt::Read | orc::MemProt::Write);
  MutableArrayRef<char> Content = G->allocateBuffer(sizeof(Pointer));
  memcpy(Content.data(), &Pointer, sizeof(Pointer));
  Block &B = G->createMutableContentBlock(S, Content, orc::ExecutorAddr(),
                                          alignof(void *), 0);
  G->addDefinedSymbol(B, 0, "__dso_handle", sizeof(Pointer), Linkage::Strong,
                      Scope::Hidden, /*IsCallable=*/false, /*IsLive=*/true);
  G->addAbsoluteSymbol("__cxa_atexit", Register, 0, Linkage::Strong,
                       Scope::Default, /*IsLive=*/true);
  return G;
}

} // namespace jitslab
