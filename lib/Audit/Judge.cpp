//===- Judge.cpp - Compares what is encoded with what ought to be ---------===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Judge.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace llvm;

namespace jitslab {

double RelocationUse::reachUsed() const {
  bool HasLimits = (Min != INT64_MIN || Max != INT64_MAX) && Min != Max;
  if (!HasLimits)
    return 0;
  double Limit = Distance < 0 ? -double(Min) : double(Max);
  return Limit == 0 ? INFINITY : std::fabs(double(Distance)) / Limit;
}

static std::string hex(int64_t Value) {
  bool Negative = Value < 0;
  uint64_t Magnitude = Negative ? 0 - uint64_t(Value) : uint64_t(Value);
  return (Negative ? "-0x" : "0x") + utohexstr(Magnitude, /*LowerCase=*/true);
}

std::string RelocationProblem::message() const {
  std::string Text =
      "section " + Section + ", offset " + hex(Offset) + ": " + Type;
  if (!Target.empty())
    Text += " to '" + Target + "'";
  const char *Advice = "";
  switch (What) {
  case OutOfRange:
    Text += " is out of range: distance " + hex(Distance) + ", limit " +
            hex(Distance < 0 ? Min : Max);
    if (IsAbsolute && Max >= INT32_MAX)
      Advice = "; compile with -fPIC, or make an arena with "
               "ArenaOptions::Below";
    break;
  case Misaligned:
    Text += " is misaligned: distance " + hex(Distance);
    break;
  case WrongEncoding:
    Text += " is encoded wrongly: distance " + hex(Distance);
    if (reachUsed() != 0)
      Text += ", within the limit " + hex(Distance < 0 ? Min : Max);
    break;
  case NoSlot:
    Text += " leads to no slot of the GOT that holds its address";
    break;
  }
  if (Encoded != Distance || What == NoSlot)
    Text += "; in memory is " + hex(Encoded);
  return Text + Advice;
}

Error AuditResult::takeError(StringRef Object) const {
  if (Problems.empty())
    return Error::success();
  std::string Text;
  for (const RelocationProblem &P : Problems)
    Text += (Text.empty() ? "" : "\n") + (Object + ": " + P.message()).str();
  return make_error<StringError>(std::move(Text), inconvertibleErrorCode());
}

void judge(AuditResult &Result, Field F, const uint8_t *Bytes,
           RelocationUse Use, const Candidates &Allowed) {
  ++Result.Checked;
  int64_t Encoded = readField(F, Bytes);
  Limits Range = {Use.Min, Use.Max};
  auto IsEncoded = [&](int64_t Value) {
    return truncateTo(F, Bytes, Value) == Encoded;
  };
  auto Fits = [&](int64_t Value) {
    return Range.admit(Value) && uint64_t(Value) % unitOf(F, Bytes) == 0;
  };
  auto Count = [&](int64_t Value) {
    Use.Distance = Value;
    if (Result.Furthest.Type.empty()
            ? Use.reachUsed() > 0
            : Use.reachUsed() > Result.Furthest.reachUsed())
      Result.Furthest = Use;
  };
  for (int64_t Value : Allowed)
    if (Fits(Value) && IsEncoded(Value))
      return Count(Value);

  RelocationProblem Problem;
  static_cast<RelocationUse &>(Problem) = Use;
  Problem.Encoded = Encoded;
  Problem.What = Allowed.empty() ? RelocationProblem::NoSlot
                                 : RelocationProblem::WrongEncoding;
  if (!Allowed.empty()) {
    // The one that the linker meant, if it can be told by what is left of it.
    int64_t Meant = Allowed.front();
    for (int64_t Value : Allowed)
      if (IsEncoded(Value))
        Meant = Value;
    Problem.Distance = Meant;
    if (!Range.admit(Meant))
      Problem.What = RelocationProblem::OutOfRange;
    else if (!Fits(Meant))
      Problem.What = RelocationProblem::Misaligned;
    Count(Meant);
  }
  Result.Problems.push_back(std::move(Problem));
}

} // namespace jitslab
