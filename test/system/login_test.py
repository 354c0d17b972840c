#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who may come in, and how the machine ends: login_test.py BUILD."""
import subprocess
import sys
import time

from console import PROMPT, Console, Failure, tap

LOGIN = r"saltyos login: $"


def expect_in(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"no {part!r} in {text!r}")


class Session:
    def __init__(self, console):
        self.console = console

    def logout(self):
        self.console.send(b"\x04")
        self.console.expect(LOGIN)

    def log_in(self, name, password, answer):
        console = self.console
        console.send(f"{name}\r")
        console.expect(r"Password: $")
        console.send(f"{password}\r")
        console.expect(answer, 60)

    def a_new_login_after_logout(self):
        self.logout()
        self.console.send("root\r")
        self.console.expect(PROMPT)

    def an_end_of_file_is_no_name(self):
        self.logout()
        self.console.send(b"\x04")
        self.console.expect(LOGIN)
        self.console.send("root\r")
        self.console.expect(PROMPT)

    def passwords(self):
        """Set one; without it nobody comes in, and a wrong name is told like a wrong password, and as late."""
        console, took = self.console, []
        expect_in(console.command("echo sesame | passwd user; passwd -S user; ls -l /etc/shadow; grep -c '^user:.6' /etc/shadow"),
                  "user P\n", "-rw------- 1 root root", "1\n")
        shown = len(console.text)
        for name, password in (("user", "wrong"), ("nobody-here", "sesame"), ("daemon", "")):
            self.logout()
            start = time.monotonic()
            self.log_in(name, password, r"Login incorrect\r+\nlogin: $")
            took.append(time.monotonic() - start)
            console.send(b"\x04")  # login ends, getty comes back
            console.expect(LOGIN)
            self.log_in("user", "sesame", PROMPT)
            expect_in(console.command("id -un"), "user\n")
        if min(took) < 1:
            raise AssertionError(f"a wrong answer costs no time: {took}")
        if b"sesame" in console.text[shown:]:
            raise AssertionError("the password was shown")

    def not_for_users(self):
        """As `user`, who is logged in now."""
        console = self.console
        for command in ("poweroff", "reboot", "halt", "shutdown -r now"):
            expect_in(console.command(f"{command}; echo status $?"), f"{command.split()[0]}: ", "status 1\n")
        expect_in(console.command("cat /etc/shadow; passwd; echo status $?"), "Permission denied", "only the superuser", "status 1\n")

    def reboot(self):
        self.logout()
        self.console.send("root\r")
        self.console.expect(PROMPT)
        self.console.send("sleep 1000 & reboot\r")
        self.console.login(240)
        expect_in(self.console.command("passwd -S user"), "user NP\n")  # the root is in memory

    def power_off(self):
        self.console.send("shutdown -h now\r")
        try:
            self.console.expect("there is no such text", 60)
        except Failure:
            pass
        try:
            status = self.console.process.wait(10)  # its terminal is closed a little before
        except subprocess.TimeoutExpired as error:
            raise AssertionError("QEMU goes on:\n" + self.console.tail(10)) from error
        if status != 0:
            raise AssertionError(f"QEMU ended with status {status}")


def main():
    with Console(sys.argv[1], firmware="direct", reboot=True, size=(40, 200)) as console:
        session = Session(console)
        status = tap([
            ("root logs in", console.login),
            ("another login comes after a logout", session.a_new_login_after_logout),
            ("an end of file at the login prompt brings another", session.an_end_of_file_is_no_name),
            ("passwords are asked, checked, and not shown", session.passwords),
            ("a user can neither end the machine nor see passwords", session.not_for_users),
            ("reboot brings a new login", session.reboot),
            ("shutdown ends QEMU with status 0", session.power_off),
        ])
    sys.exit(status)


if __name__ == "__main__":
    main()
