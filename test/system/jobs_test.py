#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Job control at the prompt, typed through a pseudo-terminal: jobs_test.py BUILD SMP JOB.

JOB is test/system/job.c for the machine: it says where it is, and keys are only typed at who has said that he is there. Two
races are bash's own and the same on Linux: a job that stops before bash has noted it is nobody's current job, and a key
typed behind Ctrl-C at the prompt can be swallowed with it.
"""
import random
import string
import sys

from console import PROMPT, Console, tap


def expect_in(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"no {part!r} in {text!r}")


class Session:
    def __init__(self, console):
        self.console = console

    def start_job(self, arguments=""):
        """A foreground job that has the terminal, and for which the shell waits."""
        console = self.console
        console.send(f"job{arguments}\r")
        console.expect(r"job: front")
        console.send("hello\r")
        console.expect(r"job: hello\r+\n")

    def status(self, number):
        expect_in(self.console.command("echo status $?"), f"status {number}\n")

    def interrupt(self):
        self.start_job()
        self.console.send(b"\x03")
        self.console.expect(PROMPT)
        self.status(130)

    def stop_and_continue(self):
        console = self.console
        self.start_job()
        console.send(b"\x1a")
        console.expect(r"\[1\]\+  Stopped")
        console.expect(PROMPT)
        expect_in(console.command("jobs"), "Stopped", "job")
        console.send("bg\r")
        console.expect(r"\[1\]\+ job &")
        console.expect(r"job: back")  # it may come in the middle of the prompt
        console.send("\r")
        console.expect(PROMPT)
        expect_in(console.command("jobs"), "Running")
        console.send("fg\r")
        console.expect(r"job: front")
        console.send(b"\x03")
        console.expect(PROMPT)
        self.status(130)
        expect_in(console.command("jobs; echo none left"), "none left")

    def two_jobs(self):
        console = self.console
        for number in (1, 2):
            self.start_job()
            console.send(b"\x1a")
            console.expect(rf"\[{number}\]\+  Stopped")
            console.expect(PROMPT)
        expect_in(console.command("jobs"), "[1]-  Stopped", "[2]+  Stopped")
        console.send("fg %1\r")
        console.expect(r"job: again")
        console.send(b"\x1a")
        console.expect(r"\[1\]\+  Stopped")
        console.expect(PROMPT)
        console.command("kill -KILL %1 %2; wait; true")

    def background_read_stops(self):
        self.console.command("cat & wait $!")
        expect_in(self.console.command("jobs"), "Stopped", "cat")
        self.console.command("kill -KILL %1; wait; true")

    def quit_key(self):
        self.start_job()
        self.console.send(b"\x1c")
        self.console.expect(PROMPT)
        self.status(131)

    def type_ahead(self):
        line = "echo ahead-$((6*7))"
        self.start_job(f" {len(line) + 1}")
        self.console.send(line + "\r")
        self.console.expect(r"ahead-42\r+\n")
        self.console.expect(PROMPT)

    def bursts(self):
        letters = random.Random(1)
        for _ in range(20):
            word = "".join(letters.choices(string.ascii_letters + string.digits, k=94))
            self.console.send(f"echo {word}\r")
            # The prompt's line is longer than the screen is wide; the answer stands alone.
            self.console.expect(rf"\n\r*(\x1b\[\?2004l\r)?{word}\r+\n", 30)
            self.console.expect(PROMPT)

    def a_long_paste(self):
        """More than the line discipline holds: the rest waits in the driver and on the line."""
        console, count = self.console, 120
        console.command("exec 3>/tmp/pasted")
        console.send("".join(f"echo line {n} {'x' * 80} >&3\r" for n in range(count)) + "echo pas''ted\r")
        console.expect(r"pasted\r+\n", 120)
        console.expect(PROMPT)
        expect_in(console.command("exec 3>&-; wc -l </tmp/pasted; md5sum </dev/null >/dev/null"), f"{count}\n")

    def window_size(self):
        """The terminal is asked at login, and by `resize` later; the shell follows."""
        console = self.console
        expect_in(console.command("stty size; echo $LINES $COLUMNS"), "50 132\n50 132\n")
        console.size = (40, 100)
        line = "bash -c 'trap \"echo re-sized\" WINCH; resize; stty size'"
        expect_in(console.command(line).replace(line, ""), "re-sized", "40 100")
        expect_in(console.command("echo $LINES $COLUMNS"), "40 100\n")

    def line_editing(self):
        self.console.send("echo abX\x7fc\r")
        self.console.expect(r"abc\r*\n")
        self.console.expect(PROMPT)
        self.console.send("\x1b[A")
        self.console.expect(r"echo abc")
        self.console.send("\r")
        self.console.expect(r"abc\r*\n")
        self.console.expect(PROMPT)

    def end_of_file(self):
        self.console.send("echo rea''dy; cat > /tmp/typed\r")
        self.console.expect(r"ready\r*\n")
        self.console.send("two words\r")
        self.console.expect(r"two words\r*\n")
        self.console.send(b"\x04")
        self.console.expect(PROMPT)
        expect_in(self.console.command("cat /tmp/typed"), "two words")


def main():
    with Console(sys.argv[1], firmware="direct", smp=int(sys.argv[2]), add=[(sys.argv[3], "/bin/job")], size=(50, 132)) as console:
        session = Session(console)
        status = tap([
            ("a login from power-on", console.login),
            ("the terminal's size reaches shell and programs", session.window_size),
            ("the interrupt key ends the foreground job", session.interrupt),
            ("stop, bg, jobs, fg", session.stop_and_continue),
            ("two stopped jobs", session.two_jobs),
            ("a background reader of the terminal is stopped", session.background_read_stops),
            ("the quit key ends the foreground job", session.quit_key),
            ("what is typed while a job runs is the shell's", session.type_ahead),
            ("bursts of 100 keys arrive whole", session.bursts),
            ("a paste of 11 KiB arrives whole", session.a_long_paste),
            ("lines are edited and recalled", session.line_editing),
            ("end of file ends input", session.end_of_file),
        ])
    sys.exit(status)


if __name__ == "__main__":
    main()
