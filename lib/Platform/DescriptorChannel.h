//===- DescriptorChannel.h - Descriptors between processes ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_DESCRIPTORCHANNEL_H
#define JITSLAB_PLATFORM_DESCRIPTORCHANNEL_H

#include "VirtualMemory.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <utility>

namespace jitslab {

/// A descriptor of this process's, which is closed with it unless the host has
/// closed it and opened another file by its number.
class OwnedDescriptor {
public:
  OwnedDescriptor() = default;
  /// Takes \p Descriptor, one of this process's.
  explicit OwnedDescriptor(int Descriptor);
  OwnedDescriptor(OwnedDescriptor &&Other) noexcept
      : File(std::exchange(Other.File, {})) {}
  OwnedDescriptor &operator=(OwnedDescriptor &&Other) noexcept {
    std::swap(File, Other.File);
    return *this;
  }
  ~OwnedDescriptor();

  int number() const { return File.Descriptor; }
  const SharedMemory &file() const { return File; }

private:
  SharedMemory File;
};

/// One end of a connection between two processes of one machine, by which
/// descriptors go. One thread at a time, but for isConnected.
class DescriptorChannel {
public:
  DescriptorChannel() = default;
  explicit DescriptorChannel(OwnedDescriptor Socket)
      : Socket(std::move(Socket)) {}

  /// Connects to the listener \p Name, and shows it \p Proof. Does not wait.
  static llvm::ErrorOr<DescriptorChannel> connect(llvm::StringRef Name,
                                                  llvm::StringRef Proof);

  explicit operator bool() const { return Socket.number() >= 0; }

  /// False once the other process has closed its end, or is gone.
  bool isConnected() const;

  /// Ends the connection, also where other processes have copies of this end.
  void hangUp();

  /// Sends \p Descriptor, which has the number \p Number for the other process.
  /// Does not wait, and raises no SIGPIPE.
  std::error_code send(uint64_t Number, int Descriptor);

  /// Takes what the other process has sent as \p Number, with nothing sent
  /// before it that was not taken. Does not wait: fails with EAGAIN if it was
  /// not sent, with EPROTO if something else was.
  llvm::ErrorOr<OwnedDescriptor> receive(uint64_t Number);

  /// Leaves this not connected.
  OwnedDescriptor takeSocket() { return std::move(Socket); }

private:
  OwnedDescriptor Socket;
};

/// What another process connects to.
class ChannelListener {
public:
  static llvm::ErrorOr<ChannelListener> create();

  const std::string &name() const { return Name; }
  const std::string &proof() const { return Proof; }

  /// \returns the connection of who has shown the proof. Does not wait: fails
  /// with EAGAIN if nobody has.
  llvm::ErrorOr<DescriptorChannel> accept();

private:
  ChannelListener() = default;

  OwnedDescriptor Socket;
  std::string Name, Proof;
};

} // namespace jitslab

#endif // JITSLAB_PLATFORM_DESCRIPTORCHANNEL_H
