//===- WorkReply.h - What an executor has done ------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_REMOTE_WORKREPLY_H
#define JITSLAB_REMOTE_WORKREPLY_H

#include "Wire.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace jitslab {

/// What a reply to work says. It refers to the reply's bytes.
class WorkReply {
public:
  /// For so many objects.
  WorkReply(size_t Finalizes, size_t Deallocates)
      : Finalized(Finalizes), Deallocated(Deallocates) {}

  /// Reads what comes from an executor, which may be anything. \returns false
  /// if it makes no sense.
  bool read(llvm::ArrayRef<char> Bytes);

  /// There is none, nor will there be another one, for this reason.
  void setOver(std::string Reason) { Over = std::move(Reason); }

  /// Changes of memory were made.
  bool isDone() const { return !Over && Refusal.empty(); }

  /// What deallocates the \p I-th object, 0 if there is nothing to do.
  llvm::Expected<uint64_t> finalized(size_t I) const;
  llvm::Error deallocated(size_t I) const;

private:
  struct Answer {
    llvm::StringRef Failure;
    uint64_t Key = 0;
  };
  llvm::Expected<uint64_t> resultOf(const Answer &A) const;

  std::optional<std::string> Over;
  llvm::StringRef Refusal;
  std::vector<Answer> Finalized, Deallocated;
};

} // namespace jitslab

#endif // JITSLAB_REMOTE_WORKREPLY_H
