#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The boot tests run in the booted system, from the shell: test_runner_test.py ARCH."""
import re
import subprocess
import sys

from console import ROOT, tap

TIMEOUT = 900
FEW = 90
SCRIPT = """
test_runner list; echo "=== $?"
test_runner retype_refuses copy_refuses; echo "=== $?"
test_runner fails_on_purpose; echo "=== $?"
test_runner there_is_no_such_test; echo "=== $?"
test_runner; echo "=== $?"
"""


class Runs:
    """What each line of the script printed, and its status."""

    def __init__(self, arch):
        result = subprocess.run([ROOT / "scripts/exec", "--arch", arch, "--timeout", str(TIMEOUT), "--", "bash", "-c", SCRIPT],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
        parts = re.split(r"^=== (\d+)\n", result.stdout, flags=re.M)
        self.parts = list(zip(parts[0::2], map(int, parts[1::2])))
        self.errors = result.stderr

    def __getitem__(self, index):
        if index >= len(self.parts):
            raise AssertionError(f"the script did not come so far:\n{self.errors}")
        return self.parts[index]


def expect(claim, output):
    if not claim:
        raise AssertionError("\n".join(output.splitlines()[-25:]))


def lists(runs):
    output, status = runs[0]
    names = output.split()
    expect(status == 0 and len(names) >= FEW and "copy_refuses_bad_slots" in names and "fails_on_purpose" not in names, output)


def chooses(runs):
    output, status = runs[1]
    found = re.findall(r"^ok \d+ - (\w+)$", output, re.M)
    expect(status == 0 and f"1..{len(found)}" in output, output)
    expect(len(found) >= 3 and all("retype_refuses" in name or "copy_refuses" in name for name in found), output)


def fails(runs):
    output, status = runs[2]
    expect(status == 1 and re.search(r"^not ok 1 - fails_on_purpose$", output, re.M), output)


def finds_nothing(runs):
    output, status = runs[3]
    expect(status == 1 and output.strip() == "1..0", output)


def passes(runs):
    output, status = runs[4]
    bad = re.findall(r"^(?:# .*not true.*|not ok .*|Bail out.*)$", output, re.M)
    expect(not bad, "\n".join(bad))
    passed, skipped = len(re.findall("^ok ", output, re.M)), len(re.findall("# SKIP", output))
    print(f"# {passed} in the shell, {skipped} of them skipped")
    expect(status == 0 and passed - skipped >= FEW, output)


def main():
    runs = Runs(sys.argv[1])
    sys.exit(tap([("test_runner lists the boot tests", lambda: lists(runs)), ("it runs those named", lambda: chooses(runs)),
                  ("a failing test makes it fail", lambda: fails(runs)), ("a name that is none makes it fail", lambda: finds_nothing(runs)),
                  ("all boot tests pass in the running system", lambda: passes(runs))]))


if __name__ == "__main__":
    main()
