//===- HostSettings.h - Limits that are not a process's own -----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_HOSTSETTINGS_H
#define JITSLAB_UNITTESTS_HOSTSETTINGS_H

#include <cstddef>
#include <string>

namespace jitslab {

/// Changes a setting of the whole machine, and restores it in the end: a
/// process that waits for that does it even when this one is killed. Only where
/// JITSLAB_TEST_HOST_SETTINGS=1 in the environment allows it, and root.
class HostSetting {
public:
  HostSetting(const char *Path, const char *Value);
  ~HostSetting();
  HostSetting(const HostSetting &) = delete;
  HostSetting &operator=(const HostSetting &) = delete;

  bool isSet() const { return Reason.empty(); }
  const std::string &whyNot() const { return Reason; }

private:
  std::string Reason;
  int End = -1;
};

/// A control group of its own with a limit of memory, removed in the end; no
/// process is in it at first. Needs root, and a memory controller of version 1
/// or 2.
class MemoryGroup {
public:
  explicit MemoryGroup(size_t Limit);
  ~MemoryGroup();
  MemoryGroup(const MemoryGroup &) = delete;
  MemoryGroup &operator=(const MemoryGroup &) = delete;

  bool isMade() const { return Reason.empty(); }
  const std::string &whyNot() const { return Reason; }

  /// Moves the calling process into it, a child of the one that made it.
  bool enter() const;

private:
  std::string Folder, Reason;
};

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_HOSTSETTINGS_H
