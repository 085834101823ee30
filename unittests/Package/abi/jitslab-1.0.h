//===- jitslab.h - C interface to jitslab -------------------------*- C -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Memory for JIT-compiled code, for hosts that use LLVM's C interface: an
/// arena, and what MCJIT and LLJIT need to put their code into it. What an
/// arena is and guarantees is in jitslab/Arena.h and docs/design.md. C99, C++,
/// and what can read C headers. All sizes and addresses are in bytes.
///
/// Errors. A function that can fail returns an LLVMErrorRef, as ORC's functions
/// do: LLVMErrorSuccess (null), or an error that the caller owns and hands to
/// LLVMGetErrorMessage, LLVMConsumeError or a function that takes errors. An
/// error is a value, so it becomes a Result in Rust, and in Go it is not lost
/// when a goroutine continues on another thread. A failed call leaves its
/// results as they were, except where a function says otherwise.
///
/// The text is also kept for the thread, see JitslabGetLastError: for hosts
/// that do not bind LLVMErrorRef (Python's ctypes), and for callbacks that
/// cannot return an error. Go hosts must not use it without LockOSThread.
///
/// Bad input. Null pointers, unknown layouts, sizes of structs that no version
/// of this header can have (less than the first had, more than 4096, no multiple
/// of 8), and memory managers that are not from here are errors, not crashes.
/// What cannot be noticed is a reference that has been disposed of. Where the
/// heap is used up the process ends, as it does in LLVM's functions.
///
/// Ownership. JitslabCreate... makes what the caller owns, until it hands it to
/// the function of LLVM that its comment names. An arena is shared by whatever
/// was made from it: it may be disposed of before them, and its memory goes
/// back to the system with the last of them.
///
/// Threads. Arenas may be used from any number of threads, memory managers by
/// one thread at a time. After a fork the child may go on with all of it, as
/// far as LLVM can; see JitslabRegisterForkHandlers.
///
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_C_JITSLAB_H
#define JITSLAB_C_JITSLAB_H

#include "jitslab/ABI.h"
#include "llvm-c/Error.h"
#include "llvm-c/ExecutionEngine.h"
#include "llvm-c/Orc.h"
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of the library that the program runs with, which may be newer
/// than that of the headers (jitslab/Version.h). Null pointers are left alone.
JITSLAB_ABI void JitslabGetVersion(unsigned *Major, unsigned *Minor,
                                   unsigned *Patch);

/// An arena. Owned by who created it; see JitslabDisposeArena.
typedef struct JitslabOpaqueArena *JitslabArenaRef;

/// How objects lie in a window and how W^X is kept: jitslab::Layout.
typedef enum {
  JitslabLayoutPerObject = 0,
  JitslabLayoutPerProtection = 1,
  JitslabLayoutDense = 2
} JitslabLayout;

/// What kind of error it is, for hosts that do not read its text: the classes
/// of jitslab/ArenaErrors.h. Further numbers may come; hosts take those that
/// they do not know for JitslabErrorOther.
typedef enum {
  /// Success, which is null.
  JitslabErrorNone = 0,
  /// LLVM's, or one that has no class.
  JitslabErrorOther = 1,
  /// The arena is full. Free objects, and try again.
  JitslabErrorArenaFull = 2,
  /// The system refused a call; JitslabGetErrorErrno says how.
  JitslabErrorSystemRefusal = 3,
  /// An option or an argument is out of its range; null, for example.
  JitslabErrorBadOption = 4
} JitslabErrorCode;

