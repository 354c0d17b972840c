#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who may come in, and how the machine ends: login_test.py BUILD."""
import subprocess
import sys
import time

from console import PROMPT, Console, Failure, expect_in, tap

LOGIN = r"saltyos login: $"


class Logins(Console):
    def logout(self):
        self.send(b"\x04")
        self.expect(LOGIN)

    def log_in(self, name, password, answer):
        self.send(f"{name}\r")
        self.expect(r"Password: $")
        self.send(f"{password}\r")
        self.expect(answer, 200)

    def a_new_login_after_logout(self):
        self.logout()
        self.enter("root")

    def an_end_of_file_is_no_name(self):
        self.logout()
        self.send(b"\x04")
        self.expect(LOGIN)
        self.enter("root")

    def passwords(self):
        """Set one; without it nobody comes in, and a wrong name is told like a wrong password, and as late."""
        took = []
        expect_in(self.command("echo sesame | passwd user; passwd -S user; ls -l /etc/shadow; grep -c '^user:.6' /etc/shadow"),
                  "user P\n", "-rw------- 1 root root", "1\n")
        shown = len(self.text)
        for name, password in (("user", "wrong"), ("nobody-here", "sesame"), ("daemon", "")):
            self.logout()
            start = time.monotonic()
            self.log_in(name, password, r"Login incorrect\r+\nlogin: $")
            took.append(time.monotonic() - start)
            self.send(b"\x04")  # login ends, getty comes back
            self.expect(LOGIN)
            self.log_in("user", "sesame", PROMPT)
            expect_in(self.command("id -un; pwd; touch mine && stat -c '%U %a' . mine"), "user\n", "/home/user\n", "user 755\nuser 644\n")
        if min(took) < 1:
            raise AssertionError(f"a wrong answer costs no time: {took}")
        if b"sesame" in self.text[shown:]:
            raise AssertionError("the password was shown")

    def not_for_users(self):
        """As `user`, who is logged in now."""
        for command in ("poweroff", "reboot", "halt", "shutdown -r now"):
            expect_in(self.command(f"{command}; echo status $?"), f"{command.split()[0]}: ", "status 1\n")
        expect_in(self.command("cat /etc/shadow; passwd; echo status $?"), "Permission denied", "only the superuser", "status 1\n")

    def reboot(self):
        self.logout()
        self.enter("root")
        self.send("sleep 1000 & reboot\r")
        self.login(240)
        expect_in(self.command("passwd -S user"), "user NP\n")  # the root is in memory

    def power_off(self):
        self.send("shutdown -h now\r")
        try:
            self.expect("there is no such text", 200)
        except Failure:
            pass
        try:
            status = self.process.wait(10)  # its terminal is closed a little before
        except subprocess.TimeoutExpired as error:
            raise AssertionError("QEMU goes on:\n" + self.tail(10)) from error
        if status != 0:
            raise AssertionError(f"QEMU ended with status {status}")


def main():
    with Logins(sys.argv[1], firmware="direct", reboot=True, size=(40, 200)) as console:
        status = tap([
            ("root logs in", console.login),
            ("another login comes after a logout", console.a_new_login_after_logout),
            ("an end of file at the login prompt brings another", console.an_end_of_file_is_no_name),
            ("passwords are asked, checked, and not shown", console.passwords),
            ("a user can neither end the machine nor see passwords", console.not_for_users),
            ("reboot brings a new login", console.reboot),
            ("shutdown ends QEMU with status 0", console.power_off),
        ])
    sys.exit(status)


if __name__ == "__main__":
    main()
