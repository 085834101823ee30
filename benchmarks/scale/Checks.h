//===- Checks.h - What must not grow ----------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_BENCHMARKS_CHECKS_H
#define JITSLAB_BENCHMARKS_CHECKS_H

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace jitslab::bench {

inline llvm::Error check(bool Ok, const llvm::Twine &Otherwise) {
  if (Ok)
    return llvm::Error::success();
  return llvm::make_error<llvm::StringError>(Otherwise,
                                             llvm::inconvertibleErrorCode());
}

/// Compares what is seen last with what was seen first.
class Growth {
public:
  /// It may grow by \p Factor, and by \p Allowed besides.
  Growth(const char *What, double Factor, double Allowed = 0)
      : What(What), Factor(Factor), Allowed(Allowed) {}

  void see(double Value) {
    if (!First)
      First = Value;
    Last = Value;
  }
  /// Success also when nothing was seen: there was too little to compare.
  llvm::Error result() const {
    if (!First || Last <= *First * Factor + Allowed)
      return llvm::Error::success();
    return check(false, llvm::Twine(What) + " grew from " +
                            std::to_string(*First) + " to " +
                            std::to_string(Last));
  }

private:
  const char *What;
  double Factor, Allowed;
  std::optional<double> First;
  double Last = 0;
};

} // namespace jitslab::bench

#endif // JITSLAB_BENCHMARKS_CHECKS_H
