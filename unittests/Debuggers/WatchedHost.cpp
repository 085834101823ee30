//===- WatchedHost.cpp - A host for profilers and others ------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// watched-host MANAGER LINKER TELLS OBJECT ACTION: loads OBJECT, which is
// Inputs/spinning.c, tells perf of it by "map", "jitdump" or "both", or
// "debuggers" or "nobody", and computes for a while, if ACTION is "wait" after
// a line of input.

#include "Debuggers/AnyLinker.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

using namespace jitslab;
using namespace llvm;

static void writeMap(AnyLinker &L, const char *Path) {
  const std::string Map = "/tmp/perf-" + std::to_string(getpid()) + ".map";
  std::error_code EC;
  raw_fd_ostream Out(Map, EC);
  if (EC)
    exit(2);
  auto Object = cantFail(object::ObjectFile::createObjectFile(Path));
  for (const object::ELFSymbolRef S : Object.getBinary()->symbols())
    if (cantFail(S.getType()) == object::SymbolRef::ST_Function) {
      const std::string Name = cantFail(S.getName()).str();
      Out << formatv("{0:x-} {1:x-} {2}\n", L.addressOf(Name.c_str()),
                     S.getSize(), Name);
    }
}

int main(int ArgC, char **ArgV) {
  if (ArgC != 6)
    return 2;
  const StringRef Tells = ArgV[3], Action = ArgV[5];
  const Told T = Tells == "debuggers"                    ? Told::Debuggers
                 : Tells == "jitdump" || Tells == "both" ? Told::Perf
                                                         : Told::Nobody;
  auto L = makeLinker(ArgV[2], ArgV[1], T);
  if (!L)
    return 0;
  L->load(ArgV[4]);
  auto *Spin = L->find<unsigned(unsigned)>("jit_spin");
  if (Tells == "map" || Tells == "both")
    writeMap(*L, ArgV[4]);
  if (Action == "wait") {
    printf("loaded %d\n", int(getpid()));
    fflush(stdout);
    (void)getchar();
  }
  printf("computed %u by %d\n", Spin(50000), int(getpid()));
}
