#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""scripts/exec as scripts and CI use it, with what they do wrong: exec_test.py ARCH."""
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from console import ROOT, tap

LIMIT = 400
BLOB = bytes(range(256)) * 500
arch = sys.argv[1]


def run(*words, feed=b"", command=("true",), **options):
    """(status, stdout, stderr) of one run; `feed`: what a pipe on stdin brings, or an open file."""
    source = {"stdin": feed} if hasattr(feed, "fileno") else {"input": feed}
    done = subprocess.run([ROOT / "scripts/exec", "--arch", arch, *words, "--", *command], capture_output=True, check=False,
                          timeout=LIMIT, **source, **options)
    return done.returncode, done.stdout, done.stderr


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"{str(got)[:2000]}\ninstead of {str(wanted)[:2000]}")


def streams():
    """Binary bytes from a pipe; stdout and stderr apart; the status."""
    equal(run(feed=BLOB[:5000], command=("sh", "-c", "cat; echo e >&2; exit 200")), (200, BLOB[:5000], b"e\n"))
    equal(run(command=("sh", "-c", "kill -9 $$")), (137, b"", b""))
    equal(run(command=("no_such_program",)), (127, b"", b"no_such_program: No such file or directory\n"))


def kernel_speaks_between():
    """A line of the kernel at any byte of the wire changes no frame, and comes into the log whole; damaged frames are not waited for."""
    loader = importlib.machinery.SourceFileLoader("exec_command", str(ROOT / "scripts/exec"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("exec_command", loader))
    loader.exec_module(module)
    line = b"kernite: thread x stopped: no fault handler\r\n"
    frames = [("o", b"ok 1 k"), ("o", b"kern"), ("e", b"ite: \n\x1e"), ("x", b"\0\0\0\0")]
    stream = module.GREETING + b"".join(b"\x1e" + kind.encode() + len(payload).to_bytes(2, "little") + payload + b"\n" for kind, payload in frames)
    for at in range(len(stream) + 1):
        for step in (1, 7, len(stream) + len(line)):
            log, noisy = io.BytesIO(), stream[:at] + line + stream[at:]
            wire = module.Wire(log)
            got = [frame for start in range(0, len(noisy), step) for frame in wire.feed(noisy[start:start + step])]
            equal((at, step, got, log.getvalue().count(line)), (at, step, frames, 1))
    log = io.BytesIO()
    wire = module.Wire(log)
    noise = b"\x1ek\xff\xffno frame\x1eo\xff\xfflong\x1eo\1\0no end"
    equal(list(wire.feed(module.GREETING + noise + stream[len(module.GREETING):] + b"kernite: pan")), frames)
    wire.end()
    equal(log.getvalue(), noise + b"kernite: pan")
    # The guest's end sends a name like that in parts.
    text = b"kernite: a\nkkernite: kernite: b\nkernite:\n" * 200
    equal(run(feed=text, command=("cat",)), (0, text, b""))


def no_terminal():
    """The wire is no terminal of the command's: it could read what is on its way, and change how it is sent."""
    script = "read -t 1 x </dev/tty; echo $?; stty sane </dev/tty; cat; printf 'a\\n\\n'"
    status, out, told = run(feed=b"in\n", command=("bash", "-c", script))
    equal((status, out, told.count(b"/dev/tty: No such device or address")), (0, b"1\nin\na\n\n", 2))


def file_on_stdin():
    """From where it was read to, and it is a file there too."""
    with tempfile.TemporaryFile() as file:
        file.write(b"head" + BLOB)
        file.seek(4)
        equal(run(feed=file, command=("sh", "-c", "test -f /dev/stdin && cat")), (0, BLOB, b""))


def closed_streams():
    line = f"{ROOT}/scripts/exec --arch {arch} -- sh -c 'cat; echo out; exit 3'"
    done = subprocess.run(f"{line} <&-; echo $?; {line} >&- </dev/null; echo $?", shell=True, capture_output=True, check=False, timeout=LIMIT)
    equal((done.stdout, done.stderr), (b"out\n3\n3\n", b""))


def nobody_reads():
    """As with any program in a pipeline, the end of its reader is its end."""
    line = f"{ROOT}/scripts/exec --arch {arch} -- yes | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=LIMIT)
    equal((done.stdout, done.stderr), (b"y\n141\n", b""))


def nobody_reads_in_time():
    reader, writer = os.pipe()
    done = subprocess.run([ROOT / "scripts/exec", "--arch", arch, "--timeout", "10", "--", "yes"], stdin=subprocess.DEVNULL, stdout=writer,
                          stderr=subprocess.PIPE, check=False, timeout=LIMIT)
    os.close(reader)
    os.close(writer)
    equal((done.returncode, done.stderr), (124, b"scripts/exec: timeout after 10 s\n"))


def left_behind():
    """Who goes on writing after the command's end does not hold up its status."""
    script = "echo y; yes & until grep -q '(yes)' /proc/$!/stat; do :; done; exit 3"
    status, output, errors = run("--timeout", "120", command=("sh", "-c", script))
    if status != 3 or not output or output.strip(b"y\n") or errors:
        raise AssertionError(f"status {status}, {len(output)} bytes: {errors.decode()}")


def full_disk():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([ROOT / "scripts/exec", "--arch", arch, "--", "echo", "out"], stdin=subprocess.DEVNULL, stdout=full,
                              stderr=subprocess.PIPE, check=False, timeout=LIMIT)
    equal((done.returncode, done.stderr), (125, b"scripts/exec: [Errno 28] No space left on device\n"))


def ended_by(number):
    """The machine ends with it and its temporary files are gone."""
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen([ROOT / "scripts/exec", "--arch", arch, "--", "sh", "-c", "echo up; exec sleep 1000"], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": folder}, start_new_session=True)
        try:
            equal(child.stdout.readline(), b"up\n")
            child.send_signal(number)
            equal(child.wait(LIMIT), -number if number == signal.SIGKILL else 128 + number)
            equal(child.stdout.read(), b"")
            if number != signal.SIGKILL:
                equal(os.listdir(folder), [])
            end = time.monotonic() + LIMIT
            while time.monotonic() < end:
                try:
                    os.killpg(child.pid, 0)
                except ProcessLookupError:
                    return
                time.sleep(0.1)
            raise AssertionError("QEMU still ran")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            child.stdout.close()


def adds(folder):
    """Modes, links, odd names, a folder's name at the end, what is there already."""
    tree = folder / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "sub").chmod(0o700)
    (tree / "sub/tool").write_text("tool\n")
    (tree / "file").write_text("file\n")
    (tree / "file").chmod(0o4751)
    (tree / "link").symlink_to("nowhere")
    (folder / "a:b c").write_text("odd\n")
    (folder / os.fsdecode(b"n\xff\n")).write_text("no UTF-8\n")
    script = "stat -c '%a %N' /new/deep/* /bin/file /tmp/file; cat /bin/tool '/x:y z' /etc/motd /zero /tmp/$'n\\xff\\n'"
    status, output, errors = run("--add", f"{tree}:/new/deep", "--add", f"{tree}/file:/bin/file", "--add", f"{tree}/file:/tmp/",
                                 "--add", f"{tree}/sub:/bin",
                                 "--add", f"{folder}/a:b c:/x:y z", "--add", f"{tree}/file:/etc/motd", "--add", f"{tree}/file:/tmp/../zero",
                                 "--add", f"{folder}/" + os.fsdecode(b"n\xff\n") + ":/tmp/", command=("bash", "-c", script))
    equal((status, output.decode().split("\n"), errors), (0, [
        "4751 '/new/deep/file'", "777 '/new/deep/link' -> 'nowhere'", "700 '/new/deep/sub'", "4751 '/bin/file'", "4751 '/tmp/file'",
        "tool", "odd", "file", "file", "no UTF-8", ""], b""))


def refuses(*words, said):
    status, output, errors = run(*words)
    lines = errors.decode().splitlines()
    if status != 2 or output or said not in lines[-1] or "Traceback" in errors.decode():
        raise AssertionError(f"{words}: status {status}: {errors.decode()}")


def refusals(folder):
    os.mkfifo(folder / "pipe")
    file = folder / "file"
    file.write_text("x")
    for pair in ("x", f"{folder}/none:/x", f"{file}:x", f"{file}:"):
        refuses("--add", pair, said="want HOSTPATH:/GUESTPATH")
    refuses("--add", f"{folder}/pipe:/pipe", said="neither file, folder nor link")
    refuses("--add", f"{file}:/dev/x", said="/dev/x")
    refuses("--add", f"{file}:/etc/passwd/x", said="/etc/passwd is no folder")
    refuses("--add", f"{file}:/etc", said="/etc is a folder")
    refuses("--add", f"{file}:/bin", said="/usr/bin is a folder")  # a link to one
    for time in ("0", "-1", "nan", "inf", "soon"):
        refuses("--timeout", time, said="--timeout")


def dies(folder):
    """125, and the last words. A kernel that panics has to end QEMU, or nobody would know."""
    machine = folder / f"qemu-system-{arch}"
    machine.write_text('#!/bin/sh\necho boots; echo "kernite: panic on CPU 0: $*"; echo its last words\n')
    machine.chmod(0o755)
    status, output, errors = run(env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": str(folder)})
    lines = errors.decode().splitlines()
    if status != 125 or output or "panic=exit" not in errors.decode() or "boots" in lines[1] or lines[-1] != "  | its last words":
        raise AssertionError(f"status {status}: {errors.decode()}")


def dies_while_told(folder):
    """What was to be sent to it is no reason to say anything else."""
    machine = folder / f"qemu-system-{arch}"
    machine.write_text("#!/bin/sh\nexec <&-\nprintf 'saltyos-exec 1\\r\\n\\036c\\004\\000\\000\\020\\000\\000'\nsleep 1\n")
    machine.chmod(0o755)
    status, output, errors = run(feed=b"input", env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": str(folder)})
    if status != 125 or output or "Traceback" in errors.decode():
        raise AssertionError(f"status {status}: {errors.decode()}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sys.exit(tap([
            ("stdin, stdout, stderr and status are the command's", streams),
            ("the kernel may say something between", kernel_speaks_between),
            ("there is no terminal", no_terminal),
            ("a file on stdin", file_on_stdin),
            ("streams that are closed", closed_streams),
            ("a reader that goes away", nobody_reads),
            ("a writer that the command leaves behind", left_behind),
            ("a disk that is full", full_disk),
            ("SIGTERM takes the machine along", lambda: ended_by(signal.SIGTERM)),
            ("SIGKILL does too", lambda: ended_by(signal.SIGKILL)),
            ("what is added is there as it was", lambda: adds(folder)),
            ("what cannot be is refused before the boot", lambda: refusals(folder)),
            ("a timeout is 124", lambda: equal(run("--timeout", "4", command=("sleep", "100"))[0], 124)),
            ("so it is when nobody reads what comes", nobody_reads_in_time),
            ("a panic is 125", lambda: dies(folder)),
            ("a death before all is told is 125", lambda: dies_while_told(folder)),
        ]))


if __name__ == "__main__":
    main()
