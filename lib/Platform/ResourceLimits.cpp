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

bool isOvercommitStrict() {
  uint64_t Mode = 0;
  return readNumber("/proc/sys/vm/overcommit_memory", Mode) && Mode == 2;
}

// The kernel refuses a call before the count is quite reached: splitting a
// mapping in three needs room for two more.
constexpr uint64_t MapCountMargin = 8;

// Where less is left than a window of the largest size takes, with its slack
// and its guards, most of the address space is in use.
constexpr uint64_t LittleAddressSpace = uint64_t(4) << 30;

static void append(std::string &Text, const std::string &Reason) {
  Text += (Text.empty() ? "" : "; or ") + Reason;
}

// Which of several limits was hit is not known, so all that there are are told.
static std::string explainNoMemory() {
  uint64_t MaxMaps = 0;
  uint64_t Maps = mappingCount();
  if (readNumber("/proc/sys/vm/max_map_count", MaxMaps) &&
      Maps + MapCountMargin >= MaxMaps)
    return "the process has " + std::to_string(Maps) +
           " mappings and vm.max_map_count allows " + std::to_string(MaxMaps) +
           ": raise it, or use Layout::PerProtection or Layout::Dense, whose "
           "mappings do not grow with the number of objects";

  std::string Text;
  rlimit Limit;
  if (getrlimit(RLIMIT_AS, &Limit) == 0 && Limit.rlim_cur != RLIM_INFINITY)
    append(Text, "the process's address space is limited to " +
                     std::to_string(Limit.rlim_cur) +
                     " bytes (RLIMIT_AS, ulimit -v): raise the limit or set a "
                     "smaller ArenaOptions::WindowSize");
  if (getrlimit(RLIMIT_DATA, &Limit) == 0 && Limit.rlim_cur != RLIM_INFINITY)
    append(Text, "the process's data is limited to " +
                     std::to_string(Limit.rlim_cur) +
                     " bytes (RLIMIT_DATA, ulimit -d): raise the limit, or "
                     "free objects and call Arena::trim");
  if (isOvercommitStrict())
    append(Text, "vm.overcommit_memory is 2 and the commit limit is reached: "
                 "raise vm.overcommit_ratio, or free memory");
  uint64_t LargestGap = largestFreeAddressRange();
  if (LargestGap < LittleAddressSpace)
    append(Text, "the largest free range of addresses has " +
                     std::to_string(LargestGap) +
                     " bytes: set a smaller ArenaOptions::WindowSize, or unmap "
                     "what takes the address space");
  return Text.empty() ? "the system is out of memory or address space" : Text;
}

static std::string explainLocked() {
  std::string Limit = "limited";
  rlimit Locked;
  if (getrlimit(RLIMIT_MEMLOCK, &Locked) == 0 &&
      Locked.rlim_cur != RLIM_INFINITY)
    Limit += " to " + std::to_string(Locked.rlim_cur) + " bytes";
  return "the process locks all memory that it maps (mlockall with "
         "MCL_FUTURE), "
         "of which windows count as a whole, and its locked memory is " +
         Limit +
         " (RLIMIT_MEMLOCK, ulimit -l): raise the limit or set a smaller "
         "ArenaOptions::WindowSize";
}

std::string explainFailure(std::error_code EC) {
  if (EC == std::errc::not_enough_memory)
    return explainNoMemory();
  // mmap(2): "Too much memory has been locked". Nothing else that is called
  // here has it but madvise, whose failures are nobody's errors.
  if (EC == std::errc::resource_unavailable_try_again)
    return explainLocked();
  if (EC == std::errc::permission_denied ||
      EC == std::errc::operation_not_permitted)
    return "the system forbids making written memory executable (SELinux, "
           "PR_SET_MDWE, systemd's MemoryDenyWriteExecute or a seccomp "
           "filter): use Layout::Dense, which never does";
  if (EC == std::errc::too_many_files_open ||
      EC == std::errc::too_many_files_open_in_system)
    return "raise the limit of open files (RLIMIT_NOFILE, ulimit -n; "
           "fs.file-max "
           "for the whole system), or use Layout::PerProtection or "
           "Layout::PerObject, which need none: Layout::Dense has one for each "
           "window, and a further one after a fork";
  if (EC == std::errc::bad_file_descriptor)
    return "the host has closed a file descriptor that is not its own "
           "(closefrom, close_range): keep the descriptors of memfd:jitslab";
  return {};
}

} // namespace jitslab
