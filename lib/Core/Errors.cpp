//===- Errors.cpp - Messages for what can fail ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Errors.h"
#include "../Platform/ResourceLimits.h"
#include "jitslab/Arena.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab {

Error systemError(std::error_code EC, const Twine &What) {
  std::string Message = ("jitslab: " + What + ": " + EC.message()).str();
  std::string Advice = explainFailure(EC);
  if (!Advice.empty())
    Message += "; " + Advice;
  return make_error<StringError>(std::move(Message), EC);
}

Error optionError(const Twine &What) {
  return make_error<StringError>(
      "jitslab: " + What, std::make_error_code(std::errc::invalid_argument));
}

char ArenaFullError::ID = 0;

void ArenaFullError::log(raw_ostream &OS) const { OS << Message; }

std::error_code ArenaFullError::convertToErrorCode() const {
  return std::make_error_code(std::errc::not_enough_memory);
}

} // namespace jitslab
