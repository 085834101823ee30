//===- ObjectSizes.cpp - What real objects need ---------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ObjectSizes.h"
#include "Checks.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/Alignment.h"

using namespace llvm;
using namespace llvm::object;

namespace jitslab::bench {

static void addSection(Footprint &F, const ELFSectionRef &S) {
  if (!(S.getFlags() & ELF::SHF_ALLOC) || !S.getSize())
    return;
  const SegmentKind K = S.getFlags() & ELF::SHF_EXECINSTR ? SegmentKind::Code
                        : S.getFlags() & ELF::SHF_WRITE   ? SegmentKind::RWData
                                                          : SegmentKind::ROData;
  // A number in some versions of LLVM, which may be 0.
  const size_t A = MaybeAlign(S.getAlignment()).valueOrOne().value();
  F[K].Align = std::max(F[K].Align, A);
  F[K].Size = alignTo(F[K].Size, A) + S.getSize();
}

static void addObject(std::vector<Footprint> &All, const Binary &B) {
  const auto *Object = dyn_cast<ELFObjectFileBase>(&B);
  if (!Object)
    return;
  Footprint F;
  for (const ELFSectionRef S : Object->sections())
    addSection(F, S);
  // Nobody would call the others.
  if (F[SegmentKind::Code].Size)
    All.push_back(F);
}

Expected<std::vector<Footprint>> footprintsOf(ArrayRef<std::string> Archives) {
  std::vector<Footprint> All;
  for (const std::string &Path : Archives) {
    Expected<OwningBinary<Binary>> File = createBinary(Path);
    if (!File)
      return createFileError(Path, File.takeError());
    const auto *Members = dyn_cast<Archive>(File->getBinary());
    if (!Members) {
      addObject(All, *File->getBinary());
      continue;
    }
    Error Err = Error::success();
    for (const Archive::Child &C : Members->children(Err)) {
      Expected<std::unique_ptr<Binary>> Member = C.getAsBinary();
      if (Member)
        addObject(All, **Member);
      else
        consumeError(Member.takeError());
    }
    if (Err)
      return createFileError(Path, std::move(Err));
  }
  if (Error Err =
          check(!All.empty(), "no object with code is named; see -from"))
    return Err;
  return All;
}

} // namespace jitslab::bench
