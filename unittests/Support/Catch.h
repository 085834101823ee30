//===- Catch.h - Catch2, version 2 or 3 -------------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNITTESTS_CATCH_H
#define JITSLAB_UNITTESTS_CATCH_H

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include "llvm/Support/Error.h"
#include <string>

/// Requires an llvm::Error or Expected to be success, and prints it if not.
#define REQUIRE_SUCCESS(ErrorExpression)                                       \
  do {                                                                         \
    std::string Text = llvm::toString(ErrorExpression);                        \
    INFO(Text);                                                                \
    REQUIRE(Text.empty());                                                     \
  } while (false)

namespace jitslab {

/// For CHECK_THAT: text that \p Part is in.
inline auto containing(const std::string &Part) {
#if __has_include(<catch2/catch_all.hpp>)
  return Catch::Matchers::ContainsSubstring(Part);
#else
  return Catch::Matchers::Contains(Part);
#endif
}

/// The value of an Expected that has to have one.
template <typename T> T valueOf(llvm::Expected<T> Value) {
  if (!Value)
    FAIL(llvm::toString(Value.takeError()));
  return static_cast<T &&>(*Value);
}

/// The message of an Expected that has to have failed.
template <typename T> std::string messageOf(llvm::Expected<T> Value) {
  if (Value)
    FAIL("an error was expected");
  return llvm::toString(Value.takeError());
}

} // namespace jitslab

#endif // JITSLAB_UNITTESTS_CATCH_H
