# Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Markdown tables of ratios."""

from results import FLOOR, LLVM_MANAGERS, RECOMMENDED


def number(value, digits=2):
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{digits}f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |"]
    lines.append("|---" + "|---:" * (len(header) - 1) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def _against(results, prefix, linker, manager, count, counter):
    """A value, its ratio to LLVM's best and its ratio to the floor."""
    name = f"{prefix}/{manager}/{count}"
    best = results.llvm_best(prefix, linker, count, counter)
    return [
        number(results.median(name, counter)),
        number(results.ratio(name, best, counter)) if best else "–",
        number(results.ratio(name, f"{prefix}/{FLOOR}/{count}", counter)),
    ]


COLUMNS = {
    "us_per_object": "time",
    "ns_per_call": "time",
    "rss_kib_per_object": "resident memory",
    "vmas_per_object": "VMAs",
}
# What the tables show, which is also what other processes on the machine change.
LAST_DIGIT = 0.005


def _losses(results, linker, prefix, count):
    """Values that are larger than those of LLVM's best."""
    for counter, column in COLUMNS.items():
        best = results.llvm_best(prefix, linker, count, counter)
        if best is None:
            continue
        for manager in results.managers(prefix + "/"):
            name = f"{prefix}/{manager}/{count}"
            value = results.median(name, counter)
            if manager in LLVM_MANAGERS[linker] or manager == FLOOR or value is None:
                continue
            if value - results.median(best, counter) <= LAST_DIGIT:
                continue
            # Where LLVM's has none there is no ratio.
            ratio = results.ratio(name, best, counter)
            if ratio is None or ratio > 1 + LAST_DIGIT:
                row = [f"{prefix}/{count}", manager, column, number(value)]
                row += [number(results.median(best, counter)), number(ratio)]
                yield manager in RECOMMENDED[linker], row


def losing(results, measurements):
    """All rows in which a layout loses, the recommended ones first."""
    found = []
    for linker in LLVM_MANAGERS:
        for prefix in [linker, *(f"{what}/{linker}" for what in measurements)]:
            for count in results.counts(prefix):
                found += _losses(results, linker, prefix, count)
    found.sort(key=lambda loss: not loss[0])
    rows = [row + ["yes" if recommended else "no"] for recommended, row in found]
    header = ["row", "layout", "what", "value", "LLVM's best", "ratio", "recommended"]
    return table(header, rows) if rows else "None."


def loading(results, prefix, linker, count):
    """Objects that were loaded one by one or in batches."""
    header = ["manager", "µs per object", "to LLVM's best", "to the floor"]
    header += ["resident KiB", "proportional KiB", "VMAs", "system calls"]
    header += ["of them mprotect", "mmap, munmap"]
    counters = ["rss_kib", "pss_kib", "vmas", "syscalls", "mprotect", "mmap"]
    rows = []
    for manager in results.managers(prefix + "/"):
        name = f"{prefix}/{manager}/{count}"
        if results.median(name, "us_per_object") is None:
            continue
        rows.append(
            [manager]
            + _against(results, prefix, linker, manager, count, "us_per_object")
            + [number(results.median(name, c + "_per_object")) for c in counters]
        )
    return table(header, rows)


def running(results, prefix, linker):
    """Nanoseconds for each call of a loaded function."""
    counts = results.counts(prefix)
    counter = "ns_per_call"
    header = ["manager"]
    rows = {manager: [manager] for manager in results.managers(prefix + "/")}
    for count in counts:
        has_llvms = results.llvm_best(prefix, linker, count, counter)
        header.append(f"ns, {int(count):,} functions")
        header += ["to LLVM's best"] if has_llvms else []
        header.append("to the floor")
        for manager, row in rows.items():
            cells = _against(results, prefix, linker, manager, count, counter)
            row += cells if has_llvms else [cells[0], cells[2]]
    return table(header, rows.values())


def scale(results, prefix, count):
    """From the 1,000th object to the last."""
    header = ["manager", "µs at the 1,000th", f"µs at the {int(count):,}th", "ratio"]
    header += ["VMAs more than at the first", "stopped at object", "because"]
    counters = ["us_early", "us_late", "late_over_early", "vmas_added"]
    rows = []
    for manager in results.managers(prefix + "/"):
        name = f"{prefix}/{manager}/{count}"
        stopped = results.median(name, "stopped_at_object")
        row = [manager]
        row += [number(results.median(name, c)) for c in counters]
        row += [number(stopped, 0) if stopped else "–", results.label(name) or "–"]
        rows.append(row)
    return table(header, rows)


def remote(results, prefix, count):
    """Objects in another process, against both of LLVM's managers for it."""
    bases = ["epc-generic", "shared-mapper"]
    counters = ["cpu_us_per_object", "us_per_object"]
    header = ["manager", "processor µs per object"]
    header += [f"to {base}'s" for base in bases] + ["µs per object"]
    header += [f"to {base}'s" for base in bases]
    header += ["messages per object", "VMAs per object", "stopped at object"]
    rows = []
    for manager in results.managers(prefix + "/"):
        name = f"{prefix}/{manager}/{count}"
        row = [manager]
        for counter in counters:
            row.append(number(results.median(name, counter)))
            row += [
                number(results.ratio(name, f"{prefix}/{base}/{count}", counter))
                for base in bases
            ]
        row.append(number(results.median(name, "messages_per_object"), 4))
        row.append(number(results.median(name, "vmas_per_object"), 4))
        stopped = results.median(name, "stopped_at_object")
        rows.append(row + [number(stopped, 0) if stopped else "–"])
    return table(header, rows)


def core(results):
    """The arena against an allocator without a linker."""
    rows = []
    for allocator in results.managers("Core/"):
        row = [allocator]
        for what in ("sequential", "churn"):
            name, base = f"Core/{allocator}/{what}", f"Core/asmjit/{what}"
            us = results.median(name, "us_per_allocation")
            row.append(number(us * 1000 if us else None))
            row.append(number(results.ratio(name, base, "us_per_allocation"), 4))
        rows.append(row)
    header = ["allocator", "ns, sequential", "to asmjit's"]
    return table(header + ["ns, release and allocate", "to asmjit's"], rows)


def wait(results, prefix, count):
    """The longest round of a second thread during each step of a large object."""
    steps = ["alone", "allocate", "write", "seal", "release"]
    rows = [
        [manager]
        + [
            number(results.median(f"{prefix}/{manager}/{count}", f"wait_{step}_us"))
            for step in steps
        ]
        for manager in results.managers(prefix + "/")
    ]
    return table(["manager", *steps], rows)
