//===- ManagerState.cpp - What linking needs of a manager -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ManagerState.h"
#include "../Core/ArenaAccess.h"
#include "../Core/Errors.h"
#include "../LLVMFixes/CommonSymbols.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <utility>

using namespace llvm;

namespace jitslab {

void ManagerFailures::note(Error Err) {
  handleAllErrors(std::move(Err), [&](std::unique_ptr<ErrorInfoBase> E) {
    Messages.push_back(E->message());
    Last = std::move(E);
  });
}

bool ManagerFailures::report(std::string *Text) {
  if (Reported == Messages.size())
    return false;
  if (Text)
    *Text = join(Messages.begin() + Reported, Messages.end(), "\n");
  Reported = Messages.size();
  return true;
}

Error ManagerFailures::take() {
  if (Messages.empty())
    return Error::success();
  Error All = errorLike(*Last, join(Messages, "\n"));
  Messages.clear();
  Reported = 0;
  return All;
}

ManagerBatch &ReservingMemoryManager::State::open() {
  if (!Open)
    Open = std::make_unique<ManagerBatch>();
  return *Open;
}

ManagerFailures &ReservingMemoryManager::State::failures() {
  if (!Failed)
    Failed = std::make_unique<ManagerFailures>(ArenaAccess::memory(*TheArena));
  return *Failed;
}

uint8_t *ReservingMemoryManager::State::allocate(SegmentKind K, size_t Size,
                                                 size_t Align,
                                                 unsigned SectionID,
                                                 StringRef Name) {
  Size = std::max<size_t>(Size, 1);
  ManagerBatch &B = open();
  if (!B.ObjectFailed) {
    const bool IsLarge = OutsideData::isLarge(Name);
    Expected<Segment> Section =
        IsLarge && B.IsTooLarge
            ? allocateOutside(K, Size, Align, Name)
            : B.Sections.allocate(*TheArena, K, Size, Align);
    if (IsLarge && !B.IsTooLarge && Section.errorIsA<ArenaFullError>()) {
      consumeError(Section.takeError());
      Section = allocateOutside(K, Size, Align, Name);
    }
    if (K != SegmentKind::Code && Section.errorIsA<ArenaFullError>())
      Section = allocateBeside(K, Size, Align, Name, Section.takeError());
    if (Section) {
      if (reinterpret_cast<uintptr_t>(Section->Working) != Section->Executor)
        B.Elsewhere.push_back({SectionID, Section->Working, Section->Executor});
      return Section->Working;
    }
    failObject(Section.takeError());
  }
  return failures().Scratch.allocate(Size);
}

// What is smaller finds room: objects are announced before a window has no room
// for usual ones (ArenaAccess::isSpacious), and a mapping is much for it.
static constexpr size_t LeastBeside = size_t(16) << 20;

Expected<Segment> ReservingMemoryManager::State::allocateBeside(
    SegmentKind K, size_t Size, size_t Align, StringRef Name, Error Full) {
  const AddressRange Window = Open->Sections.window();
  if (Size < LeastBeside || !Window.size() || !TheArena->options().Grow)
    return Full;
  Expected<Segment> Beside =
      allocateOutside(K, Size, Align, Name, OutsideData::beside(Window));
  if (!Beside) {
    consumeError(Beside.takeError());
    return Full;
  }
  consumeError(std::move(Full));
  return Beside;
}

Expected<Segment>
ReservingMemoryManager::State::allocateOutside(SegmentKind K, size_t Size,
                                               size_t Align, StringRef Name,
                                               AddressRange Within) {
  if (!Outside)
    Outside = std::make_unique<OutsideData>();
  Expected<uint8_t *> Start = Outside->allocate(
      *TheArena, Size, Align, Name, K == SegmentKind::ROData, Within);
  if (!Start)
    return Start.takeError();
  return Segment{*Start, reinterpret_cast<uintptr_t>(*Start), Size};
}

void ReservingMemoryManager::State::failObject(Error Err) {
  failures().note(std::move(Err));
  ManagerBatch &B = open();
  B.Sections.abandonObject();
  B.ObjectFailed = true;
}

// Too late to place them elsewhere, but in time to say so.
void ReservingMemoryManager::State::checkCommons(const object::ObjectFile &O) {
  const uint8_t *Commons = std::exchange(Open->LargeCommons, nullptr);
  if (!Commons || Open->ObjectFailed)
    return;
  size_t Align = largestCommonAlignment(O);
  if (reinterpret_cast<uintptr_t>(Commons) % Align)
    failObject(make_error<StringError>(
        "jitslab: a common symbol is aligned to " + Twine(Align) +
            " bytes, which RuntimeDyld does not ask for; compile with "
            "-fno-common",
        std::make_error_code(std::errc::not_supported)));
}

// RuntimeDyld tells each object that it has loaded. Where nobody passes that
// on, code was linked for where it is written, and would be called there. That
// RuntimeDyld links, and not the host itself, shows when it asks for memory for
// frames, or to register them, which not all that wrap a manager pass on.
void ReservingMemoryManager::State::checkNotified() {
  if (Open->Elsewhere.empty() ||
      !(Open->HasFrames || (Failed && Failed->NotNotified)))
    return;
  Open->Elsewhere.clear();
  failObject(make_error<StringError>(
      "jitslab: RuntimeDyld was not told where code runs, which is elsewhere "
      "than it is written in this arena; what wraps this memory manager has to "
      "pass notifyObjectLoaded on, or the arena needs another layout than "
      "Dense",
      std::make_error_code(std::errc::not_supported)));
}

AddressRange ReservingMemoryManager::State::codeAt(uintptr_t Address) {
  if (Open)
    if (AddressRange R = Open->Sections.codeAt(Address); R.size())
      return R;
  // A host may register frames after it has finalized.
  for (const Allocation &A : reverse(Sealed)) {
    const Segment Code = A[SegmentKind::Code];
    if (Address >= Code.Executor && Address - Code.Executor < Code.Size)
      return {Code.Executor, Code.Executor + Code.Size};
  }
  return {};
}

} // namespace jitslab
