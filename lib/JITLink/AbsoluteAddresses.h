//===- AbsoluteAddresses.h - Code without position independence -*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_JITLINK_ABSOLUTEADDRESSES_H
#define JITSLAB_JITLINK_ABSOLUTEADDRESSES_H

#include "QuietPlugin.h"

namespace jitslab {

/// Fails where an edge to a target of \p G itself takes an absolute address of
/// 32 bits that has more, which JITLink would refuse too. Says what to do about
/// it. Requires that blocks have their addresses.
llvm::Error checkAbsoluteAddresses(llvm::jitlink::LinkGraph &G);

/// Does the same for targets elsewhere, once their addresses are known.
class AbsoluteAddressesPlugin final : public QuietPlugin {
public:
  void modifyPassConfig(llvm::orc::MaterializationResponsibility &MR,
                        llvm::jitlink::LinkGraph &G,
                        llvm::jitlink::PassConfiguration &Config) override;
};

} // namespace jitslab

#endif // JITSLAB_JITLINK_ABSOLUTEADDRESSES_H
