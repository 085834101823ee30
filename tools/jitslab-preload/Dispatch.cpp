//===- Dispatch.cpp - Finds LLVM's functions and their backend ------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// This library is loaded into every child process of the host, so it needs
// nothing but the C library, and does nothing until LLVM is called, except for
// ForkRelay.cpp.

#include "Dispatch.h"
#include "Report.h"
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jitslab {

static constexpr PreloadBackend NoBackend = {};

/// How many threads load a backend just now, and whether this one does. The
/// other models of thread-local memory need another library than the C library.
static std::atomic<unsigned> Loading{0};
__attribute__((
    tls_model("initial-exec"))) static thread_local unsigned LoadingHere = 0;
/// This process was forked meanwhile.
static std::atomic<bool> LoadingWasCutOff{false};

/// What code of the library at \p Path would get as \p Name, the preload aside.
static void *lookUpFrom(const char *Path, const char *Name, const char *Node,
                        const void *Own) {
  void *Library = dlopen(Path, RTLD_LAZY | RTLD_NOLOAD);
  if (!Library)
    return nullptr;
  void *Found = dlvsym(Library, Name, Node);
  dlclose(Library);
  return Found == Own ? nullptr : Found;
}

static void *lookUpFromCaller(const void *Caller, const char *Name,
                              const char *Node, const void *Own) {
  Dl_info Info;
  link_map *Map = nullptr;
  if (!dladdr1(Caller, &Info, reinterpret_cast<void **>(&Map), RTLD_DL_LINKMAP))
    return nullptr;
  // The program itself has no name; RTLD_NEXT is for it.
  if (!Map->l_name || !*Map->l_name)
    return nullptr;
  return lookUpFrom(Map->l_name, Name, Node, Own);
}

namespace {
/// Paths of loaded libraries, one after the other, each with its zero.
struct PathList {
  char *Text = nullptr;
  size_t Size = 0;

  static int add(dl_phdr_info *Info, size_t, void *Opaque) {
    if (!Info->dlpi_name || !*Info->dlpi_name)
      return 0;
    auto *List = static_cast<PathList *>(Opaque);
    size_t Length = std::strlen(Info->dlpi_name) + 1;
    auto *Longer =
        static_cast<char *>(std::realloc(List->Text, List->Size + Length));
    if (!Longer)
      return 1;
    std::memcpy(Longer + List->Size, Info->dlpi_name, Length);
    List->Text = Longer;
    List->Size += Length;
    return 0;
  }
};
} // namespace

static void *lookUpAnywhere(const char *Name, const char *Node,
                            const void *Own) {
  // First the paths, then dlopen: dl_iterate_phdr holds a lock that dlopen
  // wants, after another one.
  PathList Paths;
  dl_iterate_phdr(PathList::add, &Paths);
  void *Found = nullptr;
  for (size_t At = 0; At < Paths.Size && !Found;
       At += std::strlen(Paths.Text + At) + 1)
    Found = lookUpFrom(Paths.Text + At, Name, Node, Own);
  std::free(Paths.Text);
  return Found;
}

/// LLVM is often loaded with dlopen and RTLD_LOCAL, as a library of a library.
/// Then only who depends on it finds it.
static void *lookUp(const char *Name, const char *Node, const void *Own,
                    const void *Caller) {
  if (void *Found = lookUpFromCaller(Caller, Name, Node, Own))
    return Found;
  if (void *Found = dlvsym(RTLD_NEXT, Name, Node); Found && Found != Own)
    return Found;
  // A caller that ended in a jump has left the address of its own caller.
  return lookUpAnywhere(Name, Node, Own);
}

/// The name by which libraries need the one that has \p Function; null if it
/// has none.
static const char *soname(const void *Function) {
  Dl_info Info;
  link_map *Map = nullptr;
  if (!dladdr1(Function, &Info, reinterpret_cast<void **>(&Map),
               RTLD_DL_LINKMAP))
    return nullptr;
  const char *Strings = nullptr;
  const ElfW(Dyn) *Name = nullptr;
  for (const ElfW(Dyn) *D = Map->l_ld; D->d_tag != DT_NULL; ++D) {
    if (D->d_tag == DT_STRTAB)
      Strings = reinterpret_cast<const char *>(D->d_un.d_ptr);
    else if (D->d_tag == DT_SONAME)
      Name = D;
  }
  return Strings && Name ? Strings + Name->d_un.d_val : nullptr;
}

/// True if \p Text is one of the strings in a file. So are the names of all
/// libraries that an ELF file needs.
static bool hasString(const char *Path, const char *Text) {
  int FD = open(Path, O_RDONLY | O_CLOEXEC);
  struct stat S;
  bool Found = false;
  if (FD >= 0 && fstat(FD, &S) == 0) {
    auto Size = static_cast<size_t>(S.st_size);
    void *Contents = mmap(nullptr, Size, PROT_READ, MAP_PRIVATE, FD, 0);
    if (Contents != MAP_FAILED) {
      Found = memmem(Contents, Size, Text, std::strlen(Text) + 1);
      munmap(Contents, Size);
    }
  }
  if (FD >= 0)
    close(FD);
  return Found;
}

/// Writes the path of the backend, which lies beside this library.
static bool backendPath(unsigned Major, char *Path, size_t Size) {
  Dl_info Info;
  if (!dladdr(&NoBackend, &Info))
    return false;
  void *Self = dlopen(Info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  if (!Self)
    return false;
  char Folder[PATH_MAX];
  bool Known = dlinfo(Self, RTLD_DI_ORIGIN, Folder) == 0;
  dlclose(Self);
  int Length = std::snprintf(Path, Size, "%s/libjitslab-preload-llvm%u.so",
                             Folder, Major);
  return Known && Length > 0 && static_cast<size_t>(Length) < Size;
}

/// The format of \p Why has \p Detail. What is said here is said once for each
/// version, and never freed.
__attribute__((format(printf, 2, 0))) static const PreloadBackend *
noBackend(LLVMVersion &Version, const char *Why, const char *Detail) {
  char *Text;
  bool Made = asprintf(&Text, Why, Detail) >= 0;
  Version.WhyNoBackend.store(Made ? Text : "there is no memory",
                             std::memory_order_relaxed);
  return &NoBackend;
}

static const PreloadBackend *load(LLVMVersion &Version, const void *Inside) {
  // What another thread of the parent had half loaded, stays so.
  if (LoadingWasCutOff.load(std::memory_order_relaxed))
    return noBackend(Version,
                     "the process was forked while a backend was loaded%s", "");
  char Path[PATH_MAX];
  if (!backendPath(Version.Major, Path, sizeof(Path)) ||
      access(Path, R_OK) != 0)
    return noBackend(Version, "there is no backend for it%s", "");
  // It would load the libLLVM that it needs beside the host's, and two copies
  // of one version disturb each other.
  const char *Name = soname(Inside);
  if (!Name || !hasString(Path, Name))
    return noBackend(Version, "its backend is for another copy than %s",
                     Name ? Name : "the host's");
  void *Library = dlopen(Path, RTLD_NOW | RTLD_LOCAL);
  if (!Library)
    return noBackend(Version, "its backend does not load: %s", dlerror());
  auto *Get = reinterpret_cast<PreloadBackendFn *>(
      dlsym(Library, JITSLAB_PRELOAD_BACKEND_NAME));
  if (!Get) {
    dlclose(Library);
    return noBackend(Version, "its backend is of another version of jitslab%s",
                     "");
  }
  return Get();
}

void noticeForkInChild() {
  if (Loading != LoadingHere)
    LoadingWasCutOff = true;
  Loading = LoadingHere;
}

static bool inSameLibrary(const void *A, const void *B) {
  Dl_info InfoA, InfoB;
  return dladdr(A, &InfoA) && dladdr(B, &InfoB) &&
         InfoA.dli_fbase == InfoB.dli_fbase;
}

/// No lock: a host may call LLVM from a constructor of a library, where the
/// dynamic linker's lock is held. Threads that come here at the same time all
/// load the backend, which is the same one.
const PreloadBackend *backend(LLVMVersion &Version, const void *Inside) {
  const PreloadBackend *Known = Version.Backend.load(std::memory_order_acquire);
  if (!Known) {
    ++Loading;
    ++LoadingHere;
    Known = load(Version, Inside);
    Version.Backend.store(Known, std::memory_order_release);
    --LoadingHere;
    --Loading;
  }
  const char *WhyNot = nullptr;
  if (Known == &NoBackend)
    WhyNot = Version.WhyNoBackend.load(std::memory_order_relaxed);
  else if (!inSameLibrary(Inside, Known->InsideLLVM))
    WhyNot = "the host has a further copy of it";
  // The host must not see the errors of what was tried.
  dlerror();
  if (!WhyNot)
    return Known;
  note(Version, {WhyNot});
  return nullptr;
}

Call resolve(EntryPoint &Entry, const void *Own, const void *Caller) {
  LLVMVersion &Version = Entry.Version;
  Call C = {Version, lookUp(Entry.Symbol, Version.Node, Own, Caller)};
  dlerror();
  // The backend calls LLVM on behalf of the host.
  const PreloadBackend *Backend = Version.Backend;
  if (!Backend || !inSameLibrary(Caller, Backend))
    noteWayIn(Entry);
  return C;
}

void *findVariable(const LLVMVersion &Version, const char *Name,
                   const void *Inside) {
  Dl_info Info;
  void *Found = dladdr(Inside, &Info) && Info.dli_fname
                    ? lookUpFrom(Info.dli_fname, Name, Version.Node, nullptr)
                    : nullptr;
  dlerror();
  return Found;
}

} // namespace jitslab
