#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Where the instructions of the kernel's measures go, function by function: ninja -C build/<arch> kernel-profile.

    kernel_profile.py --build DIR --archive FILE [--tests PART] [--least N]

Boots the measures of test/boot/kernel_bench.c whose test's name has PART and has QEMU log every instruction it runs (under icount one
instruction at a time). Between the two calls of debug.stats() that frame a measure they are counted by function and divided by
its rounds. Functions are what the linker knows: what is inlined counts for the function it was inlined into. What is left of the time
is the user's. It takes some minutes.
"""
import bisect
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import boot_test  # noqa: E402
from qemu import KERNEL_BASE, Artifacts  # noqa: E402

EXECUTED = re.compile(rb"Trace 0: 0x[0-9a-f]+ \[[0-9a-f]+/([0-9a-f]{16})/")
MEASURE = re.compile(r"# bench (\S+) (\d+) rounds (\d+)")
MARK = "debug_stats"
CHUNK = 1 << 24


def symbols(elf):
    """(address, name) of the program's functions and labels in rising order."""
    found = {}
    for line in subprocess.run(["llvm-nm-19", "-n", elf], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[1] in "tT" and not fields[2].startswith(("$", ".L", "__")):
            found.setdefault(int(fields[0], 16), fields[2])
    return sorted(found.items())


def count(stream, mark):
    """A Counter of addresses for each stretch between an odd and the next even execution of `mark`."""
    stretches, counts, rest = [], None, b""
    mark_text = b"%016x" % mark
    while chunk := stream.read(CHUNK):
        text, _, rest_next = (rest + chunk).rpartition(b"\n")
        rest = rest_next
        addresses = EXECUTED.findall(text)
        while addresses:
            try:
                end = addresses.index(mark_text)
            except ValueError:
                end = len(addresses)
            if counts is not None:
                counts.update(addresses[:end])
            if end < len(addresses):
                if counts is None:
                    counts = collections.Counter()
                else:
                    stretches.append(counts)
                    counts = None
            addresses = addresses[end + 1:]
    return stretches


def run(options, kernel):
    """The measures (name, ns, rounds), and the addresses of each."""
    names = dict((name, address) for address, name in symbols(kernel))
    with tempfile.TemporaryDirectory() as folder:
        pipe = os.path.join(folder, "log")
        os.mkfifo(pipe)
        line = boot_test.command(options.build, options.archive, f"kaslr=off only={options.tests}", icount=True, serial="stdio",
                                 extra=["-singlestep", "-d", "exec,nochain", "-D", pipe, "-dfilter", f"{KERNEL_BASE:#x}..{2**64 - 1:#x}"])
        with open(os.path.join(folder, "serial"), "w+b") as serial:
            process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=serial)
            try:
                with open(pipe, "rb", buffering=0) as stream:
                    stretches = count(stream, names[MARK])
                process.wait(60)
            finally:
                process.kill()
            serial.seek(0)
            text = serial.read().decode("utf-8", "replace")
    measures = [(name, int(ns), int(rounds)) for name, ns, rounds in MEASURE.findall(text)]
    if not measures or len(measures) != len(stretches):
        print(text, file=sys.stderr)
        sys.exit(f"kernel_profile.py: {len(measures)} measures, {len(stretches)} stretches")
    return zip(measures, stretches)


def main():
    parser = boot_test.arguments(__doc__)
    parser.add_argument("--tests", default="measured")
    parser.add_argument("--least", type=float, default=0.5, help="instructions an operation below which a function is not printed")
    options = parser.parse_args()
    kernel = Artifacts(options.build).elf
    table = symbols(kernel)
    starts = [address for address, _ in table]
    for (name, ns, rounds), addresses in run(options, kernel):
        functions = collections.Counter()
        for text, times in addresses.items():
            functions[table[bisect.bisect(starts, int(text, 16)) - 1][1]] += times
        functions["(user)"] = ns * rounds - functions.total()
        print(f"{name}: {ns} instructions an operation")
        for function, times in functions.most_common():
            if times / rounds >= options.least:
                print(f"  {times / rounds:8.1f}  {function}")


if __name__ == "__main__":
    main()
