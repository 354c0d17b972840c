#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`capview` shows what manifests grant, with the rights and the parent that init gives, and refuses whom there is not. capview_test.py ARCH"""
import re
import subprocess
import sys
import tomllib

from console import ROOT, tap

# What a plain grant becomes (servers/init/grant.c): type and rights.
GRANTS = {"archive": ("memory_object", "READ|GRANT|MAP"), "random": ("random", "READ|GRANT"), "clock_page": ("memory_object", "READ|GRANT|MAP"),
          "kernel_stats": ("debug", "READ"), "cspaces": ("cnode", "READ"), "notification": ("notification", "GRANT|SEND|RECV")}
ROW = re.compile(r"^([0-9a-f]+) +(\w+) +([0-9a-f]+) +(\S+) +([0-9a-f]+) +(.+)$", re.M)


def capview(arch, who):
    result = subprocess.run([ROOT / "scripts/exec", "--arch", arch, "--timeout", "400", "--", "capview", who], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=460, check=False)
    return result.returncode, ROW.findall(result.stdout), result.stderr


def server(arch):
    manifest = tomllib.loads((ROOT / "servers/vfs/manifest.toml").read_text())
    status, rows, errors = capview(arch, "vfs")
    if status:
        raise AssertionError(errors)
    given = [(kind, rights) for _, kind, _, rights, _, parent in rows if parent.startswith("init ")]
    for grant in manifest["grants"]:
        if GRANTS[grant] not in given:
            raise AssertionError(f"no {grant}, {GRANTS[grant]}, among {given}")
        given.remove(GRANTS[grant])
    # One of each server that it needs and one of init, with a badge; its own endpoint, to receive from, without.
    clients = [row for row in rows if row[1] == "endpoint" and row[3] == "GRANT|CALL" and row[5].startswith("init ") and row[4] != "0"]
    own = [row for row in rows if row[1] == "endpoint" and "RECV" in row[3].split("|")]
    if len(clients) != len(manifest["needs"]) + 1 or len(own) != 1 or own[0][4] != "0":
        raise AssertionError(f"{clients}\n{own}")
    # Nobody but the kernel itself could give what it was not granted.
    if any(kind in ("power", "clock", "irq_control", "exec_authority") for _, kind, *_ in rows):
        raise AssertionError(rows)


def process(arch):
    """A process: its capability to vfs was made from vfs's endpoint, with its badge."""
    status, rows, errors = capview(arch, "self")
    if status or not rows:
        raise AssertionError(errors)
    named = {slot: (kind, rights, badge, parent) for slot, kind, _, rights, badge, parent in rows}
    kind, rights, badge, parent = named["5"]
    if (kind, rights) != ("endpoint", "GRANT|CALL") or badge == "0" or not parent.startswith("procmgr "):
        raise AssertionError(named["5"])


def nobody(arch):
    for who in ("99999", "nobody"):
        status, rows, errors = capview(arch, who)
        if status != 1 or rows or errors != f"capview: {who}: no such process or server\n":
            raise AssertionError(f"{status} {rows} {errors}")


def main():
    arch = sys.argv[1]
    sys.exit(tap([("a server holds what its manifest grants, from init", lambda: server(arch)),
                  ("a process holds what procmgr gives, from procmgr", lambda: process(arch)),
                  ("of whom there is not, nothing is shown", lambda: nobody(arch))]))


if __name__ == "__main__":
    main()
