//===- RemoteMessages.cpp - What an executor is asked ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BrokenPipe.h"
#include "RemoteConnection.h"
#include "jitslab/Arena.h"
#include <thread>

using namespace llvm;
using orc::ExecutorAddr;

namespace jitslab {

// No process has addresses of more bits (five-level page tables, one half).
static constexpr uint64_t AddressesEnd = uint64_t(1) << 56;

static std::error_code errnoCode(int32_t Errno) {
  return std::error_code(Errno, std::generic_category());
}

std::error_code RemoteConnection::callForErrno(ExecutorAddr Function,
                                               const wire::Buffer &Args) {
  Expected<wire::Buffer> Reply = call(Function, Args);
  if (!Reply)
    return errorToErrorCode(Reply.takeError());
  int32_t Errno;
  if (!wire::read<wire::ErrnoReply>(bytesOf(*Reply), Errno))
    return errorToErrorCode(failMalformed());
  return errnoCode(Errno);
}

ErrorOr<uintptr_t> RemoteConnection::reserve(size_t Size) {
  Expected<wire::Buffer> Reply =
      call(ReserveFn, wire::write<wire::ReserveArgs>(Session, uint64_t(Size)));
  if (!Reply)
    return errorToErrorCode(Reply.takeError());
  int32_t Errno;
  ExecutorAddr Start;
  if (!wire::read<wire::ReserveReply>(bytesOf(*Reply), Errno, Start))
    return errorToErrorCode(failMalformed());
  if (Errno)
    return errnoCode(Errno);
  if (!Start || Start.getValue() % SlabSize ||
      Start.getValue() > AddressesEnd - Size)
    return errorToErrorCode(failMalformed());
  return uintptr_t(Start.getValue());
}

std::error_code RemoteConnection::release(uintptr_t Start) {
  return callForErrno(
      ReleaseFn, wire::write<wire::ReleaseArgs>(Session, ExecutorAddr(Start)));
}

std::error_code RemoteConnection::map(AddressRange R, Lane L, uint64_t File) {
  return callForErrno(
      MapFn, wire::write<wire::MapArgs>(Session, remote(R), uint8_t(L), File));
}

std::error_code RemoteConnection::unmap(AddressRange R) {
  return callForErrno(UnmapFn,
                      wire::write<wire::UnmapArgs>(Session, remote(R)));
}

/// Calls back once. LLVM's dispatchers drop what comes after they were shut
/// down, and the reply with it: then nobody can reply any more.
class RemoteConnection::OneReply {
public:
  OneReply(RemoteConnection &C, bool BlocksPipe, WorkReply OnReply)
      : C(C), BlocksPipe(BlocksPipe), OnReply(std::move(OnReply)) {}
  OneReply(OneReply &&) = default;
  ~OneReply() {
    if (OnReply)
      reply(C.fail("the executor was disconnected"));
  }
  void operator()(wire::Buffer Reply) {
    // What was not sent is replied to in a thread that LLVM begins meanwhile.
    if (Reply.getOutOfBandError() && !BlocksPipe &&
        Sender != std::this_thread::get_id())
      BrokenPipeIsAnError::unblock();
    reply(C.checked(std::move(Reply)));
  }

private:
  // What is called may be the last that knows the connection.
  void reply(Expected<wire::Buffer> Reply) {
    WorkReply Call = std::move(OnReply);
    Call(std::move(Reply));
  }

  RemoteConnection &C;
  const std::thread::id Sender = std::this_thread::get_id();
  const bool BlocksPipe;
  WorkReply OnReply;
};

void RemoteConnection::work(wire::Work &W, WorkReply OnReply) {
  if (Error Err = check())
    return OnReply(std::move(Err));
  ++Messages;
  W.Number = ++LastWork;
  wire::Buffer Args = wire::write<wire::WorkArgs>(Session, W);
  BrokenPipeIsAnError Guard;
  EPC.callWrapperAsync(WorkFn,
                       OneReply(*this, Guard.wasBlocked(), std::move(OnReply)),
                       bytesOf(Args));
}

void RemoteConnection::workDirectly(wire::Work &W) {
  if (Failed)
    return;
  ++Messages;
  W.Number = ++LastWork;
  const wire::Buffer Args = wire::write<wire::WorkArgs>(Session, W);
  if (WorkSocket.send(bytesOf(Args))) {
    // What comes after it would wait for it.
    consumeError(fail("the executor is gone"));
    WorkSocket.hangUp();
  }
}

Expected<ArrayRef<char>> RemoteConnection::readReply() {
  if (Error Err = checkKnown())
    return Err;
  ErrorOr<ArrayRef<char>> R =
      WorkSocket.receive({Reply.get(), RecordSocket::LongestRecord});
  if (R)
    return *R;
  if (R.getError() == std::errc::message_size)
    return failMalformed();
  return fail("the executor is gone");
}

} // namespace jitslab
