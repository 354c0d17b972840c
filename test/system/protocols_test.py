#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Raw messages to every server from a process: protocols_test.py ARCH PROGRAM CPUS [WORD...]. Its TAP lines are this test's."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    arch, program, cpus, *words = sys.argv[1:]
    run = subprocess.run(
        [ROOT / "scripts/exec", "--arch", arch, "--smp", cpus, "--timeout", "500", "--add", f"{program}:/tmp/protocols", "--",
         "/tmp/protocols", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace", check=False)
    print(run.stdout, end="")
    if run.returncode not in (0, 1) or not any(line.startswith("1..") for line in run.stdout.splitlines()):
        print(f"Bail out! the program ended with status {run.returncode}")
    sys.exit(run.returncode)


if __name__ == "__main__":
    main()
