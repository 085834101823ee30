//===- Postponed.h - What the system did not take back ----------*- C++ -*-===//
//
// Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef JITSLAB_PLATFORM_POSTPONED_H
#define JITSLAB_PLATFORM_POSTPONED_H

#include <atomic>
#include <new>

namespace jitslab {

/// Things that the system refused to take back, to be offered to it again: it
/// refuses to unmap a part of a mapping, for example, as long as
/// vm.max_map_count is used up. Takes memory from the heap for what is refused
/// only; where there is none, it is lost.
///
/// Thread-safe, and without a lock, which the child of a fork could find held
/// by a thread that it does not have.
template <typename T> class Postponed {
public:
  void add(const T &Thing) {
    if (Node *N = new (std::nothrow) Node{Thing, nullptr})
      push(N);
  }

  /// Calls \p TakeBack with each of them; those that it returns false for stay.
  template <typename Fn> void retry(Fn TakeBack) {
    if (!First.load(std::memory_order_relaxed))
      return;
    Node *List = First.exchange(nullptr, std::memory_order_acquire);
    while (List) {
      Node *N = List;
      List = N->Next;
      if (TakeBack(N->Thing))
        delete N;
      else
        push(N);
    }
  }

private:
  struct Node {
    T Thing;
    Node *Next;
  };

  void push(Node *N) {
    N->Next = First.load(std::memory_order_relaxed);
    while (!First.compare_exchange_weak(N->Next, N, std::memory_order_release,
                                        std::memory_order_relaxed))
      ;
  }

  std::atomic<Node *> First{nullptr};
};

} // namespace jitslab

#endif // JITSLAB_PLATFORM_POSTPONED_H
