#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What developers type: a piped ./scripts/run, the debugger, printing what is missing: tools_test.py BUILD."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from console import ROOT, tap
import qemu
from gdb import free_port

TIMEOUT = 900


def run(*command, text=""):
    result = subprocess.run([str(word) for word in command], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            errors="replace", timeout=TIMEOUT, check=False, cwd=ROOT)
    return result.returncode, result.stdout, result.stderr


def pipes(arch):
    """Input from a pipe: the shell reads it, and its end is the end of the system."""
    status, output, errors = run("scripts/run", "--no-install", "--arch", arch, text="uname -a; ls /\n")
    if status or "SaltyOS" not in output or "etc" not in output.split():
        raise AssertionError(f"status {status}:\n{output}{errors[-2000:]}")
    status, output, errors = run("scripts/run", "--no-install", "--arch", arch, text="")
    if status or output:
        raise AssertionError(f"without input: status {status}:\n{output}{errors[-2000:]}")


def pipes_through_firmware(arch):
    """The same from an ISO: firmware and GRUB leave the input alone."""
    status, output, errors = run("scripts/run", "--no-install", "--arch", arch, "--firmware", "uefi", text="echo $((6 * 7))\n")
    if status or output != "42\n":
        raise AssertionError(f"status {status}:\n{output}{errors[-2000:]}")


def refuses(tool, *options):
    """Nonsense is one line that names the option, before anything is built."""
    status, output, errors = run(f"scripts/{tool}", *options, *(["--", "true"] if tool == "exec" else []))
    if status != 2 or output or options[0] not in errors:
        raise AssertionError(f"{options}: status {status}:\n{output}{errors}")


def tells_what_is_missing():
    """On a machine whose dpkg knows nothing everything is missing; nothing is installed."""
    script = ". scripts/prepare.sh; dpkg-query() { return 1; }; prepare_packages --no-install; echo reached"
    status, output, errors = run("bash", "-c", script)
    if status != 1 or "reached" in output or "missing Debian packages" not in errors or "clang-19" not in errors:
        raise AssertionError(f"status {status}:\n{output}{errors}")


def tells_a_late_death(arch):
    """A machine that dies after its last test has not passed."""
    with tempfile.TemporaryDirectory() as folder:
        machine = pathlib.Path(folder, f"qemu-system-{arch}")
        machine.write_text("#!/bin/sh\nprintf '1..1\\nok 1 - x\\n'\nexit $END\n")
        machine.chmod(0o755)
        for end, wanted in (("0", 0), ("6", 6)):
            done = subprocess.run([sys.executable, ROOT / "scripts/boot_test.py", "--build", ROOT / "build" / arch, "--archive", "x"], text=True,
                                  stdout=subprocess.PIPE, check=False, env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "END": end})
            if done.returncode != wanted or "ok 1 - x" not in done.stdout:
                raise AssertionError(f"status {done.returncode} instead of {wanted}:\n{done.stdout}")


def knows(arch):
    """Is there a debugger for this machine?"""
    debugger = shutil.which("gdb" if arch == "x86_64" else "gdb-multiarch")
    return debugger and arch.replace("_", "-") in run(debugger, "-batch", "-ex", "set architecture")[2].replace("_", "-")


def missing(reason):
    raise unittest.SkipTest(reason)


def works_by_link():
    """A link to a script in another folder is that script."""
    for tool in ("run", "test"):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, tool).symlink_to(ROOT / "scripts" / tool)
            status, output, errors = run(f"{folder}/{tool}", "--help")
            if status or f"./scripts/{tool}" not in output or errors:
                raise AssertionError(f"{tool}: status {status}:\n{output}{errors}")


