#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`status security` in the running system says what this machine must have (and what it cannot), and sees what is switched off.

    status_test.py ARCH
"""
import pathlib
import re
import subprocess
import sys

EXEC = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts/exec"
LINE = re.compile(r"^(.*?)\s+(on|off|not testable)$", re.M)
ABSENT = {"x86_64": {"(BTI)", "(PAC)"}, "aarch64": {"(UMIP)"}}


def security(arch, append=""):
    result = subprocess.run([EXEC, "--arch", arch, "--timeout", "400", "--append", append, "--", "status", "security"],
                            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=460, check=False)
    if result.returncode:
        print("# " + result.stderr.replace("\n", "\n# "))
    if result.stderr:
        raise AssertionError(f"something on stderr:\n{result.stderr}")
    return dict(LINE.findall(result.stdout)), LINE.sub("", result.stdout).strip()


def main():
    arch = sys.argv[1]
    states, rest = security(arch)
    fixed, _ = security(arch, "kaslr=off aslr=off")
    results = []

    def check(is_good, title):
        results.append(is_good)
        print(f"{'ok' if is_good else 'not ok'} {len(results)} - {title}")

    check(len(states) == 14 and not rest, "there are 14 answers, and nothing else")
    for name, state in states.items():
        wanted = "not testable" if any(mark in name for mark in ABSENT[arch]) else "on"
        check(state == wanted, f"{name}: {state}")
    for name in ("kernel address randomisation", "user address randomisation"):
        check(fixed.get(name) == "off", f"with kaslr=off aslr=off: {name}: {fixed.get(name)}")
    print(f"1..{len(results)}")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
