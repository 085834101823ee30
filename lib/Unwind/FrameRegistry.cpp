//===- FrameRegistry.cpp - Frames that the unwinder finds -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrameRegistry.h"
#include "../Platform/ProcessWide.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace jitslab {

FrameRegistry &FrameRegistry::process() { return processWide<FrameRegistry>(); }

static Error notCopied() {
  return createStringError(
      std::make_error_code(std::errc::not_supported),
      "jitslab: C++ exceptions cannot pass through this object: its .eh_frame "
      "has what only compilers' own unwinders read, and needs to be copied, "
      "because its code is not one run of addresses, or because libgcc 13.1 to "
      "14.2 would not find it (GCC PR 119151, mended in 14.3)");
}

std::error_code FrameRegistry::enrollOnce() {
  if (IsEnrolled.load(std::memory_order_acquire))
    return {};
  if (std::error_code EC = enroll())
    return EC;
  IsEnrolled.store(true, std::memory_order_release);
  return {};
}

void FrameRegistry::recognizeOnce() {
  if (Kind)
    return;
  Kind = recognize(U);
  if (*Kind == UnwinderKind::List && !U.hasTables())
    Kind = UnwinderKind::Tree; // As good as can be had, frames by frames.
}

Error FrameRegistry::add(const FrameSection &S, CodeAt Code) {
  if (std::error_code EC = enrollOnce())
    return createStringError(EC, "jitslab: cannot register frames");
  std::lock_guard<std::mutex> Guard(Lock);
  recognizeOnce();
  // By themselves they would hide what lies above them in a table.
  if (Whole.erase(S.begin()))
    forForeign(S.begin(),
               [&](const uint8_t *Frame) { U.deregisterFrames(Frame); });
  std::optional<AddressRange> Extent = S.extent();
  if (*Kind == UnwinderKind::None || (Extent && !Extent->size()))
    return Error::success();
  if (!Extent) {
    // libgcc may know it better.
    if (*Kind == UnwinderKind::FrameByFrame)
      return notCopied();
    U.registerFrames(S.begin());
    Whole.insert(S.begin());
    return Error::success();
  }
  Substitutes Made;
  AddressRange Run = Code(Extent->Begin);
  bool IsOneRun = Run.Begin <= Extent->Begin && Extent->End <= Run.End;
  if (IsOneRun) {
    std::unique_ptr<FramePieces> Pieces;
    if (Error Err = addRun(S, *Extent, Pieces))
      return Err;
    if (Pieces)
      Made.push_back({*Extent, nullptr, std::move(Pieces)});
  } else if (Error Err = addRuns(S, Code, Made)) {
    remove(Made);
    return Err;
  }
  if (!Made.empty() || !IsOneRun)
    Substituted[S.begin()] = std::move(Made);
  return Error::success();
}

Error FrameRegistry::addRuns(const FrameSection &S, CodeAt Code,
                             Substitutes &Made) {
  // By where a run begins.
  std::map<uintptr_t, std::unique_ptr<FrameCopy>> Copies;
  S.forEachFunction([&](const FunctionFrame &F) {
    AddressRange R = Code(F.Code.Begin);
    if (R.size() == 0)
      return;
    auto &Copy = Copies[R.Begin];
    if (!Copy)
      Copy = std::make_unique<FrameCopy>();
    Copy->add(F);
  });
  for (auto &[Begin, Copy] : Copies) {
    Copy->finish();
    FrameSection Run = Copy->section();
    AddressRange Extent = *Run.extent();
    // Functions without a byte are never looked up.
    if (!Extent.size())
      continue;
    std::unique_ptr<FramePieces> Pieces;
    if (Error Err = addRun(Run, Extent, Pieces))
      return Err;
    Made.push_back({Extent, std::move(Copy), std::move(Pieces)});
  }
  return Error::success();
}

/// \p Pieces is made if the unwinder does not find \p S.
Error FrameRegistry::addRun(const FrameSection &S, AddressRange Extent,
                            std::unique_ptr<FramePieces> &Pieces) {
  switch (*Kind) {
  case UnwinderKind::None:
    break;
  case UnwinderKind::List:
    Tables.add(Extent.Begin, S.begin());
    break;
  case UnwinderKind::Tree:
    U.registerFrames(S.begin());
    break;
  case UnwinderKind::LosingTree:
    U.registerFrames(S.begin());
    if (U.find(Extent.End - 1))
      break;
    U.deregisterFrames(S.begin());
    Pieces = FramePieces::create(U, S, Extent);
    if (!Pieces)
      return notCopied();
    break;
  case UnwinderKind::FrameByFrame:
    S.forEachFunction(
        [&](const FunctionFrame &F) { U.registerFrames(F.Begin); });
    break;
  }
  return Error::success();
}

void FrameRegistry::removeRun(const FrameSection &S, AddressRange Extent) {
  switch (*Kind) {
  case UnwinderKind::None:
    break;
  case UnwinderKind::List:
    Tables.remove(Extent.Begin);
    break;
  case UnwinderKind::Tree:
  case UnwinderKind::LosingTree:
    U.deregisterFrames(S.begin());
    break;
  case UnwinderKind::FrameByFrame:
    S.forEachFunction(
        [&](const FunctionFrame &F) { U.deregisterFrames(F.Begin); });
    break;
  }
}

void FrameRegistry::remove(Substitutes &Made) {
  for (Substitute &Sub : Made)
    if (Sub.Pieces)
      Sub.Pieces.reset();
    else
      removeRun(Sub.Copy->section(), Sub.Extent);
}

void FrameRegistry::remove(const FrameSection &S) {
  std::lock_guard<std::mutex> Guard(Lock);
  if (auto It = Substituted.find(S.begin()); It != Substituted.end()) {
    remove(It->second);
    Substituted.erase(It);
    return;
  }
  if (Whole.erase(S.begin()))
    return U.deregisterFrames(S.begin());
  std::optional<AddressRange> Extent = S.extent();
  if (Extent && Extent->size())
    removeRun(S, *Extent);
}

/// Calls \p Do with what the unwinder takes for \p Begin: libunwind takes
/// functions only, and programs that know it have a section for another call.
void FrameRegistry::forForeign(const uint8_t *Begin,
                               function_ref<void(const uint8_t *)> Do) {
  if (*Kind == UnwinderKind::FrameByFrame && FrameSection::isCommon(Begin))
    FrameSection(Begin).forEachFunction(
        [&](const FunctionFrame &F) { Do(F.Begin); });
  else
    Do(Begin);
}

void FrameRegistry::addForeign(const uint8_t *Begin) {
  // Who calls this takes no error. Without handlers, forks do not wait.
  (void)enrollOnce();
  std::lock_guard<std::mutex> Guard(Lock);
  recognizeOnce();
  std::optional<AddressRange> Extent = FrameSection(Begin).extent();
  if (Extent && (!Extent->size() || U.find(Extent->Begin)))
    return;
  forForeign(Begin, [&](const uint8_t *Frame) { U.registerFrames(Frame); });
  Whole.insert(Begin);
}

void FrameRegistry::removeForeign(const uint8_t *Begin) {
  std::lock_guard<std::mutex> Guard(Lock);
  if (Whole.erase(Begin))
    forForeign(Begin, [&](const uint8_t *Frame) { U.deregisterFrames(Frame); });
}

} // namespace jitslab
