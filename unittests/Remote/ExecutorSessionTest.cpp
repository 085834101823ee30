//===- ExecutorSessionTest.cpp - What an executor does --------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PendingObject.h"
#include "ServedSession.h"
#include "Support/Watchdog.h"
#include "Unwind/Unwinder.h"
#include <atomic>
#include <cstring>
#include <thread>

using namespace jitslab;
using namespace llvm;

static int Deallocated = 0;

static wire::CBuffer countDeallocation(const char *, size_t) {
  ++Deallocated;
  return wire::write<wire::sps::SPSArgList<bool>>(false).release();
}

TEST_CASE("What goes, goes, though what comes with it is refused") {
  Deallocated = 0;
  ExecutorSession S{DescriptorChannel()};
  ErrorOr<uintptr_t> Start = S.reserve(MinWindowSize);
  REQUIRE(Start);
  REQUIRE(!S.map({*Start, *Start + SlabSize}, Lane::RWData, /*File=*/0));
  wire::Work First;
  First.Number = 1;
  First.Finalizes.emplace_back();
  First.Finalizes[0].Actions.push_back(
      {{}, actionAt(orc::ExecutorAddr::fromPtr(&countDeallocation))});
  ExecutorSession::Done D = S.work(std::move(First));
  REQUIRE(D.Finalizes.size() == 1);
  REQUIRE(D.Finalizes[0].Failure.empty());

  wire::Work Next;
  Next.Number = 2;
  Next.Writes.push_back({orc::ExecutorAddr(*Start + SlabSize), {}, 8});
  Next.Finalizes.emplace_back();
  Next.Deallocates.push_back({D.Finalizes[0].Key});
  D = S.work(std::move(Next));
  CHECK(D.Refusal != "");
  CHECK(D.Finalizes.empty());
  CHECK(D.Deallocates == std::vector<std::string>{""});
  CHECK(Deallocated == 1);
  REQUIRE_SUCCESS(S.end());
  CHECK(Deallocated == 1);
}

TEST_CASE("A controller with another version of the messages is refused") {
  for (uint32_t Version : {wire::Version - 1, wire::Version + 1}) {
    wire::Buffer Asked = wire::write<wire::OpenArgs>(
        Version, orc::ExecutorAddr(), StringRef(), StringRef());
    wire::Buffer Reply(openExecutorSession(Asked.data(), Asked.size()));
    wire::sps::SPSInputBuffer In(Reply.data(), Reply.size());
    using Head = wire::sps::SPSArgList<wire::sps::SPSString, uint64_t>;
    std::string Refusal;
    uint64_t Session = 77;
    REQUIRE(Head::deserialize(In, Refusal, Session));
    CHECK_THAT(Refusal, containing("the controller of version " +
                                   std::to_string(Version)));
    CHECK(Session == 0);
  }
}

TEST_CASE("What a controller says of sections outside is looked at") {
  ExecutorSession S{DescriptorChannel()};
  const size_t Page = VirtualMemory::system().pageSize();
  auto Fails = [&](uint64_t Size, uint64_t Align, Lane L, uint64_t File = 0) {
    return !S.mapSection(Size, Align, L, File);
  };
  CHECK(Fails(0, Page, Lane::RWData));
  CHECK(Fails(Page + 1, Page, Lane::RWData));
  CHECK(Fails(~uint64_t(0) - Page + 1, Page, Lane::RWData));
  CHECK(Fails(Page, 0, Lane::RWData));
  CHECK(Fails(Page, Page / 2, Lane::RWData));
  CHECK(Fails(Page, 3 * Page, Lane::RWData));
  CHECK(Fails(Page, uint64_t(1) << 63, Lane::RWData));
  CHECK(Fails(Page, Page, Lane::Code));
  CHECK(Fails(Page, Page, Lane::RWData, /*File=*/1));

  ErrorOr<uintptr_t> Data = S.mapSection(Page, 4 * Page, Lane::RWData, 0),
                     Constants = S.mapSection(Page, Page, Lane::ROData, 0);
  REQUIRE(Data);
  REQUIRE(Constants);
  CHECK(*Data % (4 * Page) == 0);
  uint64_t Number = 0;
  const std::string Bytes = "bytes";
  auto Writes = [&](uintptr_t To, uint64_t Zeros) {
    wire::Work W;
    W.Number = ++Number;
    W.Writes.push_back(
        {orc::ExecutorAddr(To), ArrayRef<char>(Bytes.data(), 5), Zeros});
    return S.work(std::move(W)).Refusal.empty();
  };
  CHECK(Writes(*Data, Page - 5));
  CHECK(std::memcmp(reinterpret_cast<char *>(*Data), "bytes", 6) == 0);
  CHECK_FALSE(Writes(*Data, Page - 4));
  CHECK_FALSE(Writes(*Data + Page - 4, 0));
  CHECK_FALSE(Writes(*Data, ~uint64_t(0)));
  CHECK_FALSE(Writes(*Data + Page, 0));
  // Read-only data is written once.
  CHECK(Writes(*Constants, 0));
  CHECK_FALSE(Writes(*Constants, 0));

  CHECK(S.holds(*Data + Page - 1));
  CHECK_FALSE(S.release(*Data));
  CHECK_FALSE(S.holds(*Data));
  CHECK(S.release(*Data));
  CHECK(S.holds(*Constants));
  REQUIRE_SUCCESS(S.end());
  CHECK_FALSE(S.holds(*Constants));
  CHECK(Fails(Page, Page, Lane::RWData));
}

