//===- JITLinkModel.cpp - Memory managers of JITLink ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model/JITLinkModel.h"
#include "JITLink/TestGraph.h"
#include "Support/MachineCode.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

// From this size on, sections lie outside: small, so that there are many.
static constexpr size_t OutsideMinSize = 20000;

JITLinkModel::JITLinkModel(ArenaOptions O, OperationSource &Source)
    : Options(O), Source(Source), A(cantFail(ArenaAccess::create(O, Memory))) {
  for (size_t MinSize : {SIZE_MAX, OutsideMinSize}) {
    ArenaJITLinkOptions JO;
    JO.OutsideMinSize = MinSize;
    Managers.push_back(std::make_unique<ArenaJITLinkMemoryManager>(A, JO));
  }
}

bool JITLinkModel::fail(const std::string &What) {
  if (Problem.empty())
    Problem = What;
  return false;
}

size_t JITLinkModel::granule() const {
  return Options.ObjectLayout == Layout::Dense ? 64 : Memory.pageSize();
}

size_t JITLinkModel::randomSize() {
  size_t What = Source.below(1000);
  if (What < 950)
    return Source.between(1, 2000);
  if (What < 996)
    return Source.between(1, 60000);
  return Source.between(1, SlabSize);
}

JITLinkModel::Graph JITLinkModel::randomGraph(bool &WantsBoth) {
  Graph G;
  G.Link = makeGraph();
  G.Manager = Source.below(Managers.size());
  WantsBoth = Source.percent(1);
  // The graph keeps no copies of them.
  static constexpr const char *Names[] = {".section0", ".section1", ".section2",
                                          ".section3", ".section4"};
  size_t Number = Source.below(std::size(Names) + 1);
  for (size_t I = 0; I != Number; ++I) {
    Section S;
    S.Kind = AllSegmentKinds[Source.below(NumSegmentKinds)];
    S.Size = randomSize();
    S.Align = size_t(1) << Source.below(Source.percent(98) ? 8 : 14);
    // Where instructions are aligned, code always is.
    if (S.Kind == SegmentKind::Code)
      S.Align = std::max<size_t>(S.Align, 4);
    S.ForFinalize = Source.percent(20);
    bool NoAlloc = Source.percent(5);
    S.IsZero = S.Kind == SegmentKind::RWData && Source.percent(30);
    orc::MemProt Prot = S.Kind == SegmentKind::Code     ? RX
                        : S.Kind == SegmentKind::ROData ? orc::MemProt::Read
                                                        : RW;
    if (WantsBoth && !NoAlloc)
      Prot = RX | RW;
    orc::MemLifetime Lifetime = NoAlloc         ? orc::MemLifetime::NoAlloc
                                : S.ForFinalize ? orc::MemLifetime::Finalize
                                                : orc::MemLifetime::Standard;
    const char *Name = Names[I];
    if (S.IsZero) {
      llvm::jitlink::Section &Zero = G.Link->createSection(Name, Prot);
      Zero.setMemLifetime(Lifetime);
      S.Block = &G.Link->createZeroFillBlock(Zero, S.Size, orc::ExecutorAddr(),
                                             S.Align, 0);
    } else {
      S.Block = &addSection(*G.Link, Name, Prot, S.Size, Lifetime, S.Align);
    }
    S.IsOutside = G.Manager == 1 && S.Size >= OutsideMinSize &&
                  S.Kind != SegmentKind::Code && !S.ForFinalize;
    if (!NoAlloc)
      G.Sections.push_back(S);
  }
  WantsBoth &= !G.Sections.empty();
  return G;
}

// What a graph has got: all in one window, contents copied, zeros where there
// are none.
bool JITLinkModel::place(Graph &G) {
  int Home = -1;
  for (Section &S : G.Sections) {
    S.Executor = uintptr_t(S.Block->getAddress().getValue());
    if (S.Executor % S.Align)
      return fail("a section that is not aligned as asked for");
    Count.Outside += S.IsOutside;
    int In = Memory.windowOf(S.Executor, S.Size);
    if (S.IsOutside ? !Memory.isUnguarded(S.Executor, S.Size)
                    : In < 0 || (Home >= 0 && In != Home))
      return fail("sections of a graph in two windows");
    if (S.IsOutside) {
      for (const WindowSnapshot &W : A->snapshot().Windows)
        if (S.Executor >= W.Begin && S.Executor < W.End)
          return fail("a section that should lie outside lies in a window");
    } else {
      Home = In;
      if (!Live.add(S.range()))
        return fail("a section that overlaps another one");
    }
    auto *Bytes = reinterpret_cast<const uint8_t *>(S.Executor);
    uint8_t Expected = S.IsZero ? 0 : FillByte;
    if (!Contents::forEachPlace(S.Size,
                                [&](size_t I) { return Bytes[I] == Expected; }))
      return fail("contents that are not those of the graph");
    if (S.IsZero)
      continue;
    S.Working =
        reinterpret_cast<uint8_t *>(S.Block->getAlreadyMutableContent().data());
    bool TwoViews = Options.ObjectLayout == Layout::Dense && !S.IsOutside &&
                    S.Kind != SegmentKind::RWData;
    auto Working = reinterpret_cast<uintptr_t>(S.Working);
    if ((Working != S.Executor) != TwoViews ||
        Memory.executorOf(Working) != S.Executor)
      return fail("two views that do not show the same");
    // JITLink applies its fixups there.
    S.Bytes = Contents(uint8_t(Source.below(256)));
    S.Bytes.write(S.Working, S.Size);
  }
  return checkGraph(G);
}

