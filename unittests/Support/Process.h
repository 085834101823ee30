//===- Process.h - What the kernel says about this process ------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_PROCESS_H
#define JITSLAB_UNITTESTS_PROCESS_H

#include "Platform/AddressSpace.h"
#include "Sanitizers.h"
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

// Sanitizers map terabytes for their shadow, so limits of address space say
// nothing about a process that has them.
#define JITSLAB_HAS_SHADOW_MEMORY (JITSLAB_HAS_ASAN || JITSLAB_HAS_TSAN)

// ThreadSanitizer makes vfork a fork.
#define JITSLAB_HAS_VFORK (!JITSLAB_HAS_TSAN)

namespace jitslab {

/// True under qemu-user, whose /proc/self/maps leaves mappings out and which
/// ignores RLIMIT_AS.
bool runsUnderEmulator();

/// True when tests that do the same many times do it less often
/// (JITSLAB_TEST_BRIEF is in the environment): another build does it in full.
bool isBrief();

/// What the symbolic link \p Path points to; empty if it is none.
std::string linkTarget(const std::string &Path);

/// A line of /proc/self/maps.
struct Mapping {
  AddressRange Range;
  /// Such as "r-xp".
  std::string Rights;
  /// What is mapped; empty for anonymous memory.
  std::string Name;
};
std::vector<Mapping> currentMappings();
/// Calls \p Visit with each line of /proc/self/smaps that says something of a
/// mapping, and with that.
void forEachSmapsLine(
    const std::function<void(const Mapping &, const std::string &)> &Visit);

/// True when the page at \p Address has the access rights \p Rights ("r-x"),
/// asked of /proc/self/maps; under an emulator only reading and writing are
/// checked, by trying.
bool hasRights(uintptr_t Address, const char *Rights);

/// Mappings (VMAs) that lie in \p R at least in part.
size_t mappingsIn(AddressRange R);

/// Pages of \p R that are backed with memory, in the kernel's own page size.
size_t residentPages(AddressRange R);

/// Resident memory of this process in bytes.
size_t residentBytes();

/// Bytes of address space that this process has mapped.
size_t mappedBytes();

/// Runs \p Body in a child process. \returns what Body returned, and how the
/// child died if it did.
std::string inChild(const std::function<std::string()> &Body);

/// Limits this process's address space to \p Room bytes more than it has now.
/// \returns false when the limit is not enforced.
bool limitAddressSpace(size_t Room);

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_PROCESS_H