/// jitslab::ArenaOptions. Zeros are the defaults, whatever fields it has. Grows
/// at its end: a library takes the structs of all older headers, and those of
/// newer ones whose additions are zero.
typedef struct {
  /// sizeof(JitslabArenaOptions); tells the library which header was used.
  size_t Size;
  /// A JitslabLayout. An integer, because other languages have no word for an
  /// enum with an unknown value.
  uint32_t ObjectLayout;
  /// 0: when a window is full, a further one is added. Not 0: strict reach, a
  /// full window is an error.
  LLVMBool NoGrow;
  /// Address space of a window, a multiple of 2 MiB from 8 MiB to 2 GiB less
  /// 2 MiB. 0: near the process's libraries a quarter of what is free there,
  /// elsewhere the default, or less where the system refuses that.
  uint64_t WindowSize;
  /// Windows are placed within reach of this address where the address space
  /// allows. 0: near the process's libraries if WindowSize and NoGrow are 0,
  /// otherwise anywhere.
  uint64_t Near;
  /// Not 0: advise transparent huge pages for whole slabs.
  LLVMBool HugePages;
  /// Not 0: EH frames are not registered. A C++ exception that reaches the code
  /// then ends the process, unless the host sees to it.
  LLVMBool NoFrames;
  /// All windows lie wholly below this address: 2 GiB for code without position
  /// independence. Where there is no room it is an error. 0: no bound.
  uint64_t Below;
} JitslabArenaOptions;

/// jitslab::ArenaStats. Grows at its end, like the options.
typedef struct {
  /// sizeof(JitslabArenaStats), set by the caller.
  size_t Size;
  /// Windows that exist, and how many of them are within reach of Near.
  uint64_t Windows, WindowsNear;
  /// Address space of all windows.
  uint64_t ReservedBytes;
  /// Slabs given to objects and not yet given back to the system.
  uint64_t CommittedBytes;
  /// What live objects own, in whole granules of the layout.
  uint64_t LiveBytes;
  /// Committed, and ready to be allocated.
  uint64_t FreeBytes;
  /// Objects that hold memory.
  uint64_t LiveObjects;
  /// Not live any more and never used again, because a fork has left it to
  /// another process too (JitslabLayoutDense).
  uint64_t FrozenBytes;
  /// Live objects that have no block of their own, because mappings run short
  /// (JitslabLayoutPerObject). 0 in other layouts.
  uint64_t LanedObjects;
  /// What live objects have outside the windows: large data that may lie
  /// anywhere. No part of the other numbers.
  uint64_t OutsideBytes;
} JitslabArenaStats;

/// What an address of an arena is: jitslab::MemoryState.
typedef enum {
  /// No window has it.
  JitslabMemoryOutside = 0,
  /// No object that is known had it last.
  JitslabMemoryUnused = 1,
  /// It belongs to an object.
  JitslabMemoryLive = 2,
  /// It belonged to an object that was freed, and to nobody since.
  JitslabMemoryFreed = 3
} JitslabMemoryState;

/// What a segment of an object is used for: jitslab::SegmentKind.
typedef enum {
  JitslabSegmentCode = 0,
  JitslabSegmentROData = 1,
  JitslabSegmentRWData = 2
} JitslabSegmentKind;

/// jitslab::MemoryLocation. Grows at its end, like the options.
typedef struct {
  /// sizeof(JitslabMemoryLocation), set by the caller.
  size_t Size;
  /// A JitslabMemoryState. The rest is 0 unless it is Live or Freed.
  uint32_t State;
  /// A JitslabSegmentKind.
  uint32_t Kind;
  /// Where the segment begins and how many bytes of it are usable.
  uint64_t SegmentBegin, SegmentSize;
  /// The address asked for, in bytes from SegmentBegin.
  uint64_t Offset;
} JitslabMemoryLocation;

/// Sets \p Options to the defaults, and its Size to \p SizeOfOptions, which is
/// sizeof(JitslabArenaOptions): that many bytes are written, so as many have to
/// be there. The caller owns the struct. A null pointer is left alone, and so
/// is a struct that is too small to hold a Size, or larger than 4096 bytes,
/// which no header's will be.
JITSLAB_ABI void JitslabInitializeArenaOptions(JitslabArenaOptions *Options,
                                               size_t SizeOfOptions);

/// Makes an arena and reserves its first window. The caller owns \p *Result and
/// disposes of it with JitslabDisposeArena. \p Options stays the caller's and
/// is not needed afterwards; null means the defaults.
/// Fails for options out of range, and when the system refuses the reservation;
/// \p *Result is null then.
JITSLAB_ABI LLVMErrorRef JitslabCreateArena(JitslabArenaRef *Result,
                                            const JitslabArenaOptions *Options);

/// Gives up the caller's share of \p Arena, which must not be used any more.
/// Safe while memory managers, layers and JITs made from it live: they keep
/// the arena. Does nothing for null.
JITSLAB_ABI void JitslabDisposeArena(JitslabArenaRef Arena);

