//===- Process.cpp - What the kernel says about this process --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/Process.h"
#include "Support/Child.h"
#include <cstdlib>
#include <fstream>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace jitslab {

std::string linkTarget(const std::string &Path) {
  char Buffer[4096];
  ssize_t Size = readlink(Path.c_str(), Buffer, sizeof(Buffer));
  return Size < 0 ? std::string() : std::string(Buffer, size_t(Size));
}

bool isBrief() { return std::getenv("JITSLAB_TEST_BRIEF") != nullptr; }

bool runsUnderEmulator() {
  // qemu-user shows the guest's program under the first name and itself under
  // the second.
  static const bool Result =
      linkTarget("/proc/self/exe") != linkTarget("/proc/thread-self/exe");
  return Result;
}

static bool parseMapping(const std::string &Line, Mapping &M) {
  unsigned long Begin = 0, End = 0;
  char Rights[5] = {};
  int NameAt = 0;
  if (sscanf(Line.c_str(), "%lx-%lx %4s %*s %*s %*s %n", &Begin, &End, Rights,
             &NameAt) != 3)
    return false;
  M = {{Begin, End}, Rights, Line.substr(NameAt)};
  return true;
}

std::vector<Mapping> currentMappings() {
  std::vector<Mapping> Result;
  std::ifstream Maps("/proc/self/maps");
  Mapping M;
  for (std::string Line; std::getline(Maps, Line);)
    if (parseMapping(Line, M))
      Result.push_back(M);
  return Result;
}

void forEachSmapsLine(
    const std::function<void(const Mapping &, const std::string &)> &Visit) {
  std::ifstream Smaps("/proc/self/smaps");
  Mapping M;
  for (std::string Line; std::getline(Smaps, Line);)
    if (!parseMapping(Line, M))
      Visit(M, Line);
}

// The kernel's own check: a bad address makes the call fail instead of raising
// a signal.
static bool copyThroughPipe(const void *From, void *To) {
  int Ends[2];
  if (pipe(Ends))
    return false;
  bool Ok = write(Ends[1], From, 1) == 1 && read(Ends[0], To, 1) == 1;
  close(Ends[0]);
  close(Ends[1]);
  return Ok;
}

static bool hasRightsByTrying(uintptr_t Address, const char *Rights) {
  auto *P = reinterpret_cast<uint8_t *>(Address);
  uint8_t Copy = 0;
  bool Readable = copyThroughPipe(P, &Copy);
  bool Writable = Readable && copyThroughPipe(&Copy, P);
  return Readable == (Rights[0] == 'r') && Writable == (Rights[1] == 'w');
}

bool hasRights(uintptr_t Address, const char *Rights) {
  if (runsUnderEmulator())
    return hasRightsByTrying(Address, Rights);
  for (const Mapping &M : currentMappings())
    if (M.Range.Begin <= Address && Address < M.Range.End)
      return M.Rights.substr(0, 3) == Rights;
  return false;
}

size_t mappingsIn(AddressRange R) {
  size_t Count = 0;
  for (AddressRange M : mappedAddressRanges())
    Count += M.Begin < R.End && M.End > R.Begin;
  return Count;
}

size_t residentPages(AddressRange R) {
  // One entry for each page of the kernel's, which are smaller than this
  // process's under an emulator; none are smaller than this.
  constexpr size_t SmallestPage = 4096;
  std::vector<unsigned char> Entries(R.size() / SmallestPage + 1, 0);
  if (mincore(reinterpret_cast<void *>(R.Begin), R.size(), Entries.data()))
    return SIZE_MAX;
  size_t Count = 0;
  for (unsigned char E : Entries)
    Count += E & 1;
  return Count;
}

// In KiB, unlike what statm says: an emulator makes up the size of a page.
static size_t statusBytes(const std::string &Name) {
  std::ifstream Status("/proc/self/status");
  for (std::string Word; Status >> Word;) {
    size_t KiB = 0;
    if (Word == Name && Status >> KiB)
      return KiB << 10;
  }
  return 0;
}

size_t residentBytes() { return statusBytes("VmRSS:"); }
size_t mappedBytes() { return statusBytes("VmSize:"); }

std::string inChild(const std::function<std::string()> &Body) {
  int Ends[2];
  if (pipe(Ends))
    return "no pipe";
  // What the child says fits into the pipe, so it can be read afterwards.
  ChildOutcome Outcome = runInChild([&] {
    std::string Result = Body();
    return write(Ends[1], Result.data(), Result.size()) !=
           static_cast<ssize_t>(Result.size());
  });
  close(Ends[1]);
  std::string Result;
  char Buffer[512];
  ssize_t Size;
  while ((Size = read(Ends[0], Buffer, sizeof(Buffer))) > 0)
    Result.append(Buffer, size_t(Size));
  close(Ends[0]);
  if (!Outcome.passed())
    Result += " (the child: " + Outcome.describe() + ")";
  return Result;
}

bool limitAddressSpace(size_t Room) {
  rlimit Limit;
  if (getrlimit(RLIMIT_AS, &Limit))
    return false;
  Limit.rlim_cur = mappedBytes() + Room;
  if (setrlimit(RLIMIT_AS, &Limit))
    return false;
  size_t TooMuch = 2 * Room;
  void *Mapped = mmap(nullptr, TooMuch, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (Mapped == MAP_FAILED)
    return true;
  munmap(Mapped, TooMuch);
  return false;
}

} // namespace jitslab
