//===- faust_programs.cpp - Sound that Faust's code makes -----------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// faust_programs NUMBER: compiles that many programs, computes in threads and
// in a fork, whose child compiles too, prints what comes out, and stops itself,
// to be looked at.

#include <faust/dsp/llvm-dsp.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

static constexpr int Rate = 44100, Frames = 512, Blocks = 4, Threads = 4;

/// A generator of sound, in a way of its own for each \p Number. All have one
/// output and no input.
static std::string programText(int Number) {
  const std::string N = std::to_string(Number + 1);
  const std::string Phase = "(+(" + N + "/4410.0) : \\(x).(x-floor(x))) ~ _";
  switch (Number % 4) {
  case 0: // A table of a wave.
    return "process = rdtable(256, sin(((+(1)~_)-1)*6.2831853/256), "
           "int((" +
           Phase + ")*256));";
  case 1: // A library function of C.
    return "process = (" + Phase + ") : *(6.2831853) : sin : *(0." + N + ");";
  case 2: // Noise through a filter, and a line of delay.
    return "noise = (+(" + N +
           ")~*(1103515245)) : /(2147483647.0);"
           "process = noise : (+ : @(" +
           N + "%37+1)) ~ *(0.5);";
  default: // Several voices at once. In which order Faust adds is not always
           // the same, so these are integers.
    return "voice(i) = (+(" + N +
           "*(i+3)) ~ _) & 1023;"
           "process = par(i, 5, voice(i)) :> /(1024.0) : ffunction("
           "float tanhf(float), <math.h>, \"\");";
  }
}

static llvm_dsp_factory *compile(int Number) {
  std::string Error;
  llvm_dsp_factory *Factory =
      createDSPFactoryFromString("program" + std::to_string(Number),
                                 programText(Number), 0, nullptr, "", Error);
  if (Factory)
    return Factory;
  std::fprintf(stderr, "program %d: %s\n", Number, Error.c_str());
  std::_Exit(1);
}

/// What a new instance of \p Factory computes, every bit of it.
static uint64_t sumOf(llvm_dsp_factory &Factory) {
  std::unique_ptr<llvm_dsp> Instance(Factory.createDSPInstance());
  Instance->init(Rate);
  std::array<float, Frames> Samples;
  float *Outputs[] = {Samples.data()};
  uint64_t Sum = 0;
  for (int Block = 0; Block != Blocks; ++Block) {
    Instance->compute(Frames, nullptr, Outputs);
    for (float Sample : Samples) {
      uint32_t Bits;
      std::memcpy(&Bits, &Sample, sizeof(Bits));
      Sum = Sum * 31 + Bits;
    }
  }
  return Sum;
}

static void print(const char *What, int Number, uint64_t Sum) {
  std::printf("%s %d %016llx\n", What, Number,
              static_cast<unsigned long long>(Sum));
}

/// Threads compile by turns, as Faust sees to, and compute at the same time.
static void useThreads(int Number, std::vector<llvm_dsp_factory *> &Kept) {
  std::vector<uint64_t> Sums(Number), Again(Number);
  std::vector<llvm_dsp_factory *> Factories(Number);
  std::vector<std::thread> Running;
  for (int Thread = 0; Thread != Threads; ++Thread)
    Running.emplace_back([&, Thread] {
      for (int I = Thread; I < Number; I += Threads) {
        Factories[I] = compile(I);
        Sums[I] = sumOf(*Factories[I]);
      }
      // By now others may have placed code beside this thread's.
      for (int I = Thread; I < Number; I += Threads) {
        Again[I] = sumOf(*Factories[I]);
        if (I % 3 == 0)
          deleteDSPFactory(Factories[I]);
      }
    });
  for (std::thread &Thread : Running)
    Thread.join();
  for (int I = 0; I != Number; ++I) {
    print("thread", I, Sums[I]);
    if (Again[I] != Sums[I])
      print("thread, not the same again", I, Again[I]);
    if (I % 3)
      Kept.push_back(Factories[I]);
  }
}

/// The child has its parent's programs and compiles others.
static void useFork(int Number, const std::vector<llvm_dsp_factory *> &Kept) {
  std::fflush(stdout);
  const pid_t Child = fork();
  if (Child == 0) {
    for (size_t I = 0; I != Kept.size(); ++I)
      print("child", static_cast<int>(I), sumOf(*Kept[I]));
    for (int I = Number; I != Number + 4; ++I)
      print("child's own", I, sumOf(*compile(I)));
    std::fflush(stdout);
    // Without what runs at exit, as libraries want it in a child.
    std::_Exit(0);
  }
  int Status = -1;
  if (Child < 0 || waitpid(Child, &Status, 0) != Child || Status != 0) {
    std::fprintf(stderr, "the child ended with status %d\n", Status);
    std::_Exit(1);
  }
}

int main(int Count, char **Arguments) {
  const int Number = Count == 2 ? std::atoi(Arguments[1]) : 0;
  if (Number <= 0) {
    std::fprintf(stderr, "usage: faust_programs NUMBER\n");
    return 2;
  }
  startMTDSPFactories();
  std::vector<llvm_dsp_factory *> Kept;
  useThreads(Number, Kept);
  useFork(Number, Kept);
  // The parent goes on beside what its child did, and after it.
  for (int I = Number; I != Number + 8; ++I) {
    Kept.push_back(compile(I));
    print("later", I, sumOf(*Kept.back()));
  }
  for (size_t I = 0; I != Kept.size(); ++I)
    print("again", static_cast<int>(I), sumOf(*Kept[I]));
  std::fflush(stdout);
  std::raise(SIGSTOP);
  for (llvm_dsp_factory *Factory : Kept)
    deleteDSPFactory(Factory);
  stopMTDSPFactories();
  return 0;
}
