#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot an archive whose init is a test program and pass its TAP on.

    boot_test.py --build DIR --archive FILE [--smp N] [--mem MiB] [--append WORDS] [--icount] [--cpu MODEL]
                 [--timeout SECONDS]

Lines that are no TAP become comments, so that a kernel message cannot spoil the protocol. A guest that stops without its
plan (panic, timeout) ends in "Bail out!".
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import qemu

TAP = re.compile(r"(not )?ok\b|\d+\.\.\d+|#|Bail out!")
CONTROL = re.compile(r"\x1b\[[0-9;=]*[a-zA-Z]")


def arguments(doc):
    """A parser for a program that boots test archives: what all of them take."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--archive", type=pathlib.Path, required=True)
    return parser


def command(build, archive, append="", mem=256, **options):
    """QEMU's argument list for a test archive: the guest's end, and a panic, end QEMU."""
    return qemu.command(build, firmware="direct", mem=mem, archive=archive,
                        append=f"panic=exit test.exit=semihosting {append}".strip(), **options)


def main():
    parser = arguments(__doc__)
    parser.add_argument("--smp", type=int, default=1)
    parser.add_argument("--mem", type=int, default=256)
    parser.add_argument("--append", default="")
    parser.add_argument("--icount", action="store_true")
    parser.add_argument("--cpu", help="another one than the tests', in QEMU's words")
    parser.add_argument("--timeout", type=float, default=800)
    o = parser.parse_args()
    line = command(o.build, o.archive, "test.icount " * o.icount + o.append, o.mem, smp=o.smp, icount=o.icount, cpu=o.cpu, serial="stdio")
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            code = qemu.status(qemu.Artifacts(o.build).arch, process.wait(o.timeout))
            end = f"the guest stopped with status {code}"
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code, end = 124, f"no end after {o.timeout:.0f} s"
        log.seek(0)
        text = CONTROL.sub("", log.read().decode("utf-8", "replace")).replace("\r", "")
    has_plan = False
    print("TAP version 13")
    for line in text.splitlines():
        has_plan |= bool(re.match(r"1\.\.\d+", line))
        print(line if TAP.match(line) else f"# {line}")
    if not has_plan:
        print(f"Bail out! {end}")
    sys.exit(code or not has_plan)


if __name__ == "__main__":
    main()
