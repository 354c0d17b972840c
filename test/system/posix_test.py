#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run a program in the system: posix_test.py ARCH PROGRAM CPUS... Its TAP lines are this test's. CPUS: a number, or `icount` for one
CPU whose time is exact, which the program is told by the word `exact`."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    arch, program, *cpus = sys.argv[1:]
    number = failed = 0
    for count in cpus:
        place = count if count == "icount" else f"{count} CPUs"
        machine, words = (["--icount"], ["exact"]) if count == "icount" else (["--smp", count], [])
        run = subprocess.run(
            [ROOT / "scripts/exec", "--arch", arch, *machine, "--timeout", "600", "--add", f"{program}:/tmp/posix", "--",
             "/tmp/posix", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
        lines = run.stdout.splitlines()
        for line in lines:
            verdict, dash, name = line.partition(" - ")
            if dash and verdict.startswith(("ok ", "not ok ")):
                number += 1
                failed += verdict.startswith("not")
                print(f"{verdict.rsplit(' ', 1)[0]} {number} - {name}, {place}")
            elif line.startswith("#"):
                print(line)
        number += 1
        is_whole = run.returncode == 0 and any(line.startswith("1..") for line in lines)
        failed += not is_whole
        print(f"{'ok' if is_whole else 'not ok'} {number} - the program ends well, {place} (status {run.returncode})")
    print(f"1..{number}")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
