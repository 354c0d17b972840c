#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel's part of a fork costs while the shipped bash forks: fork_cost_test.py BUILD.

A debugger stops the machine where the address space is cloned and on the way back to user mode; QEMU, which records the run, tells how
many instructions it has executed. A clone that gives interrupts a chance comes in several steps: counted is from the first
one's begin to the last one's end, with what lies between, and the way in.
"""
import os
import pathlib
import re
import sys
import tempfile

from console import ROOT, tap
import qemu
import rootfs

sys.path.insert(0, str(ROOT / "test/boot"))
import attack_test

CLONE_MAX = 25_000
SECONDS = 900
SCRIPT = "(:); (:); cd /tmp; x=$(echo hi); /bin/true; (:)"
FORKS = 4  # and perhaps one more: the last command needs none
SAME_CALL = 5_000  # instructions between a step's end and the next one's begin: less than any two forks are apart


def clones(debugger, machine, kernel):
    """(who is cloned, count at the begin, count at the end) of every step."""
    def stop(name):
        debugger.run_to(kernel[name])
        return int(re.search(r"instruction count = (\d+)", debugger.monitor("info replay"))[1])

    while True:
        try:
            begin = stop("vspace_clone")
            yield machine.argument(debugger.registers(), 0), begin, stop("arch_enter_user")
        except TimeoutError:
            raise
        except (RuntimeError, OSError):
            return  # the command has ended, and with it the machine


def forks(steps):
    """Instructions of each fork of whoever forks most."""
    by_parent = {}
    for parent, begin, end in steps:
        calls = by_parent.setdefault(parent, [])
        if calls and begin - calls[-1][1] < SAME_CALL:
            calls[-1][2].append(begin - calls[-1][1])
            calls[-1][1] = end
        else:
            calls.append([begin, end, []])
    calls = max(by_parent.values(), key=len)
    way_in = min((gap for call in calls for gap in call[2]), default=200)
    return [end - begin + way_in for begin, end, _ in calls]


def measure(build):
    artifacts = qemu.Artifacts(build)
    kernel = attack_test.symbols(artifacts.elf)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "command").write_bytes(b"".join(os.fsencode(word) + b"\0" for word in ("bash", "--login", "-ic", SCRIPT)))
        rootfs.append(artifacts.archive, folder / "archive", [(folder / "command", "/run/exec/command")])
        with attack_test.guest(build, folder / "archive", append="run=exec aslr=off", mem=512,
                               extra=["-icount", f"shift=0,rr=record,rrfile={folder}/recorded"]) as debugger:
            debugger.socket.settimeout(SECONDS)
            found = forks(clones(debugger, attack_test.machine_of(debugger, artifacts.arch, kernel), kernel))
    print("#", " ".join(str(count) for count in found))
    if len(found) < FORKS or max(found) > CLONE_MAX:
        raise AssertionError(f"instructions of the clone of a bash: {found}; at most {CLONE_MAX}")


def main():
    build = pathlib.Path(sys.argv[1])
    sys.exit(tap([(f"the kernel clones a bash in at most {CLONE_MAX} instructions", lambda: measure(build))]))


if __name__ == "__main__":
    main()
