//===- MCJITTest.c - MCJIT on an arena from C -----------------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arenas.h"
#include "Support/NativeTarget.h"
#include "llvm-c/Core.h"

/// static char Data[Bytes] = {3};
/// int timesData(int X) { return X * Data[0]; }
static LLVMModuleRef makeModule(LLVMContextRef Context, unsigned Bytes) {
  LLVMModuleRef Module = LLVMModuleCreateWithNameInContext("test", Context);
  LLVMTypeRef Int = LLVMInt32TypeInContext(Context);
  LLVMTypeRef Byte = LLVMInt8TypeInContext(Context);
  LLVMTypeRef DataType = LLVMArrayType(Byte, Bytes);
  LLVMValueRef Data = LLVMAddGlobal(Module, DataType, "Data");
  LLVMValueRef *Contents = (LLVMValueRef *)malloc(Bytes * sizeof(*Contents));
  REQUIRE(Contents);
  for (unsigned I = 0; I != Bytes; ++I)
    Contents[I] = LLVMConstInt(Byte, I == 0 ? 3 : 0, 0);
  LLVMSetInitializer(Data, LLVMConstArray(Byte, Contents, Bytes));
  free((void *)Contents);
  LLVMSetLinkage(Data, LLVMInternalLinkage);

  LLVMTypeRef Type = LLVMFunctionType(Int, &Int, 1, 0);
  LLVMValueRef Function = LLVMAddFunction(Module, "timesData", Type);
  LLVMBuilderRef Builder = LLVMCreateBuilderInContext(Context);
  LLVMPositionBuilderAtEnd(
      Builder, LLVMAppendBasicBlockInContext(Context, Function, "entry"));
  LLVMValueRef Zeros[2] = {LLVMConstInt(Int, 0, 0), LLVMConstInt(Int, 0, 0)};
  LLVMValueRef Loaded = LLVMBuildLoad2(
      Builder, Byte,
      LLVMBuildInBoundsGEP2(Builder, DataType, Data, Zeros, 2, ""), "");
  // Nothing writes it, so it would be folded.
  LLVMSetVolatile(Loaded, 1);
  LLVMBuildRet(Builder,
               LLVMBuildMul(Builder, LLVMGetParam(Function, 0),
                            LLVMBuildZExt(Builder, Loaded, Int, ""), ""));
  LLVMDisposeBuilder(Builder);
  return Module;
}

static LLVMMCJITMemoryManagerRef managerOf(JitslabArenaRef Arena) {
  LLVMMCJITMemoryManagerRef Manager = NULL;
  CHECK_SUCCESS(JitslabCreateMCJITMemoryManager(&Manager, Arena));
  REQUIRE(Manager);
  return Manager;
}

static LLVMExecutionEngineRef makeEngine(LLVMModuleRef Module,
                                         LLVMMCJITMemoryManagerRef Manager) {
  struct LLVMMCJITCompilerOptions Options;
  LLVMInitializeMCJITCompilerOptions(&Options, sizeof(Options));
  Options.MCJMM = Manager;
  LLVMExecutionEngineRef Engine = NULL;
  char *Text = NULL;
  if (LLVMCreateMCJITCompilerForModule(&Engine, Module, &Options,
                                       sizeof(Options), &Text)) {
    fprintf(stderr, "%s\n", Text);
    LLVMDisposeMessage(Text);
  }
  REQUIRE(Engine);
  return Engine;
}

static int callTimesData(LLVMExecutionEngineRef Engine, int X) {
  int (*Function)(int) =
      (int (*)(int))(uintptr_t)LLVMGetFunctionAddress(Engine, "timesData");
  REQUIRE(Function);
  return Function(X);
}

