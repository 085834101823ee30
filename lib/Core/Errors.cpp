//===- Errors.cpp - Messages for what can fail ----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Errors.h"
#include "../Platform/ResourceLimits.h"
#include "jitslab/ArenaErrors.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace jitslab {

static const char *remedyFor(SystemLimit L) {
  switch (L) {
  case SystemLimit::Mappings:
    return "raise it, or use Layout::PerProtection or Layout::Dense, whose "
           "mappings do not grow with the number of objects";
  case SystemLimit::AddressSpace:
    return "raise the limit or set a smaller ArenaOptions::WindowSize";
  case SystemLimit::Data:
    return "raise the limit, or free objects and call Arena::trim";
  case SystemLimit::Commit:
    return "raise vm.overcommit_ratio, or free memory";
  case SystemLimit::FreeAddresses:
    return "set a smaller ArenaOptions::WindowSize, or unmap what takes the "
           "address space";
  case SystemLimit::LockedMemory:
    return "raise the limit or set a smaller ArenaOptions::WindowSize, since "
           "windows count as a whole";
  case SystemLimit::WrittenCode:
    return "use Layout::Dense, which never does";
  case SystemLimit::OpenFiles:
    return "raise it, or use Layout::PerProtection or Layout::PerObject, "
           "which need none: Layout::Dense has one for each window, and a "
           "further one after a fork";
  case SystemLimit::ClosedDescriptor:
    return "keep the descriptors of memfd:jitslab";
  case SystemLimit::Memory:
    break;
  }
  return "";
}

static std::vector<LimitAdvice> adviceFor(std::error_code EC) {
  std::vector<LimitAdvice> Advice;
  for (LimitHit &Hit : limitsBehind(EC))
    Advice.push_back({Hit.Which, std::move(Hit.Fact), remedyFor(Hit.Which)});
  return Advice;
}

static std::string textOf(ArrayRef<LimitAdvice> Limits) {
  std::string Text;
  for (const LimitAdvice &L : Limits) {
    Text += (Text.empty() ? "" : "; or ") + L.Fact;
    if (!L.Advice.empty())
      Text += ": " + L.Advice;
  }
  return Text;
}

std::string explainFailure(std::error_code EC) { return textOf(adviceFor(EC)); }

Error systemError(std::error_code EC, const Twine &What) {
  std::string Message = ("jitslab: " + What + ": " + EC.message()).str();
  std::vector<LimitAdvice> Limits = adviceFor(EC);
  if (!Limits.empty())
    Message += "; " + textOf(Limits);
  return make_error<SystemRefusalError>(EC, std::move(Limits),
                                        std::move(Message));
}

std::string hexAddress(uint64_t Address) {
  return "0x" + utohexstr(Address, /*LowerCase=*/true);
}

Error optionError(const Twine &What) {
  return make_error<BadOptionError>(("jitslab: " + What).str());
}

Error errorLike(const ErrorInfoBase &E, std::string Message) {
  if (E.isA<ArenaFullError>())
    return make_error<ArenaFullError>(
        static_cast<const ArenaFullError &>(E).numbers(), std::move(Message));
  if (E.isA<SystemRefusalError>())
    return make_error<SystemRefusalError>(
        E.convertToErrorCode(),
        static_cast<const SystemRefusalError &>(E).limits(),
        std::move(Message));
  if (E.isA<BadOptionError>())
    return make_error<BadOptionError>(std::move(Message));
  return make_error<StringError>(std::move(Message), E.convertToErrorCode());
}

char ArenaFullError::ID = 0;
ArenaFullError::ArenaFullError(const ArenaShortage &Numbers,
                               std::string Message)
    : Numbers(Numbers), Message(std::move(Message)) {}
ArenaFullError::~ArenaFullError() = default;
void ArenaFullError::log(raw_ostream &OS) const { OS << Message; }
std::error_code ArenaFullError::convertToErrorCode() const {
  return std::make_error_code(std::errc::not_enough_memory);
}

char SystemRefusalError::ID = 0;
SystemRefusalError::SystemRefusalError(std::error_code Reason,
                                       std::vector<LimitAdvice> Limits,
                                       std::string Message)
    : Reason(Reason), Limits(std::move(Limits)), Message(std::move(Message)) {}
SystemRefusalError::~SystemRefusalError() = default;
void SystemRefusalError::log(raw_ostream &OS) const { OS << Message; }
std::error_code SystemRefusalError::convertToErrorCode() const {
  return Reason;
}

char BadOptionError::ID = 0;
BadOptionError::BadOptionError(std::string Message)
    : Message(std::move(Message)) {}
BadOptionError::~BadOptionError() = default;
void BadOptionError::log(raw_ostream &OS) const { OS << Message; }
std::error_code BadOptionError::convertToErrorCode() const {
  return std::make_error_code(std::errc::invalid_argument);
}

} // namespace jitslab
