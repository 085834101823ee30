//===- Wire.h - What controller and executor tell each other ----*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Every message to an executor, and its reply: what it has, in order, as SPS
/// (LLVM's simple packed serialization) writes it. A reply is read with
/// StringRefs and numbers only, since LLVM's reading of other sequences trusts
/// the lengths that it is told.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_REMOTE_WIRE_H
#define JITSLAB_REMOTE_WIRE_H

#include "../LLVMCompat.h"
#include "llvm/ExecutionEngine/Orc/Shared/AllocationActions.h"
#include "llvm/ExecutionEngine/Orc/Shared/ExecutorAddress.h"
#include "llvm/ExecutionEngine/Orc/Shared/WrapperFunctionUtils.h"
#include "llvm/Support/ErrorHandling.h"
#include <vector>

namespace jitslab::wire {

namespace sps = llvm::orc::shared;
using llvm::orc::ExecutorAddr;
using llvm::orc::ExecutorAddrRange;

/// What a wrapper function returns, in C++ and in C.
#if JITSLAB_LLVM_RESULTS_ARE_BUFFERS
using Buffer = sps::WrapperFunctionBuffer;
using CBuffer = sps::CWrapperFunctionBuffer;
#else
using Buffer = sps::WrapperFunctionResult;
using CBuffer = sps::CWrapperFunctionResult;
#endif

/// Changes with any message.
inline constexpr uint32_t Version = 3;

/// No process has addresses of more bits (five-level page tables, one half).
inline constexpr uint64_t AddressesEnd = uint64_t(1) << 56;

/// The bootstrap symbols of an executor that has the service: the function that
/// takes OpenArgs, and the service itself.
inline constexpr const char OpenName[] = "jitslab_executor_open";
inline constexpr const char ServiceName[] = "jitslab_executor_service";

/// Opens a session: version; the service; the name of the controller's socket,
/// which is empty where contents travel in messages; what proves to the
/// controller who connects to it.
using OpenArgs = sps::SPSArgList<uint32_t, sps::SPSExecutorAddr, sps::SPSString,
                                 sps::SPSString>;
/// What went wrong, or nothing; the session, the size of pages in bytes, 1 if
/// instruction caches see what is written without being told (LLVM's reading of
/// a bool trusts that it is one), the functions for the other messages, and two
/// that code there calls instead of __register_frame and __deregister_frame.
using OpenReply = sps::SPSArgList<sps::SPSString, uint64_t, uint64_t, uint8_t,
                                  sps::SPSExecutorAddr, sps::SPSExecutorAddr,
                                  sps::SPSExecutorAddr, sps::SPSExecutorAddr,
                                  sps::SPSExecutorAddr, sps::SPSExecutorAddr,
                                  sps::SPSExecutorAddr, sps::SPSExecutorAddr>;

/// Reserves a window: session, bytes.
using ReserveArgs = sps::SPSArgList<uint64_t, uint64_t>;
/// An errno or 0; where the window begins.
using ReserveReply = sps::SPSArgList<int32_t, sps::SPSExecutorAddr>;

/// Maps a section that may lie anywhere, outside all windows: session, bytes
/// and alignment, both of whole pages, the lane that says its rights, and the
/// number of the descriptor as in MapArgs. The reply is a ReserveReply.
using MapSectionArgs =
    sps::SPSArgList<uint64_t, uint64_t, uint64_t, uint8_t, uint64_t>;

/// Gives a window or such a section back: session, where it begins. 0: all of
/// them, and ends the session.
using ReleaseArgs = sps::SPSArgList<uint64_t, sps::SPSExecutorAddr>;

/// Puts memory behind slabs: session, where, the lane; the number of the
/// descriptor that comes by the socket, or 0 where there is none.
using MapArgs =
    sps::SPSArgList<uint64_t, sps::SPSExecutorAddrRange, uint8_t, uint64_t>;
/// Takes it away: session, where.
using UnmapArgs = sps::SPSArgList<uint64_t, sps::SPSExecutorAddrRange>;
/// An errno or 0.
using ErrnoReply = sps::SPSArgList<int32_t>;

/// What is written where contents travel in messages, and how many zeros
/// follow.
struct Write {
  ExecutorAddr Start;
  llvm::ArrayRef<char> Content;
  uint64_t Zeros = 0;
};
using SPSWrite =
    sps::SPSTuple<sps::SPSExecutorAddr, sps::SPSSequence<char>, uint64_t>;

/// An object that is complete: its .eh_frame section and its code, or empty
/// ranges where no frames are to be registered; its actions.
struct Finalize {
  ExecutorAddrRange Frames, Code;
  sps::AllocActions Actions;
};
using SPSFinalize =
    sps::SPSTuple<sps::SPSExecutorAddrRange, sps::SPSExecutorAddrRange,
                  sps::SPSSequence<sps::SPSAllocActionCallPair>>;

/// Objects that go together: what WorkReply said of each.
using Deallocate = std::vector<uint64_t>;

/// All that waits for an executor, done in this order, and the first four in
/// order of the messages' numbers.
struct Work {
  /// From 1 on.
  uint64_t Number = 0;
  /// Threads must not go on with instructions that they have fetched before.
  bool SynchronizeThreads = false;
  /// Code that was freed, to be filled with traps.
  std::vector<ExecutorAddrRange> Traps;
  std::vector<Write> Writes;
  /// Code whose caches have to be told.
  std::vector<ExecutorAddrRange> Flushes;
  std::vector<Finalize> Finalizes;
  std::vector<Deallocate> Deallocates;
  /// Where sections begin, outside all windows, that go then.
  std::vector<ExecutorAddr> Sections;
};
using SPSWork = sps::SPSTuple<
    uint64_t, bool, sps::SPSSequence<sps::SPSExecutorAddrRange>,
    sps::SPSSequence<SPSWrite>, sps::SPSSequence<sps::SPSExecutorAddrRange>,
    sps::SPSSequence<SPSFinalize>, sps::SPSSequence<sps::SPSSequence<uint64_t>>,
    sps::SPSSequence<sps::SPSExecutorAddr>>;
/// Session, work.
using WorkArgs = sps::SPSArgList<uint64_t, SPSWork>;
/// What went wrong with what is to be finalized, or nothing. If nothing: for
/// each finalize an error or nothing, and what deallocates it, 0 if there is
/// nothing to do. For each deallocate an error or nothing.
using WorkReplyHead = sps::SPSArgList<sps::SPSString>;
using FinalizeReply = sps::SPSArgList<sps::SPSString, uint64_t>;
using DeallocateReply = sps::SPSArgList<sps::SPSString>;

/// \returns \p Args as \p List writes them.
template <typename List, typename... Ts> Buffer write(const Ts &...Args) {
  const size_t Size = List::size(Args...);
  Buffer B = Buffer::allocate(Size);
  // LLVM asks malloc, and does not look.
  if (Size && !B.data())
    llvm::report_bad_alloc_error("jitslab: no memory for a message");
  sps::SPSOutputBuffer Out(B.data(), B.size());
  // It fails only where there is no room.
  (void)List::serialize(Out, Args...);
  return B;
}

inline bool isAtEnd(sps::SPSInputBuffer In) { return !In.skip(1); }

/// Reads all of \p B. \returns false if it is something else.
template <typename List, typename... Ts>
bool read(llvm::ArrayRef<char> B, Ts &...Args) {
  sps::SPSInputBuffer In(B.data(), B.size());
  return List::deserialize(In, Args...) && isAtEnd(In);
}

} // namespace jitslab::wire

