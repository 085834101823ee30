//===- HostileExecutor.h - An executor that lies ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_HOSTILEEXECUTOR_H
#define JITSLAB_UNITTESTS_HOSTILEEXECUTOR_H

#include "Platform/RecordSocket.h"
#include "PlayedExecutor.h"
#include "Remote/Wire.h"
#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace jitslab {

/// Stands between a controller and the service, in both of their sockets.
class SocketRelay {
public:
  using Change = llvm::unique_function<void(std::vector<char> &)>;

  SocketRelay(llvm::StringRef Name, llvm::StringRef Proof, Change C)
      : Make(std::move(C)), Listener(ChannelListener::create()),
        Controller(DescriptorChannel::connect(Name, Proof)),
        WorkController(connectForWork(Name, Proof)) {}
  ~SocketRelay() {
    WorkController.hangUp();
    WorkService.hangUp();
    if (Thread.joinable())
      Thread.join();
  }

  const ChannelListener &listener() const { return *Listener; }

  /// After the service has connected.
  void start() {
    Service = Listener->accept();
    llvm::ErrorOr<DescriptorChannel> Work = Listener->accept();
    if (!Work)
      return WorkController.hangUp();
    WorkService = RecordSocket(std::move(*Work));
    Thread = std::thread([this] { relayWork(); });
  }

  /// Before each call, which may be for one that was sent.
  void relayDescriptors() {
    while (Service && Controller) {
      llvm::ErrorOr<OwnedDescriptor> D = Controller->receive(Next);
      if (!D || Service->send(Next, D->number()))
        return;
      ++Next;
    }
  }

private:
  static RecordSocket connectForWork(llvm::StringRef Name,
                                     llvm::StringRef Proof) {
    llvm::ErrorOr<DescriptorChannel> C =
        DescriptorChannel::connect(Name, Proof);
    return C ? RecordSocket(std::move(*C)) : RecordSocket();
  }

  void relayWork() {
    std::vector<char> Buffer(RecordSocket::LongestRecord);
    for (;;) {
      auto Message = WorkController.receive(Buffer);
      if (!Message || WorkService.send(*Message))
        break;
      auto Reply = WorkService.receive(Buffer);
      if (!Reply)
        break;
      std::vector<char> Bytes = Reply->vec();
      Make(Bytes);
      if (Bytes.empty() || WorkController.send(Bytes))
        break;
    }
    WorkController.hangUp();
    WorkService.hangUp();
  }

  Change Make;
  llvm::ErrorOr<ChannelListener> Listener;
  llvm::ErrorOr<DescriptorChannel> Controller;
  RecordSocket WorkController, WorkService;
  llvm::ErrorOr<DescriptorChannel> Service = std::error_code();
  uint64_t Next = 1;
  std::thread Thread;
};

/// Plays an executor in this process, and changes what it replies.
class HostileExecutor : public PlayedExecutor {
public:
  using Bytes = std::vector<char>;
  /// Gets a reply, and how many there were before it.
  using Change = std::function<void(Bytes &, size_t)>;

  explicit HostileExecutor(Change C) : Make(std::move(C)) {
    Functions.insert(BootstrapSymbols[wire::OpenName].getValue());
  }

  /// Replies that came by the socket for work.
  size_t directReplies() const { return DirectReplies; }

  void callWrapperAsync(llvm::orc::ExecutorAddr Function,
                        IncomingWFRHandler OnReply,
                        llvm::ArrayRef<char> Args) override {
    if (!Functions.count(Function.getValue()))
      return OnReply(wire::Buffer::createOutOfBandError("no such function"));
    if (Relay)
      Relay->relayDescriptors();
    using Wrapper = wire::CBuffer (*)(const char *, size_t);
    const wire::Buffer Relayed = Relay ? wire::Buffer() : relayed(Args);
    if (!Relayed.empty())
      Args = {Relayed.data(), Relayed.size()};
    wire::Buffer Reply(Function.toPtr<Wrapper>()(Args.data(), Args.size()));
    if (!Relayed.empty())
      Relay->start();
    if (Reply.getOutOfBandError())
      return OnReply(std::move(Reply));
    noteFunctions(Reply);
    Bytes B(Reply.data(), Reply.data() + Reply.size());
    change(B);
    // LLVM copies from where an empty vector has nothing.
    OnReply(B.empty() ? wire::Buffer()
                      : wire::Buffer::copyFrom(B.data(), B.size()));
  }

private:
  void change(Bytes &B) {
    std::lock_guard<std::mutex> Guard(Lock);
    Make(B, Replies++);
  }

  /// \returns what opens a session through a relay, empty where there is no
  /// socket.
  wire::Buffer relayed(llvm::ArrayRef<char> Args) {
    uint32_t Version;
    llvm::orc::ExecutorAddr Address;
    llvm::StringRef Name, Proof;
    if (!wire::read<wire::OpenArgs>(Args, Version, Address, Name, Proof) ||
        Name.empty())
      return {};
    Relay = std::make_unique<SocketRelay>(Name, Proof, [this](Bytes &B) {
      ++DirectReplies;
      change(B);
    });
    return wire::write<wire::OpenArgs>(
        Version, Address, llvm::StringRef(Relay->listener().name()),
        llvm::StringRef(Relay->listener().proof()));
  }

  // The first reply says where the other functions are.
  void noteFunctions(const wire::Buffer &Reply) {
    llvm::StringRef Refusal;
    uint64_t Session, Page;
    uint8_t Coherent;
    llvm::orc::ExecutorAddr F[8];
    if (Functions.size() == 1 &&
        wire::read<wire::OpenReply>({Reply.data(), Reply.size()}, Refusal,
                                    Session, Page, Coherent, F[0], F[1], F[2],
                                    F[3], F[4], F[5], F[6], F[7]))
      for (llvm::orc::ExecutorAddr A : F)
        Functions.insert(A.getValue());
  }

  const Change Make;
  // Of any number: keys of a DenseSet are not.
  std::set<uint64_t> Functions;
  std::mutex Lock;
  size_t Replies = 0;
  std::atomic<size_t> DirectReplies{0};
  std::unique_ptr<SocketRelay> Relay;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_HOSTILEEXECUTOR_H
