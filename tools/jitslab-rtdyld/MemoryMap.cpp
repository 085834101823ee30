//===- MemoryMap.cpp - What -map shows ------------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MemoryMap.h"
#include "Diagnostics.h"
#include "MemoryManagers.h"
#include "ProcessUsage.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <sys/ioctl.h>
#include <tuple>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

std::string percent(double Part) {
  if (Part > 0 && Part < 0.001)
    return "<0.1%";
  if (Part >= 10)
    return ">1000%";
  std::string Text;
  raw_string_ostream(Text) << format("%.1f%%", Part * 100);
  return Text;
}

std::string describe(const RelocationUse &Use) {
  std::string Text = Use.Type;
  if (!Use.Target.empty())
    Text += " to '" + Use.Target + "'";
  return Text + ", " + Use.Section + "+" + hexAddress(Use.Offset);
}

static void addObjects(MemoryMap &M, const Linker &L,
                       const LoadedImage &Image) {
  SmallVector<ProcessMapping, 0> Mappings;
  if (Image.InThisProcess)
    Mappings = processMappingsWithRights();
  for (size_t I = 0; I != Image.Objects.size(); ++I) {
    MappedObject Object;
    Object.File = Image.Objects[I].File;
    for (const LoadedSection &S : Image.Objects[I].Sections) {
      Object.Sections.push_back({S, rightsOf(Mappings, S.Address), I});
      M.SectionBytes += S.Size;
      ++M.NumSections;
    }
    auto Audit = L.audit(I);
    if (Audit)
      Object.Audit = std::move(*Audit);
    else
      M.AuditFailure = toString(Audit.takeError());
    M.Problems += Object.Audit.Problems.size();
    M.Objects.push_back(std::move(Object));
  }
}

static void findClusters(MemoryMap &M) {
  std::vector<const MappedSection *> Sections;
  for (const MappedObject &Object : M.Objects)
    for (const MappedSection &S : Object.Sections)
      if (S.Section.Size)
        Sections.push_back(&S);
  llvm::sort(Sections, [](const MappedSection *A, const MappedSection *B) {
    return std::tie(A->Section.Address, A->Object, A->Section.Name) <
           std::tie(B->Section.Address, B->Object, B->Section.Name);
  });
  for (const MappedSection *S : Sections) {
    if (M.Clusters.empty() ||
        S->Section.Address >= M.Clusters.back().End + MemoryMap::MinGap)
      M.Clusters.push_back({S->Section.Address, S->Section.Address, {}});
    Cluster &C = M.Clusters.back();
    C.End = std::max(C.End, S->Section.end());
    C.Sections.push_back(S);
  }
}

std::unique_ptr<MemoryMap> drawUp(const Linker &L, const LoaderOptions &O) {
  auto M = std::make_unique<MemoryMap>();
  LoadedImage Image = L.image();
  M->Linker = O.Linker == LinkerKind::JITLink ? "jitlink" : "rtdyld";
  M->Manager = memoryManagerName(O);
  M->Architecture = Triple::getArchTypeName(Image.Arch).str();
  M->Reach = reachOf(Image.Arch);
  M->InThisProcess = Image.InThisProcess;
  if (const Arena *A = L.arena(); A && Image.InThisProcess)
    M->Windows = A->snapshot().Windows;
  addObjects(*M, L, Image);
  findClusters(*M);
  for (const MappedObject &Object : M->Objects) {
    const RelocationUse &Use = Object.Audit.Furthest;
    if (!Use.Type.empty() &&
        (!M->Furthest ||
         Use.reachUsed() > M->Furthest->Audit.Furthest.reachUsed()))
      M->Furthest = &Object;
  }
  return M;
}

static unsigned terminalWidth() {
  constexpr unsigned Default = 80, Smallest = 60, Largest = 200;
  unsigned Width = 0;
  if (const char *Columns = getenv("COLUMNS"))
    (void)StringRef(Columns).getAsInteger(10, Width);
  winsize Size = {};
  if (!Width && ioctl(STDOUT_FILENO, TIOCGWINSZ, &Size) == 0)
    Width = Size.ws_col;
  return Width ? std::clamp(Width, Smallest, Largest) : Default;
}

static Error writeMap(const MemoryMap &M, const MapOutput &Output) {
  if (Output.File.empty()) {
    printMap(outs(), M, terminalWidth());
    outs().flush();
    return Error::success();
  }
  std::error_code EC;
  raw_fd_ostream OS(Output.File, EC);
  if (EC)
    return errorIn(Output.File, EC.message());
  switch (Output.Format) {
  case MapFormat::Text:
    printMap(OS, M, terminalWidth());
    break;
  case MapFormat::SVG:
    printMapAsSVG(OS, M);
    break;
  case MapFormat::JSON:
    printMapAsJSON(OS, M);
    break;
  }
  OS.close();
  if (!OS.has_error())
    return Error::success();
  EC = OS.error();
  OS.clear_error();
  return errorIn(Output.File, EC.message());
}

Error writeMaps(const Linker &L, const LoaderOptions &O) {
  std::unique_ptr<MemoryMap> M = drawUp(L, O);
  for (const MapOutput &Output : O.Maps)
    if (Error Err = writeMap(*M, Output))
      return Err;
  return Error::success();
}

} // namespace jitslab
