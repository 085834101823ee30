//===- CrashReport.cpp - Where the loaded code crashed --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CrashReport.h"
#include "Diagnostics.h"
#include "Sanitizers.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <csignal>
#include <ucontext.h>
#include <unistd.h>

using namespace llvm;

namespace jitslab {

#if JITSLAB_HAS_ASAN || JITSLAB_HAS_TSAN
// A sanitizer says more.
void reportCrashesOf(const Linker &) {}
#else

namespace {

/// A message that is put together without the heap.
class Message {
public:
  Message &operator<<(StringRef S) {
    const size_t Size = std::min(S.size(), sizeof(Text) - Used);
    std::copy_n(S.data(), Size, Text + Used);
    Used += Size;
    return *this;
  }
  Message &operator<<(uintptr_t Number) {
    char Digits[2 + 2 * sizeof(Number)];
    char *Begin = std::end(Digits);
    do
      *--Begin = hexdigit(Number & 15, /*LowerCase=*/true);
    while (Number >>= 4);
    *--Begin = 'x';
    *--Begin = '0';
    return *this << StringRef(Begin, std::end(Digits) - Begin);
  }
  // Nothing can be done about a message that cannot be written.
  void write() { (void)!::write(STDERR_FILENO, Text, Used); }

private:
  char Text[1024];
  size_t Used = 0;
};

/// What the handler needs. All names are printable.
struct Loaded {
  std::string Prefix;
  LoadedImage Image;
  const Arena *TheArena;
};

} // namespace

static const Loaded *Code;

static StringRef nameOf(int Signal) {
  switch (Signal) {
  case SIGSEGV:
    return "SIGSEGV";
  case SIGBUS:
    return "SIGBUS";
  case SIGILL:
    return "SIGILL";
  case SIGFPE:
    return "SIGFPE";
  default:
    return "SIGTRAP";
  }
}

static StringRef nameOf(SegmentKind K) {
  switch (K) {
  case SegmentKind::Code:
    return "code";
  case SegmentKind::ROData:
    return "read-only data";
  case SegmentKind::RWData:
    break;
  }
  return "data";
}

/// \returns false for an address that the loaded code never had.
static bool describe(Message &M, uintptr_t Address) {
  const MemoryLocation L =
      Code->TheArena ? Code->TheArena->lookup(Address) : MemoryLocation();
  if (L.State == MemoryState::Freed) {
    M << "freed " << nameOf(L.Kind) << "+" << L.Offset;
    return true;
  }
  for (const LoadedObject &O : Code->Image.Objects)
    for (const LoadedSection &S : O.Sections)
      if (Address >= S.Address && Address < S.end()) {
        M << O.File << ": " << S.Name << "+" << (Address - S.Address);
        return true;
      }
  // What linkers add: stubs, tables.
  if (L.State != MemoryState::Live)
    return false;
  M << nameOf(L.Kind) << " of the linker's, between sections";
  return true;
}

static uintptr_t programCounter(const void *Context) {
  const auto &Machine = static_cast<const ucontext_t *>(Context)->uc_mcontext;
#if defined(__x86_64__)
  return uintptr_t(Machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return Machine.pc;
#else
  (void)Machine;
  return 0;
#endif
}

static void reportCrash(int Signal, siginfo_t *Info, void *Context) {
  uintptr_t PC = programCounter(Context);
#if defined(__x86_64__)
  // Behind an int3, which has one byte.
  if (Signal == SIGTRAP && Info->si_code == SI_KERNEL)
    --PC;
#endif
  const auto Accessed = reinterpret_cast<uintptr_t>(Info->si_addr);
  Message M;
  M << Code->Prefix << "crash (" << nameOf(Signal) << ") at " << PC << ", ";
  if (!describe(M, PC))
    M << "which is not in the loaded code";
  M << "\n";
  if ((Signal == SIGSEGV || Signal == SIGBUS) && Accessed != PC) {
    M << Code->Prefix << "it accessed " << Accessed << ", ";
    if (!describe(M, Accessed))
      M << "which is nothing of the loaded code";
    M << "\n";
  }
  M.write();
  // Ends the process: what crashed is executed again. A signal that somebody
  // has sent would be lost otherwise, and int3 is behind what has raised it.
  signal(Signal, SIG_DFL);
  if (Info->si_code <= 0 || Signal == SIGTRAP)
    raise(Signal);
}

void reportCrashesOf(const Linker &L) {
  static Loaded Static;
  Static = {(programName() + ": error: ").str(), L.image(), L.arena()};
  for (LoadedObject &O : Static.Image.Objects) {
    O.File = printable(O.File);
    for (LoadedSection &S : O.Sections)
      S.Name = printable(S.Name);
  }
  Code = &Static;
  setCrashHandler({SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP}, reportCrash);
}
#endif

} // namespace jitslab
