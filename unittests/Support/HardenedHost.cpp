//===- HardenedHost.cpp - Processes that may do less ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/HardenedHost.h"
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <initializer_list>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace jitslab {

// uapi/linux/prctl.h, Linux 6.3.
constexpr int PrSetMDWE = 65;
constexpr unsigned long RefuseExecGain = 1;

bool denyWriteExecute() {
  return prctl(PrSetMDWE, RefuseExecGain, 0, 0, 0) == 0;
}

namespace {

/// A system call that fails with Error when all of Bits are set in its argument
/// Argument; always, when Bits is 0.
struct Denial {
  uint32_t Call;
  uint32_t Argument;
  uint32_t Bits;
  uint32_t Error;
};

} // namespace

static bool install(std::initializer_list<Denial> Denials) {
  std::vector<sock_filter> Program;
  auto Load = [&](size_t Offset) {
    Program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, uint32_t(Offset)));
  };
  for (const Denial &D : Denials) {
    Load(offsetof(seccomp_data, nr));
    // Over the three or the one instruction that belong to this call.
    Program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, D.Call, 0,
                               uint8_t(D.Bits ? 4 : 1)));
    if (D.Bits) {
      // The low half of an argument comes first on both architectures.
      Load(offsetof(seccomp_data, args) + D.Argument * sizeof(uint64_t));
      Program.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, D.Bits));
      Program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, D.Bits, 0, 1));
    }
    Program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | D.Error));
  }
  Program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  sock_fprog Whole = {static_cast<unsigned short>(Program.size()),
                      Program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &Whole, 0, 0) == 0;
}

bool denyWriteExecuteWithSeccomp() {
  return install({{SYS_mmap, 2, PROT_WRITE | PROT_EXEC, EPERM},
                  {SYS_mprotect, 2, PROT_EXEC, EPERM},
                  {SYS_pkey_mprotect, 2, PROT_EXEC, EPERM},
                  {SYS_shmat, 2, SHM_EXEC, EPERM}});
}

bool denyMemfd() { return install({{SYS_memfd_create, 0, 0, EPERM}}); }

bool denyExecutableMappings() {
  return install({{SYS_mmap, 2, PROT_EXEC, EACCES}});
}

bool denyExecFlagOfMemfd() {
  constexpr uint32_t MfdExec = 0x10; // uapi/linux/memfd.h, Linux 6.3.
  return install({{SYS_memfd_create, 1, MfdExec, EINVAL}});
}

bool denyFixedMappings() {
  constexpr uint32_t MapFixedNoReplace = 0x100000; // Linux 4.17.
  return install({{SYS_mmap, 3, MapFixedNoReplace, EEXIST}});
}

bool denyDiscardOfLocked() {
  constexpr uint32_t MadvDontNeedLocked = 24; // Linux 5.18.
  return install({{SYS_madvise, 2, MadvDontNeedLocked, EINVAL}});
}

bool denyRemoval() { return install({{SYS_madvise, 2, MADV_REMOVE, ENOSYS}}); }

bool denyRemovalAndPunching() {
  return install({{SYS_madvise, 2, MADV_REMOVE, ENOSYS},
                  {SYS_fallocate, 1, FALLOC_FL_PUNCH_HOLE, EOPNOTSUPP}});
}

bool pretendRemoval() { return install({{SYS_madvise, 2, MADV_REMOVE, 0}}); }

bool enterProcessNamespace() { return unshare(CLONE_NEWPID) == 0; }

bool denyExecutableMemfds() {
  int File = open("/proc/sys/vm/memfd_noexec", O_WRONLY | O_CLOEXEC);
  if (File < 0)
    return false;
  bool Ok = write(File, "2", 1) == 1;
  close(File);
  return Ok;
}

} // namespace jitslab