namespace llvm::orc::shared {

template <>
class SPSSerializationTraits<jitslab::wire::SPSWrite, jitslab::wire::Write> {
  using AL = jitslab::wire::SPSWrite::AsArgList;
  using Write = jitslab::wire::Write;

public:
  static size_t size(const Write &W) {
    return AL::size(W.Start, W.Content, W.Zeros);
  }
  static bool serialize(SPSOutputBuffer &OB, const Write &W) {
    return AL::serialize(OB, W.Start, W.Content, W.Zeros);
  }
  static bool deserialize(SPSInputBuffer &IB, Write &W) {
    return AL::deserialize(IB, W.Start, W.Content, W.Zeros);
  }
};

template <>
class SPSSerializationTraits<jitslab::wire::SPSFinalize,
                             jitslab::wire::Finalize> {
  using AL = jitslab::wire::SPSFinalize::AsArgList;
  using Finalize = jitslab::wire::Finalize;

public:
  static size_t size(const Finalize &F) {
    return AL::size(F.Frames, F.Code, F.Actions);
  }
  static bool serialize(SPSOutputBuffer &OB, const Finalize &F) {
    return AL::serialize(OB, F.Frames, F.Code, F.Actions);
  }
  static bool deserialize(SPSInputBuffer &IB, Finalize &F) {
    return AL::deserialize(IB, F.Frames, F.Code, F.Actions);
  }
};

template <>
class SPSSerializationTraits<jitslab::wire::SPSWork, jitslab::wire::Work> {
  using AL = jitslab::wire::SPSWork::AsArgList;
  using Work = jitslab::wire::Work;

public:
  static size_t size(const Work &W) {
    return AL::size(W.Number, W.SynchronizeThreads, W.Traps, W.Writes,
                    W.Flushes, W.Finalizes, W.Deallocates, W.Sections);
  }
  static bool serialize(SPSOutputBuffer &OB, const Work &W) {
    return AL::serialize(OB, W.Number, W.SynchronizeThreads, W.Traps, W.Writes,
                         W.Flushes, W.Finalizes, W.Deallocates, W.Sections);
  }
  static bool deserialize(SPSInputBuffer &IB, Work &W) {
    return AL::deserialize(IB, W.Number, W.SynchronizeThreads, W.Traps,
                           W.Writes, W.Flushes, W.Finalizes, W.Deallocates,
                           W.Sections);
  }
};

} // namespace llvm::orc::shared

#endif // JITSLAB_REMOTE_WIRE_H
