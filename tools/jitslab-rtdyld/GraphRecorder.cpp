//===- GraphRecorder.cpp - Notes what JITLink has linked ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphRecorder.h"
#include "jitslab/JITLinkAudit.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include <utility>

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

void GraphRecorder::begin(FirstAllocation NewFirst) {
  std::lock_guard<std::mutex> Guard(Lock);
  Recording = true;
  First = std::move(NewFirst);
}

LoadedImage GraphRecorder::image() const {
  std::lock_guard<std::mutex> Guard(Lock);
  return Image;
}

Expected<AuditResult> GraphRecorder::audit(size_t Object) const {
  std::lock_guard<std::mutex> Guard(Lock);
  return Audits[Object];
}

static SegmentKind kindOf(const Section &S) {
  if ((S.getMemProt() & orc::MemProt::Exec) != orc::MemProt::None)
    return SegmentKind::Code;
  if ((S.getMemProt() & orc::MemProt::Write) != orc::MemProt::None)
    return SegmentKind::RWData;
  return SegmentKind::ROData;
}

static bool isKept(const Section &S) {
  return S.getMemLifetime() == orc::MemLifetime::Standard && !S.empty();
}

void GraphRecorder::record(LinkGraph &G) {
  LoadedObject Object;
  Object.File = G.getName();
  for (const Section &S : G.sections()) {
    if (!isKept(S))
      continue;
    SectionRange Range(S);
    if (Range.empty())
      continue;
    Object.Sections.push_back({S.getName().str(), kindOf(S),
                               Range.getStart().getValue(), Range.getSize()});
  }
  AuditResult Result = auditGraph(G);
  std::lock_guard<std::mutex> Guard(Lock);
  Image.Arch = G.getTargetTriple().getArch();
  Image.Objects.push_back(std::move(Object));
  Audits.push_back(std::move(Result));
}

void GraphRecorder::modifyPassConfig(orc::MaterializationResponsibility &,
                                     LinkGraph &, PassConfiguration &Config) {
  {
    std::lock_guard<std::mutex> Guard(Lock);
    if (!Recording)
      return;
  }
  Config.PostAllocationPasses.push_back([this](LinkGraph &G) -> Error {
    for (const Section &S : G.sections()) {
      if (!isKept(S))
        continue;
      FirstAllocation Call;
      {
        std::lock_guard<std::mutex> Guard(Lock);
        Call = std::exchange(First, nullptr);
      }
      return Call ? Call(SectionRange(S).getStart().getValue())
                  : Error::success();
    }
    return Error::success();
  });
  Config.PostFixupPasses.push_back([this](LinkGraph &G) {
    record(G);
    return Error::success();
  });
}

} // namespace jitslab
