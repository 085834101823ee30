//===- DescriptorChannel.cpp - Descriptors between processes --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DescriptorChannel.h"
#include "Descriptors.h"
#include "llvm/ADT/StringExtras.h"
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

OwnedDescriptor::OwnedDescriptor(int Descriptor) {
  struct stat Status;
  if (Descriptor < 0)
    return;
  if (fstat(Descriptor, &Status) == 0) {
    File = {Descriptor, Status.st_dev, Status.st_ino};
    return;
  }
  // It is known to be this process's, and would not be later.
  const int Reason = errno;
  if (Reason != EBADF)
    close(Descriptor);
  errno = Reason;
}

OwnedDescriptor::~OwnedDescriptor() {
  // What is not closed here never is, so the system is asked twice.
  if (File.Descriptor >= 0 && !closeIfOurs(File))
    (void)closeIfOurs(File);
}

// A name without a file (unix(7), "abstract"), so that none is left behind.
static socklen_t fillAddress(sockaddr_un &Address, StringRef Name) {
  std::memset(&Address, 0, sizeof(Address));
  Address.sun_family = AF_UNIX;
  std::memcpy(Address.sun_path + 1, Name.data(), Name.size());
  return socklen_t(offsetof(sockaddr_un, sun_path) + 1 + Name.size());
}

// A record for each message, so that they do not run together.
static ErrorOr<OwnedDescriptor> makeSocket() {
  int Descriptor = aboveStdio(
      socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (Descriptor < 0)
    return lastError();
  return OwnedDescriptor(Descriptor);
}

static ErrorOr<std::string> randomName() {
  uint8_t Random[16];
  if (getentropy(Random, sizeof(Random)))
    return lastError();
  return toHex(Random, /*LowerCase=*/true);
}

ErrorOr<DescriptorChannel> DescriptorChannel::connect(StringRef Name,
                                                      StringRef Proof) {
  sockaddr_un Address;
  if (Name.size() >= sizeof(Address.sun_path))
    return std::make_error_code(std::errc::invalid_argument);
  ErrorOr<OwnedDescriptor> Socket = makeSocket();
  if (!Socket)
    return Socket.getError();
  socklen_t Length = fillAddress(Address, Name);
  if (::connect(Socket->number(), reinterpret_cast<sockaddr *>(&Address),
                Length) ||
      ::send(Socket->number(), Proof.data(), Proof.size(), MSG_NOSIGNAL) !=
          ssize_t(Proof.size()))
    return lastError();
  return DescriptorChannel(std::move(*Socket));
}

bool DescriptorChannel::isConnected() const {
  pollfd P{Socket.number(), 0, 0};
  int Ready;
  // A signal interrupts it though it does not wait.
  do
    Ready = poll(&P, 1, 0);
  while (Ready < 0 && errno == EINTR);
  // What it cannot say is no end.
  return Ready <= 0 || !(P.revents & (POLLHUP | POLLERR | POLLNVAL));
}

void DescriptorChannel::hangUp() {
  if (!checkDescriptor(Socket.file()))
    (void)shutdown(Socket.number(), SHUT_RDWR);
}

namespace {
/// A number and, if there is one, a descriptor.
struct Message {
  uint64_t Number = 0;
  iovec Part{&Number, sizeof(Number)};
  alignas(cmsghdr) char Control[CMSG_SPACE(sizeof(int))] = {};
  msghdr Header = {};

  Message() {
    Header.msg_iov = &Part;
    Header.msg_iovlen = 1;
    Header.msg_control = Control;
    Header.msg_controllen = sizeof(Control);
  }
};
} // namespace

std::error_code DescriptorChannel::send(uint64_t Number, int Descriptor) {
  if (std::error_code EC = checkDescriptor(Socket.file()))
    return EC;
  Message M;
  M.Number = Number;
  cmsghdr *C = CMSG_FIRSTHDR(&M.Header);
  C->cmsg_level = SOL_SOCKET;
  C->cmsg_type = SCM_RIGHTS;
  C->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(C), &Descriptor, sizeof(int));
  if (sendmsg(Socket.number(), &M.Header, MSG_NOSIGNAL) != sizeof(M.Number))
    return lastError();
  return {};
}

ErrorOr<OwnedDescriptor> DescriptorChannel::receive(uint64_t Number) {
  if (std::error_code EC = checkDescriptor(Socket.file()))
    return EC;
  Message M;
  ssize_t Got = recvmsg(Socket.number(), &M.Header, MSG_CMSG_CLOEXEC);
  if (Got < 0)
    return lastError();
  // There is no room for a descriptor (unix(7)).
  if (M.Header.msg_flags & MSG_CTRUNC)
    return std::make_error_code(std::errc::too_many_files_open);
  OwnedDescriptor Result;
  if (cmsghdr *C = CMSG_FIRSTHDR(&M.Header);
      C && C->cmsg_level == SOL_SOCKET && C->cmsg_type == SCM_RIGHTS) {
    int Descriptor;
    std::memcpy(&Descriptor, CMSG_DATA(C), sizeof(int));
    if ((Descriptor = aboveStdio(Descriptor)) < 0)
      return lastError();
    Result = OwnedDescriptor(Descriptor);
  }
  if (Got != sizeof(M.Number) || M.Number != Number || Result.number() < 0)
    return std::make_error_code(std::errc::protocol_error);
  return Result;
}

ErrorOr<ChannelListener> ChannelListener::create() {
  ChannelListener L;
  ErrorOr<OwnedDescriptor> Socket = makeSocket();
  ErrorOr<std::string> Name = randomName(), Proof = randomName();
  for (std::error_code EC :
       {Socket.getError(), Name.getError(), Proof.getError()})
    if (EC)
      return EC;
  L.Socket = std::move(*Socket);
  L.Name = "jitslab-" + *Name;
  L.Proof = *Proof;
  sockaddr_un Address;
  socklen_t Length = fillAddress(Address, L.Name);
  if (bind(L.Socket.number(), reinterpret_cast<sockaddr *>(&Address), Length) ||
      listen(L.Socket.number(), /*backlog=*/8))
    return lastError();
  return L;
}

ErrorOr<DescriptorChannel> ChannelListener::accept() {
  for (;;) {
    int Descriptor = aboveStdio(accept4(Socket.number(), nullptr, nullptr,
                                        SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (Descriptor < 0)
      return lastError();
    OwnedDescriptor Peer(Descriptor);
    std::string Shown(Proof.size() + 1, '\0');
    ssize_t Got = recv(Peer.number(), Shown.data(), Shown.size(), 0);
    if (Got == ssize_t(Proof.size()) &&
        StringRef(Shown).take_front(Proof.size()) == Proof)
      return DescriptorChannel(std::move(Peer));
  }
}

} // namespace jitslab
