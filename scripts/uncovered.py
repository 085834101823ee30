"""Lists what does not run, from llvm-cov's export: for scripts/coverage."""

import json
import os
import sys


def uncovered_lines(segments):
    """Lines on which a region without a count begins, after llvm-cov's
    segments: line, column, count, has count, is the entry of a region, gap."""
    return sorted({line for line, _, count, has_count, is_entry, is_gap in segments
                   if has_count and is_entry and not is_gap and count == 0})


def uncovered_branches(branches):
    """Branches of which one way was never taken in any instance of a template:
    line, column, ..., how often true and false."""
    taken = {}
    for branch in branches:
        line, column, _, _, true, false = branch[:6]
        before = taken.get((line, column), (0, 0))
        taken[line, column] = before[0] + true, before[1] + false
    for (line, column), (true, false) in sorted(taken.items()):
        if not true or not false:
            ways = [way for way, count in (("true", true), ("false", false))
                    if not count]
            yield line, column, " and ".join(ways)


def main(path):
    with open(path) as file:
        files = json.load(file)["data"][0]["files"]
    for entry in files:
        name = os.path.relpath(entry["filename"])
        with open(name) as file:
            text = file.read().splitlines()
        for line in uncovered_lines(entry["segments"]):
            print(f"{name}:{line}: not run: {text[line - 1].strip()}")
        for line, column, ways in uncovered_branches(entry["branches"]):
            print(f"{name}:{line}:{column}: never {ways}: "
                  f"{text[line - 1].strip()}")


main(sys.argv[1])
