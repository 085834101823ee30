//===- RemoteMemory.cpp - An executor's address space ---------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemoteMemory.h"
#include <algorithm>

using namespace llvm;

namespace jitslab {

static std::error_code notSupported() {
  return std::make_error_code(std::errc::not_supported);
}

size_t RemoteMemory::pageSize() const {
  return std::max(Executor->pageSize(), VirtualMemory::system().pageSize());
}

ErrorOr<uintptr_t> RemoteMemory::reserve(const ReservationRequest &R) {
  return Executor->reserve(R.Size);
}

std::error_code RemoteMemory::release(uintptr_t Start, size_t, size_t) {
  return Executor->release(Start);
}

// Shared memory does not become zero by it.
std::error_code RemoteMemory::discard(uintptr_t Start, size_t Size) {
  return Executor->sharesMemory()
             ? notSupported()
             : VirtualMemory::system().discard(Start, Size);
}

void RemoteMemory::populate(uintptr_t Start, size_t Size) {
  VirtualMemory::system().populate(Start, Size);
}

void RemoteMemory::noteFreedCode(AddressRange R) {
  std::lock_guard<std::mutex> Guard(FreedLock);
  FreedCode.push_back(remote(R));
}

std::vector<orc::ExecutorAddrRange> RemoteMemory::takeFreedCode() {
  std::lock_guard<std::mutex> Guard(FreedLock);
  return std::exchange(FreedCode, {});
}

std::error_code RemoteMemory::protect(uintptr_t, size_t, Access) {
  return notSupported();
}
ErrorOr<SharedMemory> RemoteMemory::createShared(size_t, const char *) {
  return notSupported();
}
std::error_code RemoteMemory::mapShared(uintptr_t, size_t, Access,
                                        const SharedMemory &, size_t, Sharing) {
  return notSupported();
}
std::error_code RemoteMemory::overwrite(uintptr_t, const void *, size_t) {
  return notSupported();
}
std::error_code RemoteMemory::unmap(uintptr_t, size_t) {
  return notSupported();
}
std::error_code RemoteMemory::discardShared(uintptr_t, size_t,
                                            const SharedMemory &, size_t) {
  return notSupported();
}

} // namespace jitslab
