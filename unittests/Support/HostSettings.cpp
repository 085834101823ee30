//===- HostSettings.cpp - Limits that are not a process's own -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/HostSettings.h"
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jitslab {

static bool writeFile(const std::string &Path, const std::string &Text) {
  int File = open(Path.c_str(), O_WRONLY | O_CLOEXEC);
  if (File < 0)
    return false;
  bool Ok = write(File, Text.data(), Text.size()) == ssize_t(Text.size());
  close(File);
  return Ok;
}

HostSetting::HostSetting(const char *Path, const char *Value) {
  const char *Allowed = getenv("JITSLAB_TEST_HOST_SETTINGS");
  if (!Allowed || std::string(Allowed) != "1") {
    Reason = std::string(Path) +
             " is the whole machine's; JITSLAB_TEST_HOST_SETTINGS=1 allows "
             "tests to change it for a moment";
    return;
  }
  std::string Before;
  std::getline(std::ifstream(Path), Before);
  int Ends[2];
  if (Before.empty() ||
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, Ends)) {
    Reason = std::string(Path) + " cannot be read";
    return;
  }
  // Not a child of this process, which may be killed; it sees that nothing more
  // comes then.
  pid_t Child = fork();
  if (Child == 0) {
    if (fork() != 0)
      _exit(0);
    setsid();
    close(Ends[1]);
    char C = 0;
    if (write(Ends[0], &C, 1) != 1)
      _exit(1);
    while (read(Ends[0], &C, 1) > 0)
      ;
    _exit(writeFile(Path, Before) ? 0 : 1);
  }
  if (Child > 0)
    waitpid(Child, nullptr, 0);
  close(Ends[0]);
  End = Ends[1];
  char C;
  if (read(End, &C, 1) != 1)
    Reason = std::string(Path) + " would not be restored: no process for it";
  else if (!writeFile(Path, Value))
    Reason = std::string(Path) + " cannot be written";
}

HostSetting::~HostSetting() {
  if (End < 0)
    return;
  // Once it is restored there is no other end: whoever changes it next must not
  // take this value for the one from before.
  shutdown(End, SHUT_WR);
  char C;
  while (read(End, &C, 1) > 0)
    ;
  close(End);
}

// The folder of this process's group with the memory controller; empty if there
// is none.
static std::string memoryController(bool &IsV1) {
  std::ifstream Groups("/proc/self/cgroup");
  for (std::string Line; std::getline(Groups, Line);) {
    size_t First = Line.find(':'), Second = Line.find(':', First + 1);
    std::string Controllers = Line.substr(First + 1, Second - First - 1);
    std::string Path = Line.substr(Second + 1);
    std::string Folder;
    IsV1 = !Controllers.empty();
    if (("," + Controllers + ",").find(",memory,") != std::string::npos)
      Folder = "/sys/fs/cgroup/memory" + Path;
    else if (Controllers.empty())
      Folder = "/sys/fs/cgroup" + Path;
    else
      continue;
    std::string Probe =
        IsV1 ? "/memory.limit_in_bytes" : "/cgroup.subtree_control";
    std::ostringstream Contents;
    Contents << std::ifstream(Folder + Probe).rdbuf();
    if (IsV1 ? !Contents.str().empty()
             : Contents.str().find("memory") != std::string::npos)
      return Folder;
  }
  return {};
}

MemoryGroup::MemoryGroup(size_t Limit) {
  bool IsV1 = false;
  std::string Parent = memoryController(IsV1);
  if (Parent.empty()) {
    Reason = "this process's control group has no memory controller for "
             "groups below it";
    return;
  }
  Folder = Parent + "/jitslab-test-" + std::to_string(getpid());
  if (mkdir(Folder.c_str(), 0755)) {
    Reason = Folder + " cannot be made";
    Folder.clear();
    return;
  }
  std::string Number = std::to_string(Limit);
  std::string File = IsV1 ? "/memory.limit_in_bytes" : "/memory.max";
  if (!writeFile(Folder + File, Number))
    Reason = Folder + File + " cannot be written";
  // Where there is swap it would not be a limit. Not every kernel counts it.
  (void)writeFile(
      Folder + (IsV1 ? "/memory.memsw.limit_in_bytes" : "/memory.swap.max"),
      IsV1 ? Number : "0");
}

MemoryGroup::~MemoryGroup() {
  if (!Folder.empty())
    rmdir(Folder.c_str());
}

bool MemoryGroup::enter() const {
  return writeFile(Folder + "/cgroup.procs", std::to_string(getpid()));
}

} // namespace jitslab
