//===- ResourceLimits.cpp - Which limit was hit ---------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ResourceLimits.h"
#include "AddressSpace.h"
#include "ProcFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <sys/resource.h>

using namespace llvm;

namespace jitslab {

// A file of one decimal number, such as those of /proc/sys.
static bool readNumber(const char *Path, uint64_t &Value) {
  bool Found = false;
  forEachLine(Path, [&](StringRef Line) {
    Found |= !Line.trim().getAsInteger(10, Value);
  });
  return Found;
}

// The kernel refuses a call before the count is quite reached: splitting a
// mapping in three needs room for two more.
constexpr uint64_t MapCountMargin = 8;

static std::string explainNoMemory() {
  uint64_t MaxMaps = 0;
  uint64_t Maps = mappingCount();
  if (readNumber("/proc/sys/vm/max_map_count", MaxMaps) &&
      Maps + MapCountMargin >= MaxMaps)
    return "the process has " + std::to_string(Maps) +
           " mappings and vm.max_map_count allows " + std::to_string(MaxMaps) +
           ": raise it, or use Layout::PerProtection or Layout::Dense, whose "
           "mappings do not grow with the number of objects";

  rlimit Limit;
  if (getrlimit(RLIMIT_AS, &Limit) == 0 && Limit.rlim_cur != RLIM_INFINITY)
    return "the process's address space is limited to " +
           std::to_string(Limit.rlim_cur) +
           " bytes (RLIMIT_AS, ulimit -v): raise the limit or set a smaller "
           "ArenaOptions::WindowSize";
  if (getrlimit(RLIMIT_DATA, &Limit) == 0 && Limit.rlim_cur != RLIM_INFINITY)
    return "the process's data is limited to " +
           std::to_string(Limit.rlim_cur) +
           " bytes (RLIMIT_DATA, ulimit -d): raise the limit";
  uint64_t Overcommit = 0;
  if (readNumber("/proc/sys/vm/overcommit_memory", Overcommit) &&
      Overcommit == 2)
    return "vm.overcommit_memory is 2 and the commit limit is reached: raise "
           "vm.overcommit_ratio or free memory";
  return "the system is out of memory or address space";
}

std::string explainFailure(std::error_code EC) {
  if (EC == std::errc::not_enough_memory)
    return explainNoMemory();
  if (EC == std::errc::permission_denied ||
      EC == std::errc::operation_not_permitted)
    return "the system forbids making written memory executable (SELinux, "
           "PR_SET_MDWE, systemd's MemoryDenyWriteExecute or a seccomp "
           "filter): use Layout::Dense, which never does";
  if (EC == std::errc::bad_file_descriptor)
    return "the host has closed a file descriptor that is not its own "
           "(closefrom, close_range): keep the descriptors of memfd:jitslab";
  return {};
}

} // namespace jitslab
