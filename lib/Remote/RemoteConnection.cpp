//===- RemoteConnection.cpp - To an executor ------------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemoteConnection.h"
#include "../Core/Errors.h"
#include "../Platform/Fork.h"
#include "BrokenPipe.h"
#include "jitslab/Arena.h"
#include "llvm/Support/MathExtras.h"
#include <future>

using namespace llvm;
using orc::ExecutorAddr;

namespace jitslab {

static Error remoteError(std::errc Code, const Twine &What) {
  return make_error<StringError>("jitslab: " + What,
                                 std::make_error_code(Code));
}

/// A message that a thread waits for the reply to.
struct RemoteConnection::Question {
  /// The first answer counts; none: there will not be one.
  void answer(std::optional<wire::Buffer> A) {
    if (!IsAnswered.exchange(true))
      Answer.set_value(std::move(A));
  }

  std::atomic<bool> IsAnswered{false};
  std::promise<std::optional<wire::Buffer>> Answer;
};

RemoteConnection::RemoteConnection(orc::ExecutorProcessControl &EPC)
    : EPC(EPC), Birth(forkCountAtBirth()) {}

// A child of the controller's has a copy of the channel.
RemoteConnection::~RemoteConnection() {
  if (Birth != forkCountAtBirth())
    return;
  close();
  Channel.hangUp();
  WorkSocket.hangUp();
}

Expected<std::unique_ptr<RemoteConnection>>
RemoteConnection::open(orc::ExecutorProcessControl &EPC, bool SharedMemory) {
  std::unique_ptr<RemoteConnection> C(new RemoteConnection(EPC));
  Expected<ExecutorAddr> Open = C->findOpen();
  if (!Open)
    return Open.takeError();
  if (Error Err = C->openSession(*Open, SharedMemory))
    return Err;
  return C;
}

Error RemoteConnection::openSession(ExecutorAddr Open, bool SharedMemory) {
  ExecutorAddr Service;
  if (Error Err = EPC.getBootstrapSymbols({{Service, wire::ServiceName}}))
    consumeError(std::move(Err)); // It is the process's.
  std::optional<ChannelListener> Listener;
  if (SharedMemory) {
    ErrorOr<ChannelListener> L = ChannelListener::create();
    if (!L)
      return systemError(L.getError(), "cannot make a socket for the executor");
    Listener.emplace(std::move(*L));
  }
  Expected<wire::Buffer> Reply =
      call(Open, wire::write<wire::OpenArgs>(
                     wire::Version, Service,
                     StringRef(Listener ? Listener->name() : ""),
                     StringRef(Listener ? Listener->proof() : "")));
  if (!Reply)
    return Reply.takeError();
  StringRef Refusal;
  uint64_t Page;
  uint8_t Coherent;
  if (!wire::read<wire::OpenReply>(bytesOf(*Reply), Refusal, Session, Page,
                                   Coherent, ReserveFn, ReleaseFn, MapFn,
                                   UnmapFn, WorkFn, ForFrames.Add,
                                   ForFrames.Remove, MapSectionFn))
    return failMalformed();
  CoherentInstructions = Coherent == 1;
  if (!Refusal.empty())
    return remoteError(std::errc::not_supported,
                       "the executor refuses: " + Refusal);
  if (!isPowerOf2_64(Page) || Page > SlabSize)
    return failMalformed();
  PageSize = Page;
  if (!Listener)
    return Error::success();
  ErrorOr<DescriptorChannel> Accepted = Listener->accept();
  if (!Accepted)
    return systemError(Accepted.getError(),
                       "the executor has not connected to this process");
  Channel = std::move(*Accepted);
  // The executor takes its loss for that of a message.
  ErrorOr<DescriptorChannel> ForWork = Listener->accept();
  if (!ForWork)
    return systemError(ForWork.getError(),
                       "cannot accept the executor's connection for work");
  // It is hung up where the executor could not start a thread.
  if (ForWork->isConnected()) {
    WorkSocket = RecordSocket(std::move(*ForWork));
    this->Reply.reset(new char[RecordSocket::LongestRecord]);
  }
  return Error::success();
}

Error RemoteConnection::over() {
  std::lock_guard<std::mutex> Guard(Lock);
  return remoteError(std::errc::connection_reset, Reason);
}

Error RemoteConnection::fail(const Twine &Why) {
  {
    std::lock_guard<std::mutex> Guard(Lock);
    if (!Failed)
      Reason = Why.str();
    Failed = true;
    for (const std::shared_ptr<Question> &Q : Asked)
      Q->answer(std::nullopt);
  }
  return over();
}

Error RemoteConnection::failMalformed() {
  return fail("the executor has sent a reply that makes no sense; the "
              "connection is not used any more");
}

Error RemoteConnection::checkKnown() {
  if (Birth != forkCountAtBirth())
    return remoteError(std::errc::operation_not_permitted,
                       "this process was forked off the one that the executor "
                       "belongs to; connect to an executor of its own");
  return Failed ? over() : Error::success();
}

Error RemoteConnection::check() {
  if (Error Err = checkKnown())
    return Err;
  if (Channel && !Channel.isConnected())
    return fail("the executor is gone");
  return Error::success();
}

Expected<wire::Buffer> RemoteConnection::checked(wire::Buffer Reply) {
  if (const char *Text = Reply.getOutOfBandError())
    return fail("the executor does not answer: " + Twine(Text));
  return Reply;
}

// Who waits may hold an arena's lock. LLVM calls those that wait for replies
// one after the other when it disconnects, and one of them may need that lock;
// so the first that says so is an answer to all.
Expected<wire::Buffer> RemoteConnection::call(ExecutorAddr Function,
                                              const wire::Buffer &Args) {
  if (Closed)
    return remoteError(std::errc::connection_reset, "the session is over");
  if (Error Err = check())
    return Err;
  ++Messages;
  const auto Q = std::make_shared<Question>();
  {
    std::lock_guard<std::mutex> Guard(Lock);
    if (Failed)
      Q->answer(std::nullopt);
    Asked.push_back(Q);
  }
  {
    BrokenPipeIsAnError Guard;
    EPC.callWrapperAsync(
        orc::ExecutorProcessControl::RunInPlace(), Function,
        [Q](wire::Buffer Reply) { Q->answer(std::move(Reply)); },
        bytesOf(Args));
  }
  std::optional<wire::Buffer> Reply = Q->Answer.get_future().get();
  {
    std::lock_guard<std::mutex> Guard(Lock);
    llvm::erase_if(Asked, [&](const auto &Other) { return Other == Q; });
  }
  return Reply ? checked(std::move(*Reply)) : over();
}

// Where LLVM has disconnected, sending would be an error that it reports to the
// user. Its dispatcher knows: it drops what comes then. It would be one as well
// if the user disconnected right afterwards, so this waits.
void RemoteConnection::close() {
  if (Closed.exchange(true) || !Session || !JITSLAB_LLVM_DISPATCHERS_END)
    return;
  if (Error Err = check())
    return consumeError(std::move(Err));
  ++Messages;
  auto Done = std::make_shared<std::promise<void>>();
  std::future<void> IsDone = Done->get_future();
  // Its end is that of the last who could reply.
  std::shared_ptr<void> Last(nullptr, [Done](void *) { Done->set_value(); });
  EPC.getDispatcher().dispatch(orc::makeGenericNamedTask(
      [&EPC = EPC, Function = ReleaseFn, Last = std::move(Last),
       Args =
           wire::write<wire::ReleaseArgs>(Session, ExecutorAddr())]() mutable {
        BrokenPipeIsAnError Guard;
        EPC.callWrapperAsync(
            orc::ExecutorProcessControl::RunInPlace(), Function,
            [Last = std::move(Last)](wire::Buffer) {}, bytesOf(Args));
      },
      "end of a session with an executor"));
  IsDone.wait();
}

} // namespace jitslab
