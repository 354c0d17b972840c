#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot the machine every way it can be booted and log in: boot_ways_test.py BUILD."""
import pathlib
import sys

from console import Console, tap
import qemu

WAYS = {
    "x86_64": [("bios", "cd"), ("bios", "disk"), ("uefi", "cd"), ("uefi", "disk"), ("direct", "cd")],
    "aarch64": [("uefi", "cd"), ("uefi", "disk"), ("direct", "cd")],
}


def boot(build, firmware, medium, smp):
    with Console(build, firmware=firmware, medium=medium, smp=smp) as console:
        console.login(timeout=400)
        output = console.command("echo $((6 * 7)) $(uname -s) $(grep -c ^processor /proc/cpuinfo)")
        if f"42 SaltyOS {smp}" not in output:
            raise AssertionError(f"the shell said {output!r}")


def main():
    build = pathlib.Path(sys.argv[1])
    arch = qemu.Artifacts(build).arch
    cases = [(f"boots from {firmware} {medium} to a login", lambda f=firmware, m=medium: boot(build, f, m, 1))
             for firmware, medium in WAYS[arch]]
    cases += [(f"boots with {smp} CPUs", lambda n=smp: boot(build, "direct", "cd", n)) for smp in (4, 8)]
    sys.exit(tap(cases))


if __name__ == "__main__":
    main()
