//===- HardenedHost.h - Processes that may do less --------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_HARDENEDHOST_H
#define JITSLAB_UNITTESTS_HARDENEDHOST_H

namespace jitslab {

// Each of these forbids something to the calling process for good, so they are
// for children. \returns false where the system does not let it.

/// prctl(PR_SET_MDWE): memory that was not executable never becomes so, and
/// none is mapped writable and executable. Linux 6.3.
bool denyWriteExecute();

/// The same with a seccomp filter, as systemd's MemoryDenyWriteExecute= does
/// it.
bool denyWriteExecuteWithSeccomp();

/// memfd_create fails with EPERM, by a seccomp filter.
bool denyMemfd();

/// mmap of executable pages fails with EACCES, by a seccomp filter.
bool denyExecutableMappings();

/// memfd_create with MFD_EXEC fails with EINVAL, as before Linux 6.3.
bool denyExecFlagOfMemfd();

/// mmap with MAP_FIXED_NOREPLACE fails with EEXIST, as if another thread had
/// always been faster.
bool denyFixedMappings();

/// madvise with MADV_DONTNEED_LOCKED fails with EINVAL, as before Linux 5.18;
/// so does MADV_COLLAPSE.
bool denyDiscardOfLocked();

/// madvise with MADV_REMOVE fails with ENOSYS, as in gVisor.
bool denyRemoval();
/// So does fallocate that punches holes, with EOPNOTSUPP.
bool denyRemovalAndPunching();
/// madvise with MADV_REMOVE says that it did so, and does nothing, as in qemu.
bool pretendRemoval();

/// The caller's next child is in a process namespace of its own. Needs root.
bool enterProcessNamespace();

/// vm.memfd_noexec = 2 for the process namespace that the caller is in. Needs
/// root, Linux 6.3.
bool denyExecutableMemfds();

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_HARDENEDHOST_H