static std::atomic<bool> Begun, MayGoOn;

static wire::CBuffer waitForOther(const char *, size_t) {
  Begun = true;
  while (!MayGoOn)
    std::this_thread::yield();
  return wire::write<wire::sps::SPSArgList<bool>>(false).release();
}

/// Writes frames for \p Code. \returns their size.
static size_t writeFrames(uint8_t *To, AddressRange Code) {
  struct {
    // Version, no augmentation, factors and return register; the rest is 0.
    uint32_t CommonLength = 12, Common = 0;
    uint8_t Fields[8] = {1, 0, 1, 0x78, 16};
    uint32_t Length = 20, ToCommon = 20;
    uint32_t Function[4];
    uint32_t End = 0;
  } Bytes;
  const uint64_t Where[] = {Code.Begin, Code.size()};
  static_assert(sizeof(Bytes.Function) == sizeof(Where));
  std::memcpy(Bytes.Function, Where, sizeof(Where));
  std::memcpy(To, &Bytes, sizeof(Bytes));
  return sizeof(Bytes);
}

TEST_CASE("What is finalized while the session ends leaves nothing behind") {
  Deallocated = 0;
  Begun = MayGoOn = false;
  ExecutorSession S{DescriptorChannel()};
  ErrorOr<uintptr_t> Start = S.reserve(MinWindowSize);
  REQUIRE(Start);
  const AddressRange Code{*Start + SlabSize, *Start + SlabSize + 64};
  REQUIRE(!S.map({*Start, *Start + SlabSize}, Lane::RWData, /*File=*/0));
  const size_t Size = writeFrames(reinterpret_cast<uint8_t *>(*Start), Code);
  wire::Work W;
  W.Number = 1;
  W.Finalizes.emplace_back();
  wire::Finalize &F = W.Finalizes[0];
  F.Code = {orc::ExecutorAddr(Code.Begin), orc::ExecutorAddr(Code.End)};
  F.Frames = {orc::ExecutorAddr(*Start), orc::ExecutorAddr(*Start + Size)};
  F.Actions.push_back(
      {actionAt(orc::ExecutorAddr::fromPtr(&waitForOther)),
       actionAt(orc::ExecutorAddr::fromPtr(&countDeallocation))});
  Watchdog Guard("a finalization while the session ends");
  ExecutorSession::Done D;
  std::thread Other([&] { D = S.work(std::move(W)); });
  while (!Begun)
    std::this_thread::yield();
  Unwinder &U = Unwinder::system();
  CHECK(U.find(Code.Begin + 1));
  // What it has is used until it is done.
  Error Ended = S.end();
  CHECK(S.holds(*Start));
  MayGoOn = true;
  Other.join();
  REQUIRE_SUCCESS(std::move(Ended));
  REQUIRE(D.Finalizes.size() == 1);
  CHECK(D.Finalizes[0].Failure == "jitslab: the session is over");
  CHECK(D.Finalizes[0].Key == 0);
  CHECK(Deallocated == 1);
  CHECK_FALSE(S.holds(*Start));
  CHECK_FALSE(U.find(Code.Begin + 1));
}

static const uint8_t *Watched = nullptr;

static wire::CBuffer readWatched(const char *, size_t) {
  Deallocated += *static_cast<const volatile uint8_t *>(Watched);
  return wire::write<wire::sps::SPSArgList<bool>>(false).release();
}

TEST_CASE("What is left at a session's end goes before its memory, whoever is "
          "at work") {
  Deallocated = 0;
  ExecutorSession S{DescriptorChannel()};
  RecordSocket Controller = serve(S);
  ErrorOr<uintptr_t> Start = S.reserve(MinWindowSize);
  REQUIRE(Start);
  REQUIRE(!S.map({*Start, *Start + SlabSize}, Lane::RWData, /*File=*/0));
  *reinterpret_cast<uint8_t *>(*Start) = 1;
  Watched = reinterpret_cast<uint8_t *>(*Start);
  wire::Work First;
  First.Number = 1;
  First.Finalizes.emplace_back();
  First.Finalizes[0].Actions.push_back(
      {{}, actionAt(orc::ExecutorAddr::fromPtr(&readWatched))});
  CHECK(S.work(std::move(First)).Refusal.empty());
  // The second never comes.
  wire::Work Third;
  Third.Number = 3;
  send(Controller, Third);
  Watchdog Guard("a session's end while its thread waits");
  REQUIRE_SUCCESS(S.end());
  CHECK(Deallocated == 1);
  CHECK_FALSE(S.holds(*Start));
}

TEST_CASE("Nobody waits for a message that is lost with its connection") {
  Begun = MayGoOn = false;
  ExecutorSession S{DescriptorChannel()};
  RecordSocket Controller = serve(S);
  wire::Work First, Second;
  First.Number = 1;
  First.Finalizes.emplace_back();
  First.Finalizes[0].Actions.push_back(
      {actionAt(orc::ExecutorAddr::fromPtr(&waitForOther)), {}});
  send(Controller, First);
  Second.Number = 2;
  send(Controller, Second);
  Watchdog Guard("work after a message that is lost");
  ExecutorSession::Done D;
  std::thread Other([&] {
    wire::Work Third;
    Third.Number = 3;
    D = S.work(std::move(Third));
  });
  while (!Begun)
    std::this_thread::yield();
  Controller.hangUp();
  MayGoOn = true;
  Other.join();
  CHECK(D.Refusal == "a message before this one was lost");
  REQUIRE_SUCCESS(S.end());
}
