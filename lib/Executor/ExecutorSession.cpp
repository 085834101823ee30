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
  return windowOf({Address, Address + 1});
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
  return Windows.erase(Start) ? std::error_code() : invalid();
}

ExecutorWindow *ExecutorSession::windowOf(AddressRange R) {
  auto I = Windows.upper_bound(R.Begin);
  if (I == Windows.begin() || R.Begin >= R.End)
    return nullptr;
  ExecutorWindow &W = std::prev(I)->second;
  return R.End <= W.range().End ? &W : nullptr;
}

// What is mapped beyond a file's end raises SIGBUS.
static bool hasSize(const OwnedDescriptor &File, size_t Size) {
  struct stat Status;
  return fstat(File.number(), &Status) == 0 && size_t(Status.st_size) == Size;
}

std::error_code ExecutorSession::map(AddressRange R, Lane L, uint64_t File) {
  std::lock_guard<std::mutex> Guard(Lock);
  ExecutorWindow *W = windowOf(R);
  if (!W)
    return invalid();
  if (!SharesMemory)
    return File ? invalid() : W->map(R, L, nullptr);
  ErrorOr<OwnedDescriptor> Memory = Channel.receive(File);
  if (!Memory)
    return Memory.getError();
  return hasSize(*Memory, R.size()) ? W->map(R, L, &Memory->file()) : invalid();
}

std::error_code ExecutorSession::unmap(AddressRange R) {
  std::lock_guard<std::mutex> Guard(Lock);
  ExecutorWindow *W = windowOf(R);
  return W ? W->unmap(R) : invalid();
}

bool ExecutorSession::change(const wire::Work &W) {
  for (orc::ExecutorAddrRange R : W.Traps)
    if (ExecutorWindow *Window = windowOf(local(R)))
      Window->fillWithTraps(local(R));
  for (const wire::Write &Write : W.Writes) {
    ExecutorWindow *Window = windowOf({uintptr_t(Write.Start.getValue()),
                                       uintptr_t(Write.Start.getValue()) + 1});
    if (!Window || !Window->write(Write))
      return false;
  }
  for (orc::ExecutorAddrRange R : W.Flushes) {
    ExecutorWindow *Window = windowOf(local(R));
    if (!Window || !Window->isMappedFor(Lane::Code, local(R)))
      return false;
    synchronizeInstructions(local(R));
  }
  if (W.SynchronizeThreads)
    VirtualMemory::system().synchronizeThreads();
  return true;
}

Error ExecutorSession::finalize(wire::Finalize &F, uint64_t &Key) {
  Object O;
  if (!F.Frames.empty()) {
    const AddressRange Code = local(F.Code), Frames = local(F.Frames);
    {
      std::lock_guard<std::mutex> Guard(Lock);
      ExecutorWindow *W = windowOf(Frames);
      if (!W || W->range().Begin > Code.Begin || W->range().End < Code.End ||
          !(W->isMappedFor(Lane::ROData, Frames) ||
            W->isMappedFor(Lane::RWData, Frames)))
        return make_error<StringError>("jitslab: the frames of an object do "
                                       "not lie in a window",
                                       invalid());
    }
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
  else if (!change(W))
    D.Refusal = "what is to be written does not lie in a window";
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
  Guard.lock();
  if (--Busy == 0 && Ended)
    Windows.clear();
  return D;
}

wire::Buffer ExecutorSession::reply(Done D, size_t Longest) {
  std::vector<std::string *> Texts;
  for (Finalized &F : D.Finalizes)
    Texts.push_back(&F.Failure);
  for (std::string &Failure : D.Deallocates)
    Texts.push_back(&Failure);
  size_t Bytes = wire::WorkReplyHead::size(StringRef(D.Refusal)), Words = 0;
  for (const Finalized &F : D.Finalizes)
    Bytes += wire::FinalizeReply::size(StringRef(), F.Key);
  Bytes += D.Deallocates.size() * wire::DeallocateReply::size(StringRef());
  for (const std::string *Text : Texts)
    Words += Text->size();
  if (Words > Longest - Bytes) {
    const size_t Each = (Longest - Bytes) / Texts.size();
    Words = 0;
    for (std::string *Text : Texts) {
      Text->resize(std::min(Text->size(), Each));
      Words += Text->size();
    }
  }
  // The parts, one behind the other.
  wire::Buffer B = wire::Buffer::allocate(Bytes + Words);
  wire::sps::SPSOutputBuffer Out(B.data(), B.size());
  (void)wire::WorkReplyHead::serialize(Out, StringRef(D.Refusal));
  for (const Finalized &F : D.Finalizes)
    (void)wire::FinalizeReply::serialize(Out, StringRef(F.Failure), F.Key);
  for (const std::string &Failure : D.Deallocates)
    (void)wire::DeallocateReply::serialize(Out, StringRef(Failure));
  return B;
}

void ExecutorSession::serve(RecordSocket Socket) {
  Server = WorkThread::start(
      std::move(Socket),
      [this](ArrayRef<char> Message) {
        uint64_t Session;
        wire::Work W;
        return wire::read<wire::WorkArgs>(Message, Session, W)
                   ? reply(work(std::move(W)), RecordSocket::LongestRecord)
                   : wire::Buffer();
      },
      [this] {
        {
          std::lock_guard<std::mutex> Guard(Lock);
          Lost = true;
        }
        OnChanged.notify_all();
      });
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
    Windows.clear();
  Channel = DescriptorChannel();
  return Err;
}

} // namespace jitslab