def builds_alone():
    """One build at a time in a folder; and when the script is killed, so is what it builds with."""
    with tempfile.TemporaryDirectory() as folder:
        tools, started, ended = (pathlib.Path(folder, name) for name in ("tools", "started", "ended"))
        tools.mkdir()
        for name, body in (("meson", "mkdir -p $2; : >$2/build.ninja"),
                           ("ninja", f"trap 'kill $!; echo >>{ended}; exit 1' TERM; sleep {TIMEOUT} & echo >>{started}; wait; exit 1")):
            (tools / name).write_text(f"#!/bin/sh\n{body}\n")
            (tools / name).chmod(0o755)
        line = ["bash", "-c", f"PATH={tools}:$PATH; . '{ROOT}/scripts/prepare.sh'; prepare_build x86_64"]
        one = subprocess.Popen(line, cwd=folder, stderr=subprocess.DEVNULL)
        wait_for(started.exists)
        with subprocess.Popen(line, cwd=folder, stderr=subprocess.PIPE, text=True) as other:
            waits = other.stderr.readline()
            one.kill()
            one.wait()
            wait_for(lambda: ended.exists() and started.read_text() == "\n\n")
            other.kill()
            wait_for(lambda: ended.read_text() == "\n\n")
    if "waiting for another build" not in waits:
        raise AssertionError(f"two at a time: {waits}")


def wait_for(what):
    end = time.monotonic() + TIMEOUT
    while not what():
        if time.monotonic() > end:
            raise AssertionError("it does not come")
        time.sleep(0.05)


def marked(variable):
    """Command names of the processes that have this in their environment."""
    names = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if variable.encode() in (process / "environ").read_bytes().split(b"\0"):
                names.append((process / "comm").read_text().strip())
        except OSError:  # it has ended
            pass
    return names


def ends_its_tests(arch):
    """A signal ends ./scripts/test with all that it has started, in whatever session. (Not SIGINT, which a background job may not get.)"""
    mark = f"INTERRUPTED_TEST={os.getpid()}"
    with tempfile.TemporaryFile(mode="w+") as output:
        test = subprocess.Popen(["scripts/test", "--no-install", "--arch", arch, "--suite", "boot"], cwd=ROOT, stdin=subprocess.DEVNULL,
                                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                                env={**os.environ, "TEST_LOG": "interrupted", **dict([mark.split("=")])})
        try:
            wait_for(lambda: any(name.startswith("qemu") for name in marked(mark)) or test.poll() is not None)
            test.terminate()
            status = test.wait(60)
        finally:
            left = marked(mark)
            if test.poll() is None:
                os.killpg(test.pid, signal.SIGKILL)
        output.seek(0)
        if status != 143 or left:
            raise AssertionError(f"status {status}, left: {left}\n{output.read()[-2000:]}")


