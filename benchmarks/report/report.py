#!/usr/bin/env python3
# Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes tables and a chart of what jitslab-bench measured.

report.py DOCS RUN.json...   prints the tables, writes DOCS/benchmarks.{md,svg}
"""

import datetime
import platform
import sys
from pathlib import Path

import tables
from chart import chart
from results import LLVM_MANAGERS, Results
from targets import targets

INTRODUCTION = """\
# Benchmarks

LLVM's memory managers and jitslab's side by side, by `jitslab-bench`. `rwx-floor`
hands out memory of one mapping that is readable, writable and executable, frees
nothing and keeps no W^X: the physical limit.

- Machine: {cpu}, Linux {kernel}, {machine}
- Date: {date}
- Repeat with `scripts/bench`; `build/release/bin/jitslab-bench --help` for parts

Each number is the median of {runs} runs{fewer}, each ratio the median of the runs'
ratios. Within a run managers follow each other, each measurement in a child
process of its own. Seconds differ from machine to machine: look at the ratios.

![chart](benchmarks.svg)
"""

EXPLANATIONS = {
    "Run": "Calls in random order from straight-line code, best of 50 passes.",
    "RunSharedSite": "The same from one call instruction in a loop: here the "
    "branch predictor's misses come on top.",
    "RunMany": "The calls of Run, of so many functions that their code fills slabs of "
    "2 MiB: only full slabs are made huge pages by `dense-huge`. The managers that "
    "are left out cannot load so many objects, or take a page for each.",
    "Mix": "All members of Debian's libz.a.",
    "Large": "Objects of 4 MiB.",
    "Batch": "100 tiny objects are finalized together.",
    "Engine": "An MCJIT engine finalizes 500 modules together, which are compiled.",
    "Churn": "One of 200 live objects is removed and another one is loaded.",
    "ChurnRunning": "The same while another thread runs code that was loaded before.",
    "Threads": "So many threads load tiny objects at once; wall-clock time.",
}

REMOTE = {
    "one-by-one": "Tiny objects in an executor, a lookup for each, without EH frames. "
    "`arena` is `RemoteJITLinkMemoryManager`, `arena-messages` the same without shared "
    "memory. Processor time is that of both processes, VMAs are the executor's.",
    "frames": "The same with EH frames, which are registered in the executor.",
    "lookups-of-100": "The same with 100 objects for each lookup.",
    "scale": "Without EH frames, until there is no room for more.",
    "large": "Objects of so many bytes: code, read-only data and data.",
}


def sections(results):
    yield (
        "Rows that lose",
        "Layouts against the better of LLVM's managers in the same row, by more than "
        "the last digit; 1.00 is equal. First those that are recommended, or had "
        "without asking.",
        tables.losing(results, EXPLANATIONS),
    )
    yield "Targets", "Medians against what the project promises.", targets(results)
    for linker in LLVM_MANAGERS:
        for count in results.counts(linker):
            title = f"{linker}: {int(count):,} tiny objects, one by one"
            explanation = "107 bytes each. System calls are counted by ptrace."
            yield title, explanation, tables.loading(results, linker, linker, count)
    for what, explanation in EXPLANATIONS.items():
        for linker in LLVM_MANAGERS:
            prefix = f"{what}/{linker}"
            counts = results.counts(prefix)
            if counts and what.startswith("Run"):
                yield prefix, explanation, tables.running(results, prefix, linker)
                continue
            for count in counts:
                title = prefix if len(counts) == 1 else f"{prefix}/{count}"
                body = tables.loading(results, prefix, linker, count)
                yield title, explanation, body
    for linker in LLVM_MANAGERS:
        prefix = f"Scale/{linker}"
        for count in results.counts(prefix):
            explanation = "How the cost grows, and where a manager stops."
            yield prefix, explanation, tables.scale(results, prefix, count)
    for kind in "code", "data":
        prefix = f"Wait/{kind}"
        for count in results.counts(prefix):
            explanation = (
                f"One thread allocates {int(count):,} MiB of {kind}, writes, seals and "
                "frees them. A second one does the same with 64 bytes of code all the "
                "time. What counts is its longest round during each step of the first, "
                "in microseconds. `mappings` are what LLVM's managers take: one of the "
                "system for each."
            )
            title = f"{prefix}: a second thread's longest wait"
            yield title, explanation, tables.wait(results, prefix, count)
    for what, explanation in REMOTE.items():
        prefix = f"Remote/{what}"
        for count in results.counts(prefix):
            yield f"{prefix}/{count}", explanation, tables.remote(
                results, prefix, count
            )
    if results.managers("Core/"):
        explanation = (
            "The arena alone: 200,000 allocations of 128 bytes, then as many steps "
            "that release one and allocate 64 to 576 bytes."
        )
        yield "Core", explanation, tables.core(results)


def fewer_runs(results):
    """Says which benchmarks are not in all runs, if there are such."""
    missing = {}
    for name in results.names():
        runs = sum(name in run for run in results.runs)
        if runs < len(results.runs):
            missing.setdefault(runs, {})[name.split("/")[0]] = True
    groups = [f"{', '.join(names)}: of {runs}" for runs, names in sorted(missing.items())]
    return f" ({'; '.join(groups)})" if groups else ""


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown CPU"


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    docs, results = Path(sys.argv[1]), Results(sys.argv[2:])
    parts = [f"## {t}\n\n{e}\n\n{body}\n" for t, e, body in sections(results)]
    introduction = INTRODUCTION.format(
        cpu=cpu_model(),
        kernel=platform.release(),
        machine=platform.machine(),
        date=datetime.date.today().isoformat(),
        runs=len(results.runs),
        fewer=fewer_runs(results),
    )
    page = "\n".join([introduction, *parts])
    (docs / "benchmarks.md").write_text(page, encoding="utf-8")
    (docs / "benchmarks.svg").write_text(chart(results), encoding="utf-8")
    print("\n".join(parts))


if __name__ == "__main__":
    main()
