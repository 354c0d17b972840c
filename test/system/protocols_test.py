#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Raw messages to every server from a process: protocols_test.py ARCH PROGRAM LENDER CPUS [WORD...]. Its TAP lines are this test's.

What is refused (no words) is asked by a process with the capabilities of a unit too: those of lender/, which only these boots have. Random messages
(words) go to objsrv, the console and init through it.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ELSEWHERE = ROOT / "test/system/protocols/elsewhere.txt"


def host_tests():
    """The names of all functions of host tests."""
    found = set()
    for folder in ("servers", "personalities", "trona"):
        for path in (ROOT / folder).rglob("*_test.c"):
            found |= set(re.findall(r"^static void (\w+)\(void \*\*state\)", path.read_text(), re.M))
    return found


def unseen_errors(output):
    """What is wrong with the errors that no test got, a sentence each."""
    unseen = set(re.findall(r"^# unseen (\w+ \w+)$", output, re.M))
    known, tests = {}, host_tests()
    for line in ELSEWHERE.read_text().splitlines():
        if line and not line.startswith("#"):
            pair, _, where = line.partition(": ")
            known[pair] = where
            if not where.startswith("- ") and where not in tests:
                yield f"elsewhere.txt: {pair}: there is no test {where}"
    yield from (f"{pair} is in a contract and in no test" for pair in sorted(unseen - known.keys()))
    yield from (f"elsewhere.txt: {pair} is seen in a test, or in no contract" for pair in sorted(known.keys() - unseen))


def lender(program, folder):
    """Arguments that add the lender to a boot: its program, its manifest, and the permission to publish its name."""
    names = (ROOT / "servers/namesrv/manifest.toml").read_text()
    rule = "options = ["
    if rule not in names:
        sys.exit("servers/namesrv/manifest.toml has no options")
    permitted = pathlib.Path(folder, "namesrv.toml")
    permitted.write_text(names.replace(rule, rule + '"publish=service.lender:lender", '))
    manifest = ROOT / "test/system/lender/lender.toml"
    return ["--add", f"{program}:/sbin/lender", "--add", f"{manifest}:/etc/units/lender.toml",
            "--add", f"{permitted}:/etc/units/namesrv.toml"]


def main():
    arch, program, lending, cpus, *words = sys.argv[1:]
    is_fuzz = bool(words)
    with tempfile.TemporaryDirectory() as folder:
        additions = lender(lending, folder)
        run = subprocess.run(
            [ROOT / "scripts/exec", "--arch", arch, "--smp", cpus, "--timeout", "1500", "--add", f"{program}:/tmp/protocols",
             *additions, "--", "/tmp/protocols", *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace", check=False)
    wrong = [] if is_fuzz else list(unseen_errors(run.stdout))
    lines = [line for line in run.stdout.splitlines() if not line.startswith("# unseen ")]
    plan = next((line for line in lines if line.startswith("1..")), "")
    for line in lines:
        if line != plan:  # the usage that the program prints is a comment
            print(line if re.match("ok |not ok |#", line) else f"# {line}")
    if plan and not is_fuzz:
        number = int(plan[3:]) + 1
        print(*(f"# {sentence}" for sentence in wrong), sep="\n")
        print(f"{'not ok' if wrong else 'ok'} {number} - every error of a contract is seen in a test\n1..{number}")
    else:
        print(plan)
    if run.returncode not in (0, 1) or not plan:
        print(f"Bail out! the program ended with status {run.returncode}")
    sys.exit(run.returncode or bool(wrong))


if __name__ == "__main__":
    main()