/// Fills in what \p Arena holds at this moment. \p Stats stays the caller's,
/// who has set its Size; fields that this library does not know become 0.
JITSLAB_ABI LLVMErrorRef JitslabArenaGetStats(JitslabArenaRef Arena,
                                              JitslabArenaStats *Stats);

/// Which object of \p Arena has \p Address, or had it before it was freed, and
/// where in which of its segments: Arena::lookup. For crash handlers, so it is
/// async-signal-safe, and has no error: it does nothing, and returns 0, where
/// \p Arena or \p Location is null or the Size of \p Location, which the caller
/// has set, is that of no header. Fields that this library does not know become
/// 0. \returns not 0 if the address is of a live or freed object.
JITSLAB_ABI LLVMBool JitslabArenaLookup(JitslabArenaRef Arena, uint64_t Address,
                                        JitslabMemoryLocation *Location);

/// Gives slabs and windows of \p Arena that hold nothing live back to the
/// system. \p BytesGivenBack may be null.
JITSLAB_ABI LLVMErrorRef JitslabArenaTrim(JitslabArenaRef Arena,
                                          uint64_t *BytesGivenBack);

/// Registers jitslab's fork handlers (pthread_atfork), if that has not happened
/// when the library was loaded. For hosts that have fork handlers of their own:
/// jitslab/ForkHandlers.h says what these may do, and why they are to be
/// registered after jitslab's. Fails when there is no memory; calling again is
/// allowed then.
JITSLAB_ABI LLVMErrorRef JitslabRegisterForkHandlers(void);

/// Makes a memory manager for the MCJMM of LLVMMCJITCompilerOptions, or for
/// another host of RuntimeDyld.
///
/// LLVMCreateMCJITCompilerForModule takes it over, also when it fails, with one
/// exception: when it refuses its SizeOfOptions. A manager that nobody took
/// over is disposed of with LLVMDisposeMCJITMemoryManager. One manager serves
/// one engine, any number of modules.
///
/// LLVM's C interface gives MCJIT no relocation model, and LLVM's default for
/// JITs is not position-independent code. So leave the CodeModel of
/// LLVMMCJITCompilerOptions at LLVMCodeModelJITDefault, which is large on
/// 64-bit machines: small code would have absolute 32-bit addresses. With
/// LLJIT, LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine gives both
/// choices.
///
/// MCJIT ignores that memory was refused. After LLVMGetFunctionAddress, or
/// whatever else makes it finalize, ask JitslabMCJITMemoryManagerTakeError and
/// do not run the code if there is an error.
///
/// When this fails, \p *Result is null.
JITSLAB_ABI LLVMErrorRef JitslabCreateMCJITMemoryManager(
    LLVMMCJITMemoryManagerRef *Result, JitslabArenaRef Arena);

/// Everything that failed in \p Manager since the last call; success if nothing
/// did. The manager stays its engine's, and must not have died with it: a
/// reference that is not to a living manager of
/// JitslabCreateMCJITMemoryManager is an error.
JITSLAB_ABI LLVMErrorRef
JitslabMCJITMemoryManagerTakeError(LLVMMCJITMemoryManagerRef Manager);

/// Makes an object layer that links with RuntimeDyld into an arena, each object
/// with a memory manager of its own. It may be passed to
/// LLVMOrcLLJITBuilderSetObjectLinkingLayerCreator as it stands, with the
/// JitslabArenaRef as context, which has to live until LLVMOrcCreateLLJIT has
/// returned; or be called.
///
/// \p Arena is a JitslabArenaRef, as void pointer because LLVM's callback has
/// one. \p Triple is not used. The result is owned by the LLJIT when this was
/// its callback, otherwise by the caller, who disposes of it with
/// LLVMOrcDisposeObjectLayer after \p Session was disposed of: LLVM's layers of
/// this kind do not sign off from a session that lives.
///
/// LLVM's callback cannot return an error and LLJIT does not check for null.
/// When the layer cannot be made, for example because \p Arena is null, the
/// result is a layer that refuses each object with that error, and
/// JitslabGetLastError has its text. Null only if \p Session is null.
JITSLAB_ABI LLVMOrcObjectLayerRef JitslabCreateRTDyldObjectLinkingLayer(
    void *Arena, LLVMOrcExecutionSessionRef Session, const char *Triple);

