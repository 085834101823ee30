//===- RemoteSocketTest.cpp - Executors that are far away -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExecutorProcess.h"
#include "RemoteObject.h"
#include "Support/RunProgram.h"
#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

using namespace jitslab;
using namespace llvm;
using namespace llvm::orc;

namespace {

/// A jitslab-executor that waits for a connection, at a port of its choice.
class ListeningExecutor {
public:
  ListeningExecutor() {
    int Says[2];
    REQUIRE(pipe2(Says, O_CLOEXEC) == 0);
    Pid = fork();
    if (Pid == 0) {
      dup2(Says[1], STDOUT_FILENO);
      execl(JITSLAB_TEST_EXECUTOR, JITSLAB_TEST_EXECUTOR, "listen=localhost:0",
            nullptr);
      _exit(127);
    }
    close(Says[1]);
    std::unique_ptr<FILE, int (*)(FILE *)> Output(fdopen(Says[0], "r"), fclose);
    REQUIRE(fscanf(Output.get(), "listening at port %hu", &Port) == 1);
  }
  ~ListeningExecutor() {
    if (Pid > 0) {
      kill(Pid, SIGKILL);
      waitpid(Pid, nullptr, 0);
    }
  }
  ListeningExecutor(const ListeningExecutor &) = delete;
  ListeningExecutor &operator=(const ListeningExecutor &) = delete;

  std::unique_ptr<SimpleRemoteEPC> connect() {
    Socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in Address = {};
    Address.sin_family = AF_INET;
    Address.sin_port = htons(Port);
    Address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(Socket, reinterpret_cast<sockaddr *>(&Address),
                      sizeof(Address)) == 0);
    return connectTo(Socket, dup(Socket));
  }

  /// LLVM closes the socket, which does not wake its thread that reads from it.
  void hangUp() const { shutdown(Socket, SHUT_WR); }

  /// \returns the status with which it ends by itself.
  int wait() {
    int Status = -1;
    waitpid(std::exchange(Pid, -1), &Status, 0);
    return WIFEXITED(Status) ? WEXITSTATUS(Status) : -1;
  }

private:
  pid_t Pid = -1;
  int Socket = -1;
  unsigned short Port = 0;
};

} // namespace

TEST_CASE("An executor behind TCP runs code, and shares memory if it is here") {
  RemoteOptions O;
  O.SharedMemory = GENERATE(true, false);
  CAPTURE(O.SharedMemory);
  ListeningExecutor Executor;
  ExecutionSession ES(Executor.connect());
  auto &EPC = ES.getExecutorProcessControl();
  {
    auto Manager = valueOf(RemoteJITLinkMemoryManager::create(EPC, O));
    Loaded Object = valueOf(load(*Manager, 42));
    CHECK(valueOf(EPC.runAsIntFunction(Object.Code, 0)) == 42);
    // Contents travel only where memory is not shared.
    CHECK(Manager->stats().WorkMessages == (O.SharedMemory ? 0 : 1));
    REQUIRE_SUCCESS(Manager->deallocate(std::move(Object.Alloc)));
  }
  Executor.hangUp();
  REQUIRE_SUCCESS(ES.endSession());
  CHECK(Executor.wait() == 0);
}

TEST_CASE("An executor in another network namespace says what to set") {
  const std::vector<std::string> Apart = {"unshare", "--user",
                                          "--map-root-user", "--net"};
  std::vector<std::string> Nothing = Apart;
  Nothing.push_back("true");
  // Systems forbid it to some or to all users.
  if (runProgram(Nothing).Status != 0)
    return;
  std::vector<std::string> Command = Apart;
  Command.push_back(JITSLAB_TEST_EXECUTOR);
  ExecutorProcess Process(Command, "");
  ExecutionSession ES(Process.takeEPC());
  auto &EPC = ES.getExecutorProcessControl();
  CHECK_THAT(messageOf(RemoteJITLinkMemoryManager::create(EPC)),
             containing("set RemoteOptions::SharedMemory to false"));
  RemoteOptions O;
  O.SharedMemory = false;
  {
    auto Manager = valueOf(RemoteJITLinkMemoryManager::create(EPC, O));
    Loaded Object = valueOf(load(*Manager, 42));
    CHECK(valueOf(EPC.runAsIntFunction(Object.Code, 0)) == 42);
    REQUIRE_SUCCESS(Manager->deallocate(std::move(Object.Alloc)));
  }
  REQUIRE_SUCCESS(ES.endSession());
}

TEST_CASE("Whichever descriptor is one too many, the session is an error") {
  bool Works = false, SaysWork = false;
  for (rlim_t Free = 0; !Works; ++Free) {
    CAPTURE(Free);
    REQUIRE(Free < 20);
    ExecutorProcess Process;
    orc::ExecutionSession ES(Process.takeEPC());
    const int Lowest = dup(STDERR_FILENO);
    REQUIRE(Lowest >= 0);
    close(Lowest);
    rlimit Before;
    REQUIRE(getrlimit(RLIMIT_NOFILE, &Before) == 0);
    const rlimit Few = {rlim_t(Lowest) + Free, Before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &Few) == 0);
    auto Manager =
        RemoteJITLinkMemoryManager::create(ES.getExecutorProcessControl());
    REQUIRE(setrlimit(RLIMIT_NOFILE, &Before) == 0);
    Works = bool(Manager);
    if (!Works) {
      const std::string Why = toString(Manager.takeError());
      CHECK_THAT(Why, containing("Too many open files"));
      SaysWork |= StringRef(Why).contains("connection for work");
    } else {
      Manager->reset();
    }
    REQUIRE_SUCCESS(ES.endSession());
  }
  CHECK(SaysWork);
}
