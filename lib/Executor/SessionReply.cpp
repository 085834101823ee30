//===- SessionReply.cpp - What is replied to work -------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorSession.h"

using namespace llvm;

namespace jitslab {

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

} // namespace jitslab
