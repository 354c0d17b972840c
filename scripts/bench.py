#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measure SaltyOS in executed instructions and compare with a peer and with the committed baseline.

    bench.py --arch x86_64 [--suite posix|kernel] [--update] [--budget MS] [name...]

posix: runs test/bench/posixbench.c, unmodified; the peer is Linux. kernel: runs the kernel's own measures
(test/boot/kernel_bench.c, booted in init's place; `name` is a part of a test's name); the peer is seL4. Both under -icount
shift=0 (one instruction is one virtual nanosecond). Prints ours beside the peer's (test/bench/anchors.json) with the ratio,
entries into the kernel and switches of address space an operation, and fails when a measure is more than TOLERANCE above
test/bench/baseline-<arch>.json (kernel-<arch>.json), or is missing. --update rewrites the baseline.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "test/bench"
TOLERANCE = 1.03
LINE = re.compile(r"^BENCH (\S+) (?:FAIL errno=(\d+)|([\d.]+) (ns|KiB/s)(?: median=[\d.]+)?(?: step_ns=([\d.]+))?)", re.M)
NOT_MEASURED = {"total", "empty_loop"}
NO_TCP = ("tcp_",)
TIMEOUT = 900
CROSSINGS = re.compile(r"^CROSSINGS (\S+) ns (\d+) entries (\d+) switches (\d+)", re.M)
KERNEL_LINE = re.compile(r"^# bench (\S+) (\d+)(?: rounds \d+ entries ([\d.]+) switches ([\d.]+))?", re.M)


def measure_kernel(arch, names):
    """name -> instructions, and name -> (entries, switches)."""
    build = ROOT / f"build/{arch}"
    found = []
    for cpus, part in ((1, names[0]),) if names else ((1, "measured"), (2, "another_cpu_are_measured")):
        result = subprocess.run(
            [sys.executable, ROOT / "scripts/boot_test.py", "--build", build, "--archive", build / "test/boot/kernel_test.archive",
             "--icount", "--smp", str(cpus), "--append", f"aslr=off kaslr=off only={part}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
        if result.returncode or re.search(r"^(not ok|Bail out)", result.stdout, re.M):
            print(result.stdout, file=sys.stderr)
            sys.exit("bench.py: the kernel's tests failed")
        found += KERNEL_LINE.findall(result.stdout)
    return {name: float(value) for name, value, _, _ in found}, {
        name: (float(entries), float(switches)) for name, _, entries, switches in found if entries}


def run(arch, program, *arguments):
    """Compile test/bench/PROGRAM.c and posixbench.c with the SDK and run the first in the system; its output."""
    compiler = ROOT / f"build/{arch}/sdk/bin/{arch}-saltyos-cc"
    with tempfile.TemporaryDirectory() as folder:
        line = [ROOT / "scripts/exec", "--arch", arch, "--icount", "--timeout", str(TIMEOUT)]
        for name in {program, "posixbench"}:
            subprocess.run([compiler, "-O2", "-o", f"{folder}/{name}", BENCH / f"{name}.c"], check=True)
            line += ["--add", f"{folder}/{name}:/tmp/{name}"]
        result = subprocess.run([*line, "--", f"/tmp/{program}", *arguments], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode or "BENCH-END" not in result.stdout:
        print(result.stdout, file=sys.stderr)
        sys.exit(f"bench.py: {program} ended with status {result.returncode}")
    return result.stdout


def measure_crossings(arch, values):
    """name -> (entries, switches) an operation: the share of a short run's, without what starting a program costs."""
    found = {name: [int(n) for n in numbers] for name, *numbers in CROSSINGS.findall(
        run(arch, "crossings", "/tmp/posixbench", "-b", "5", "--", "empty_loop", *values))}
    start = found.pop("empty_loop")
    return {name: tuple(max(0, count - extra) / ns * values[name] for count, extra in ((entries, start[1]), (switches, start[2])))
            for name, (ns, entries, switches) in found.items() if values[name]}


def measure(arch, budget, names):
    values = {}
    for name, error, value, _, step in LINE.findall(run(arch, "posixbench", "-b", str(budget), *names)):
        if name not in NOT_MEASURED and not name.startswith(NO_TCP):
            values[name] = None if error else float(step or value)
    return values, measure_crossings(arch, values)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", choices=("x86_64", "aarch64"), required=True)
    parser.add_argument("--suite", choices=("posix", "kernel"), default="posix")
    parser.add_argument("--budget", type=int, default=20, help="virtual milliseconds a measure")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    is_kernel = options.suite == "kernel"
    anchors = json.loads((BENCH / "anchors.json").read_text())[("sel4_" if is_kernel else "") + options.arch]
    path = BENCH / f"baseline-{'kernel-' if is_kernel else ''}{options.arch}.json"
    baseline = json.loads(path.read_text()) if path.exists() else {}
    values, crossings = measure_kernel(options.arch, options.names) if is_kernel else measure(
        options.arch, options.budget, options.names)
    worse = []
    print(f"{options.arch:34}{'SaltyOS':>12}{'seL4' if is_kernel else 'Linux':>12}{'ratio':>8}{'baseline':>12}"
          f"{'entries':>9}{'switches':>9}")
    for name, value in values.items():
        peer, before = anchors.get(name), baseline.get(name)
        if value is None:
            print(f"{name:34}{'failed':>12}")
            worse.append(f"{name} failed")
            continue
        ratio = f"{value / peer:.2f}" if peer else "-"
        entries, switches = (f"{count:.2f}" for count in crossings[name]) if name in crossings else ("", "")
        print(f"{name:34}{value:12.0f}{peer or 0:12.0f}{ratio:>8}{before or 0:12.0f}{entries:>9}{switches:>9}")
        if before and value > before * TOLERANCE:
            worse.append(f"{name}: {value:.0f}, baseline {before:.0f} (+{100 * (value / before - 1):.1f} %)")
    worse += [f"{name} was not measured" for name in baseline if name not in values and not options.names]
    if options.update:
        path.write_text(json.dumps({**baseline, **{k: v for k, v in values.items() if v is not None}}, indent=1) + "\n")
    elif worse:
        print("\n".join(["worse than the baseline:", *worse]))
        sys.exit(1)


if __name__ == "__main__":
    main()
