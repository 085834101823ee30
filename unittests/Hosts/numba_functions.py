"""Compiles functions with Numba, calls them, and prints what they return.

    numba_functions.py COUNT

Five kinds take turns: exceptions, closures, lists, dictionaries, parallel loops.
Each function has constants of its own, so that none is compiled twice. The same
COUNT always prints the same lines.
"""
import sys

import numba
import numpy as np
from numba import njit, prange


def exceptions(n):
    @njit
    def check(x):
        if x % 5 == n % 5:
            raise ValueError("no", n)
        return x // (x - n)

    @njit
    def total(limit):
        result = 0
        for x in range(limit):
            try:
                result += check(x)
            except Exception:
                result -= n
        return result

    def call():
        outcomes = [total(40)]
        for x in (n, n + 1, n + 2):
            try:
                outcomes.append(check(x))
            except (ValueError, ZeroDivisionError) as error:
                outcomes.append(repr(error))
        return outcomes

    return call


def closures(n):
    scale = n * 1.5

    @njit
    def apply(values):
        def weigh(x):
            return x * scale + n

        def fold(a, b):
            return a - b / (n + 1)

        result = 0.0
        for value in values:
            result = fold(weigh(value), result)
        return result

    return lambda: apply(np.arange(n + 10.0))


def lists(n):
    @njit
    def sieve(limit):
        primes = [2]
        for candidate in range(3, limit):
            for prime in primes:
                if candidate % prime == 0:
                    break
            else:
                primes.append(candidate)
        primes.reverse()
        return primes[: n % 7 + 3], len(primes) + n

    return lambda: sieve(n + 50)


def dictionaries(n):
    @njit
    def count(limit):
        counts = dict()
        for x in range(limit):
            key = (x * x + n) % 11
            if key in counts:
                counts[key] += x
            else:
                counts[key] = n
        total = 0
        for key, value in counts.items():
            total += key * value
        return total, len(counts)

    return lambda: count(n + 100)


def parallel_loops(n):
    @njit(parallel=True)
    def norm(values):
        total = 0
        squares = np.empty_like(values)
        for i in prange(values.size):
            squares[i] = values[i] * values[i] + n
            total += squares[i]
        return total, squares[n % values.size]

    return lambda: norm(np.arange(n + 1000))


KINDS = (exceptions, closures, lists, dictionaries, parallel_loops)


def main():
    count = int(sys.argv[1])
    keep = []
    for n in range(count):
        kind = KINDS[n % len(KINDS)]
        call = kind(n)
        keep.append(call)
        print(kind.__name__, n, call())
    # Again, when everything lies where it stays.
    print("again", [repr(call()) for call in keep] ==
          [repr(call()) for call in reversed(keep)][::-1])
    with open("/proc/self/maps") as maps, open("/proc/self/status") as status:
        rss = [line.split()[1] for line in status if line.startswith("VmRSS")]
        print("usage", len(maps.readlines()), rss[0], file=sys.stderr)
    print("numba", numba.__version__)


main()
