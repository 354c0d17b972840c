#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Debug the kernel or a server of the running system, with symbols.

    gdb.py [NAME] [--build DIR] [--archive FILE] [--batch GDBCOMMAND]...

NAME is `kernel` (default) or a server (init, vfs, procmgr, posix_ttysrv ...). Boots the machine with addresses as linked (kaslr=off
aslr=off), attaches gdb before the first instruction and runs to the beginning of the kernel, or of that server's main(). (init has none: the
kernel starts it, and its first function in C is start_main().) Servers lie at one address in address
spaces of their own: `here` in a condition is true in this one's (hbreak inode_release if here). With --batch gdb
executes the commands there and ends; otherwise it is yours. aarch64 takes gdb-multiarch.

Besides gdb's own commands there is `threads`: every thread of the system with its state (gdb_threads.py).
"""
import argparse
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import qemu

HERE = pathlib.Path(__file__).resolve().parent
# trona/substrate/include/trona/layout.h: layout_image.first; the kernel's BOOT_PIE_BASE, where init lies, is the same
IMAGE = 0x550000000000
# TTBR0_EL1 without its ASID.
ROOT_MASK = 0xfffffffff000
HERE_ARM = f"macro define here (($TTBR0_EL1 & {ROOT_MASK:#x}) == $space)"


def program(build, name):
    for folder in ("servers", "personalities"):
        for file in (name, name.removeprefix("posix_")):
            path = build / folder / f"{file}.elf"
            if path.exists():
                return path
    sys.exit(f"gdb.py: no server {name} in {build}; there are: kernel "
             + " ".join(sorted(path.stem for path in build.glob("servers/*.elf"))))


def commands(build, arch, name, port):
    """What gdb is told before the user's own commands."""
    # A name that is not there is an error, not a breakpoint for later.
    lines = ["set pagination off", "set confirm off", "set breakpoint pending off", f"set substitute-path build {build.resolve()}", "set tcp connect-timeout 30", f"target remote 127.0.0.1:{port}"]
    lines.append(f"source {HERE / 'gdb_threads.py'}")
    if name == "kernel":
        return [*lines, "hbreak kernel_main", "continue"]
    symbols = f"add-symbol-file {program(build, name)} -o {IMAGE:#x}"
    first = "start_main" if name == "init" else "main"
    if arch == "x86_64":
        return [*lines, symbols, f"macro define here $_streq(cpus[0].current->name, \"{name[:15]}\")",
                f"thbreak {first} if here", "continue"]
    if name == "init":  # the first program: nothing else has run when its first instruction does
        return [*lines, symbols, f"thbreak {first}", "continue", f"set $space = $TTBR0_EL1 & {ROOT_MASK:#x}", HERE_ARM]
    # QEMU does not show the kernel's memory there while a program runs: the server is known by its page tables, which its thread has
    # when it is started.
    return [*lines, f"thbreak tcb_resume if $_streq(((struct tcb *)$x0)->name, \"{name[:15]}\")", "continue",
            "set $space = ((struct tcb *)$x0)->vspace->tables.root.raw", symbols, HERE_ARM, "thbreak main if here", "continue"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default="kernel")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build/x86_64")
    parser.add_argument("--archive")
    parser.add_argument("--batch", action="append", metavar="GDBCOMMAND")
    o = parser.parse_args()
    artifacts, port = qemu.Artifacts(o.build), free_port()
    arch = artifacts.arch
    debugger = shutil.which("gdb" if arch == "x86_64" else "gdb-multiarch") or sys.exit(
        "gdb.py: needs gdb" + ("" if arch == "x86_64" else "-multiarch"))
    if o.name != "kernel":
        program(o.build, o.name)
    with tempfile.NamedTemporaryFile("w", suffix=".gdb") as script:
        script.write("\n".join(commands(o.build, arch, o.name, port) + ["", *(o.batch or [])]) + "\n")
        script.flush()
        line = qemu.command(o.build, firmware="direct", gdb=port, archive=o.archive, serial="null" if o.batch else "stdio")
        # ^C is for gdb, to stop what runs. (A handler is not inherited, SIG_IGN would be.)
        signal.signal(signal.SIGINT, lambda *_: None)
        for ending in (signal.SIGTERM, signal.SIGHUP):  # take the machine along
            signal.signal(ending, lambda number, _: sys.exit(128 + number))
        machine = subprocess.Popen(line, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            status = subprocess.call([debugger, "-nx", "-q", *(["-batch"] if o.batch else []), "-x", script.name,
                                      artifacts.elf], env={**os.environ, "LC_ALL": "C"})
        finally:
            machine.kill()
            machine.wait()
    sys.exit(status)


if __name__ == "__main__":
    main()
