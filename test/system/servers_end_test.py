#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Servers that end while they are called: servers_end_test.py ARCH PROGRAM LENDER NAMESRV CONSOLE TTYSRV. The program is protocols/deaths.c's."""
import pathlib
import re
import subprocess
import sys
import tempfile

from console import ROOT, tap
from protocols_test import lender

VICTIMS = ["namesrv", "console", "ttysrv"]
LIMIT = 400


def mortal(programs):
    """Arguments that put mortal programs in the victims' places: of two files with one path the later counts for init, too."""
    for name, program in zip(VICTIMS, programs, strict=True):
        yield from ("--add", f"{program}:/sbin/{name}")


def servers_end(arch, additions):
    line = [ROOT / "scripts/exec", "--arch", arch, "--timeout", str(LIMIT), *additions, "--", "/tmp/protocols", "deaths"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="replace") as run:
        seen = ""
        for text in run.stdout:
            seen += text
            if "say something" in text:  # the console is there again: it must be heard, too
                run.stdin.write("something\n")
                run.stdin.flush()
        errors = run.stderr.read()
    # Without terminals nobody can say more: that the program switched the machine off is its last word.
    if run.returncode != 125 or "# the terminals end" not in seen or re.search(r"\.c:\d+:", seen):
        raise AssertionError(f"status {run.returncode}\n{seen}{errors}")
    kept = pathlib.Path(re.search(r"log: (\S+)", errors)[1])
    log = kept.read_text(errors="replace")
    kept.unlink()
    ended = re.findall(r"(\w+) has ended", log)
    if "PANIC" in log or ended != VICTIMS:
        raise AssertionError(f"ended: {ended}\n{seen}{errors}{log}")


def main():
    arch, program, lending, *programs = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        additions = ["--add", f"{program}:/tmp/protocols", *lender(lending, name), *mortal(programs)]
        sys.exit(tap([("servers end while they are called, and the rest goes on",
                       lambda: servers_end(arch, additions))]))


if __name__ == "__main__":
    main()
