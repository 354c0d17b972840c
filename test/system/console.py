# SPDX-License-Identifier: BSD-2-Clause
"""A booted system's console, for tests that type and read like a person. Everything is bounded by a timeout."""
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import tty
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import qemu  # noqa: E402
import rootfs  # noqa: E402

PROMPT = rb"[#$] $"
WHERE = b"\x1b[6n"
SEND_LIMIT = 120
QEMU_LIMIT = 1800


class Failure(Exception):
    """What was waited for did not come; the message has the end of the console's text."""


class Console:
    """QEMU behind a pseudo-terminal of ours, as in a person's terminal window.

    `add`: (host path, guest path) pairs that the system gets. `size`: rows and columns of the window, told when the guest asks for the cursor's
    place at its lower right corner; None: a terminal that does not answer. `command`: what to start instead of QEMU.
    """

    def __init__(self, build, add=(), size=None, command=None, **options):
        options.setdefault("serial", "stdio")
        self.size, self.asked, self.folder = size, 0, None
        if add:
            self.folder = tempfile.TemporaryDirectory(prefix="saltyos-console-")
            options["archive"] = pathlib.Path(self.folder.name, "boot.archive")
            rootfs.append(qemu.Artifacts(build).archive, options["archive"],
                          [(pathlib.Path(host), guest) for host, guest in add])
        master, slave = pty.openpty()
        tty.setraw(slave)  # what we type goes to the guest as it is, and comes back as the guest sends it
        # Should this test be killed, QEMU ends all the same.
        line = ["timeout", "-k", "5", str(QEMU_LIMIT), *(command or qemu.command(build, **options))]
        self.process = subprocess.Popen(line, stdin=slave, stdout=slave,
                                        stderr=subprocess.STDOUT, start_new_session=True, close_fds=True)
        os.close(slave)
        self.master, self.text, self.seen = master, b"", 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)
        if self.folder:
            self.folder.cleanup()

    def expect(self, pattern, timeout=120):
        """Wait for a regular expression in what has not been matched yet; returns the match."""
        pattern = re.compile(pattern if isinstance(pattern, bytes) else pattern.encode(), re.M)
        end = time.monotonic() + timeout
        while True:
            found = pattern.search(self.text, self.seen)
            if found:
                self.seen = found.end()
                return found
            if b"panic on CPU" in self.text and self.text.endswith(b"halted\r\n"):
                raise Failure("the kernel panicked:\n" + self.tail(40))
            left = end - time.monotonic()
            if left <= 0 or not self.read(left):
                raise Failure(f"no {pattern.pattern!r} within {timeout} s; the console's end:\n" + self.tail(20))

    def read(self, seconds):
        """Take what comes within a time; False when QEMU has ended."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.text += data
        self.answer()
        return bool(data)

    def answer(self):
        """Be a terminal that says where its cursor is."""
        at = self.text.find(WHERE, self.asked)
        if at >= 0:
            self.asked = at + len(WHERE)
            if self.size:
                self.send("\x1b[%d;%dR" % self.size)

    def send(self, text):
        data = text.encode() if isinstance(text, str) else text
        while data:
            # What the guest says meanwhile must be taken, or it and we wait for each other.
            readable, writable, _ = select.select([self.master], [self.master], [], SEND_LIMIT)
            if not readable and not writable:
                raise Failure("the guest takes no keys; the console's end:\n" + self.tail(20))
            if readable and not self.read(0):
                raise Failure("QEMU has ended; the console's end:\n" + self.tail(20))
            if writable:
                data = data[os.write(self.master, data[:256]):]

    def enter(self, line, timeout=20):
        """Type a line that brings a prompt."""
        self.send(line + "\r")
        self.expect(PROMPT, timeout)

    def command(self, line, timeout=120):
        """Type a command at the shell's prompt and return what it printed."""
        self.send(line + "\r")
        self.expect(re.escape(line), timeout)
        start = self.seen
        end = self.expect(PROMPT, timeout)
        return self.text[start:end.start()].decode(errors="replace").replace("\r", "")

    def login(self, timeout=300):
        """From power-on to root's prompt."""
        self.expect(r"login: ", timeout)
        self.enter("root", timeout)

    def tail(self, lines):
        text = self.text.decode(errors="replace").replace("\r", "")
        return "\n".join("  | " + line for line in text.splitlines()[-lines:])


def expect_in(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"no {part!r} in {text!r}")


def tap(cases):
    """Run (name, function) cases; prints TAP, returns the exit status. A case that cannot be run raises unittest.SkipTest."""
    print(f"1..{len(cases)}", flush=True)
    failed = 0
    for number, (name, case) in enumerate(cases, 1):
        try:
            case()
            print(f"ok {number} - {name}", flush=True)
        except unittest.SkipTest as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except Exception as error:  # a test harness reports everything
            failed += 1
            print(f"not ok {number} - {name}")
            print("\n".join("# " + line for line in f"{type(error).__name__}: {error}".splitlines()), flush=True)
    return 1 if failed else 0
