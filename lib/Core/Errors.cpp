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
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab {

static const char *remedyFor(Limit L) {
  switch (L) {
  case Limit::Mappings:
    return ": raise it, or use Layout::PerProtection or Layout::Dense, whose "
           "mappings do not grow with the number of objects";
  case Limit::AddressSpace:
    return ": raise the limit or set a smaller ArenaOptions::WindowSize";
  case Limit::Data:
    return ": raise the limit, or free objects and call Arena::trim";
  case Limit::Commit:
    return ": raise vm.overcommit_ratio, or free memory";
  case Limit::FreeAddresses:
    return ": set a smaller ArenaOptions::WindowSize, or unmap what takes the "
           "address space";
  case Limit::LockedMemory:
    return ": raise the limit or set a smaller ArenaOptions::WindowSize, since "
           "windows count as a whole";
  case Limit::WrittenCode:
    return ": use Layout::Dense, which never does";
  case Limit::OpenFiles:
    return ": raise it, or use Layout::PerProtection or Layout::PerObject, "
           "which need none: Layout::Dense has one for each window, and a "
           "further one after a fork";
  case Limit::ClosedDescriptor:
    return ": keep the descriptors of memfd:jitslab";
  case Limit::Memory:
    break;
  }
  return "";
}

std::string explainFailure(std::error_code EC) {
  std::string Text;
  for (const LimitHit &Hit : limitsBehind(EC))
    Text += (Text.empty() ? "" : "; or ") + Hit.Fact + remedyFor(Hit.Which);
  return Text;
}

Error systemError(std::error_code EC, const Twine &What) {
  std::string Message = ("jitslab: " + What + ": " + EC.message()).str();
  std::string Advice = explainFailure(EC);
  if (!Advice.empty())
    Message += "; " + Advice;
  return make_error<StringError>(std::move(Message), EC);
}

std::string hexAddress(uint64_t Address) {
  return "0x" + utohexstr(Address, /*LowerCase=*/true);
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
