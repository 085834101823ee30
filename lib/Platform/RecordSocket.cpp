//===- RecordSocket.cpp - Records between processes -----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RecordSocket.h"
#include "Descriptors.h"
#include "llvm/Support/Errno.h"
#include <fcntl.h>
#include <sys/socket.h>

using namespace llvm;

namespace jitslab {

// The descriptor's flags are O_NONBLOCK alone, which is cleared.
RecordSocket::RecordSocket(DescriptorChannel C) : Socket(C.takeSocket()) {
  if (Socket.number() >= 0 && fcntl(Socket.number(), F_SETFL, 0))
    Socket = OwnedDescriptor();
}

std::error_code RecordSocket::send(ArrayRef<char> Record) {
  if (std::error_code EC = checkDescriptor(Socket.file()))
    return EC;
  if (sys::RetryAfterSignal(-1, ::send, Socket.number(), Record.data(),
                            Record.size(), MSG_NOSIGNAL) < 0)
    return lastError();
  return {};
}

ErrorOr<ArrayRef<char>> RecordSocket::receive(MutableArrayRef<char> Buffer) {
  if (std::error_code EC = checkDescriptor(Socket.file()))
    return EC;
  const ssize_t Got = sys::RetryAfterSignal(
      -1, recv, Socket.number(), Buffer.data(), Buffer.size(), MSG_TRUNC);
  if (Got < 0)
    return lastError();
  if (Got == 0)
    return std::make_error_code(std::errc::connection_reset);
  if (size_t(Got) > Buffer.size())
    return std::make_error_code(std::errc::message_size);
  return ArrayRef<char>(Buffer.data(), size_t(Got));
}

void RecordSocket::hangUp() {
  if (!checkDescriptor(Socket.file()))
    (void)shutdown(Socket.number(), SHUT_RDWR);
}

} // namespace jitslab
