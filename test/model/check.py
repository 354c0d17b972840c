#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check Promela models with spin: all of a model's states are sound, and with -DBUG spin finds the bug that was put in.

    check.py MODEL.pml...          (TAP; skips without spin)
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SEARCH_SECONDS = 60


def search(model, flags, work):
    """(number of errors, number of states, what the checker printed)"""
    # Spin's own choice of a preprocessor is cpp, which comes with gcc; the compiler that is here anyway does as well.
    subprocess.run(["spin", "-Pclang-19 -E -x c", "-a", *flags, str(model)], cwd=work, check=True, capture_output=True, text=True)
    subprocess.run(["clang-19", "-O1", "-w", "-DSAFETY", "-o", "pan", "pan.c"], cwd=work, check=True)
    out = subprocess.run(["./pan", "-m100000"], cwd=work, capture_output=True, text=True, timeout=SEARCH_SECONDS).stdout
    errors, states = re.search(r"errors: (\d+)", out), re.search(r"(\d+) states, stored", out)
    # A search that was cut short says nothing.
    if not errors or not states or "max search depth too small" in out:
        return 1, 0, out
    return int(errors.group(1)), int(states.group(1)), out


def main():
    models = [pathlib.Path(m).resolve() for m in sys.argv[1:]]
    print(f"TAP version 13\n1..{2 * len(models)}")
    failed = number = 0
    for model in models:
        for flags, wanted, name in (([], 0, "holds in every state"), (["-DBUG"], 1, "shows the bug that was put in")):
            number += 1
            title = f"{number} - {model.stem} {name}"
            if not shutil.which("spin"):
                print(f"ok {title} # SKIP spin is not installed")
                continue
            with tempfile.TemporaryDirectory() as work:
                errors, states, out = search(model, flags, work)
            is_good = errors == wanted and states > 0
            failed += not is_good
            print(f"# {states} states, {errors} errors")
            print(f"{'ok' if is_good else 'not ok'} {title}")
            if not is_good:
                print("\n".join(f"# {line}" for line in out.splitlines()))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
