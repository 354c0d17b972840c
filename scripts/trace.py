#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel saw last, as a timeline of IPC between named threads.

    trace.py [--arch A] [--chrome FILE] [-- CMD ARG...]     boots with trace=on, runs CMD, prints the timeline
    trace.py [--chrome FILE] --read FILE                    from a copy of /proc/saltyos/trace ("-": stdin)

Only root reads /proc/saltyos/trace (vfs holds the debug capability that it comes from), and only a kernel booted with trace=on
records IPC and switches. IPC on the fast path is a switch; trace.py boots with ipc.fastpath=off so that every message is seen. Lines:
microseconds, CPU, event. --chrome writes the same for chrome://tracing or ui.perfetto.dev: a row for each thread, an arrow's
name for each message.
"""
import argparse
import json
import pathlib
import subprocess
import sys

# kernite/core/trace.h
KINDS = ("none", "fault", "stop", "destroy", "cpu", "irq", "page fault", "ipc", "switch")
IPC, SWITCH = KINDS.index("ipc"), KINDS.index("switch")
EXEC = pathlib.Path(__file__).resolve().parent / "exec"
SHOW = '"$@" >&2; cat /proc/saltyos/trace'


def parse(text):
    """[(time in ns, cpu, kind, arguments)], oldest first."""
    events = []
    for line in text.splitlines():
        fields = [int(field, 16) for field in line.split()]
        if len(fields) != 8:
            raise ValueError(f"no event: {line}")
        events.append((fields[1], fields[2], fields[3], fields[4:]))
    return events


def name(label):
    return label.to_bytes(8, "little").rstrip(b"\0").decode("ascii", "replace") or "idle"


def pair(arguments):
    """Two threads as NAME#ID; ids tell apart threads of one name."""
    ids = arguments[3]
    return f"{name(arguments[0])}#{ids >> 32 & 0xffffffff:x}", f"{name(arguments[1])}#{ids & 0xffffffff:x}"


def describe(kind, arguments):
    if kind == IPC:
        sender, receiver = pair(arguments)
        return f"{sender} -> {receiver}  info {arguments[2]:x}"
    if kind == SWITCH:
        before, after = pair(arguments)
        return f"{before} => {after}"
    return f"{KINDS[kind] if kind < len(KINDS) else kind} " + " ".join(f"{word:x}" for word in arguments)


def timeline(events):
    for time, cpu, kind, arguments in events:
        yield f"{time / 1000:14.3f} cpu {cpu}  {describe(kind, arguments)}"


def chrome(events):
    """Trace Event Format: a slice for each time that a thread ran, an instant event for each message."""
    running, records = {}, []
    for time, cpu, kind, arguments in events:
        if kind == SWITCH:
            before, after = pair(arguments)
            if cpu in running:
                records.append({"ph": "X", "name": before, "pid": 0, "tid": before, "ts": running[cpu] / 1000,
                                "dur": (time - running[cpu]) / 1000, "args": {"cpu": cpu}})
            running[cpu] = time
        elif kind == IPC:
            sender, receiver = pair(arguments)
            records.append({"ph": "i", "s": "t", "name": f"to {receiver}", "pid": 0, "tid": sender, "ts": time / 1000})
    return {"traceEvents": records}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", choices=("x86_64", "aarch64"), default="x86_64")
    parser.add_argument("--read", metavar="FILE")
    parser.add_argument("--chrome", type=pathlib.Path, metavar="FILE")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- CMD ARG...")
    o = parser.parse_args()
    if o.read:
        text = sys.stdin.read() if o.read == "-" else pathlib.Path(o.read).read_text()
    else:
        command = o.command[1:] if o.command[:1] == ["--"] else o.command
        result = subprocess.run([EXEC, "--arch", o.arch, "--append", "trace=on ipc.fastpath=off", "--", "bash", "-c", SHOW, "trace",
                                 *(command or ["true"])], stdout=subprocess.PIPE, text=True, check=False)
        if result.returncode:
            sys.exit(result.returncode)
        text = result.stdout
    events = parse(text)
    for line in timeline(events):
        print(line)
    if o.chrome:
        o.chrome.write_text(json.dumps(chrome(events)))


if __name__ == "__main__":
    main()
