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
#include "llvm/ADT/StringRef.h"
#include <sys/resource.h>
#include <unistd.h>

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

// DEFAULT_MAX_MAP_COUNT (linux/mm.h): USHRT_MAX - MAPCOUNT_ELF_CORE_MARGIN.
static constexpr uint64_t DefaultMappingLimit = 65530;

size_t mappingLimit() {
  uint64_t Limit = 0;
  return readNumber("/proc/sys/vm/max_map_count", Limit) ? Limit
                                                         : DefaultMappingLimit;
}

size_t addressSpaceLeft() {
  rlimit Soft;
  uint64_t Pages = 0;
  // The first number of statm is all that is mapped, in pages.
  auto Read = [&](StringRef Line) { (void)Line.consumeInteger(10, Pages); };
  if (getrlimit(RLIMIT_AS, &Soft) != 0 || Soft.rlim_cur == RLIM_INFINITY ||
      !forEachLine("/proc/self/statm", Read))
    return SIZE_MAX;
  uint64_t Used = Pages * uint64_t(sysconf(_SC_PAGESIZE));
  return Soft.rlim_cur > Used ? Soft.rlim_cur - Used : 0;
}

// The kernel refuses a call before the count is quite reached: splitting a
// mapping in three needs room for two more.
constexpr uint64_t MapCountMargin = 8;

// Where less is left than a window of the largest size takes, with its slack
// and its guards, most of the address space is in use.
constexpr uint64_t LittleAddressSpace = uint64_t(4) << 30;

using LimitHits = SmallVector<LimitHit, 1>;

static std::string bytes(uint64_t Value) {
  return std::to_string(Value) + " bytes";
}

// Which of several limits was hit is not known, so all that there are are told.
static LimitHits limitsOfMemory() {
  uint64_t MaxMaps = 0;
  uint64_t Maps = mappingCount();
  if (readNumber("/proc/sys/vm/max_map_count", MaxMaps) &&
      Maps + MapCountMargin >= MaxMaps)
    return {
        {SystemLimit::Mappings, "the process has " + std::to_string(Maps) +
                                    " mappings and vm.max_map_count allows " +
                                    std::to_string(MaxMaps)}};

  LimitHits Hits;
  rlimit Soft;
  if (getrlimit(RLIMIT_AS, &Soft) == 0 && Soft.rlim_cur != RLIM_INFINITY)
    Hits.push_back({SystemLimit::AddressSpace,
                    "the process's address space is limited to " +
                        bytes(Soft.rlim_cur) + " (RLIMIT_AS, ulimit -v)"});
  if (getrlimit(RLIMIT_DATA, &Soft) == 0 && Soft.rlim_cur != RLIM_INFINITY)
    Hits.push_back({SystemLimit::Data, "the process's data is limited to " +
                                           bytes(Soft.rlim_cur) +
                                           " (RLIMIT_DATA, ulimit -d)"});
  if (isOvercommitStrict())
    Hits.push_back({SystemLimit::Commit,
                    "vm.overcommit_memory is 2 and the commit "
                    "limit is reached"});
  uint64_t LargestGap = largestFreeAddressRange();
  if (LargestGap < LittleAddressSpace)
    Hits.push_back(
        {SystemLimit::FreeAddresses,
         "the largest free range of addresses has " + bytes(LargestGap)});
  if (Hits.empty())
    Hits.push_back(
        {SystemLimit::Memory, "the system is out of memory or address space"});
  return Hits;
}

static LimitHit limitOfLockedMemory() {
  std::string Amount = "limited";
  rlimit Locked;
  if (getrlimit(RLIMIT_MEMLOCK, &Locked) == 0 &&
      Locked.rlim_cur != RLIM_INFINITY)
    Amount += " to " + bytes(Locked.rlim_cur);
  return {SystemLimit::LockedMemory,
          "the process locks all memory that it maps (mlockall with "
          "MCL_FUTURE), and its locked memory is " +
              Amount + " (RLIMIT_MEMLOCK, ulimit -l)"};
}

LimitHits limitsBehind(std::error_code EC) {
  // Another process's limits are not those that are seen here.
  if (EC.category() != std::generic_category() &&
      EC.category() != std::system_category())
    return {};
  if (EC == std::errc::not_enough_memory)
    return limitsOfMemory();
  // mmap(2): "Too much memory has been locked". Nothing else that is called
  // here has it but madvise, whose failures are nobody's errors.
  if (EC == std::errc::resource_unavailable_try_again)
    return {limitOfLockedMemory()};
  if (EC == std::errc::permission_denied ||
      EC == std::errc::operation_not_permitted)
    return {{SystemLimit::WrittenCode,
             "the system forbids making written memory executable (SELinux, "
             "PR_SET_MDWE, systemd's MemoryDenyWriteExecute or a seccomp "
             "filter)"}};
  if (EC == std::errc::too_many_files_open ||
      EC == std::errc::too_many_files_open_in_system)
    return {{SystemLimit::OpenFiles,
             "the limit of open files is reached (RLIMIT_NOFILE, ulimit -n; "
             "fs.file-max for the whole system)"}};
  if (EC == std::errc::bad_file_descriptor)
    return {{SystemLimit::ClosedDescriptor,
             "the host has closed a file descriptor that is not its own "
             "(closefrom, close_range)"}};
  return {};
}

} // namespace jitslab
