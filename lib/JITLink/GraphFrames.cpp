//===- GraphFrames.cpp - The EH frames of one link graph ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphFrames.h"
#include "../Unwind/FrameRegistry.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace llvm::jitlink;

namespace jitslab {

orc::ExecutorAddrRange framesOf(LinkGraph &G) {
  Section *S = G.findSectionByName(".eh_frame");
  if (!S || S->getMemLifetime() == orc::MemLifetime::NoAlloc)
    return {};
  return SectionRange(*S).getRange();
}

Error GraphFrames::add(LinkGraph &G, AddressRange Code) {
  orc::ExecutorAddrRange R = framesOf(G);
  if (R.empty())
    return Error::success();
  FrameSection S(R.Start.toPtr<const uint8_t *>(), R.size());
  if (Error Err = FrameRegistry::process().add(S, [&](uintptr_t Address) {
        return Address >= Code.Begin && Address < Code.End ? Code
                                                           : AddressRange();
      }))
    return Err;
  Section = S;
  return Error::success();
}

GraphFrames::~GraphFrames() {
  if (Section)
    FrameRegistry::process().remove(*Section);
}

/// Whether \p Call is for the range \p R and nothing else. What the function
/// is called, and whether it is in this process's LLVM, differs; but there is
/// nothing else that one would do with frames.
static bool concerns(const orc::shared::WrapperFunctionCall &Call,
                     orc::ExecutorAddrRange R) {
  using namespace orc::shared;
  orc::ExecutorAddrRange Argument;
  SPSInputBuffer Buffer(Call.getArgData().data(), Call.getArgData().size());
  return Call.getArgData().size() == 2 * sizeof(uint64_t) &&
         SPSArgList<SPSExecutorAddrRange>::deserialize(Buffer, Argument) &&
         Argument == R;
}

bool takeFrameActions(LinkGraph &G) {
  size_t Before = G.allocActions().size();
  // Most graphs have none, and looking for frames takes time.
  if (Before == 0)
    return false;
  orc::ExecutorAddrRange R = framesOf(G);
  if (!R.empty())
    erase_if(G.allocActions(), [&](orc::shared::AllocActionCallPair &Actions) {
      return concerns(Actions.Finalize, R) && concerns(Actions.Dealloc, R);
    });
  return G.allocActions().size() != Before;
}

} // namespace jitslab
