#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run a shell script here and in SaltyOS; output and status must be the same: shell_test.py ARCH SMP..."""
import difflib
import subprocess
import sys

from console import ROOT, tap

SCRIPT = ROOT / "test/system/shell_workout.sh"
TIMEOUT = 1200


def run(command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
    return result.returncode, result.stdout, result.stderr


def compare(arch, smp, expected):
    status, output, errors = run([ROOT / "scripts/exec", "--arch", arch, "--smp", str(smp), "--timeout",
                                  str(TIMEOUT - 30), "--add", f"{SCRIPT}:/tmp/workout.sh", "--", "bash", "/tmp/workout.sh"])
    if (status, output) != expected[:2]:
        lines = list(difflib.unified_diff(expected[1].decode(errors="replace").splitlines(),
                                          output.decode(errors="replace").splitlines(), "host", "SaltyOS", lineterm="", n=1))
        raise AssertionError("\n".join([f"status {status}, expected {expected[0]}", *lines[:40],
                                        *errors.decode(errors="replace").splitlines()[-10:]]))


def main():
    arch, counts = sys.argv[1], [int(word) for word in sys.argv[2:]]
    expected = run(["bash", SCRIPT])
    if expected[0] != 17:
        sys.exit(f"the script fails on this machine: {expected}")
    sys.exit(tap([(f"the shell workout is the same with {smp} CPUs", lambda n=smp: compare(arch, n, expected))
                  for smp in counts]))


if __name__ == "__main__":
    main()
