//===- Errors.h - Messages for what can fail --------------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_CORE_ERRORS_H
#define JITSLAB_CORE_ERRORS_H

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <system_error>

namespace jitslab {

/// Explains a failed memory call: which limit of the process or the system was
/// most likely hit, and what to do about it. Empty when nothing is known.
/// Reads /proc, so it belongs on error paths only.
std::string explainFailure(std::error_code EC);

/// A SystemRefusalError: "<What>: <the system's text>; <which limit, what to
/// do>", carrying \p EC.
llvm::Error systemError(std::error_code EC, const llvm::Twine &What);

/// As messages have an address: 0x and digits.
std::string hexAddress(uint64_t Address);

/// An argument that is out of range: a BadOptionError.
llvm::Error optionError(const llvm::Twine &What);

/// An error of the class and with the code of \p E, and with \p Message.
llvm::Error errorLike(const llvm::ErrorInfoBase &E, std::string Message);

} // namespace jitslab

#endif // JITSLAB_CORE_ERRORS_H
