//===- ChannelPair.h - Both ends of a connection ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_CHANNELPAIR_H
#define JITSLAB_UNITTESTS_CHANNELPAIR_H

#include "Platform/DescriptorChannel.h"
#include "Support/Catch.h"

namespace jitslab {

/// Both ends.
struct ChannelPair {
  ChannelPair() {
    auto Listener = ChannelListener::create();
    REQUIRE(Listener);
    auto C = DescriptorChannel::connect(Listener->name(), Listener->proof());
    REQUIRE(C);
    auto A = Listener->accept();
    REQUIRE(A);
    Connecting = std::move(*C);
    Accepting = std::move(*A);
  }
  DescriptorChannel Connecting, Accepting;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_CHANNELPAIR_H
