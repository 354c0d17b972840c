#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Job control at the prompt, typed through a pseudo-terminal: jobs_test.py BUILD SMP."""
import sys

from console import PROMPT, Console, tap


def expect_in(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"no {part!r} in {text!r}")


class Session:
    def __init__(self, console):
        self.console = console

    def start_job(self):
        """A foreground job that has the terminal: it says so itself, for a key typed earlier is the shell's."""
        self.console.send("tail -f /etc/hostname\r")
        self.console.expect(r"saltyos\r+\n")

    def interrupt(self):
        self.start_job()
        self.console.send(b"\x03")
        self.console.expect(PROMPT)
        expect_in(self.console.command("echo status $?"), "status 130")

    def stop_and_continue(self):
        console = self.console
        self.start_job()
        console.send(b"\x1a")
        console.expect(r"Stopped")
        console.expect(PROMPT)
        expect_in(console.command("jobs"), "Stopped", "tail -f")
        expect_in(console.command("bg"), "tail -f /etc/hostname &")
        expect_in(console.command("jobs"), "Running")
        console.send("fg\r")
        console.expect(r"fg\r*\n")
        console.press_until(b"\x03", PROMPT)
        expect_in(console.command("echo status $?"), "status 130")
        expect_in(console.command("jobs; echo none left"), "none left")

    def background_read_stops(self):
        expect_in(self.console.command("cat &"), "[")
        expect_in(self.console.command("sleep 1; jobs"), "Stopped", "cat")
        self.console.command("kill %1; wait; true")

    def quit_key(self):
        self.start_job()
        self.console.send(b"\x1c")
        self.console.expect(PROMPT)
        expect_in(self.console.command("echo status $?"), "status 131")

    def window_size(self):
        # The signal goes to the foreground group, which is the job that changes the size.
        line = "bash -c 'trap \"echo re-sized\" WINCH; stty rows 50 cols 132; stty size'"
        expect_in(self.console.command(line).replace(line, ""), "re-sized", "50 132")

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
        self.console.send("cat > /tmp/typed\r")
        self.console.expect(r"typed\r*\n")
        self.console.send("two words\r")
        self.console.expect(r"two words\r*\n")
        self.console.send(b"\x04")
        self.console.expect(PROMPT)
        expect_in(self.console.command("cat /tmp/typed"), "two words")


def main():
    with Console(sys.argv[1], firmware="direct", smp=int(sys.argv[2])) as console:
        session = Session(console)
        status = tap([
            ("a login from power-on", console.login),
            ("the interrupt key ends the foreground job", session.interrupt),
            ("stop, bg, jobs, fg", session.stop_and_continue),
            ("a background reader of the terminal is stopped", session.background_read_stops),
            ("the quit key ends the foreground job", session.quit_key),
            ("a new window size is signalled", session.window_size),
            ("lines are edited and recalled", session.line_editing),
            ("end of file ends input", session.end_of_file),
        ])
    sys.exit(status)


if __name__ == "__main__":
    main()
