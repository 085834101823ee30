//===- ExecutorService.cpp - The executor's side of an arena --------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "jitslab/ExecutorService.h"
#include "../Platform/CodeMemory.h"
#include "../Unwind/FrameRegistry.h"
#include "ExecutorSession.h"
#include "llvm/Support/Process.h"

using namespace llvm;
using orc::ExecutorAddr;
using orc::ExecutorAddrRange;

namespace jitslab {

namespace {

/// All sessions of this process, by number: a message names the number.
class SessionTable {
public:
  /// It outlives whatever the process's end destroys.
  static SessionTable &process() {
    static auto *Table = new SessionTable;
    return *Table;
  }

  uint64_t add(const void *Service, std::shared_ptr<ExecutorSession> S) {
    std::lock_guard<std::mutex> Guard(Lock);
    Sessions[++Last] = {Service, std::move(S)};
    return Last;
  }

  /// \returns null where there is none.
  std::shared_ptr<ExecutorSession> find(uint64_t Number) {
    std::lock_guard<std::mutex> Guard(Lock);
    auto I = Sessions.find(Number);
    return I == Sessions.end() ? nullptr : I->second.Session;
  }

  /// True where any session has a window.
  bool holds(uintptr_t Address) {
    std::lock_guard<std::mutex> Guard(Lock);
    for (auto &[Number, S] : Sessions)
      if (S.Session->holds(Address))
        return true;
    return false;
  }

