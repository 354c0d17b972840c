#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Line coverage of the kernel by its boot tests, without instrumenting it: ninja -C build/<arch> kernel-coverage.

    kernel_coverage.py --build DIR --archive FILE [--missed FILE.c] [--least PERCENT]

QEMU logs every block of instructions when it first translates it (-d in_asm), which it does when it is about to run it. Addresses become
lines by the kernel's debug information, inlined functions' lines included; the lines that count are those that have
instructions. Runs: 1 and 4 CPUs, fast path on and off. --missed prints the numbers of a file's lines that no run reached. KERNEL_TESTS=PART
in the environment: only the tests whose name has PART.
"""
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

ONLY = f" only={os.environ['KERNEL_TESTS']}" if "KERNEL_TESTS" in os.environ else ""
RUNS = [(1, ""), (4, ""), (1, "ipc.fastpath=off"), (4, "ipc.fastpath=off")]
TIMEOUT = 600
LOGGED = re.compile(rb"^0x([0-9a-f]{16}): ", re.M)
INSTRUCTION = re.compile(r"^\s*([0-9a-f]{16}):", re.M)
PLACE = re.compile(r"^(.*):(\d+):\d+$", re.M)


def executed(build, archive):
    """Addresses of kernel instructions that the tests ran."""
    found = set()
    for smp, words in RUNS:
        with tempfile.NamedTemporaryFile() as log:
            line = boot_test.command(build, archive, f"kaslr=off {words}{ONLY}", smp=smp, serial="null",
                                     extra=["-d", "in_asm", "-D", log.name])
            subprocess.run(line, stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=False)
            run = {int(address, 16) for address in LOGGED.findall(pathlib.Path(log.name).read_bytes())}
        run = {address for address in run if address >= KERNEL_BASE}
        print(f"{smp} CPUs{' ' + words if words else ''}: {len(run)} instructions", flush=True)
        found |= run
    return found


def lines_of(kernel, addresses):
    """address -> {(file, line)}: the line itself and the lines it was inlined into."""
    text = "".join(f"{address:#x}\n" for address in addresses)
    output = subprocess.run(["llvm-symbolizer-19", "--functions=none", "--inlines", f"--obj={kernel}"], input=text,
                            stdout=subprocess.PIPE, text=True, check=True).stdout
    places = {}
    for address, part in zip(addresses, output.split("\n\n")):
        places[address] = {(name, int(line)) for name, line in PLACE.findall(part) if int(line) and "kernite/" in name}
    return places


def main():
    parser = boot_test.arguments(__doc__)
    parser.add_argument("--missed", metavar="FILE.c")
    parser.add_argument("--least", type=float, default=0, help="fail below this percentage")
    options = parser.parse_args()
    artifacts = Artifacts(options.build)
    listing = subprocess.run(["llvm-objdump-19", "-d", "--no-show-raw-insn", artifacts.elf], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    every = sorted({int(a, 16) for a in INSTRUCTION.findall(listing) if int(a, 16) >= KERNEL_BASE})
    places = lines_of(artifacts.elf, every)
    reached = executed(options.build, options.archive)
    have, hit = collections.defaultdict(set), collections.defaultdict(set)
    for address, found in places.items():
        for name, line in found:
            name = name[name.index("kernite/"):]
            have[name].add(line)
            if address in reached:
                hit[name].add(line)
    for name in sorted(have):
        print(f"{name:44} {len(hit[name]):5} of {len(have[name]):5} lines {100 * len(hit[name]) / len(have[name]):6.1f} %")
        if options.missed and name.endswith(options.missed):
            print("  not reached:", *sorted(have[name] - hit[name]))
    total, all_lines = sum(map(len, hit.values())), sum(map(len, have.values()))
    percent = 100 * total / max(all_lines, 1)
    print(f"{artifacts.arch}: {total} of {all_lines} lines of the kernel, {percent:.1f} %")
    if not all_lines or percent < options.least:
        sys.exit(1)


if __name__ == "__main__":
    main()
