#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a boot costs: instructions from the kernel's start to a shell, memory in use then: boot_cost_test.py BUILD.

Under icount one instruction is one virtual nanosecond, so the monotonic clock (zero at the kernel's start of it, before it sets up
memory for users) counts them, and waiting for nothing costs nothing. The shell is an interactive login shell that has read its
profile, as at the prompt. In use is all of the machine's memory that is not free: kernel, boot archive, firmware's tables as well.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

from console import ROOT, tap
import qemu

INSTRUCTIONS_MAX = 800_000_000
LOCKED_MAX = 20_000
MEMORY_MAX = 32 << 20
MACHINE_MIB = 512
PROGRAM = """
#include <stdio.h>
#include <time.h>
int main(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("INSTRUCTIONS %lld\\n", now.tv_sec * 1000000000LL + now.tv_nsec);
	return 0;
}
"""


def measure(build, arch):
    """(instructions, bytes in use, longest stretch with the kernel lock held) of one boot."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "now.c"), pathlib.Path(folder, "now")
        source.write_text(PROGRAM)
        subprocess.run([build / f"sdk/bin/{arch}-saltyos-cc", "-O2", source, "-o", program], check=True)
        result = subprocess.run(
            [ROOT / "scripts/exec", "--arch", arch, "--mem", str(MACHINE_MIB), "--icount", "--timeout", "600", "--add", f"{program}:/tmp/now", "--",
             "bash", "--login", "-ic", "/tmp/now; while read name kib unit; do echo MEM $name $kib; done </proc/meminfo;"
             " while read name count; do echo KERNEL $name $count; done </proc/saltyos/kernel"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    instructions = re.search(r"^INSTRUCTIONS (\d+)$", result.stdout, re.M)
    memory = dict(re.findall(r"^MEM (\w+): (\d+)$", result.stdout, re.M))
    locked = re.search(r"^KERNEL longest_locked_ns (\d+)$", result.stdout, re.M)
    if result.returncode or not instructions or not locked or "MemFree" not in memory:
        raise AssertionError(f"status {result.returncode}:\n{result.stdout}{result.stderr}")
    return int(instructions[1]), (MACHINE_MIB << 20) - (int(memory["MemFree"]) << 10), int(locked[1])


def limit(what, value, most, unit):
    print(f"# {what}: {value / unit[1]:.1f} {unit[0]}, at most {most / unit[1]:.0f}")
    if value > most:
        raise AssertionError(f"{what}: {value} is more than {most}")


def main():
    build = pathlib.Path(sys.argv[1])
    arch = qemu.Artifacts(build).arch
    found = []
    sys.exit(tap([
        ("a boot is measured", lambda: found.append(measure(build, arch))),
        ("from the kernel's start to the prompt: at most 0.8 G instructions",
         lambda: limit("instructions", found[0][0], INSTRUCTIONS_MAX, ("M", 1e6))),
        ("in use at the prompt: at most 32 MiB", lambda: limit("memory", found[0][1], MEMORY_MAX, ("MiB", 1 << 20))),
        ("the kernel lock is held for at most 20,000 instructions at a stretch",
         lambda: limit("longest stretch", found[0][2], LOCKED_MAX, ("k", 1e3))),
    ]))


if __name__ == "__main__":
    main()
