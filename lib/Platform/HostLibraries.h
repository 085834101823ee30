//===- HostLibraries.h - Where the process's libraries lie ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_HOSTLIBRARIES_H
#define JITSLAB_PLATFORM_HOSTLIBRARIES_H

#include "AddressSpace.h"
#include "llvm/ADT/ArrayRef.h"

namespace jitslab {

/// The addresses of the process's shared libraries, from the lowest to the
/// highest of those that lie within \p MaxSpan bytes and have most bytes of
/// all. The program itself is none of them: its heap grows behind it. Empty
/// where there are none. Waits for the dynamic loader's lock.
AddressRange hostLibraries(size_t MaxSpan);

/// The same of \p Libraries, which it sorts.
AddressRange largestCluster(llvm::MutableArrayRef<AddressRange> Libraries,
                            size_t MaxSpan);

} // namespace jitslab

#endif // JITSLAB_PLATFORM_HOSTLIBRARIES_H