bool JITLinkModel::allocate() {
  bool WantsBoth;
  Graph G = randomGraph(WantsBoth);
  auto Result = Managers[G.Manager]->allocate(nullptr, *G.Link);
  if (!Result) {
    ++Count.Refused;
    Error Err = Result.takeError();
    bool Full = Err.isA<ArenaFullError>();
    std::string Message = toString(std::move(Err));
    // What is for finalization has to lie in the window of the rest, which may
    // be full by then.
    bool HasSibling =
        any_of(G.Sections, [](const Section &S) { return S.ForFinalize; });
    return WantsBoth || (Full && (!Options.Grow || HasSibling)) ||
           fail(Message);
  }
  if (WantsBoth) {
    (*Result)->abandon([](Error Err) { consumeError(std::move(Err)); });
    return fail("memory that is writable and executable");
  }
  ++Count.Allocated;
  G.InFlight = std::move(*Result);
  bool Ok = place(G);
  measure(G);
  InFlight.push_back(std::move(G));
  return Ok;
}

void JITLinkModel::forget(Graph &G, bool ForFinalize) {
  auto Ends = [&](const Section &S) {
    if (ForFinalize && !S.ForFinalize)
      return false;
    if (!S.IsOutside)
      Live.remove(S.range());
    return true;
  };
  erase_if(G.Sections, Ends);
  measure(G);
}

// Each section, what its alignment may cost, and the rest of its granules.
void JITLinkModel::measure(Graph &G) {
  G.MostBytes = G.Outside = 0;
  for (const Section &S : G.Sections)
    if (S.IsOutside)
      ++G.Outside;
    else
      G.MostBytes += S.Size + std::max(S.Align, granule()) + granule();
}

bool JITLinkModel::finalize(size_t Index) {
  Graph G = std::move(InFlight[Index]);
  InFlight.erase(InFlight.begin() + Index);
  if (!checkGraph(G))
    return false;
  auto Result = G.InFlight->finalize();
  G.InFlight.reset();
  if (!Result)
    return fail(toString(Result.takeError()));
  ++Count.Finalized;
  G.Finalized = std::move(*Result);
  forget(G, /*ForFinalize=*/true);
  for (Section &S : G.Sections)
    S.Working = nullptr;
  // The graph is not needed any more, as in JITLink.
  G.Link.reset();
  Finalized.push_back(std::move(G));
  return checkGraph(Finalized.back());
}

bool JITLinkModel::abandon(size_t Index) {
  Graph G = std::move(InFlight[Index]);
  InFlight.erase(InFlight.begin() + Index);
  if (!checkGraph(G))
    return false;
  forget(G, /*ForFinalize=*/false);
  bool Called = false;
  G.InFlight->abandon([&](Error Err) { Called = !Err; });
  ++Count.Abandoned;
  return expect(Called, "a graph that cannot be abandoned");
}

bool JITLinkModel::deallocate() {
  size_t Number = std::min(Source.between(1, 4), Finalized.size());
  size_t Manager = Source.below(Managers.size());
  std::vector<MemoryManager::FinalizedAlloc> Allocs;
  for (; Number; --Number) {
    Graph &G = Finalized[Source.below(Finalized.size())];
    if (!checkGraph(G))
      return false;
    Allocs.push_back(std::move(G.Finalized));
    forget(G, /*ForFinalize=*/false);
    std::swap(G, Finalized.back());
    Finalized.pop_back();
    ++Count.Deallocated;
  }
  // Managers of one arena free each other's graphs.
  if (Error Err = Managers[Manager]->deallocate(std::move(Allocs)))
    return fail(toString(std::move(Err)));
  return true;
}

