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

namespace {
/// errno in the executor: what this process says of its limits is not why.
class ExecutorErrno final : public std::error_category {
public:
  const char *name() const noexcept override { return "executor"; }
  std::string message(int Errno) const override {
    return "in the executor: " + std::generic_category().message(Errno);
  }
  std::error_condition
  default_error_condition(int Errno) const noexcept override {
    return std::generic_category().default_error_condition(Errno);
  }
};
} // namespace

static std::error_code errnoCode(int32_t Errno) {
  // Errors may outlive all statics with a destructor.
  static const auto *Category = new ExecutorErrno;
  return Errno ? std::error_code(Errno, *Category) : std::error_code();
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

ErrorOr<uintptr_t> RemoteConnection::callForStart(ExecutorAddr Function,
                                                  const wire::Buffer &Args,
                                                  size_t Size, size_t Align) {
  Expected<wire::Buffer> Reply = call(Function, Args);
  if (!Reply)
    return errorToErrorCode(Reply.takeError());
  int32_t Errno;
  ExecutorAddr Start;
  if (!wire::read<wire::ReserveReply>(bytesOf(*Reply), Errno, Start))
    return errorToErrorCode(failMalformed());
  if (Errno)
    return errnoCode(Errno);
  if (!Start || Start.getValue() % Align ||
      Start.getValue() > wire::AddressesEnd - Size)
    return errorToErrorCode(failMalformed());
  return uintptr_t(Start.getValue());
}

ErrorOr<uintptr_t> RemoteConnection::reserve(size_t Size) {
  return callForStart(ReserveFn,
                      wire::write<wire::ReserveArgs>(Session, uint64_t(Size)),
                      Size, SlabSize);
}

std::error_code RemoteConnection::release(uintptr_t Start) {
  return callForErrno(
      ReleaseFn, wire::write<wire::ReleaseArgs>(Session, ExecutorAddr(Start)));
}

// Checked before the lock: in a child it may be held by a thread that is not
// there.
/// \returns what \p Call does, which is called with the number by which \p File
/// was sent, 0 if there is none, before another one is sent.
template <typename Fn>
auto RemoteConnection::withFile(const SharedMemory *File, Fn Call) {
  using Result = decltype(Call(LastFile));
  if (Error Err = check())
    return Result(errorToErrorCode(std::move(Err)));
  std::lock_guard<std::mutex> Guard(SendLock);
  if (!File)
    return Call(0);
  if (std::error_code EC = Channel.send(LastFile + 1, File->Descriptor))
    return Result(EC);
  return Call(++LastFile);
}

std::error_code RemoteConnection::map(AddressRange R, Lane L,
                                      const SharedMemory *File) {
  return withFile(File, [&](uint64_t Number) {
    return callForErrno(MapFn, wire::write<wire::MapArgs>(Session, remote(R),
                                                          uint8_t(L), Number));
  });
}

ErrorOr<uintptr_t> RemoteConnection::mapSection(size_t Size, size_t Align,
                                                Lane L,
                                                const SharedMemory *File) {
  return withFile(File, [&](uint64_t Number) {
    return callForStart(
        MapSectionFn,
        wire::write<wire::MapSectionArgs>(Session, uint64_t(Size),
                                          uint64_t(Align), uint8_t(L), Number),
        Size, Align);
  });
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
