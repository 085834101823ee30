#!/usr/bin/env python3
"""Lets clang-tidy look at the project's files in a build's list of commands.

    clang-tidy.py CLANG-TIDY BUILD-FOLDER

A file in which nothing was found is not looked at again until it changes, or
something that it includes, the command that compiles it, a .clang-tidy file or
clang-tidy. Status 0: nothing was found in any file.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("lib", "tools", "unittests", "benchmarks", "examples", "fuzz")


def own_commands(build):
    """The first command of each of the project's files.

    Programs in folders called Inputs are what tests look at: they imitate
    others, also in their style.
    """
    commands = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = (Path(entry["directory"]) / entry["file"]).resolve()
        if not path.is_relative_to(ROOT):
            continue
        parts = path.relative_to(ROOT).parts
        if parts[0] in FOLDERS and "Inputs" not in parts:
            commands.setdefault(path, entry["command"])
    return commands


def included(path, folders, seen):
    """Adds to `seen` what `path` includes of the project, and what that does."""
    text = path.read_text(errors="replace")
    for name in re.findall(r'^\s*#\s*include\s*["<]([^">]+)', text, re.M):
        for folder in (path.parent, *folders):
            header = (folder / name).resolve()
            if header.is_relative_to(ROOT) and header.is_file():
                if header not in seen:
                    seen.add(header)
                    included(header, folders, seen)
                break


def configurations(path):
    """The .clang-tidy files that hold for `path`."""
    for folder in path.relative_to(ROOT).parents:
        file = ROOT / folder / ".clang-tidy"
        if file.is_file():
            yield file.read_bytes()


def digest(path, command, version):
    folders = [Path(f) for f in re.findall(r"-I\s*(\S+)", command)]
    files = {path}
    included(path, folders, files)
    result = hashlib.sha256(version)
    result.update(command.encode())
    for configuration in configurations(path):
        result.update(configuration)
    for file in sorted(files):
        result.update(str(file).encode() + file.read_bytes())
    return result.hexdigest()


def main():
    tidy, build = sys.argv[1], Path(sys.argv[2]).resolve()
    version = subprocess.run(
        [tidy, "--version"], check=True, stdout=subprocess.PIPE
    ).stdout
    known = build / "clang-tidy"
    known.mkdir(exist_ok=True)

    commands = own_commands(build)
    if not commands:
        sys.exit(f"analyze: {build} compiles no file of {ROOT}")
    todo = []
    # What users get comes first.
    order = {path: FOLDERS.index(path.relative_to(ROOT).parts[0]) for path in commands}
    for path, command in sorted(commands.items(), key=lambda c: (order[c[0]], c[0])):
        stamp = known / str(path.relative_to(ROOT)).replace("/", "-")
        wanted = digest(path, command, version)
        if not stamp.exists() or stamp.read_text() != wanted:
            todo.append((path, stamp, wanted))
    print(f"clang-tidy: {len(todo)} of {len(commands)} files are new or changed")

    def check(job):
        path, stamp, wanted = job
        result = subprocess.run(
            [tidy, "--quiet", "-p", build, path],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if result.returncode == 0:
            stamp.write_text(wanted)
        return path, result

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(check, job) for job in todo]
        for done, job in enumerate(concurrent.futures.as_completed(jobs), 1):
            path, result = job.result()
            name = path.relative_to(ROOT)
            if result.returncode != 0:
                failed += 1
                print(f"{name}: status {result.returncode}\n{result.stdout}")
            elif sys.stdout.isatty():
                print(f"{done}/{len(todo)} {name}")
            sys.stdout.flush()
    if failed:
        sys.exit(f"clang-tidy: found something in {failed} files")
    print("clang-tidy: nothing found")


main()
