//===- ServedSession.h - A session with a socket for work -------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_SERVEDSESSION_H
#define JITSLAB_UNITTESTS_SERVEDSESSION_H

#include "ChannelPair.h"
#include "Executor/ExecutorSession.h"

namespace jitslab {

/// \returns the controller's end.
inline RecordSocket serve(ExecutorSession &S) {
  ChannelPair P;
  S.serve(RecordSocket(std::move(P.Connecting)));
  return RecordSocket(std::move(P.Accepting));
}

inline void send(RecordSocket &Controller, wire::Work &W) {
  const wire::Buffer Message = wire::write<wire::WorkArgs>(uint64_t(1), W);
  REQUIRE(!Controller.send({Message.data(), Message.size()}));
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_SERVEDSESSION_H
