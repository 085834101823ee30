//===- RemoteFuzzer.cpp - Any replies of an executor ----------------------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A libFuzzer target: what a controller reads from an executor. The executor
/// is played in this process; the bytes say how its replies are changed, one
/// after the other, whichever way they come. Found are crashes and memory
/// errors of the controller, and memory that it has not given back.
///
/// The first byte chooses whether the two share memory. For each reply follow a
/// choice and what it needs, until the bytes are used up.
///
//===----------------------------------------------------------------------===//

#include "Remote/HostileExercise.h"
#include <cstdio>
#include <cstdlib>
#include <fuzzer/FuzzedDataProvider.h>

using namespace jitslab;
using namespace llvm;

static void change(std::vector<char> &Reply, FuzzedDataProvider &Bytes) {
  constexpr size_t MostMore = 64;
  if (Bytes.remaining_bytes() == 0)
    return;
  switch (Bytes.ConsumeIntegralInRange(0, 5)) {
  case 0: // As it was.
    return;
  case 1: // Another length, as all fields of it or what lies behind are.
    return Reply.resize(
        Bytes.ConsumeIntegralInRange<size_t>(0, Reply.size() + MostMore));
  case 2: // A byte.
    if (!Reply.empty())
      Reply[Bytes.ConsumeIntegralInRange<size_t>(0, Reply.size() - 1)] =
          Bytes.ConsumeIntegral<char>();
    return;
  case 3: { // A field: a length, an address, a number.
    const auto Value = Bytes.ConsumeIntegral<uint64_t>();
    if (Reply.size() >= sizeof(Value))
      memcpy(&Reply[Bytes.ConsumeIntegralInRange<size_t>(0, Reply.size() -
                                                                sizeof(Value))],
             &Value, sizeof(Value));
    return;
  }
  case 4: // Something else.
    Reply = Bytes.ConsumeBytes<char>(
        Bytes.ConsumeIntegralInRange<size_t>(0, 4 * MostMore));
    return;
  case 5: // More than a record holds.
    return Reply.resize(RecordSocket::LongestRecord + 1);
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  FuzzedDataProvider Bytes(Data, Size);
  const bool SharedMemory = Bytes.ConsumeBool();
  const Exercise E =
      exercise([&](std::vector<char> &Reply, size_t) { change(Reply, Bytes); },
               SharedMemory);
  if (E.LiveBytes == 0)
    return 0;
  std::fprintf(stderr, "%zu bytes are live\n", E.LiveBytes);
  std::abort();
}
