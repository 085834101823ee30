"""Compiles expressions of SymPy with llvmlite, and prints what they are.

    sympy_functions.py COUNT

Three kinds take turns: one expression, several at once, and such that share parts.
The same COUNT always prints the same lines. Stops itself, to be looked at.
"""
import os
import signal
import sys

from sympy import Matrix, cos, cse, exp, sin, sqrt
from sympy.abc import x, y
from sympy.printing.llvmjitcode import llvm_callable


def single(n):
    return sin(x * n) + exp(-y) * x**(n % 9) + sqrt(x + y + n)


def several(n):
    point = Matrix([x * cos(y), n * x * sin(y)])
    # As cse would return it, with nothing shared.
    return [], list(point.jacobian([x, y]))


def shared(n):
    part = sin(x + n * y)
    return cse([part**2 + exp(part), part * (x - n), sqrt(2 + part)])


KINDS = (single, several, shared)


def main():
    places = ((0.5, 1.5), (2.0, 0.125), (0.75, 3.0))
    kept = []
    for n in range(int(sys.argv[1])):
        kind = KINDS[n % len(KINDS)]
        function = llvm_callable([x, y], kind(n + 1))
        results = [repr(function(*place)) for place in places]
        print(kind.__name__, n, *results)
        kept.append((function, results))
    # Again, when everything lies where it stays.
    print("again", all(results == [repr(function(*place)) for place in places]
                       for function, results in kept))
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGSTOP)


main()