bool JITLinkModel::writeData(Graph &G) {
  for (Section &S : G.Sections)
    if (S.Kind == SegmentKind::RWData) {
      S.Bytes = Contents(uint8_t(Source.below(256)));
      S.IsZero = false;
      S.Bytes.write(reinterpret_cast<uint8_t *>(S.Executor), S.Size);
    }
  return checkGraph(G);
}

bool JITLinkModel::checkGraph(const Graph &G) {
  for (const Section &S : G.Sections) {
    auto *Bytes = reinterpret_cast<const uint8_t *>(S.Executor);
    if (S.IsZero ? !Contents::forEachPlace(
                       S.Size, [&](size_t I) { return Bytes[I] == 0; })
                 : !S.Bytes.areAt(S.Executor, S.Size))
      return fail("contents that are not what was written");
    bool IsFinal =
        !G.InFlight || (Options.ObjectLayout == Layout::Dense && !S.IsOutside);
    Access Final = S.Kind == SegmentKind::Code     ? Access::ReadExecute
                   : S.Kind == SegmentKind::ROData ? Access::ReadOnly
                                                   : Access::ReadWrite;
    if (!Memory.has(S.range(), IsFinal ? Final : Access::ReadWrite))
      return fail("a section with the wrong access rights");
  }
  return true;
}

bool JITLinkModel::checkStats() {
  if (!Memory.violations().empty())
    return fail("calls that should not be made: " + Memory.violations());
  ArenaStats S = A->stats();
  Count.MostGraphs =
      std::max(Count.MostGraphs, InFlight.size() + Finalized.size());
  size_t Most = 0, Outside = 0;
  for (const auto *Graphs : {&InFlight, &Finalized})
    for (const Graph &G : *Graphs) {
      Most += G.MostBytes;
      Outside += G.Outside;
    }
  if (S.LiveObjects != InFlight.size() + Finalized.size())
    return fail("LiveObjects is wrong");
  if (S.LiveBytes < Live.bytes() ||
      S.LiveBytes > Most + NumSegmentKinds * granule() * S.LiveObjects)
    return fail("LiveBytes is wrong");
  if (S.LiveBytes + S.FreeBytes != S.CommittedBytes || S.FrozenBytes ||
      S.CommittedBytes < Live.slabs() * SlabSize)
    return fail("CommittedBytes or FreeBytes is wrong");
  size_t OutsideBytes = 0;
  for (AddressRange R : Memory.Unguarded)
    OutsideBytes += R.size();
  if (S.OutsideBytes != OutsideBytes)
    return fail("OutsideBytes is wrong");
  return expect(S.Windows == Memory.Windows.size() &&
                    Outside == Memory.Unguarded.size(),
                "mappings that belong to nobody");
}

bool JITLinkModel::step() {
  ++Count.Operations;
  bool Growing = Count.Operations % 2000 < 1200 && Finalized.size() < 200 &&
                 InFlight.size() < 50;
  size_t What = Source.below(1000);
  bool Ok = true;
  if (What < (Growing ? 450 : 300) || (InFlight.empty() && Finalized.empty()))
    Ok = allocate();
  else if (What < (Growing ? 750 : 500) && !InFlight.empty())
    Ok = finalize(Source.below(InFlight.size()));
  else if (What < (Growing ? 850 : 600) && !InFlight.empty())
    Ok = abandon(Source.below(InFlight.size()));
  else if (What < (Growing ? 990 : 980) && !Finalized.empty())
    Ok = deallocate();
  else if (What < 998 && !Finalized.empty())
    Ok = writeData(Finalized[Source.below(Finalized.size())]);
  else
    A->trim();
  const Graph *Any =
      !Finalized.empty() ? &Finalized[Source.below(Finalized.size())] : nullptr;
  return Ok && checkStats() && (!Any || checkGraph(*Any)) &&
         (Count.Operations % 64 ||
          expect(A->verify(), "the arena's structures do not fit together"));
}

bool JITLinkModel::finish() {
  while (!InFlight.empty())
    if (!abandon(0))
      return false;
  while (!Finalized.empty())
    if (!deallocate())
      return false;
  A->trim();
  ArenaStats S = A->stats();
  if (S.LiveBytes || S.LiveObjects || S.CommittedBytes || S.Windows != 1 ||
      !A->verify())
    return fail("an arena that still holds something");
  Managers.clear();
  A.reset();
  return expect(Memory.OpenReservations == 0 && Memory.OpenShared == 0,
                "an arena that is gone has left something behind");
}

} // namespace jitslab
