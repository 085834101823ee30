//===- RecordSocket.h - Records between processes ---------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_RECORDSOCKET_H
#define JITSLAB_PLATFORM_RECORDSOCKET_H

#include "DescriptorChannel.h"
#include "llvm/ADT/ArrayRef.h"

namespace jitslab {

/// One end of a connection between two processes of one machine, by which
/// records go. One thread at a time sends, and one receives; any may hang up.
class RecordSocket {
public:
  /// In bytes. The system takes records of three times this size without being
  /// told (net.core.wmem_default).
  static constexpr size_t LongestRecord = size_t(1) << 16;

  RecordSocket() = default;
  /// Takes the connection of \p C, by which nothing was sent yet.
  explicit RecordSocket(DescriptorChannel C);

  explicit operator bool() const { return Socket.number() >= 0; }

  /// Sends \p Record, of 1 to LongestRecord bytes. Waits until the other
  /// process has taken enough of what came before. Raises no SIGPIPE.
  std::error_code send(llvm::ArrayRef<char> Record);

  /// Waits for a record. \returns the part of \p Buffer that has it. Fails with
  /// ECONNRESET where no more come, with EMSGSIZE if there is no room for it.
  llvm::ErrorOr<llvm::ArrayRef<char>>
  receive(llvm::MutableArrayRef<char> Buffer);

  /// Ends the connection for both, and for whoever waits.
  void hangUp();

private:
  OwnedDescriptor Socket;
};

} // namespace jitslab

#endif // JITSLAB_PLATFORM_RECORDSOCKET_H