/// The same with JITLink, which needs LLVM 19 or later; in builds for older
/// ones it makes a layer that refuses each object. A layer of one's own is
/// disposed of before \p Session is, unlike the one above. It repairs the
/// defect that jitslab/GOTPCRELXFixPlugin.h describes.
///
/// C++ exceptions pass through its code in any session: the arena's memory
/// manager registers EH frames. Who adds LLVM's EHFrameRegistrationPlugin to
/// the layer in C++, with LLVM 19 and 20, registers them twice.
JITSLAB_ABI LLVMOrcObjectLayerRef JitslabCreateObjectLinkingLayer(
    void *Arena, LLVMOrcExecutionSessionRef Session, const char *Triple);

/// jitslab::RemoteOptions. Zeros are the defaults. Grows at its end, like
/// JitslabArenaOptions.
typedef struct {
  /// sizeof(JitslabRemoteOptions).
  size_t Size;
  /// See JitslabArenaOptions; 0 is the default.
  uint64_t WindowSize;
  /// See JitslabArenaOptions.
  LLVMBool NoGrow;
  /// 0: the processes share memory, on one machine. Not 0: contents travel in
  /// messages.
  LLVMBool NoSharedMemory;
  /// Not 0: no EH frames are registered but those that a plugin of LLVM's asks
  /// for. Saves a message for each batch of objects.
  LLVMBool NoFrames;
  /// 0.
  uint32_t Reserved;
  /// Not 0: each JITDylib has windows of its own. NoGrow has to be 0.
  LLVMBool WindowPerJITDylib;
  /// Not 0: it has one only, and an object that has no room there is an error.
  LLVMBool NoGrowPerJITDylib;
  /// Sections of at least this many bytes that may lie anywhere are mapped
  /// outside the windows. 0 is the default, 1 MiB; UINT64_MAX: never.
  uint64_t OutsideMinSize;
} JitslabRemoteOptions;

/// As JitslabInitializeArenaOptions.
JITSLAB_ABI void JitslabInitializeRemoteOptions(JitslabRemoteOptions *Options,
                                                size_t SizeOfOptions);

/// As JitslabCreateObjectLinkingLayer, for a session whose code runs in another
/// process: see jitslab/RemoteJITLinkMemoryManager.h. \p Options is a
/// JitslabRemoteOptions, which stays the caller's, or null for the defaults.
///
/// LLVM's C interface (up to 23) makes no sessions of that kind: a host gets
/// \p Session, or the LLJITBuilder whose callback this is, from C++, where the
/// connection to the executor is made. For a session of this process the result
/// is a layer that refuses each object.
JITSLAB_ABI LLVMOrcObjectLayerRef JitslabCreateRemoteObjectLinkingLayer(
    void *Options, LLVMOrcExecutionSessionRef Session, const char *Triple);

/// What kind of error \p Err is, a JitslabErrorCode. \p Err stays the caller's,
/// who still has to consume it. Of several errors in one it is
/// JitslabErrorOther.
JITSLAB_ABI uint32_t JitslabGetErrorCode(LLVMErrorRef Err);

/// The errno of a JitslabErrorSystemRefusal; 0 for all others. \p Err stays the
/// caller's.
JITSLAB_ABI int JitslabGetErrorErrno(LLVMErrorRef Err);

/// The text of the error with which the last function of this header that this
/// thread called ended; null if it did not fail. Disposing, initializing,
/// looking up and functions whose names begin with JitslabGet do not count.
/// Owned by the library; valid until this thread's next call. In exit handlers,
/// and where a thread ends, errors are returned as ever, and none is kept.
JITSLAB_ABI const char *JitslabGetLastError(void);

/// The kind of the same error, a JitslabErrorCode, and its errno as
/// JitslabGetErrorErrno's.
JITSLAB_ABI uint32_t JitslabGetLastErrorCode(void);
JITSLAB_ABI int JitslabGetLastErrorErrno(void);

#ifdef __cplusplus
}
#endif

#endif // JITSLAB_C_JITSLAB_H