  /// Ends the sessions for which \p Which is true, the newest first.
  template <typename Fn> Error end(Fn Which) {
    std::vector<std::shared_ptr<ExecutorSession>> Gone;
    {
      std::lock_guard<std::mutex> Guard(Lock);
      for (auto I = Sessions.begin(); I != Sessions.end();)
        if (Which(I->second.Service, *I->second.Session)) {
          Gone.insert(Gone.begin(), std::move(I->second.Session));
          I = Sessions.erase(I);
        } else {
          ++I;
        }
    }
    Error Err = Error::success();
    for (const std::shared_ptr<ExecutorSession> &S : Gone)
      Err = joinErrors(std::move(Err), S->end());
    return Err;
  }

private:
  struct Entry {
    const void *Service;
    std::shared_ptr<ExecutorSession> Session;
  };
  std::mutex Lock;
  std::map<uint64_t, Entry> Sessions;
  uint64_t Last = 0;
};

wire::CBuffer malformed() {
  return wire::Buffer::createOutOfBandError(
             "jitslab: a message makes no sense, or is for no session")
      .release();
}

wire::CBuffer reply(std::error_code EC) {
  return wire::write<wire::ErrnoReply>(int32_t(EC.value())).release();
}

wire::CBuffer reply(ErrorOr<uintptr_t> Start) {
  return wire::write<wire::ReserveReply>(int32_t(Start.getError().value()),
                                         ExecutorAddr(Start ? *Start : 0))
      .release();
}

/// Reads a message of the form \p List into \p Args, of which the first is a
/// session. \returns null if it is something else.
template <typename List, typename... Ts>
std::shared_ptr<ExecutorSession> sessionOf(const char *Data, size_t Size,
                                           Ts &...Args) {
  uint64_t Number = 0;
  if (!wire::read<List>({Data, Size}, Number, Args...))
    return nullptr;
  return SessionTable::process().find(Number);
}

wire::CBuffer onReserve(const char *Data, size_t Size) {
  uint64_t Bytes = 0;
  auto S = sessionOf<wire::ReserveArgs>(Data, Size, Bytes);
  if (!S)
    return malformed();
  return reply(S->reserve(Bytes));
}

wire::CBuffer onRelease(const char *Data, size_t Size) {
  ExecutorAddr Start;
  auto S = sessionOf<wire::ReleaseArgs>(Data, Size, Start);
  if (!S)
    return malformed();
  if (Start)
    return reply(S->release(Start.getValue()));
  if (Error Err = SessionTable::process().end(
          [&](const void *, const ExecutorSession &Other) {
            return &Other == S.get();
          }))
    consumeError(std::move(Err));
  return reply({});
}

wire::CBuffer onMap(const char *Data, size_t Size) {
  ExecutorAddrRange R;
  uint8_t Use = 0;
  uint64_t File = 0;
  auto S = sessionOf<wire::MapArgs>(Data, Size, R, Use, File);
  if (!S || Use > uint8_t(AllLanes.back()))
    return malformed();
  return reply(S->map(local(R), Lane(Use), File));
}

wire::CBuffer onMapSection(const char *Data, size_t Size) {
  uint64_t Bytes = 0, Align = 0, File = 0;
  uint8_t Use = 0;
  auto S = sessionOf<wire::MapSectionArgs>(Data, Size, Bytes, Align, Use, File);
  if (!S || Use > uint8_t(AllLanes.back()))
    return malformed();
  return reply(S->mapSection(Bytes, Align, Lane(Use), File));
}

wire::CBuffer onUnmap(const char *Data, size_t Size) {
  ExecutorAddrRange R;
  auto S = sessionOf<wire::UnmapArgs>(Data, Size, R);
  return S ? reply(S->unmap(local(R))) : malformed();
}

wire::CBuffer onWork(const char *Data, size_t Size) {
  wire::Work W;
  auto S = sessionOf<wire::WorkArgs>(Data, Size, W);
  if (!S)
    return malformed();
  return ExecutorSession::reply(S->work(std::move(W)), SIZE_MAX).release();
}

// Frames in windows are registered with the objects that they are of.
void addFrames(const uint8_t *Begin) {
  if (!SessionTable::process().holds(reinterpret_cast<uintptr_t>(Begin)))
    FrameRegistry::process().addForeign(Begin);
}

void removeFrames(const uint8_t *Begin) {
  FrameRegistry::process().removeForeign(Begin);
}

Expected<uint64_t> openSession(uint32_t Version, const void *Service,
                               StringRef Socket, StringRef Proof) {
  if (Version != wire::Version)
    return make_error<StringError>(
        "it has messages of version " + Twine(wire::Version) +
            ", the controller of version " + Twine(Version) +
            "; use one jitslab for both",
        std::make_error_code(std::errc::protocol_not_supported));
  // Managers leave theirs behind when they are destroyed.
  if (Error Err = SessionTable::process().end(
          [](const void *, const ExecutorSession &S) {
            return S.isAbandoned();
          }))
    consumeError(std::move(Err));
  // The second is for work.
  DescriptorChannel Channels[2];
  for (DescriptorChannel &Channel : Channels) {
    if (Socket.empty())
      break;
    ErrorOr<DescriptorChannel> C = DescriptorChannel::connect(Socket, Proof);
    if (!C)
      return make_error<StringError>(
          "it cannot connect to the controller's socket: " +
              C.getError().message() +
              "; they share memory only on one machine and in one network "
              "namespace; set RemoteOptions::SharedMemory to false",
          C.getError());
    Channel = std::move(*C);
  }
  auto S = std::make_shared<ExecutorSession>(std::move(Channels[0]));
  if (Channels[1])
    S->serve(RecordSocket(std::move(Channels[1])));
  return SessionTable::process().add(Service, std::move(S));
}

} // namespace

wire::CBuffer openExecutorSession(const char *Data, size_t Size) {
  uint32_t Version = 0;
  ExecutorAddr Service;
  StringRef Socket, Proof;
  if (!wire::read<wire::OpenArgs>({Data, Size}, Version, Service, Socket,
                                  Proof))
    return malformed();
  std::string Refusal;
  uint64_t Number = 0;
  if (Error Err =
          openSession(Version, Service.toPtr<const void *>(), Socket, Proof)
              .moveInto(Number))
    Refusal = toString(std::move(Err));
  return wire::write<wire::OpenReply>(
             StringRef(Refusal), Number,
             uint64_t(VirtualMemory::system().pageSize()),
             uint8_t(hasCoherentInstructions()),
             ExecutorAddr::fromPtr(&onReserve),
             ExecutorAddr::fromPtr(&onRelease), ExecutorAddr::fromPtr(&onMap),
             ExecutorAddr::fromPtr(&onUnmap), ExecutorAddr::fromPtr(&onWork),
             ExecutorAddr::fromPtr(&addFrames),
             ExecutorAddr::fromPtr(&removeFrames),
             ExecutorAddr::fromPtr(&onMapSection))
      .release();
}

ExecutorService::ExecutorService() = default;
ExecutorService::~ExecutorService() = default;

void ExecutorService::addBootstrapSymbols(
    StringMap<ExecutorAddr> &BootstrapSymbols) {
  BootstrapSymbols[wire::OpenName] =
      ExecutorAddr::fromPtr(&openExecutorSession);
  BootstrapSymbols[wire::ServiceName] = ExecutorAddr::fromPtr(this);
}

Error ExecutorService::shutdown() {
  return SessionTable::process().end(
      [this](const void *Service, const ExecutorSession &) {
        return Service == this;
      });
}

} // namespace jitslab
