//===- FramedObject.h - An object with EH frames ----------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_FRAMEDOBJECT_H
#define JITSLAB_UNITTESTS_FRAMEDOBJECT_H

#include "RemoteObject.h"
#include <array>

namespace jitslab {

/// The .eh_frame section of one function of FunctionSize bytes.
class FunctionFrames {
public:
  static constexpr size_t Size = 60;

  /// \p Self: where it lies.
  FunctionFrames(uint64_t Self, uint64_t Function) {
    // A CIE, whose last instruction says that the frame is empty.
    put<uint32_t>(20), put<uint32_t>(0);
    for (unsigned Byte : {1, int('z'), int('R'), 0, 1, 0x78, 16, 1,
                          0x1c /*pcrel, sdata8*/, 0x0c, 7, 8, 0, 0, 0, 0})
      put(uint8_t(Byte));
    // An FDE, 28 bytes behind the CIE's beginning where it says so.
    put<uint32_t>(28), put<uint32_t>(28);
    put<uint64_t>(Function - (Self + End));
    put<uint64_t>(FunctionSize);
    // No augmentation, padding, and the end of the section.
    End = Size;
  }
  const std::array<uint8_t, Size> &bytes() const { return Bytes; }

private:
  template <typename T> void put(T Value) {
    memcpy(&Bytes[End], &Value, sizeof(Value));
    End += sizeof(Value);
  }
  std::array<uint8_t, Size> Bytes = {};
  size_t End = 0;
};

/// An object that is allocated and linked, with a function and its frames.
class Framed {
public:
  explicit Framed(llvm::jitlink::JITLinkMemoryManager &Manager) {
    G = makeObject(Code, Data, /*DataSize=*/8);
    llvm::jitlink::Block &Frames = addSection(
        *G, ".eh_frame", llvm::orc::MemProt::Read, FunctionFrames::Size);
    auto A = Manager.allocate(nullptr, *G);
    if (!A) {
      Failure = A.takeError();
      return;
    }
    Alloc = std::move(*A);
    writeFunction(bytesOf(*Code), 1);
    const FunctionFrames F(Frames.getAddress().getValue(),
                           Code->getAddress().getValue());
    memcpy(bytesOf(Frames), F.bytes().data(), FunctionFrames::Size);
  }

  using Result =
      llvm::Expected<llvm::jitlink::JITLinkMemoryManager::FinalizedAlloc>;
  Result finalize() {
    if (Failure)
      return std::move(Failure);
    return Alloc->finalize();
  }

  std::unique_ptr<llvm::jitlink::LinkGraph> G;
  std::unique_ptr<llvm::jitlink::JITLinkMemoryManager::InFlightAlloc> Alloc;

private:
  static uint8_t *bytesOf(llvm::jitlink::Block &B) {
    return reinterpret_cast<uint8_t *>(B.getAlreadyMutableContent().data());
  }

  llvm::jitlink::Block *Code = nullptr, *Data = nullptr;
  llvm::Error Failure = llvm::Error::success();
};

inline Framed::Result loadFramed(llvm::jitlink::JITLinkMemoryManager &Manager) {
  return Framed(Manager).finalize();
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_FRAMEDOBJECT_H
