//===- RelocationAudit.h - Did the linker encode what it meant? -*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Checks the relocations of an object that RuntimeDyld has linked. A release
/// build of LLVM does not: where an offset does not fit, it drops the upper
/// bits, and the program jumps into nowhere. The audit compares what every
/// relocation should say with what is in memory.
///
/// For ELF objects of x86-64 and AArch64. JITLinkAudit.h does the same for
/// JITLink.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_RELOCATIONAUDIT_H
#define JITSLAB_RELOCATIONAUDIT_H

#include "jitslab/ABI.h"
#include "jitslab/LLVMCompat.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ExecutionEngine/RuntimeDyld.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/Error.h"
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace jitslab {
inline namespace JITSLAB_ABI_NAMESPACE {

/// One relocation, as it ought to be. Distances and limits are in bytes.
struct JITSLAB_ABI RelocationUse {
  /// Of the object file: the section that is changed, and where in it.
  std::string Section;
  uint64_t Offset = 0;
  /// The relocation's name in the ABI, or of the JITLink edge.
  std::string Type;
  /// What it refers to; a section's name where the symbol has none.
  std::string Target;
  /// What has to be encoded: for relocations that depend on distance, from the
  /// changed place to the target, to its GOT slot or to its stub; otherwise the
  /// address itself.
  int64_t Distance = 0;
  /// The smallest and largest that can be encoded.
  int64_t Min = 0, Max = 0;
  /// Distance is the target's address itself.
  bool IsAbsolute = false;

  /// Distance as a part of the limit on its side: 1 is the whole reach. 0 for
  /// relocations without limits.
  double reachUsed() const;
};

/// A relocation that is not as it ought to be.
struct JITSLAB_ABI RelocationProblem : RelocationUse {
  enum Kind {
    /// Distance does not lie between Min and Max.
    OutOfRange,
    /// Distance is no multiple of what the field counts in.
    Misaligned,
    /// It would fit, but something else is in memory.
    WrongEncoding,
    /// What is in memory leads to no slot of the GOT with the target's address,
    /// and none is known: Distance is 0, whatever it ought to be.
    NoSlot
  };
  Kind What = OutOfRange;
  /// What is in memory, in the units of Distance.
  int64_t Encoded = 0;

  /// One line without the object's name: where, which, how far, how far it may
  /// be, what was encoded, and what to do about an absolute address that does
  /// not fit.
  std::string message() const;
};

/// What an audit has found in an object.
struct JITSLAB_ABI AuditResult {
  /// Relocations of loaded sections that were checked.
  size_t Checked = 0;
  /// Relocations of loaded sections that cannot be checked: those of
  /// thread-local variables, whose code the linker rewrites; 64-bit offsets of
  /// slots in the GOT, and distances to and from its start where
  /// LinkedObject::Added is empty; those without an addend of their own
  /// (SHT_REL); and types that RuntimeDyld does not link.
  size_t NotChecked = 0;
  /// In the order of the object's relocations.
  std::vector<RelocationProblem> Problems;
  /// The one that uses most of its reach. Its Type is empty when no relocation
  /// has a limit.
  RelocationUse Furthest;

  /// Success, or an error with the messages of all problems, one per line, each
  /// with \p Object before it.
  llvm::Error takeError(llvm::StringRef Object) const;
};

/// Copies bytes of linked memory, from the address where they will be executed
/// or read. Fails if it cannot read all of them; what is in \p To is undefined
/// then.
using MemoryReader = std::function<llvm::Error(
    uint64_t Address, llvm::MutableArrayRef<uint8_t> To)>;

/// Reads this process's memory; what is not mapped or not readable is an error
/// with the code EFAULT. For hosts that execute where they link. Several
/// threads may use the result at once. It needs two file descriptors from its
/// first use on; without them it fails with the system's errno (EMFILE).
JITSLAB_ABI MemoryReader ownMemory();

/// An object and where it was put.
struct LinkedObject {
  const llvm::object::ObjectFile *File = nullptr;
  /// Where a section of File is executed or read; 0 if it was not loaded.
  std::function<uint64_t(const llvm::object::SectionRef &)> SectionAddress;
  /// The address of a symbol that is global, or that File does not define; 0
  /// for one that does not exist (a weak reference).
  std::function<uint64_t(llvm::StringRef)> SymbolAddress;
  MemoryReader Read;
  /// Memory that the linker added to the object: GOT slots are looked for here
  /// when the code does not lead to the right one, to say how far they are. One
  /// of them begins where the GOT does. May be empty.
  struct Range {
    uint64_t Begin = 0, End = 0;
  };
  std::vector<Range> Added;
};

/// Checks all relocations of the sections that were loaded. To be called after
/// relocations were resolved (RuntimeDyld::resolveRelocations, or from the
/// object linking layer's notification that an object was emitted), and before
/// the code runs, which may change its data. Calls nothing but \p O's members,
/// so several threads may audit at once if these allow it.
///
/// Fails, with nothing checked, for objects that are not ELF of x86-64 or
/// AArch64 and for those that contradict themselves. Problems are no failure:
/// they are in the result.
JITSLAB_ABI llvm::Expected<AuditResult> auditRelocations(const LinkedObject &O);

/// The same for hosts that execute where they link, with what they have:
/// \p Info is what RuntimeDyld::loadObject has returned for \p File, or what
/// the linking layers' notifications are given; \p SymbolAddress as in
/// LinkedObject.
JITSLAB_ABI llvm::Expected<AuditResult>
auditRelocations(const llvm::object::ObjectFile &File,
                 const llvm::RuntimeDyld::LoadedObjectInfo &Info,
                 std::function<uint64_t(llvm::StringRef)> SymbolAddress);

} // namespace JITSLAB_ABI_NAMESPACE
} // namespace jitslab

#endif // JITSLAB_RELOCATIONAUDIT_H