static void anEngineRunsCodeFromEveryLayout(void) {
  for (uint32_t Layout = 0, End = numLayouts(); Layout != End; ++Layout) {
    JitslabArenaRef Arena = arenaWithLayout(Layout);
    LLVMContextRef Context = LLVMContextCreate();
    LLVMMCJITMemoryManagerRef Manager = managerOf(Arena);
    LLVMExecutionEngineRef Engine = makeEngine(makeModule(Context, 8), Manager);
    CHECK(callTimesData(Engine, 14) == 42);
    CHECK_SUCCESS(JitslabMCJITMemoryManagerTakeError(Manager));
    CHECK(statsOf(Arena).LiveObjects == 1);
    CHECK(statsOf(Arena).LiveBytes != 0);
    const uint64_t Function = LLVMGetFunctionAddress(Engine, "timesData");
    JitslabMemoryLocation Location = {sizeof(Location), 0, 0, 0, 0, 0};
    CHECK(JitslabArenaLookup(Arena, Function, &Location) != 0);
    CHECK(Location.State == JitslabMemoryLive);
    CHECK(Location.Kind == JitslabSegmentCode);
    CHECK(Location.SegmentBegin + Location.Offset == Function);
    CHECK(Location.Offset < Location.SegmentSize);
    LLVMDisposeExecutionEngine(Engine);
    LLVMContextDispose(Context);

    CHECK(JitslabArenaLookup(Arena, Function, &Location) != 0);
    CHECK(Location.State == JitslabMemoryFreed);
    CHECK(statsOf(Arena).LiveObjects == 0);
    CHECK(statsOf(Arena).LiveBytes == 0);
    CHECK(statsOf(Arena).CommittedBytes != 0);
    uint64_t Bytes = 0;
    CHECK_SUCCESS(JitslabArenaTrim(Arena, &Bytes));
    CHECK(Bytes != 0);
    CHECK(statsOf(Arena).CommittedBytes == 0);
    JitslabDisposeArena(Arena);
  }
}

static void anArenaMayBeDisposedOfBeforeItsEngines(void) {
  JitslabArenaRef Arena = arenaWithLayout(JitslabLayoutPerProtection);
  LLVMContextRef Context = LLVMContextCreate();
  LLVMMCJITMemoryManagerRef Manager = managerOf(Arena);
  LLVMExecutionEngineRef Engine = makeEngine(makeModule(Context, 8), Manager);
  CHECK(callTimesData(Engine, 1) == 3);
  JitslabDisposeArena(Arena);
  CHECK(callTimesData(Engine, 14) == 42);
  LLVMModuleRef Second = makeModule(Context, 16);
  LLVMSetValueName2(LLVMGetNamedFunction(Second, "timesData"), "second", 6);
  LLVMAddModule(Engine, Second);
  int (*Function)(int) =
      (int (*)(int))(uintptr_t)LLVMGetFunctionAddress(Engine, "second");
  CHECK_SUCCESS(JitslabMCJITMemoryManagerTakeError(Manager));
  REQUIRE(Function);
  CHECK(Function(5) == 15);
  LLVMDisposeExecutionEngine(Engine);
  LLVMContextDispose(Context);
}

static void whatMCJITDoesNotSayIsInTakeError(void) {
  // An arena of 8 MiB has room for one.
  const unsigned Large = 5u << 20;
  JitslabArenaRef Arena = smallArena();
  LLVMContextRef Context = LLVMContextCreate();
  LLVMExecutionEngineRef Other =
      makeEngine(makeModule(Context, Large), managerOf(Arena));
  CHECK(callTimesData(Other, 14) == 42);
  LLVMMCJITMemoryManagerRef Manager = managerOf(Arena);
  LLVMExecutionEngineRef Engine =
      makeEngine(makeModule(Context, Large), Manager);
  // MCJIT sees nothing wrong; the code must not be called.
  CHECK(LLVMGetFunctionAddress(Engine, "timesData") != 0);
  CHECK_ERROR(JitslabMCJITMemoryManagerTakeError(Manager), "no room");
  CHECK_SUCCESS(JitslabMCJITMemoryManagerTakeError(Manager));
  LLVMDisposeExecutionEngine(Engine);
  LLVMDisposeExecutionEngine(Other);
  JitslabDisposeArena(Arena);

  // The control: the same code in an arena that has room.
  Arena = arenaWithLayout(JitslabLayoutPerObject);
  Manager = managerOf(Arena);
  Engine = makeEngine(makeModule(Context, Large), Manager);
  CHECK(callTimesData(Engine, 14) == 42);
  CHECK_SUCCESS(JitslabMCJITMemoryManagerTakeError(Manager));
  LLVMDisposeExecutionEngine(Engine);
  LLVMContextDispose(Context);
  JitslabDisposeArena(Arena);
}

