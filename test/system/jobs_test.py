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

from console import PROMPT, Console, expect_in, tap


class Jobs(Console):
    def start_job(self, arguments=""):
        """A foreground job that has the terminal, and for which the shell waits."""
        self.send(f"job{arguments}\r")
        self.expect(r"job: front")
        self.send("hello\r")
        self.expect(r"job: hello\r+\n")

    def end_job(self, key, status):
        self.send(key)
        self.expect(PROMPT)
        expect_in(self.command("echo status $?"), f"status {status}\n")

    def stop_job(self, number):
        self.send(b"\x1a")
        self.expect(rf"\[{number}\]\+  Stopped")
        self.expect(PROMPT)

    def interrupt(self):
        self.start_job()
        self.end_job(b"\x03", 130)

    def stop_and_continue(self):
        self.start_job()
        self.stop_job(1)
        expect_in(self.command("jobs"), "Stopped", "job")
        self.send("bg\r")
        self.expect(r"\[1\]\+ job &")
        self.expect(r"job: back")  # it may come in the middle of the prompt
        self.enter("")
        expect_in(self.command("jobs"), "Running")
        self.send("fg\r")
        self.expect(r"job: front")
        self.end_job(b"\x03", 130)
        expect_in(self.command("jobs; echo none left"), "none left")

    def two_jobs(self):
        for number in (1, 2):
            self.start_job()
            self.stop_job(number)
        expect_in(self.command("jobs"), "[1]-  Stopped", "[2]+  Stopped")
        self.send("fg %1\r")
        self.expect(r"job: again")
        self.stop_job(1)
        self.command("kill -KILL %1 %2; wait; true")

    def background_read_stops(self):
        self.command("cat & wait $!")
        expect_in(self.command("jobs"), "Stopped", "cat")
        self.command("kill -KILL %1; wait; true")

    def quit_key(self):
        self.start_job()
        self.end_job(b"\x1c", 131)

    def type_ahead(self):
        line = "echo ahead-$((6*7))"
        self.start_job(f" {len(line) + 1}")
        self.send(line + "\r")
        self.expect(r"ahead-42\r+\n")
        self.expect(PROMPT)

    def bursts(self):
        letters = random.Random(1)
        for _ in range(20):
            word = "".join(letters.choices(string.ascii_letters + string.digits, k=94))
            self.send(f"echo {word}\r")
            # The prompt's line is longer than the screen is wide; the answer stands alone.
            self.expect(rf"\n\r*(\x1b\[\?2004l\r)?{word}\r+\n", 120)
            self.expect(PROMPT)

    def a_long_paste(self):
        """More than the line discipline holds: the rest waits in the driver and on the line."""
        count = 120
        self.command("exec 3>/tmp/pasted")
        self.send("".join(f"echo line {n} {'x' * 80} >&3\r" for n in range(count)) + "echo pas''ted\r")
        self.expect(r"pasted\r+\n", 120)
        self.expect(PROMPT)
        expect_in(self.command("exec 3>&-; wc -l </tmp/pasted; md5sum </dev/null >/dev/null"), f"{count}\n")

    def window_size(self):
        """The terminal is asked at login, and by `resize` later; the shell follows."""
        expect_in(self.command("stty size; echo $LINES $COLUMNS"), "50 132\n50 132\n")
        self.size = (40, 100)
        line = "bash -c 'trap \"echo re-sized\" WINCH; resize; stty size'"
        expect_in(self.command(line).replace(line, ""), "re-sized", "40 100")
        expect_in(self.command("echo $LINES $COLUMNS"), "40 100\n")

    def line_editing(self):
        self.send("echo abX\x7fc\r")
        self.expect(r"abc\r*\n")
        self.expect(PROMPT)
        self.send("\x1b[A")
        self.expect(r"echo abc")
        self.send("\r")
        self.expect(r"abc\r*\n")
        self.expect(PROMPT)

    def characters(self):
        """The locale is C.UTF-8: keys, expansions and patterns go by characters."""
        self.send("echo =aäöz\x02\x02\x7fX\r")
        self.expect("=aXöz\r+\n")
        self.expect(PROMPT)
        expect_in(self.command("x=äöü; echo ${#x} ${x:1:1} ${x^^}; [[ ä =~ ^.$ ]] && case € in ?) echo one;; esac"), "3 ö ÄÖÜ\none\n")
        expect_in(self.command("echo äöü | LC_ALL=C wc -m; echo äöü | wc -m; LC_ALL=C; echo ${#x}; unset LC_ALL; echo ${#x}"),
                  "7\n4\n6\n3\n")

    def end_of_file(self):
        self.send("echo rea''dy; cat > /tmp/typed\r")
        self.expect(r"ready\r*\n")
        self.send("two words\r")
        self.expect(r"two words\r*\n")
        self.send(b"\x04")
        self.expect(PROMPT)
        expect_in(self.command("cat /tmp/typed"), "two words")


def main():
    with Jobs(sys.argv[1], firmware="direct", smp=int(sys.argv[2]), add=[(sys.argv[3], "/bin/job")], size=(50, 132)) as console:
        status = tap([
            ("a login from power-on", console.login),
            ("the terminal's size reaches shell and programs", console.window_size),
            ("the interrupt key ends the foreground job", console.interrupt),
            ("stop, bg, jobs, fg", console.stop_and_continue),
            ("two stopped jobs", console.two_jobs),
            ("a background reader of the terminal is stopped", console.background_read_stops),
            ("the quit key ends the foreground job", console.quit_key),
            ("what is typed while a job runs is the shell's", console.type_ahead),
            ("bursts of 100 keys arrive whole", console.bursts),
            ("a paste of 11 KiB arrives whole", console.a_long_paste),
            ("lines are edited and recalled", console.line_editing),
            ("characters of several bytes are characters", console.characters),
            ("end of file ends input", console.end_of_file),
        ])
    sys.exit(status)


if __name__ == "__main__":
    main()
