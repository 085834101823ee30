//===- WorkReply.cpp - What an executor has done --------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WorkReply.h"

using namespace llvm;

namespace jitslab {

bool WorkReply::read(ArrayRef<char> Bytes) {
  wire::sps::SPSInputBuffer In(Bytes.data(), Bytes.size());
  if (!wire::WorkReplyHead::deserialize(In, Refusal))
    return false;
  for (Answer &A : Finalized)
    if (Refusal.empty() &&
        !wire::FinalizeReply::deserialize(In, A.Failure, A.Key))
      return false;
  for (Answer &A : Deallocated)
    if (!wire::DeallocateReply::deserialize(In, A.Failure))
      return false;
  return wire::isAtEnd(In);
}

Expected<uint64_t> WorkReply::resultOf(const Answer &A) const {
  if (Over)
    return make_error<StringError>(
        *Over, std::make_error_code(std::errc::connection_reset));
  if (!A.Failure.empty())
    return make_error<StringError>(A.Failure, inconvertibleErrorCode());
  return A.Key;
}

Expected<uint64_t> WorkReply::finalized(size_t I) const {
  if (!Over && !Refusal.empty())
    return make_error<StringError>("jitslab: the executor refuses: " + Refusal,
                                   inconvertibleErrorCode());
  return resultOf(Finalized[I]);
}

Error WorkReply::deallocated(size_t I) const {
  return resultOf(Deallocated[I]).takeError();
}

} // namespace jitslab
