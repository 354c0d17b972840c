#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check Promela models with spin: all of a model's states are sound, and with -DBUG, -DBUG_X ... spin finds each bug that was put in.

    check.py MODEL.pml...          (TAP; skips without spin)

What a model's head names (a file of kernite/, then functions) must be there, so that a model whose kernel has moved on is seen.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SEARCH_SECONDS = 300
KERNEL = pathlib.Path(__file__).resolve().parent.parent.parent / "kernite"
FILE = re.compile(r"\b((?:core|object|ipc|mm|dev|arch/\w+)/\w+\.[chS])\b")
BUG = re.compile(r"\bBUG(?:_[A-Z]+)?\b")


def wrong_names(model):
    """Files of the head, and functions that it names behind a file, that the kernel does not have; and how many functions it names."""
    named = []
    for line in model.read_text().split("*/")[1].splitlines():
        parts = FILE.split(line)
        named += [(file, name) for file, text in zip(parts[1::2], parts[2::2]) for name in ["", *re.findall(r"(\w+)\(\)", text)]]
    texts = {file: (KERNEL / file).read_text() if (KERNEL / file).exists() else "" for file, _ in named}
    wrong = [f"{file} {name}" for file, name in named
             if not texts[file] or name and not re.search(rf"^[^\s/*#].*\b{name}\(", texts[file], re.M)]
    return wrong, sum(1 for _, name in named if name)


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


def cases_of(model):
    """(title, function that returns whether it is so, and what to print)"""
    def is_named():
        wrong, count = wrong_names(model)
        return count > 0 and not wrong, [f"{count} functions", *(f"not in the kernel: {name}" for name in wrong)]

    def is_found(flags, wanted):
        with tempfile.TemporaryDirectory() as work:
            errors, states, out = search(model, flags, work)
        is_good = errors == wanted and states > 0
        return is_good, [f"{states} states, {errors} errors", *([] if is_good else out.splitlines())]

    bugs = sorted(set(BUG.findall(model.read_text())))
    return [(f"{model.stem} names functions that exist", is_named, False),
            (f"{model.stem} holds in every state", lambda: is_found([], 0), True),
            *((f"{model.stem} shows the bug that was put in ({bug})", lambda bug=bug: is_found([f"-D{bug}"], 1), True) for bug in bugs)], len(bugs)


def main():
    models = [cases_of(pathlib.Path(m).resolve()) for m in sys.argv[1:]]
    cases = [case for cases, bugs in models for case in cases]
    has_spin = shutil.which("spin")
    failed = sum(bugs == 0 for _, bugs in models)
    print(f"TAP version 13\n1..{len(cases)}")
    for number, (title, run, needs_spin) in enumerate(cases, 1):
        if needs_spin and not has_spin:
            print(f"ok {number} - {title} # SKIP spin is not installed")
            continue
        is_good, lines = run()
        failed += not is_good
        print("\n".join(f"# {line}" for line in lines))
        print(f"{'ok' if is_good else 'not ok'} {number} - {title}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
