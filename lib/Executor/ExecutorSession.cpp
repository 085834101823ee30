//===- ExecutorSession.cpp - What a controller has here -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorSession.h"
#include "../JITLink/RunActions.h"
#include "../Platform/CodeMemory.h"
#include "../Unwind/FrameRegistry.h"
#include "jitslab/Arena.h"
#include "llvm/ADT/STLExtras.h"
#include <sys/stat.h>

using namespace llvm;

namespace jitslab {

static std::error_code invalid() {
  return std::make_error_code(std::errc::invalid_argument);
}

bool ExecutorSession::holds(uintptr_t Address) {
  std::lock_guard<std::mutex> Guard(Lock);
  const AddressRange Byte{Address, Address + 1};
  return windowOf(Byte) || sectionOf(Byte);
}

ErrorOr<uintptr_t> ExecutorSession::reserve(uint64_t Size) {
  if (Size < MinWindowSize || Size > MaxWindowSize || Size % SlabSize)
    return invalid();
  Expected<ExecutorWindow> W = ExecutorWindow::create(Size, SharesMemory);
  if (!W)
    return errorToErrorCode(W.takeError());
  const uintptr_t Start = W->range().Begin;
  std::lock_guard<std::mutex> Guard(Lock);
  if (Ended)
    return std::make_error_code(std::errc::operation_canceled);
  Windows.emplace(Start, std::move(*W));
  return Start;
}

std::error_code ExecutorSession::release(uintptr_t Start) {
  std::lock_guard<std::mutex> Guard(Lock);
  return Windows.erase(Start) || Sections.erase(Start) ? std::error_code()
                                                       : invalid();
}

/// \returns which of \p All has all of \p R, not empty; null if there is none.
template <typename T>
static T *whichHas(std::map<uintptr_t, T> &All, AddressRange R) {
  auto I = All.upper_bound(R.Begin);
  if (I == All.begin() || R.Begin >= R.End)
    return nullptr;
  T &Last = std::prev(I)->second;
  return R.End <= Last.range().End ? &Last : nullptr;
}

ExecutorWindow *ExecutorSession::windowOf(AddressRange R) {
  return whichHas(Windows, R);
}

ExecutorSection *ExecutorSession::sectionOf(AddressRange R) {
  return whichHas(Sections, R);
}

// What is mapped beyond a file's end raises SIGBUS.
static bool hasSize(const OwnedDescriptor &File, size_t Size) {
  struct stat Status;
  return fstat(File.number(), &Status) == 0 && size_t(Status.st_size) == Size;
}

/// Takes what is shared, which is nothing where contents travel in messages.
ErrorOr<std::optional<OwnedDescriptor>>
ExecutorSession::receive(uint64_t File, uint64_t Size) {
  if (!SharesMemory) {
    if (File)
      return invalid();
    return std::optional<OwnedDescriptor>();
  }
  ErrorOr<OwnedDescriptor> Memory = Channel.receive(File);
  if (!Memory)
    return Memory.getError();
  if (!hasSize(*Memory, Size))
    return invalid();
  return std::optional<OwnedDescriptor>(std::move(*Memory));
}

std::error_code ExecutorSession::map(AddressRange R, Lane L, uint64_t File) {
  std::lock_guard<std::mutex> Guard(Lock);
  ExecutorWindow *W = windowOf(R);
  if (!W)
    return invalid();
  auto Memory = receive(File, R.size());
  if (!Memory)
    return Memory.getError();
  return W->map(R, L, *Memory ? &(*Memory)->file() : nullptr);
}

ErrorOr<uintptr_t> ExecutorSession::mapSection(uint64_t Size, uint64_t Align,
                                               Lane L, uint64_t File) {
  std::lock_guard<std::mutex> Guard(Lock);
  if (Ended)
    return std::make_error_code(std::errc::operation_canceled);
  auto Memory = receive(File, Size);
  if (!Memory)
    return Memory.getError();
  ErrorOr<ExecutorSection> S = ExecutorSection::create(
      Size, Align, L, *Memory ? &(*Memory)->file() : nullptr);
  if (!S)
    return S.getError();
  const uintptr_t Start = S->range().Begin;
  Sections.emplace(Start, std::move(*S));
  return Start;
}

std::error_code ExecutorSession::unmap(AddressRange R) {
  std::lock_guard<std::mutex> Guard(Lock);
  ExecutorWindow *W = windowOf(R);
  return W ? W->unmap(R) : invalid();
}

std::error_code ExecutorSession::write(const wire::Write &W) {
  const uintptr_t Begin = W.Start.getValue();
  if (ExecutorSection *Section = sectionOf({Begin, Begin + 1}))
    return Section->write(W);
  ExecutorWindow *Window = windowOf({Begin, Begin + 1});
  return Window ? Window->write(W) : outOfPlace();
}

std::error_code ExecutorSession::change(const wire::Work &W) {
  for (orc::ExecutorAddrRange R : W.Traps)
    if (ExecutorWindow *Window = windowOf(local(R)))
      Window->fillWithTraps(local(R));
  for (const wire::Write &Write : W.Writes)
    if (std::error_code EC = write(Write))
      return EC;
  for (orc::ExecutorAddrRange R : W.Flushes) {
    ExecutorWindow *Window = windowOf(local(R));
    if (!Window || !Window->isMappedFor(Lane::Code, local(R)))
      return outOfPlace();
    synchronizeInstructions(local(R));
  }
  if (W.SynchronizeThreads)
    VirtualMemory::system().synchronizeThreads();
  return {};
}

// A section of frames that says where functions are by 64 bits may lie outside.
bool ExecutorSession::mayBeFrames(AddressRange R, AddressRange Code) {
  std::lock_guard<std::mutex> Guard(Lock);
  if (sectionOf(R))
    return windowOf(Code);
  ExecutorWindow *W = windowOf(R);
  return W && W->range().Begin <= Code.Begin && W->range().End >= Code.End &&
         (W->isMappedFor(Lane::ROData, R) || W->isMappedFor(Lane::RWData, R));
}

Error ExecutorSession::finalize(wire::Finalize &F, uint64_t &Key) {
  Object O;
  if (!F.Frames.empty()) {
    const AddressRange Code = local(F.Code), Frames = local(F.Frames);
    if (!mayBeFrames(Frames, Code))
      return make_error<StringError>("jitslab: the frames of an object do "
                                     "not lie in a window",
                                     invalid());
    FrameSection S(F.Frames.Start.toPtr<const uint8_t *>(), F.Frames.size());
    if (Error Err = FrameRegistry::process().add(S, [&](uintptr_t Address) {
          return Address >= Code.Begin && Address < Code.End ? Code
                                                             : AddressRange();
        }))
      return Err;
    O.Frames = S;
  }
  Expected<ActionCalls> Dealloc = jitslab::runFinalizeActions(F.Actions);
  if (!Dealloc) {
    if (O.Frames)
      FrameRegistry::process().remove(*O.Frames);
    return Dealloc.takeError();
  }
  O.Actions = std::move(*Dealloc);
  if (!O.Frames && O.Actions.empty())
    return Error::success();
  std::unique_lock<std::mutex> Guard(Lock);
  if (Ended) {
    // Who has ended it did not find this one.
    Guard.unlock();
    return joinErrors(make_error<StringError>(
                          "jitslab: the session is over",
                          std::make_error_code(std::errc::operation_canceled)),
                      deallocate(O));
  }
  Key = ++LastKey;
  Objects.emplace(Key, std::move(O));
  return Error::success();
}

// Actions may be code of another object, so frames go after all of them.
Error ExecutorSession::deallocate(ArrayRef<Object> Gone) {
  Error Err = Error::success();
  for (const Object &O : Gone)
    Err = joinErrors(std::move(Err), jitslab::runDeallocActions(O.Actions));
  for (const Object &O : Gone)
    if (O.Frames)
      FrameRegistry::process().remove(*O.Frames);
  return Err;
}

ExecutorSession::Done ExecutorSession::work(wire::Work W) {
  Done D;
  std::unique_lock<std::mutex> Guard(Lock);
  // Threads of a server's may overtake each other.
  const auto IsNext = [&] { return Changed + 1 >= W.Number; };
  OnChanged.wait(Guard, [&] { return Ended || Lost || IsNext(); });
  if (Ended)
    D.Refusal = "the session is over";
  else if (!IsNext())
    D.Refusal = "a message before this one was lost";
  else if (std::error_code EC = change(W))
    D.Refusal = EC == outOfPlace()
                    ? "what is to be written does not lie in a window"
                    : "what is to be written cannot be: " + EC.message();
  if (IsNext())
    Changed = W.Number;
  ++Busy;
  OnChanged.notify_all();
  Guard.unlock();
  if (!D.Refusal.empty())
    W.Finalizes.clear();
  for (wire::Finalize &F : W.Finalizes) {
    Finalized &R = D.Finalizes.emplace_back();
    if (Error Err = finalize(F, R.Key))
      R.Failure = toString(std::move(Err));
  }
  for (const wire::Deallocate &Keys : W.Deallocates) {
    std::vector<Object> Gone;
    Guard.lock();
    for (uint64_t Key : Keys)
      if (auto I = Objects.find(Key); I != Objects.end()) {
        Gone.push_back(std::move(I->second));
        Objects.erase(I);
      }
    Guard.unlock();
    Error Err = deallocate(Gone);
    D.Deallocates.push_back(toString(std::move(Err)));
  }
  // What is large is unmapped without the lock.
  std::vector<decltype(Sections)::node_type> Unmapped;
  Guard.lock();
  for (orc::ExecutorAddr Section : W.Sections)
    Unmapped.push_back(Sections.extract(Section.getValue()));
  if (--Busy == 0 && Ended)
    giveBack();
  Guard.unlock();
  return D;
}

Error ExecutorSession::end() {
  std::vector<Object> Gone;
  {
    std::lock_guard<std::mutex> Guard(Lock);
    Ended = true;
    // What is left needs the windows as well.
    ++Busy;
  }
  OnChanged.notify_all();
  // Who waits for a change of memory goes on, and is told.
  Server.reset();
  {
    std::lock_guard<std::mutex> Guard(Lock);
    for (auto &[Key, O] : reverse(Objects))
      Gone.push_back(std::move(O));
    Objects.clear();
  }
  Error Err = deallocate(Gone);
  std::lock_guard<std::mutex> Guard(Lock);
  // Else what they have is used still.
  if (--Busy == 0)
    giveBack();
  Channel = DescriptorChannel();
  return Err;
}

} // namespace jitslab
