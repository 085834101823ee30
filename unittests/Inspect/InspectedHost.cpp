//===- InspectedHost.cpp - A process that is looked at --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// inspected-host LAYOUT COMMAND...: has an arena with a large object, a small
// one and one that was freed, and lets COMMAND look at it. In its arguments
// {pid}, {code} and {freed} are the process's number, and addresses in the code
// of the small and the freed object. With "busy-" before LAYOUT other threads
// load and free all the time, with "told-" debuggers are told of {code}, and of
// something that is damaged. With "none" there is no arena. Below all that it
// has lie a file that may not be read, and a device that has no end.

#include "Core/LayoutNames.h"
#include "Inspect/DebugEntries.h"
#include "jitslab/Arena.h"
#include "llvm/ADT/StringExtras.h"
#include <atomic>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace jitslab;
using namespace llvm;

static std::string hex(uintptr_t Address) {
  return "0x" + utohexstr(Address, /*LowerCase=*/true);
}

static Allocation load(Arena &A, size_t Code, size_t Data) {
  Footprint F;
  F[SegmentKind::Code] = {Code, 16};
  F[SegmentKind::RWData] = {Data, 16};
  Allocation Object = cantFail(A.allocate(F));
  Allocation *Objects[] = {&Object};
  cantFail(A.seal(Objects));
  return Object;
}

// Without variables that the child might change.
static int runAndWait(char *const *Command) {
  const pid_t Child = vfork();
  if (Child == 0) {
    execvp(Command[0], Command);
    _exit(127);
  }
  int Status = 0;
  waitpid(Child, &Status, 0);
  return WIFEXITED(Status) ? WEXITSTATUS(Status) : 126;
}

static int runCommand(char **Arguments, const std::string &Code,
                      const std::string &Freed) {
  std::vector<std::string> Command;
  const std::pair<StringRef, std::string> Known[] = {
      {"{pid}", std::to_string(getpid())},
      {"{code}", Code},
      {"{freed}", Freed}};
  for (; *Arguments; ++Arguments) {
    std::string Text = *Arguments;
    for (const auto &[Name, Value] : Known)
      if (size_t At = Text.find(Name.str()); At != std::string::npos)
        Text.replace(At, Name.size(), Value);
    Command.push_back(Text);
  }
  std::vector<char *> Pointers;
  for (std::string &Part : Command)
    Pointers.push_back(Part.data());
  Pointers.push_back(nullptr);
  // Under Yama a child may not look at its parent otherwise.
  (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  return runAndWait(Pointers.data());
}

/// Slabs look so for a moment when their memory is given back.
static bool mapWithoutAccess() {
  constexpr size_t Size = 64 << 10;
  // Just above what no process may map (vm.mmap_min_addr).
  void *const Lowest = reinterpret_cast<void *>(Size);
  const int File = memfd_create("no-access", MFD_CLOEXEC);
  void *Mapped =
      mmap(Lowest, Size, PROT_NONE, MAP_SHARED | MAP_FIXED_NOREPLACE, File, 0);
  close(File);
  return Mapped == Lowest;
}

/// Hosts have mapped GPUs and the like.
static bool mapDevice() {
  constexpr size_t Size = 64 << 10;
  void *const Lowest = reinterpret_cast<void *>(2 * Size);
  const int File = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  void *Mapped =
      mmap(Lowest, Size, PROT_READ, MAP_PRIVATE | MAP_FIXED_NOREPLACE, File, 0);
  close(File);
  return Mapped == Lowest;
}

int main(int Argc, char **Argv) {
  if (Argc < 3 || !mapWithoutAccess() || !mapDevice())
    return 125;
  StringRef Name = Argv[1];
  const bool IsBusy = Name.consume_front("busy-");
  const bool IsTold = Name.consume_front("told-");
  const std::optional<Layout> L = layoutByName(Name);
  if (!L)
    return runCommand(Argv + 2, "", "");
  ArenaOptions O;
  O.ObjectLayout = *L;
  if (IsBusy)
    O.WindowSize = MinWindowSize;
  std::shared_ptr<Arena> A = cantFail(Arena::create(O));
  Allocation Large = load(*A, 100, 300000);
  Allocation Small = load(*A, 5000, 100);
  Allocation Freed = load(*A, 20000, 100);
  Allocation Last = load(*A, 100, 100);
  const uintptr_t Code = Small[SegmentKind::Code].Executor;
  if (IsTold)
    tellDebuggers(Code);
  const uintptr_t FreedCode = Freed[SegmentKind::Code].Executor;
  Freed.release();
  std::atomic<bool> Stop{false};
  std::vector<std::thread> Threads;
  for (int I = 0; IsBusy && I != 2; ++I)
    Threads.emplace_back([&] {
      while (!Stop) {
        std::vector<Allocation> Objects;
        for (size_t J = 0; J != 20; ++J)
          Objects.push_back(load(*A, 1000 * J + 1, 1 << 20));
        Objects.clear();
        A->trim();
      }
    });
  const int Status = runCommand(Argv + 2, hex(Code + 16), hex(FreedCode + 32));
  Stop = true;
  for (std::thread &T : Threads)
    T.join();
  return Status;
}
