#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Processes killed at any moment, fork bombs, memory hogs: nothing leaks, the others go on. load_test.py ARCH SMP...

The programs are built with the SDK's compiler; each prints what it measured and ends with status 0 if it is content. Those
that measure time run under icount, where it does not depend on this machine's load.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

from console import ROOT, tap

SOURCES = ROOT / "test/system/programs"
PROCESSES, PROCESSES_SMP = 5000, 1000  # several virtual CPUs share few real ones,
COMMANDS, COMMANDS_SMP = 12, 4  # under icount a single one


def build(arch, folder):
    compiler = ROOT / f"build/{arch}/sdk/bin/{arch}-saltyos-cc"
    programs = {}
    for name, sources in {"churn": ("churn", "usage"), "siege": ("siege", "hoard", "usage"), "mappings": ("mappings",),
                          "faults": ("faults",)}.items():
        programs[name] = folder / name
        subprocess.run([compiler, "-std=c2x", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", *(SOURCES / f"{s}.c" for s in sources),
                        "-o", programs[name]], check=True)
    return programs


def run(arch, smp, program, *arguments, options=(), timeout=900):
    """The program's output; a failure has it too, and the end of the system's log."""
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        guest = f"/tmp/{program.name}"
        done = subprocess.run(
            [ROOT / "scripts/exec", "--arch", arch, "--smp", str(smp), "--timeout", str(timeout), "--keep-log", log.name,
             *options, "--add", f"{program}:{guest}", "--", guest, *map(str, arguments)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=timeout + 60, check=False)
        kept = pathlib.Path(log.name).read_text(errors="replace")
    if done.returncode != 0:
        raise AssertionError("\n".join([f"status {done.returncode}", *done.stdout.splitlines()[-30:], *done.stderr.splitlines()[-10:],
                                        *kept.splitlines()[-10:]]))
    return done.stdout, kept


def numbers(output):
    return {name: int(value) for name, value in re.findall(r"(\w+) (\d+)", output)}


def siege(arch, smp, program, kind):
    """Besieged, a shell command of somebody else takes less than a second (the program sees to that)."""
    output, log = run(arch, smp, program, kind, COMMANDS if smp == 1 else COMMANDS_SMP, options=["--icount"], timeout=1500)
    found = numbers(output)
    if kind == "forks" and not found["again"]:
        raise AssertionError(f"the bomb was never refused:\n{output}")
    if kind in ("memory", "map") and not (found["ended"] and "out of memory: ended process" in log):
        raise AssertionError(f"the hog was not ended, or not on the log:\n{output}\n{log}")
    if kind == "hoard" and (not found["no_memory"] or found["other"]):
        raise AssertionError(f"refused {found['no_memory']} times, and {found['other']} times with a strange error:\n{output}")
    if kind == "cow" and not (found["no_memory"] or found["ended"]):
        raise AssertionError(f"there was memory for everything:\n{output}")


def main():
    arch, counts = sys.argv[1], [int(word) for word in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as folder:
        programs = build(arch, pathlib.Path(folder))
        cases = []
        for smp in counts:
            for name, program in {"what is mapped stays": "mappings", "faults within faults end a process": "faults"}.items():
                cases.append((f"{name}, {smp} CPUs", lambda n=smp, p=program: run(arch, n, programs[p])))
            count = PROCESSES if smp == 1 else PROCESSES_SMP
            cases.append((f"{count} processes killed at any moment leak nothing, {smp} CPUs",
                          lambda n=smp, c=count: run(arch, n, programs["churn"], c, n, timeout=1500)))
            for kind in ("forks", "shell", "memory", "map", "cow", *(["hoard"] if smp == 1 else [])):
                cases.append((f"an ordinary user's attack ({kind}) leaves others the machine, {smp} CPUs",
                              lambda n=smp, k=kind: siege(arch, n, programs["siege"], k)))
        sys.exit(tap(cases))


if __name__ == "__main__":
    main()
