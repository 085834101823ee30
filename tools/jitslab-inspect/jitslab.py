# Part of jitslab, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The gdb command "jitslab". gdb loads what is in its folder
python/gdb/command when it starts."""

import os
import re
import subprocess

import gdb


def process_or_core():
    """What jitslab-inspect is to read: a process, or a core file."""
    match = re.search(
        r"^\s+`(.*)', file type ",
        gdb.execute("info target", to_string=True).partition("ore dump file")[2],
        re.MULTILINE,
    )
    if match:
        return match.group(1)
    pid = gdb.selected_inferior().pid
    if not pid:
        raise gdb.GdbError("jitslab: there is no process and no core file")
    return str(pid)


class JitslabCommand(gdb.Command):
    """Show what jitslab has in this process, or which object has an address.

    jitslab           windows, lanes, what is live, free and frozen, and the
                      largest segments, with their symbols if debuggers were told
    jitslab ADDRESS   which segment has the address, or had it before it was
                      freed; ADDRESS is an expression, such as $pc

    JITSLAB_INSPECT in the environment is the program that is run for it;
    jitslab-inspect in PATH otherwise."""

    def __init__(self):
        super().__init__("jitslab", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        command = [os.environ.get("JITSLAB_INSPECT", "jitslab-inspect")]
        if argument:
            # A function's value is its code, not its address.
            value = gdb.parse_and_eval(argument)
            if value.type.code == gdb.TYPE_CODE_FUNC:
                value = value.address
            command.append("--address=%#x" % (int(value) & (2**64 - 1)))
        command.append(process_or_core())
        try:
            result = subprocess.run(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                universal_newlines=True,
                errors="replace",
            )
        except OSError as error:
            raise gdb.GdbError(
                "jitslab: cannot run %s: %s" % (command[0], error.strerror)
            )
        if result.returncode:
            raise gdb.GdbError(result.stdout.rstrip())
        gdb.write(result.stdout)


JitslabCommand()
