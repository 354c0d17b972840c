#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Units that end: restarted as their manifests say, and nothing is left of them. unit_end_test.py ARCH ATTACKED

The unit is a server whose manifest lacks what it needs, so that it ends as soon as it has started.
ATTACKED is a server that attacks itself: the compiler's protections must end it.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

from console import ROOT, tap

RESTARTS = 5  # RESTARTS_MAX of servers/init
WHAT_IS_HELD = "sleep 5; cat /proc/saltyos/usage"  # all pauses before restarts together are 3.1 s


def boot(arch, folder, restart, recovery):
    """Status, output and log of a system with a unit that ends."""
    manifest, log = folder / "doomed.toml", folder / "log"
    manifest.write_text(f'name = "doomed"\nbinary = "/sbin/namesrv"\nneeds = ["objsrv"]\nrestart = "{restart}"\n'
                        f'recovery = "{recovery}"\n')
    log.write_text("")
    done = subprocess.run([ROOT / "scripts/exec", "--arch", arch, "--icount", "--timeout", "400", "--keep-log", log,
                           "--add", f"{manifest}:/etc/units/doomed.toml", "--", "sh", "-c", WHAT_IS_HELD],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=460, check=False)
    return done.returncode, done.stdout, log.read_text(errors="replace") + done.stderr


def count(log, ends, restarts):
    found = len(re.findall(r"doomed has ended", log)), len(re.findall(r"doomed is restarted", log))
    if found != (ends, restarts):
        raise AssertionError(f"ended and restarted {found} times, not {(ends, restarts)}:\n{log}")


def restarts(arch, folder):
    status, once, log = boot(arch, folder, "no", "reconnect")
    count(log, 1, 0)
    status2, often, log = boot(arch, folder, "on-failure", "reconnect")
    count(log, 1 + RESTARTS, RESTARTS)
    if status or status2 or not once:
        raise AssertionError(f"status {status}, {status2}\n{log}")
    lines = [(a, b) for a, b in zip(once.splitlines(), often.splitlines(), strict=True) if a != b]
    if lines:
        raise AssertionError(f"{RESTARTS} restarts left something:\n" + "\n".join(f"{a} -> {b}" for a, b in lines))


def reboots(arch, folder):
    status, _, log = boot(arch, folder, "on-failure", "reboot")
    kept = pathlib.Path(re.search(r"log: (\S+)", log)[1])
    count(kept.read_text(errors="replace"), 1, 0)
    kept.unlink()
    if status != 125 or "PANIC: a unit without which the system cannot go on has ended" not in log:
        raise AssertionError(f"status {status}\n{log}")


def attacked(arch, folder, program, attack, wanted):
    """What the log says of a server that is attacked in that way."""
    manifest, log = folder / "attacked.toml", folder / "log"
    manifest.write_text(f'name = "attacked"\nbinary = "/sbin/attacked"\nneeds = ["objsrv"]\noptions = ["attack={attack}"]\n'
                        'recovery = "reconnect"\n')
    log.write_text("")
    subprocess.run([ROOT / "scripts/exec", "--arch", arch, "--timeout", "400", "--keep-log", log,
                    "--add", f"{program}:/sbin/attacked", "--add", f"{manifest}:/etc/units/attacked.toml", "--", "true"],
                   stdin=subprocess.DEVNULL, capture_output=True, timeout=460, check=False)
    text = log.read_text(errors="replace")
    if not re.search(wanted + r".*\n(.*\n)*?init: attacked has ended: fault", text) or "SURVIVED" in text:
        raise AssertionError(text)


def main():
    arch, program = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sys.exit(tap([("a unit that ends is restarted some times, and none of them leaves anything", lambda: restarts(arch, folder)),
                      ("a unit without which nothing goes on ends the system", lambda: reboots(arch, folder)),
                      ("a server with a smashed stack ends itself",
                       lambda: attacked(arch, folder, program, "stack", "attacked: a stack frame is overwritten"))] +
                     [("a server that jumps to no landing pad ends",
                       lambda: attacked(arch, folder, program, "branch", "attacked: jumps"))] * (arch == "aarch64")))


if __name__ == "__main__":
    main()
