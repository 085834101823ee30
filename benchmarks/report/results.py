# Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What several runs of jitslab-bench measured."""

import json
from statistics import median

LLVM_MANAGERS = {
    "RTDyld": ["section", "section-reserve"],
    "JITLink": ["in-process", "mapper"],
}
FLOOR = "rwx-floor"
# What is recommended for each linker, and what an arena or a manager has that is
# asked for nothing.
RECOMMENDED = {
    "RTDyld": ["dense", "per-object"],
    "JITLink": ["dense", "per-protection"],
}


class Results:
    def __init__(self, files):
        self.runs = []
        for name in files:
            with open(name, encoding="utf-8") as file:
                benchmarks = json.load(file)["benchmarks"]
            self.runs.append(
                {b["name"]: b for b in benchmarks if not b.get("error_occurred")}
            )

    def names(self):
        """All benchmarks, in the order in which they ran."""
        return list(dict.fromkeys(name for run in self.runs for name in run))

    def values(self, name, counter):
        return [
            run[name][counter]
            for run in self.runs
            if name in run and counter in run[name]
        ]

    def median(self, name, counter):
        values = self.values(name, counter)
        return median(values) if values else None

    def ratios(self, name, base, counter):
        """One ratio for each run: what slows a whole run down cancels out."""
        return [
            run[name][counter] / run[base][counter]
            for run in self.runs
            if counter in run.get(name, {}) and run.get(base, {}).get(counter)
        ]

    def ratio(self, name, base, counter):
        values = self.ratios(name, base, counter)
        return median(values) if values else None

    def label(self, name):
        for run in self.runs:
            if run.get(name, {}).get("label"):
                return run[name]["label"]
        return ""

    def managers(self, prefix):
        """The managers that have benchmarks whose names begin so."""
        skip = len(prefix)
        found = [n[skip:].split("/")[0] for n in self.names() if n.startswith(prefix)]
        return list(dict.fromkeys(found))

    def counts(self, prefix):
        """The numbers at the end of the benchmarks <prefix>/<manager>/<number>."""
        found = {
            n.split("/")[-1] for n in self.names() if n.startswith(prefix + "/")
        }
        return sorted(found, key=int)

    def llvm_best(self, prefix, linker, count, counter):
        """The name of LLVM's best benchmark of a group."""
        names = [f"{prefix}/{m}/{count}" for m in LLVM_MANAGERS[linker]]
        known = [n for n in names if self.median(n, counter) is not None]
        return min(known, key=lambda n: self.median(n, counter), default=None)
