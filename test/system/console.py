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
import time
import tty

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import qemu  # noqa: E402

PROMPT = rb"[#$] $"
QEMU_LIMIT = 900


class Failure(Exception):
    """What was waited for did not come; the message has the end of the console's text."""


class Console:
    """QEMU behind a pseudo-terminal of ours, as in a person's terminal window."""

    def __init__(self, build, **options):
        options.setdefault("serial", "stdio")
        master, slave = pty.openpty()
        tty.setraw(slave)  # what we type goes to the guest as it is, and comes back as the guest sends it
        # Should this test be killed, QEMU ends all the same.
        line = ["timeout", "-k", "5", str(QEMU_LIMIT), *qemu.command(build, **options)]
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

    def expect(self, pattern, timeout=20):
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
        return bool(data)

    def send(self, text):
        os.write(self.master, text.encode() if isinstance(text, str) else text)

    def press_until(self, key, pattern, timeout=20):
        """Type a key again and again until it shows effect: a key that comes too early is somebody else's."""
        end = time.monotonic() + timeout
        while True:
            self.send(key)
            try:
                return self.expect(pattern, 1)
            except Failure:
                if time.monotonic() > end:
                    raise

    def command(self, line, timeout=20):
        """Type a command at the shell's prompt and return what it printed."""
        self.send(line + "\r")
        self.expect(re.escape(line), timeout)
        start = self.seen
        end = self.expect(PROMPT, timeout)
        return self.text[start:end.start()].decode(errors="replace").replace("\r", "")

    def login(self, timeout=120):
        """From power-on to root's prompt."""
        self.expect(r"login: ", timeout)
        self.send("root\r")
        self.expect(PROMPT, timeout)

    def tail(self, lines):
        text = self.text.decode(errors="replace").replace("\r", "")
        return "\n".join("  | " + line for line in text.splitlines()[-lines:])


def tap(cases):
    """Run (name, function) cases; prints TAP, returns the exit status."""
    print(f"1..{len(cases)}", flush=True)
    failed = 0
    for number, (name, case) in enumerate(cases, 1):
        try:
            case()
            print(f"ok {number} - {name}", flush=True)
        except Exception as error:  # a test harness reports everything
            failed += 1
            print(f"not ok {number} - {name}")
            print("\n".join("# " + line for line in f"{type(error).__name__}: {error}".splitlines()), flush=True)
    return 1 if failed else 0
