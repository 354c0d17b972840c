#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Add up meson test logs: prints "N passed, N failed", a case of a TAP test counting as one.

    count_tests.py TESTLOG.json...

Status 1 if anything failed, or nothing ran. A TAP test that fails without a failed case (it crashed, or stopped short of its
plan) counts as one failure.
"""
import json
import pathlib
import re
import sys

CASE = re.compile(r"^(not )?ok\b(?!.*#\s*(?:skip|todo))", re.I | re.M)
SKIP = re.compile(r"^(?:not )?ok\b.*#\s*(?:skip|todo)", re.I | re.M)


def count(test):
    """(passed, failed, skipped) of one entry of a log."""
    output = test.get("stdout", "")
    cases = CASE.findall(output)
    skipped = len(SKIP.findall(output))
    if test["result"] == "SKIP":
        return 0, 0, 1
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if not cases:
        return (1, 0, skipped) if good else (0, 1, skipped)
    failed = sum(1 for case in cases if case)
    return len(cases) - failed, failed if failed or good else 1, skipped


def main():
    passed = failed = skipped = 0
    for name in sys.argv[1:]:
        for line in pathlib.Path(name).read_text().splitlines():
            result = count(json.loads(line))
            passed, failed, skipped = (a + b for a, b in zip((passed, failed, skipped), result))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
