//===- RemoteBenchmark.cpp - Objects in another process -------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measurements.h"
#include "Register.h"
#include "RemoteHost.h"

using namespace llvm;

namespace jitslab::bench {

namespace {

struct NamedManager {
  const char *Name;
  RemoteManager Kind;
};

constexpr NamedManager Managers[] = {
    {"epc-generic", RemoteManager::EPCGeneric},
    {"shared-mapper", RemoteManager::SharedMapper},
    {"arena", RemoteManager::Arena},
    {"arena-messages", RemoteManager::ArenaMessages},
};

/// An executor and a host, and what both need between start and stop.
class Pair {
public:
  Pair(RemoteManager M, bool Frames, Probe &P) : P(P) {
    if (P.failed(RemoteExecutor::start().moveInto(Executor)))
      return;
    (void)P.failed(RemoteHost::create(*Executor, M, Frames).moveInto(Host));
  }

  void start() {
    Messages = Host->messages();
    VMAs = Executor->vmas();
    CPU = Executor->cpuSeconds();
    P.start();
  }
  void stop(size_t Objects) {
    P.stop();
    auto Per = [&](const char *What, double Total) {
      P.R.set(What, Total / double(Objects));
    };
    Per("cpu_us_per_object", (Executor->cpuSeconds() - CPU) * 1e6);
    Per("messages_per_object", double(Host->messages() - Messages));
    Per("vmas_per_object", double(Executor->vmas()) - double(VMAs));
    Per("us_per_object", P.seconds() * 1e6);
    P.R.Seconds = P.seconds() / double(Objects);
  }

  RemoteHost *Host = nullptr;

private:
  std::unique_ptr<RemoteExecutor> Executor;
  Probe &P;
  size_t Messages = 0, VMAs = 0;
  double CPU = 0;
};

} // namespace

/// By so many lookups, each of \p Batch objects. What stops before the end is a
/// result, where \p MayStop.
static void load(RemoteManager M, bool Frames, size_t Batch, size_t Lookups,
                 bool MayStop, Probe &P) {
  Pair Both(M, Frames, P);
  if (!Both.Host || P.failed(Both.Host->load(0, WarmUpObjects)))
    return;
  Both.start();
  for (size_t I = 0; I != Lookups; ++I)
    if (Error Err = Both.Host->load(WarmUpObjects + I * Batch, Batch)) {
      if (!MayStop) {
        P.failed(std::move(Err));
        return;
      }
      P.R.remark("stopped: " + toString(std::move(Err)));
      P.R.set("stopped_at_object", double(WarmUpObjects + I * Batch + 1));
      return;
    }
  Both.stop(Batch * Lookups);
}

static void loadLarge(RemoteManager M, size_t N, size_t Size, Probe &P) {
  // What a compiler has written before.
  const std::vector<char> Content(Size, 0x5a);
  Pair Both(M, /*Frames=*/false, P);
  if (!Both.Host || P.failed(Both.Host->load(0, WarmUpObjects)))
    return;
  Both.start();
  for (size_t I = 0; I != N; ++I)
    if (P.failed(Both.Host->loadLarge(WarmUpObjects + I, Content)))
      return;
  Both.stop(N);
}

void registerRemote(const Sizes &S) {
  auto Register = [](StringRef What, size_t N, auto Run) {
    for (const NamedManager &M : Managers)
      registerMeasure(("Remote/" + What + "/" + M.Name + "/" + Twine(N)).str(),
                      [Run, Kind = M.Kind](Probe &P) { Run(Kind, P); });
  };
  auto RegisterLoad = [&](StringRef What, bool Frames, size_t Batch, size_t N,
                          bool MayStop) {
    Register(What, N, [=](RemoteManager M, Probe &P) {
      load(M, Frames, Batch, N / Batch, MayStop, P);
    });
  };
  for (size_t N : S.RemoteObjects) {
    RegisterLoad("one-by-one", false, 1, N, false);
    RegisterLoad("frames", true, 1, N, false);
    RegisterLoad("lookups-of-100", true, 100, N, false);
  }
  RegisterLoad("scale", false, 1, S.RemoteScaleObjects, true);
  Register("large", S.RemoteLargeSize, [=](RemoteManager M, Probe &P) {
    loadLarge(M, S.RemoteLargeObjects, S.RemoteLargeSize, P);
  });
}

} // namespace jitslab::bench