def debugs(build):
    """`ninja gdb` says what to type; that stops the kernel where it begins, and the debugger knows its names."""
    with subprocess.Popen(["timeout", "-k", "5", str(TIMEOUT), "ninja", "-C", build, "gdb"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env={**os.environ, "GDB_PORT": str(free_port())}) as machine:
        try:
            hint = next(line for line in machine.stdout if line.startswith("the machine waits for: ")).split(": ", 1)[1].strip()
            # As typed, but that nobody sits before it.
            debugger, typed = hint.split(" ", 1)
            status, output, errors = run("bash", "-c", f"{debugger} -nx -batch -ex 'set tcp connect-timeout 120' {typed} "
                                         "-ex backtrace -ex 'info line' -ex kill")
        finally:
            machine.terminate()
    if status or "kernel_main (" not in output or "boot.c" not in output:
        raise AssertionError(f"{hint} ended with {status}:\n{output}{errors}")


def traces(arch):
    """A timeline of a real boot: programs and servers by name, messages downwards, time upwards."""
    with tempfile.TemporaryDirectory() as folder:
        chrome = pathlib.Path(folder, "trace.json")
        status, output, errors = run(sys.executable, ROOT / "scripts/trace.py", "--arch", arch, "--chrome", chrome, "--", "cat", "/etc/passwd")
        records = json.loads(chrome.read_text())["traceEvents"] if status == 0 else []
    times = [float(line.split()[0]) for line in output.splitlines()]
    wanted = (r"\b(bash|cat)#\w+ -> vfs#", r"\b(bash|cat)#\w+ -> procmgr#", r"procmgr#\w+ -> mmsrv#", r"=> vfs#")
    if status or not all(re.search(pattern, output) for pattern in wanted) or times != sorted(times) or len(records) < 20 or \
       "root:" not in errors:
        raise AssertionError(f"trace.py ended with {status}:\n{output[-4000:]}{errors}")


def debugs_server(build):
    """The debugger stops in a server's code, in its address space, and knows its names: where a client's message arrives."""
    commands = ["hbreak dispatch if here", "continue", "backtrace", "print 'server.c'::server->name"]
    status, output, errors = run(sys.executable, ROOT / "scripts/gdb.py", "vfs", "--build", build,
                                 *(word for command in commands for word in ("--batch", command)))
    if status or not all(part in output for part in ("dispatch (", "server_run (", '"vfs"')):
        raise AssertionError(f"gdb ended with {status}:\n{output}{errors}")


def debugs_init(build):
    """`ninja gdb-init`: the first program of all, from its first function on, and where it starts another. Typed at gdb's prompt."""
    typed = ["backtrace", "thbreak launch_server if here", "continue", "backtrace", "print unit->manifest.name", "quit"]
    status, output, errors = run("ninja", "-C", build, "gdb-init", text="\n".join(typed) + "\n")
    wanted = (r"#0 +start_main \(boot=0x.*\s.*init/main\.c", r"#0 +launch_server \(unit=.*\s.*init/launch\.c", r'\$1 = .*"objsrv"')
    if status or not all(re.search(pattern, output) for pattern in wanted):
        raise AssertionError(f"ninja gdb-init ended with {status}:\n{output}{errors}")


def shows_callers(build):
    """On aarch64 too, where return addresses are signed."""
    status, output, errors = run(sys.executable, ROOT / "scripts/gdb.py", "kernel", "--build", build, "--archive",
                                 build / "test/boot/kernel_test.archive", "--batch", "hbreak reply_destroy", "--batch", "continue",
                                 "--batch", "backtrace")
    if status or "reaper_drain (" not in output or "trap_syscall (" not in output:
        raise AssertionError(f"gdb ended with {status}:\n{output}{errors}")


def lists_threads(build):
    """When the CPU has nothing to do for the first time, every server waits for messages."""
    status, output, errors = run(sys.executable, ROOT / "scripts/gdb.py", "kernel", "--build", build, "--batch", "hbreak arch_idle",
                                 "--batch", "continue", "--batch", "threads")
    if status or not all(re.search(rf"^0x[0-9a-f]+ {name} .* RECEIVING$", output, re.M) for name in ("init", "objsrv", "mmsrv", "procmgr", "vfs")):
        raise AssertionError(f"gdb ended with {status}:\n{output}{errors}")


def main():
    build = pathlib.Path(sys.argv[1])
    arch = qemu.Artifacts(build).arch
    cases = [("what is missing is told, not installed", tells_what_is_missing),
             ("scripts work through links", works_by_link), ("one build at a time, and none is left behind", builds_alone),
             ("a boot test that dies at its end fails", lambda: tells_a_late_death(arch))]
    for wrong in (("run", "--smp", "0"), ("run", "--mem", "much"), ("run", "--arch", "vax"), ("run", "--firmware", "bios", "--arch", "aarch64"), ("run", "--gdb"),
                  ("run", "--fast"), ("run", "--firmware", "floppy"), ("test", "--arch"), ("test", "--arch", "vax"), ("test", "--fast"), ("exec", "--smp", "0"), ("exec", "--mem", "-5"), ("exec", "--arch", "vax"), ("exec", "--firmware", "bios", "--arch", "aarch64"), ("exec", "--fast")):
        cases.append((" ".join(wrong) + " is refused", lambda wrong=wrong: refuses(*wrong)))
    if build.resolve() == ROOT / "build" / arch:
        cases.append(("run with input from a pipe", lambda: pipes(arch)))
        cases.append(("run with input from a pipe, through UEFI", lambda: pipes_through_firmware(arch)))
        cases.append(("an interrupted test ends everything", lambda: ends_its_tests(arch)))
        cases.append(("a boot becomes a timeline", lambda: traces(arch)))
    has_debugger = knows(arch)
    for title, case in (("gdb stops at the kernel's entry", debugs), ("gdb stops in init", debugs_init), ("gdb stops in a server", debugs_server),
                        ("gdb shows who called in the kernel", shows_callers), ("gdb lists the threads", lists_threads)):
        cases.append((title, lambda case=case: case(build) if has_debugger else missing(f"gdb is not installed or does not know {arch}")))
    sys.exit(tap(cases))


if __name__ == "__main__":
    main()
