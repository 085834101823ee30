//===- ByteSource.h - Models driven by a fuzzer's bytes ---------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_FUZZ_BYTESOURCE_H
#define JITSLAB_FUZZ_BYTESOURCE_H

#include "Model/OperationSource.h"
#include <cstdio>
#include <cstdlib>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>

namespace jitslab {

/// A model's decisions, out of a fuzzer's bytes.
class ByteSource final : public OperationSource {
public:
  ByteSource(const uint8_t *Data, size_t Size) : Bytes(Data, Size) {}
  size_t below(size_t N) override {
    return Bytes.ConsumeIntegralInRange<size_t>(0, N - 1);
  }
  bool hasMore() { return Bytes.remaining_bytes() != 0; }

private:
  FuzzedDataProvider Bytes;
};

/// Runs \p Model until the bytes are used up. Ends the process when something
/// is wrong, which libFuzzer takes for a find.
template <typename Model> void runModel(Model &M, ByteSource &Source) {
  bool Ok = true;
  while (Ok && Source.hasMore())
    Ok = M.step();
  if (Ok && M.finish())
    return;
  std::fprintf(stderr, "operation %zu: %s\n", M.counts().Operations,
               M.problem().c_str());
  std::abort();
}

} // namespace jitslab

#endif // JITSLAB_FUZZ_BYTESOURCE_H
