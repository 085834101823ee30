//===- ArenaErrors.h - What can go wrong in an arena ------------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The classes of the errors that arenas, and memory managers on them, fail
/// with, for llvm::handleErrors and Error::isA. Each has a message that says
/// what to do, and an error code as llvm::errorToErrorCode returns it. What has
/// no class here is an llvm::StringError with a code of its own: not_supported
/// for code that a linker cannot link, operation_canceled after a fork.
/// All sizes are in bytes.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_ARENAERRORS_H
#define JITSLAB_ARENAERRORS_H

#include "jitslab/ABI.h"
#include "llvm/Support/Error.h"
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// What an ArenaFullError knows, of the windows that the object might have gone
/// to.
struct ArenaShortage {
  /// What was asked for, by use.
  size_t CodeBytes = 0, RODataBytes = 0, RWDataBytes = 0;
  /// Windows, and their address space.
  size_t Windows = 0, ReservedBytes = 0;
  /// What live objects own of it.
  size_t LiveBytes = 0;
  /// The largest object of one kind of segment that there is room for.
  size_t LargestFreeBytes = 0;
};

/// An arena asked for more than its windows hold, even after it gave empty
/// slabs to whoever needs them (see Arena::trim). Freeing objects helps, unless
/// the object is larger than any window. Code: not_enough_memory.
class JITSLAB_ABI ArenaFullError : public llvm::ErrorInfo<ArenaFullError> {
public:
  static char ID;

  JITSLAB_HIDDEN
  ArenaFullError(const ArenaShortage &Numbers, std::string Message);
  ~ArenaFullError() override;

  const ArenaShortage &numbers() const { return Numbers; }
  void log(llvm::raw_ostream &OS) const override;
  std::error_code convertToErrorCode() const override;

private:
  ArenaShortage Numbers;
  std::string Message;
};

/// What of the process or the system can be used up or forbidden.
enum class SystemLimit : uint8_t {
  /// vm.max_map_count.
  Mappings,
  /// RLIMIT_AS.
  AddressSpace,
  /// RLIMIT_DATA.
  Data,
  /// What strict overcommit grants.
  Commit,
  /// The largest free range of addresses.
  FreeAddresses,
  /// None of those that are known.
  Memory,
  /// RLIMIT_MEMLOCK.
  LockedMemory,
  /// A rule against making written memory executable.
  WrittenCode,
  /// RLIMIT_NOFILE or fs.file-max.
  OpenFiles,
  /// No limit: somebody has closed a descriptor that was not theirs.
  ClosedDescriptor
};

/// A limit that may be why the system refused something.
struct LimitAdvice {
  SystemLimit Limit = SystemLimit::Memory;
  /// What is known of it, as a part of a sentence.
  std::string Fact;
  /// What to do about it; empty where nothing is known.
  std::string Advice;
};

/// The system, or an executor's, refused a call. Code: its errno, as std::errc.
class JITSLAB_ABI SystemRefusalError
    : public llvm::ErrorInfo<SystemRefusalError> {
public:
  static char ID;

  JITSLAB_HIDDEN
  SystemRefusalError(std::error_code Reason, std::vector<LimitAdvice> Limits,
                     std::string Message);
  ~SystemRefusalError() override;

  /// The system's errno.
  int systemErrno() const { return Reason.value(); }
  /// Limits that may be the cause, the likeliest first; often one, or none for
  /// an errno that no limit is known to have.
  const std::vector<LimitAdvice> &limits() const { return Limits; }
  void log(llvm::raw_ostream &OS) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::error_code Reason;
  std::vector<LimitAdvice> Limits;
  std::string Message;
};

/// An option or an argument out of its range. Nothing has changed. Code:
/// invalid_argument.
class JITSLAB_ABI BadOptionError : public llvm::ErrorInfo<BadOptionError> {
public:
  static char ID;

  JITSLAB_HIDDEN explicit BadOptionError(std::string Message);
  ~BadOptionError() override;

  void log(llvm::raw_ostream &OS) const override;
  std::error_code convertToErrorCode() const override;

private:
  std::string Message;
};

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_ARENAERRORS_H
