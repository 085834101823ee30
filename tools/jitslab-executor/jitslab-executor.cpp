//===- jitslab-executor.cpp - Runs what another process links -------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// An executor with jitslab's service beside LLVM's. Takes the arguments of
/// llvm-jitlink-executor.
///
//===----------------------------------------------------------------------===//

#include "jitslab/ExecutorService.h"
#include "jitslab/Version.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/ExecutionEngine/Orc/TargetProcess/ExecutorSharedMemoryMapperService.h"
#include "llvm/ExecutionEngine/Orc/TargetProcess/JITLoaderGDB.h"
#include "llvm/ExecutionEngine/Orc/TargetProcess/SimpleExecutorMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/TargetProcess/SimpleRemoteEPCServer.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace llvm;
using namespace llvm::orc;

static constexpr const char Usage[] =
    "usage: jitslab-executor filedescs=IN,OUT\n"
    "       jitslab-executor listen=HOST:PORT\n"
    "       jitslab-executor --help | --version\n"
    "Runs code that another process links, until that one disconnects.\n"
    "IN and OUT are descriptors that are open already.\n";

static Error complain(const Twine &What) {
  return make_error<StringError>(What, inconvertibleErrorCode());
}

static Error systemComplaint(const Twine &What) {
  const std::error_code EC(errno, std::generic_category());
  return make_error<StringError>(What + ": " + EC.message(), EC);
}

namespace {
struct Connection {
  int In, Out;
};
} // namespace

static Expected<Connection> fromDescriptors(StringRef Pair) {
  auto [In, Out] = Pair.split(',');
  Connection C;
  if (In.getAsInteger(10, C.In) || Out.getAsInteger(10, C.Out) || C.In < 0 ||
      C.Out < 0)
    return complain("filedescs is '" + Pair +
                    "'; it has to be two descriptors, as filedescs=3,4");
  // Programs that loaded code executes would keep the connection open.
  for (int Descriptor : {C.In, C.Out})
    (void)fcntl(Descriptor, F_SETFD, FD_CLOEXEC);
  return C;
}

/// Waits for one connection to \p Address.
static Expected<Connection> fromListening(StringRef Address) {
  auto [Host, Port] = Address.rsplit(':');
  if (Host.empty() || Port.empty())
    return complain("listen is '" + Address +
                    "'; it has to be as listen=localhost:20000");
  addrinfo Hints = {}, *Found = nullptr;
  Hints.ai_family = AF_INET;
  Hints.ai_socktype = SOCK_STREAM;
  Hints.ai_flags = AI_PASSIVE;
  if (int Code =
          getaddrinfo(Host.str().c_str(), Port.str().c_str(), &Hints, &Found))
    return complain("cannot find '" + Address + "': " + gai_strerror(Code));
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> Addresses(Found,
                                                               &freeaddrinfo);
  const int Listener = socket(
      Found->ai_family, Found->ai_socktype | SOCK_CLOEXEC, Found->ai_protocol);
  const int Yes = 1;
  if (Listener < 0 ||
      setsockopt(Listener, SOL_SOCKET, SO_REUSEADDR, &Yes, sizeof(Yes)) ||
      bind(Listener, Found->ai_addr, Found->ai_addrlen) || listen(Listener, 1))
    return systemComplaint("cannot listen at '" + Address + "'");
  // For who has asked for any port.
  sockaddr_storage Bound;
  socklen_t Size = sizeof(Bound);
  char BoundPort[16];
  if (getsockname(Listener, reinterpret_cast<sockaddr *>(&Bound), &Size) == 0 &&
      getnameinfo(reinterpret_cast<sockaddr *>(&Bound), Size, nullptr, 0,
                  BoundPort, sizeof(BoundPort), NI_NUMERICSERV) == 0)
    outs() << "listening at port " << BoundPort << "\n";
  outs().flush();
  const int Accepted = accept4(Listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (Accepted < 0)
    return systemComplaint("cannot accept a connection");
  close(Listener);
  return Connection{Accepted, Accepted};
}

static Expected<Connection> connect(ArrayRef<char *> Arguments) {
  if (Arguments.size() == 2) {
    StringRef Argument = Arguments[1];
    if (Argument.consume_front("filedescs="))
      return fromDescriptors(Argument);
    if (Argument.consume_front("listen="))
      return fromListening(Argument);
  }
  return complain("one argument is needed\n" + Twine(Usage));
}

static Error serve(ArrayRef<char *> Arguments) {
  Expected<Connection> C = connect(Arguments);
  if (!C)
    return C.takeError();
  auto Server = SimpleRemoteEPCServer::Create<FDSimpleRemoteEPCTransport>(
      [](SimpleRemoteEPCServer::Setup &S) -> Error {
        S.setDispatcher(
            std::make_unique<SimpleRemoteEPCServer::ThreadDispatcher>());
        S.bootstrapSymbols() = SimpleRemoteEPCServer::defaultBootstrapSymbols();
        S.services().push_back(
            std::make_unique<rt_bootstrap::SimpleExecutorMemoryManager>());
        S.services().push_back(
            std::make_unique<
                rt_bootstrap::ExecutorSharedMemoryMapperService>());
        S.services().push_back(std::make_unique<jitslab::ExecutorService>());
        return Error::success();
      },
      C->In, C->Out);
  if (!Server)
    return Server.takeError();
  return (*Server)->waitForDisconnect();
}

// The controller's plugins look it up by name.
extern "C" __attribute__((used)) const void *const JitslabExecutorKeeps =
    reinterpret_cast<const void *>(&llvm_orc_registerJITLoaderGDBAllocAction);

/// \returns whether \p Argument asks for words, which are then printed.
static bool tellsUser(StringRef Argument) {
  if (Argument == "--help")
    outs() << Usage;
  else if (Argument == "--version")
    outs() << "jitslab-executor " JITSLAB_VERSION_STRING ", LLVM " LLVM_VERSION_STRING
              "\n";
  else
    return false;
  return true;
}

int main(int Count, char **Arguments) {
  if (Count == 2 && tellsUser(Arguments[1]))
    return 0;
  // Replies to a controller that is gone are errors. A program that is executed
  // would inherit that it is ignored, but not what handles it here.
  struct sigaction Nothing = {};
  Nothing.sa_handler = [](int) {};
  Nothing.sa_flags = SA_RESTART;
  (void)sigaction(SIGPIPE, &Nothing, nullptr);
  if (Error Err = serve({Arguments, size_t(Count)})) {
    errs() << "jitslab-executor: " << toString(std::move(Err)) << "\n";
    return 1;
  }
  return 0;
}
