#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run every ```sh block of a guide, as TAP: docs_test.py GUIDE.md...

A block is one bash script with -e, run at the top of the tree; it must succeed. Other blocks (no language, c) are
not run.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
TIMEOUT = 900


def main():
    blocks = [(pathlib.Path(name), text) for name in sys.argv[1:]
              for text in BLOCK.findall(pathlib.Path(name).read_text())]
    print(f"1..{len(blocks)}")
    failed = 0
    for number, (guide, text) in enumerate(blocks, 1):
        try:
            result = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=ROOT, stdin=subprocess.DEVNULL,
                                    capture_output=True, text=True, timeout=TIMEOUT, check=False)
            good, output = result.returncode == 0, result.stdout + result.stderr
        except subprocess.TimeoutExpired:
            good, output = False, "timeout"
        print(f"{'ok' if good else 'not ok'} {number} - {guide.name}: {text.splitlines()[0][:60]}", flush=True)
        if not good:
            failed += 1
            print("".join(f"# {line}\n" for line in output.splitlines()[-15:]), end="")
    sys.exit(1 if failed or not blocks else 0)


if __name__ == "__main__":
    main()
