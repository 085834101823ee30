//===- ExecutorSession.h - What a controller has here -----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_EXECUTOR_EXECUTORSESSION_H
#define JITSLAB_EXECUTOR_EXECUTORSESSION_H

#include "../Platform/DescriptorChannel.h"
#include "../Unwind/FrameSection.h"
#include "ExecutorSection.h"
#include "ExecutorWindow.h"
#include "WorkThread.h"
#include "jitslab/ExecutorService.h"
#include <condition_variable>
#include <map>
#include <mutex>

namespace jitslab {

/// What one memory manager of a controller's has in this process. Thread-safe.
/// No lock is held while actions run.
class ExecutorSession {
public:
  /// \p Channel: not connected where contents travel in messages.
  explicit ExecutorSession(DescriptorChannel Channel)
      : Channel(std::move(Channel)), SharesMemory(bool(this->Channel)) {}

  /// Answers work that comes by \p Socket until the session ends, in a thread
  /// of its own. Does nothing where there is none to be had. Before anything
  /// comes.
  void serve(RecordSocket Socket);

  /// True once the controller has closed what it shares memory by.
  bool isAbandoned() const { return SharesMemory && !Channel.isConnected(); }

  /// Runs what deallocation actions are left, last to first, deregisters frames
  /// and gives all memory back; where another thread is at work, that does so
  /// when it is done.
  llvm::Error end();

  /// True where a window is, or a section outside of them.
  bool holds(uintptr_t Address);

  // The messages, see Wire.h.

  llvm::ErrorOr<uintptr_t> reserve(uint64_t Size);
  std::error_code release(uintptr_t Start);
  std::error_code map(AddressRange R, Lane L, uint64_t File);
  llvm::ErrorOr<uintptr_t> mapSection(uint64_t Size, uint64_t Align, Lane L,
                                      uint64_t File);
  std::error_code unmap(AddressRange R);

  /// What became of an object.
  struct Finalized {
    std::string Failure;
    uint64_t Key = 0;
  };
  struct Done {
    std::string Refusal;
    std::vector<Finalized> Finalizes;
    std::vector<std::string> Deallocates;
  };
  Done work(wire::Work W);

  /// What is replied to work. The words of what went wrong are cut, so that it
  /// has \p Longest bytes at most; without words it has less.
  static wire::Buffer reply(Done D, size_t Longest);

private:
  /// What an object needs when it goes.
  struct Object {
    std::optional<FrameSection> Frames;
    std::vector<wire::sps::WrapperFunctionCall> Actions;
  };

  ExecutorWindow *windowOf(AddressRange R);
  ExecutorSection *sectionOf(AddressRange R);
  llvm::ErrorOr<std::optional<OwnedDescriptor>> receive(uint64_t File,
                                                        uint64_t Size);
  std::error_code write(const wire::Write &W);
  std::error_code change(const wire::Work &W);
  bool mayBeFrames(AddressRange R, AddressRange Code);
  void giveBack() {
    Windows.clear();
    Sections.clear();
  }
  llvm::Error finalize(wire::Finalize &F, uint64_t &Key);
  llvm::Error deallocate(llvm::ArrayRef<Object> Objects);

  DescriptorChannel Channel;
  const bool SharesMemory;
  std::mutex Lock;
  /// By where they begin.
  std::map<uintptr_t, ExecutorWindow> Windows;
  std::map<uintptr_t, ExecutorSection> Sections;
  std::map<uint64_t, Object> Objects;
  uint64_t LastKey = 0;
  /// The last message whose changes of memory are made.
  uint64_t Changed = 0;
  /// Nobody reads what else was sent to the thread.
  bool Lost = false;
  /// How many messages' actions may run. Until they have, the windows stay.
  unsigned Busy = 0;
  bool Ended = false;
  std::condition_variable OnChanged;
  std::unique_ptr<WorkThread> Server;
};

/// Answers wire::OpenArgs: what wire::OpenName names.
wire::CBuffer openExecutorSession(const char *Data, size_t Size);

} // namespace jitslab

#endif // JITSLAB_EXECUTOR_EXECUTORSESSION_H
