//===- FrameRegistry.h - Frames that the unwinder finds ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_UNWIND_FRAMEREGISTRY_H
#define JITSLAB_UNWIND_FRAMEREGISTRY_H

#include "../Platform/Fork.h"
#include "FramePieces.h"
#include "FrameTables.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/Error.h"
#include <atomic>
#include <mutex>
#include <optional>

namespace jitslab {

/// Makes the frames of loaded code known to the unwinder, in the way that is
/// right and fast with the one that the process has.
///
/// Thread-safe. Waits while another thread forks, and a fork waits for it, so
/// that the child does not find the unwinder in the middle of a registration.
class FrameRegistry final : private ForkListener {
public:
  FrameRegistry() : FrameRegistry(Unwinder::system()) {}
  explicit FrameRegistry(Unwinder &U) : U(U) {}
  ~FrameRegistry() override { withdraw(); }

  /// The process has one, because it has one unwinder.
  static FrameRegistry &process();

  /// The run of addresses in a window of an arena that has the object's code at
  /// an address, and no other object's in between; an empty one if its code is
  /// not there.
  using CodeAt = llvm::function_ref<AddressRange(uintptr_t)>;

  /// Registers the frames of an object, which may be code in several runs; what
  /// is in none is left out. \p S stays as it is until it is removed. Fails,
  /// with nothing registered, with ENOMEM or with not_supported: a part of it
  /// has to be copied, and cannot be.
  llvm::Error add(const FrameSection &S, CodeAt Code);
  /// Deregisters what was added.
  void remove(const FrameSection &S);

  /// For code that calls __register_frame: does nothing with frames of an
  /// object that was added. Those of one that is added later become its.
  void addForeign(const uint8_t *Begin);
  void removeForeign(const uint8_t *Begin);

private:
  /// What is registered in the place of a section, or of a part of it.
  struct Substitute {
    AddressRange Extent;
    /// Null: the section itself.
    std::unique_ptr<FrameCopy> Copy;
    std::unique_ptr<FramePieces> Pieces;
  };
  using Substitutes = llvm::SmallVector<Substitute, 1>;

  void beforeFork() override { Lock.lock(); }
  void afterForkInParent() override { Lock.unlock(); }
  void afterForkInChild() override { Lock.unlock(); }

  std::error_code enrollOnce();
  void recognizeOnce();
  llvm::Error addRun(const FrameSection &S, AddressRange Extent,
                     std::unique_ptr<FramePieces> &Pieces);
  llvm::Error addRuns(const FrameSection &S, CodeAt Code, Substitutes &Made);
  void removeRun(const FrameSection &S, AddressRange Extent);
  void remove(Substitutes &Made);
  void forForeign(const uint8_t *Begin,
                  llvm::function_ref<void(const uint8_t *)> Do);

  Unwinder &U;
  std::atomic<bool> IsEnrolled{false};
  std::mutex Lock;
  std::optional<UnwinderKind> Kind;
  FrameTables Tables{U};
  /// By where the section begins.
  llvm::DenseMap<const uint8_t *, Substitutes> Substituted;
  /// Registered as they are, read or not.
  llvm::DenseSet<const uint8_t *> Whole;
};

} // namespace jitslab

#endif // JITSLAB_UNWIND_FRAMEREGISTRY_H
