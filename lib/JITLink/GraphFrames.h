//===- GraphFrames.h - The EH frames of one link graph ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_GRAPHFRAMES_H
#define JITSLAB_JITLINK_GRAPHFRAMES_H

#include "../Unwind/FrameSection.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"

namespace jitslab {

/// Where the .eh_frame section of \p G lies; an empty range if there is none.
llvm::orc::ExecutorAddrRange framesOf(llvm::jitlink::LinkGraph &G);

/// The frames of a graph, registered as long as this lives.
class GraphFrames {
public:
  GraphFrames() = default;
  GraphFrames(GraphFrames &&Other) noexcept : Section(Other.Section) {
    Other.Section.reset();
  }
  ~GraphFrames();

  /// Registers the .eh_frame section of \p G, which is linked and sealed, with
  /// the functions in \p Code.
  llvm::Error add(llvm::jitlink::LinkGraph &G, AddressRange Code);

private:
  std::optional<FrameSection> Section;
};

/// Takes the actions out of \p G by which LLVM's EHFrameRegistrationPlugin
/// would register its frames, whoever has added that: an LLJIT's platform
/// (LLVM 21 and later), or the host.
/// \returns whether there were any.
bool takeFrameActions(llvm::jitlink::LinkGraph &G);

} // namespace jitslab

#endif // JITSLAB_JITLINK_GRAPHFRAMES_H