static void managersNeedAnArena(void) {
  LLVMMCJITMemoryManagerRef Manager = (LLVMMCJITMemoryManagerRef)&Manager;
  CHECK_ERROR(JitslabCreateMCJITMemoryManager(&Manager, NULL), "Arena is null");
  CHECK(!Manager);
  JitslabArenaRef Arena = arenaWithLayout(JitslabLayoutPerObject);
  CHECK_ERROR(JitslabCreateMCJITMemoryManager(NULL, Arena), "Result is null");
  JitslabDisposeArena(Arena);
}

static void aManagerThatNobodyTookIsDisposedOf(void) {
  JitslabArenaRef Arena = arenaWithLayout(JitslabLayoutPerObject);
  LLVMMCJITMemoryManagerRef Manager = managerOf(Arena);
  LLVMContextRef Context = LLVMContextCreate();
  LLVMModuleRef Module = makeModule(Context, 8);
  struct LLVMMCJITCompilerOptions Options;
  LLVMInitializeMCJITCompilerOptions(&Options, sizeof(Options));
  Options.MCJMM = Manager;
  LLVMExecutionEngineRef Engine = NULL;
  char *Text = NULL;
  CHECK(LLVMCreateMCJITCompilerForModule(&Engine, Module, &Options,
                                         sizeof(Options) + 1, &Text));
  LLVMDisposeMessage(Text);
  CHECK_SUCCESS(JitslabMCJITMemoryManagerTakeError(Manager));
  LLVMDisposeMCJITMemoryManager(Manager);
  CHECK_ERROR(JitslabMCJITMemoryManagerTakeError(Manager),
              "not a living memory manager");
  LLVMDisposeModule(Module);
  LLVMContextDispose(Context);
  JitslabDisposeArena(Arena);
}

static uint8_t *noSection(void *Opaque, uintptr_t Size, unsigned Alignment,
                          unsigned SectionID, const char *SectionName) {
  (void)Opaque, (void)Size, (void)Alignment, (void)SectionID, (void)SectionName;
  return NULL;
}
static uint8_t *noDataSection(void *Opaque, uintptr_t Size, unsigned Alignment,
                              unsigned SectionID, const char *SectionName,
                              LLVMBool IsReadOnly) {
  (void)IsReadOnly;
  return noSection(Opaque, Size, Alignment, SectionID, SectionName);
}
static LLVMBool finalizeNothing(void *Opaque, char **Text) {
  (void)Opaque, (void)Text;
  return 0;
}
static void destroyNothing(void *Opaque) { (void)Opaque; }

static void takeErrorKnowsItsOwnManagers(void) {
  CHECK_ERROR(JitslabMCJITMemoryManagerTakeError(NULL),
              "not a living memory manager");
  int Opaque = 0;
  LLVMMCJITMemoryManagerRef Foreign = LLVMCreateSimpleMCJITMemoryManager(
      &Opaque, noSection, noDataSection, finalizeNothing, destroyNothing);
  CHECK_ERROR(JitslabMCJITMemoryManagerTakeError(Foreign),
              "not a living memory manager");
  LLVMDisposeMCJITMemoryManager(Foreign);
}

int main(void) {
  LLVMLinkInMCJIT();
  initializeTarget();
  RUN(anEngineRunsCodeFromEveryLayout);
  RUN(anArenaMayBeDisposedOfBeforeItsEngines);
  RUN(whatMCJITDoesNotSayIsInTakeError);
  RUN(managersNeedAnArena);
  RUN(aManagerThatNobodyTookIsDisposedOf);
  RUN(takeErrorKnowsItsOwnManagers);
  return result();
}
