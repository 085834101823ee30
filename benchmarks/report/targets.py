# Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What this project promises of its own performance."""

from results import FLOOR
from tables import number, table


def _ratio(name, base, counter="us_per_object"):
    return lambda results: results.ratios(name, base, counter)


def _value(name, counter):
    return lambda results: results.values(name, counter)


# Loading also makes the heap grow: a mapping in thousands of objects.
VMA_SLACK = 0.005


def _vmas(name, bound):
    """Mappings per object, which are met to within VMA_SLACK."""
    linker, manager, _ = name.split("/")
    text = f"{linker}, {manager}, VMAs per object"
    return text, bound, _value(name, "vmas_per_object"), VMA_SLACK


def _to_llvm_best(prefix, linker, manager, count, counter):
    def ratios(results):
        best = results.llvm_best(prefix, linker, count, counter)
        return results.ratios(f"{prefix}/{manager}/{count}", best, counter)

    return ratios


def _load(linker, manager, base, bound):
    text = f"{linker}, time per object: {manager} / {base}"
    names = f"{linker}/{manager}/2000", f"{linker}/{base}/2000"
    return text, bound, _ratio(*names)


def _run(linker, manager, base, count, bound):
    text = f"{linker}, time per call of {count} functions: {manager} / {base}"
    names = f"Run/{linker}/{manager}/{count}", f"Run/{linker}/{base}/{count}"
    return text, bound, _ratio(*names, "ns_per_call")


def _run_best(linker, manager, count, bound):
    text = f"{linker}, time per call of {count} functions: {manager} / LLVM's best"
    where = f"Run/{linker}", linker, manager, count
    return text, bound, _to_llvm_best(*where, "ns_per_call")


def _scale(linker, manager):
    name = f"Scale/{linker}/{manager}/100000"
    what = f"{linker}, {manager}, 100,000 objects: "
    return [
        (what + "VMAs more than at the first", 16, _value(name, "vmas_added")),
        (what + "late / early", 1.2, _value(name, "late_over_early")),
    ]


def _dense(linker, load_bound, base):
    name = f"{linker}/dense/2000"
    return [
        _load(linker, "dense", base, load_bound),
        _load(linker, "dense", FLOOR, 1.10),
        _run(linker, "dense", FLOOR, 1000, 1.10),
        _run_best(linker, "dense", 1000, 0.15),
        (f"{linker}, dense, KiB per object", 1.25, _value(name, "rss_kib_per_object")),
        _vmas(name, 0),
        (
            f"{linker}, dense, system calls per object",
            0.05,
            _value(name, "syscalls_per_object"),
        ),
    ] + _scale(linker, "dense")


def _remote(what, count, counter, generic_bound, mapper_bound):
    names = {"cpu_us_per_object": "processor time", "us_per_object": "time"}
    for base, bound in ("epc-generic", generic_bound), ("shared-mapper", mapper_bound):
        name = f"Remote/{what}/{{}}/{count}"
        text = f"another process, {what}, {names[counter]}: arena / {base}"
        values = _ratio(name.format("arena"), name.format(base), counter)
        yield text, bound, values


def _remote_count(what, count, counter, bound):
    text = f"another process, {what}, {counter.replace('_', ' ')}"
    return text, bound, _value(f"Remote/{what}/arena/{count}", counter)


def _core(what, bound):
    names = f"Core/dense/{what}", f"Core/asmjit/{what}"
    text = f"arena, {what}: dense / asmjit"
    return text, bound, _ratio(*names, "us_per_allocation")


# Text, the largest value that is good enough, how to get it of each run, and
# by how much it may be larger all the same: not at all when this is left out.
TARGETS = [
    _load("RTDyld", "per-object", "section-reserve", 0.9),
    _vmas("RTDyld/per-object/2000", 2.05),
    (
        "RTDyld, per-object, mmap and munmap per object",
        0,
        _value("RTDyld/per-object/2000", "mmap_per_object"),
    ),
    (
        "RTDyld, resident memory: per-object / section-reserve",
        1.0,
        _ratio(
            "RTDyld/per-object/2000",
            "RTDyld/section-reserve/2000",
            "rss_kib_per_object",
        ),
    ),
    _run("RTDyld", "per-object", "section-reserve", 200, 0.2),
    _run("RTDyld", "per-object", "section-reserve", 1000, 0.2),
    _load("JITLink", "per-protection", "in-process", 0.85),
    _load("JITLink", "per-protection", "mapper", 0.9),
    _run("JITLink", "per-protection", "in-process", 1000, 0.2),
    (
        "RTDyld, batch of 100: per-protection / section-reserve",
        0.5,
        _ratio("Batch/RTDyld/per-protection/100", "Batch/RTDyld/section-reserve/100"),
    ),
    (
        "RTDyld, batch of 100: per-protection / section-reserve one by one",
        0.5,
        _ratio("Batch/RTDyld/per-protection/100", "RTDyld/section-reserve/2000"),
    ),
    *_scale("RTDyld", "per-protection"),
    *_scale("JITLink", "per-protection"),
    *_dense("RTDyld", 0.28, "section-reserve"),
    *_dense("JITLink", 0.60, "in-process"),
    *_remote("one-by-one", 20000, "cpu_us_per_object", 0.15, 0.20),
    *_remote("frames", 20000, "cpu_us_per_object", 0.48, 0.74),
    *_remote("lookups-of-100", 20000, "us_per_object", 0.43, 0.62),
    *_remote("large", 64 << 20, "us_per_object", 1.0, 1.0),
    _remote_count("one-by-one", 20000, "messages_per_object", 0.01),
    _remote_count("scale", 100000, "messages_per_object", 0.01),
    _remote_count("scale", 100000, "vmas_per_object", 0.001),
    _core("sequential", 1.5),
    _core("churn", 0.01),
]


def targets(results):
    """A table of those targets for which there are measurements."""
    rows = []
    for text, bound, values_of, *slack in TARGETS:
        values = sorted(values_of(results))
        if not values:
            continue
        middle = values[len(values) // 2]
        spread = f"{number(values[0], 3)} to {number(values[-1], 3)}"
        met = middle <= bound + sum(slack)
        row = [text, f"≤ {bound}", number(middle, 3), spread]
        rows.append(row + ["met" if met else "**missed**"])
    return table(["target", "bound", "median", "runs", ""], rows)
