#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""README.md and the guides in docs/ are true: guides_test.py check | guides_test.py BUILD.

check: everything in them is of a known kind and there (guides.py). BUILD: every command is run, on aarch64 those that mean a machine, as
the guide tells readers to type them for it. What nobody can run as it stands (it waits for a person, or is this very test suite) has a
stand-in below: the same command, answered by us or restricted to a part that ends soon.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from console import ROOT, Console, tap
import guides
import qemu
import variant
from gdb import free_port
import record

TIMEOUT = 900
LOG = "testlog-guides"  # beside the log of the meson that runs us
# Commands that other tests prove: where, and their words there.
ELSEWHERE = {
    "ninja -C build/x86_64 gdb": ("tools_test.py", '"ninja", "-C", build, "gdb"]'),
    "ninja -C build/x86_64 gdb-init": ("tools_test.py", '"ninja", "-C", build, "gdb-init"'),
    "scripts/gdb.py NAME": ("tools_test.py", '"scripts/gdb.py", "vfs"'),
    "scripts/gdb.py vfs": ("tools_test.py", '"scripts/gdb.py", "vfs"'),
    "scripts/gdb.py vfs --build build/aarch64": ("tools_test.py", '"scripts/gdb.py", "vfs", "--build", build'),
    "scripts/gdb.py kernel": ("tools_test.py", '"scripts/gdb.py", "kernel"'),
    "hbreak NAME if here": ("tools_test.py", '"hbreak dispatch if here"'),
    "./scripts/exec --arch aarch64 -- uname -m": ("exec_test.py", '"--arch", arch'),
    "scripts/trace.py -- CMD": ("tools_test.py", '"scripts/trace.py", "--arch"'),
    "scripts/trace.py -- cat /etc/passwd": ("tools_test.py", '"--", "cat", "/etc/passwd")'),
    "CONFIG_SITE=$PWD/build/x86_64/sdk/share/config.site ./configure --host=x86_64-saltyos": ("sdk_test.py", '"CONFIG_SITE": str('),
    "./configure --host=x86_64-saltyos": ("sdk_test.py", '"configure", f"CC={self.tool('),
}
# What is typed at the prompt, and what it answers.
AT_THE_PROMPT = {
    "status security": r"W\^X", "capview PID": ("capview $$", "procmgr"), "ps aux": r"root .*bash", "shutdown now": None,
}


class Machine:
    """One build folder, and what is typed for its machine."""

    def __init__(self, build):
        self.build, self.arch = build, qemu.Artifacts(build).arch

    def typed(self, text):
        """As docs/building-and-running.md says: aarch64 for x86_64, and --arch for the scripts."""
        if self.arch == "x86_64":
            return text
        text = re.sub(r"(scripts/(?:exec|run|trace\.py|test))\b(?! --arch)", rf"\1 --arch {self.arch}", text)
        return text.replace("x86_64", self.arch)

    def run(self, text, cwd=ROOT, flags="-euo", **environment):
        """A script as it stands; what it prints."""
        result = subprocess.run(["bash", flags, "pipefail", "-c", text], cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, errors="replace", timeout=TIMEOUT, check=False,
                                env={**os.environ, "TEST_LOG": LOG, **environment})
        if result.returncode:
            raise AssertionError(f"status {result.returncode} of:\n{text}\n" + "\n".join(result.stdout.splitlines()[-15:]))
        return result.stdout

    def prints(self, text):
        """A console block."""
        for command, expected in guides.transcript(text):
            output = self.run(command.replace("\\\n", ""), flags="-uo")
            if not re.fullmatch(guides.pattern(expected), output):
                raise AssertionError(f"{command}\nprints\n{output}instead of\n{expected}")

    # Stand-ins for what cannot be run as it stands.

    def configures(self, command):
        """In a new copy of the sources: here it has been done."""
        with tempfile.TemporaryDirectory(prefix="saltyos-guide-") as folder:
            variant.copy(ROOT, pathlib.Path(folder))
            self.run(self.typed(command), cwd=folder)
            if not pathlib.Path(folder, "build", self.arch, "build.ninja").exists():
                raise AssertionError(f"{command} configured nothing")

    def tests_one(self, command):
        """One test instead of all, its log beside ours."""
        output = self.run(f"{self.typed(command)} --logbase {LOG} heap_map_test")
        if not re.search(r"^Ok: +1 *$", output, re.M):
            raise AssertionError(output)

    def counts(self, command):
        """The quick suite: what it prints last is what the whole prints last."""
        words = command if "--suite" in command else command + " --suite host"
        output = self.run(f"{self.typed(words)} --no-install" + (" --arch x86_64" if self.arch == "x86_64" else ""))
        if not re.fullmatch(r"\d{3,} passed, 0 failed(, \d+ skipped)?", output.splitlines()[-1]):
            raise AssertionError("\n".join(output.splitlines()[-5:]))

    def measures(self, command):
        """One measure of each suite."""
        for suite, tests, measure, peer in (("posixbench", "getppid", "getppid", "Linux"), ("kernel", "faults_are", "fault_round_trip", "seL4")):
            output = self.run(f"{self.typed(command)} --logbase {LOG} -v {suite} --test-args={tests}")
            if not all(re.search(wanted, output, re.M) for wanted in (
                    rf"^{self.arch} +SaltyOS +{peer} +ratio +baseline", rf"^{measure} +\d+ +\d+ +\d+\.\d\d +\d+ ", r"^Ok: +1 *$")):
                raise AssertionError(output)

    def covers(self, command):
        """A few of the tests: fewer lines, but the same way."""
        output = self.run(self.typed(command), KERNEL_TESTS="retype_refuses")
        if not re.search(rf"^{self.arch}: \d+ of \d+ lines of the kernel, [\d.]+ %$", output, re.M):
            raise AssertionError(output[-2000:])

    def compiles_here(self, *commands):
        """A program in the folder where its owner is."""
        with tempfile.TemporaryDirectory(prefix="saltyos-guide-") as folder:
            for name in ("build", "scripts"):
                pathlib.Path(folder, name).symlink_to(ROOT / name)
            pathlib.Path(folder, "hello.c").write_text('#include <stdio.h>\nint main(void) { puts("hello from SaltyOS"); return 0; }\n')
            output = self.run("\n".join(map(self.typed, commands)), cwd=folder)
            if output != "hello from SaltyOS\n":
                raise AssertionError(output)

    def boots(self, command, typing):
        """At a terminal: to the prompt, where somebody types; then the machine must end."""
        with Console(self.build, command=["env", "-C", str(ROOT), "bash", "-c", self.typed(command)]) as console:
            shown = typing(console)
            try:
                status = console.process.wait(120)
            except subprocess.TimeoutExpired:
                raise AssertionError("it does not end:\n" + console.tail(10)) from None
            if status:
                raise AssertionError(f"status {status}:\n" + console.tail(10))
        return shown

    def waits(self, command):
        """For a debugger; and it can be left."""
        def leaves_at_once(console):
            console.expect("the machine waits for: ")
            console.expect("gdb-NAME")
            console.send("\x01x")
        self.boots(f"GDB_PORT={free_port()} {command}", leaves_at_once)

    def runs(self, command):
        self.boots(command, leaves)

    def shows(self, command, session):
        """The README's transcript and picture are what a boot shows; the commands that guides mention answer."""
        shown = [line.rstrip() for line, _ in self.boots(command, answers)]
        begin = [self.typed(line) for line in session.splitlines()]
        if list(map(comparable, shown[:len(begin)])) != list(map(comparable, begin)):
            raise AssertionError("a boot shows\n" + "\n".join(shown))
        picture = [record.html.unescape(line) for line in re.findall(r"<text [^>]*>([^<]*)<", (ROOT / "docs/boot.svg").read_text())]
        if list(map(comparable, map(self.typed, picture))) != list(map(comparable, shown)):
            raise AssertionError("docs/boot.svg is another (scripts/record.py draws it); a boot shows\n" + "\n".join(shown))


def comparable(line):
    """Without what differs from boot to boot: how much memory there is, process numbers and times."""
    return re.sub(r"\d+ MiB|^ +\d+ |\d\d:\d\d:\d\d", "N ", line).rstrip()


def leaves(console):
    console.expect(r"login: ", 300)
    console.send("\x01x")


def answers(console):
    """What scripts/record.py types, whose lines these are; then each command that must answer."""
    shown = record.session(console, record.COMMANDS)
    for command, wanted in AT_THE_PROMPT.items():
        command, wanted = wanted if isinstance(wanted, tuple) else (command, wanted)
        if wanted is None:
            console.send(command + "\r")
        elif not re.search(wanted, output := console.command(command)):
            raise AssertionError(f"{command} prints\n{output}")
    return shown


def stand_ins(machine, session):
    """command: a function that proves it."""
    compile_hello, run_hello = ("build/x86_64/sdk/bin/x86_64-saltyos-cc hello.c -o hello", "./scripts/exec --add hello:/bin/hello -- hello")

    def hello(_):
        machine.compiles_here(compile_hello, run_hello)
    return {
        "./scripts/run": lambda command: machine.shows(command, session),
        "./scripts/run --build-only": lambda command: machine.run(machine.typed(command)),
        "./scripts/run --gdb": machine.waits,
        "ninja -C build/x86_64 run": machine.runs,
        "meson setup build/x86_64 --cross-file cross/x86_64.ini": machine.configures,
        "meson compile -C build/x86_64": lambda command: machine.run(machine.typed(command)),
        "meson test -C build/x86_64": machine.tests_one,
        "meson test -C build/x86_64 --benchmark": machine.measures,
        **({"./scripts/test --suite host": machine.counts} if machine.arch == "x86_64" else {}),  # nothing in it means a machine
        "ninja -C build/x86_64 kernel-coverage": machine.covers,
        compile_hello: hello,
    }, {"./scripts/test": "./scripts/test --suite host", run_hello: compile_hello}


def checks(every, proved):
    tree, build = guides.Tree(), (ROOT / "test/system/meson.build").read_text()
    typed = [line for guide in every for kind, text in guide.blocks if kind in ("sh", "console") for line in guides.commands(kind, text)]
    cases = [(f"{guide.path.relative_to(ROOT)} has only what is known and there", lambda guide=guide: none(guides.unknown(guide, tree, typed, proved)))
             for guide in every]
    return cases + [("links and functions of all READMEs are there", lambda: none([f"{page.path.relative_to(ROOT)}: {sentence}" for page in guides.pages()
                     for sentence in guides.lost_links(page) + guides.lost_functions(page, tree)])),
                    ("mistakes are seen", lambda: sees_mistakes(tree, Machine(ROOT / "build/x86_64"))), ("what other tests prove is in them", lambda: none([f"{name}: {text}" for name, text in ELSEWHERE.values()
                     if text not in (ROOT / "test/system" / name).read_text() or f"files('{name}')" not in build])),
                    ("every guide is in the READMEs", lambda: none([guide.path.name for guide in every if guide.path.name != "README.md" and not (
                     f"docs/{guide.path.name}" in every[0].links and guide.path.name in every[1].links)]))]


def sees_mistakes(tree, machine):
    """Each of these is one, and nothing else is found in what is right."""
    right = ("```sh\necho 1\n```\n`echo 1` `scripts/run` `docs/` `--keep-log FILE` `KN_SYS_CALL` [x](docs/boot.svg)\n"
             "```sh by-hand\nproved\n```\n")
    wrong = ("```\nls\n```\n", "```sh by-hand\nls\n```\n", "```console\nls\n```\n", "```sh\nls\n", "`./scripts/nothing`", "`ninja -C build/x86_64 nothing`",
             "`scripts/nothing.py`", "`kernite/core/nothing.c`", "`scheduler_nothing()`", "`--nothing`", "`echo 2`", "[x](docs/nothing.md)")
    for text, count in [(right, 0), *((text, 1) for text in wrong)]:
        found = guides.unknown(guides.Guide(ROOT / "README.md", text), tree, ["echo 1"], {"proved"})
        if len(found) != count:
            raise AssertionError(f"{text!r}: {found}")
    machine.prints("$ echo 1; echo 2\n1\n2\n$ seq 9\n1\n...\n9\n$ echo one two\none t...\n")
    for text in ("$ echo 1\n2\n", "$ echo 1\n", "$ echo 1\n1\n2\n", "$ echo 1; false\n1\n", "$ seq 9\n2\n...\n"):
        try:
            machine.prints(text)
        except AssertionError:
            continue
        raise AssertionError(f"{text!r} passes")


def none(wrong):
    if wrong:
        raise AssertionError("\n".join(wrong))


def runs(machine, every, proofs):
    cases, wanted = [], set()
    for guide in every:
        for kind, text in guide.blocks:
            name = f"{guide.path.name}: {text.splitlines()[0][:60]}"
            means_machine = machine.arch == "x86_64" or "aarch64" not in text and machine.typed(text) != text
            if kind == "sh" and means_machine:
                cases.append((name, lambda text=text: machine.run(machine.typed(text))))
            elif kind == "console" and means_machine:
                cases.append((name, lambda text=text: machine.prints(machine.typed(text))))
            elif kind == "sh by-hand":
                wanted.update(guides.commands(kind, text))
        wanted.update(guide.spans)
    return cases + [(command, lambda command=command, proof=proof: proof(command)) for command, proof in proofs.items() if command in wanted]


def main():
    every = guides.guides()
    session, = (text for kind, text in every[0].blocks if kind == "session")
    machine = None if sys.argv[1] == "check" else Machine(pathlib.Path(sys.argv[1]))
    proofs, same = stand_ins(machine or Machine(ROOT / "build/x86_64"), session)
    if machine is None:
        sys.exit(tap(checks(every, {*proofs, *same, *ELSEWHERE, *AT_THE_PROMPT})))
    if machine.build.resolve() != ROOT / "build" / machine.arch:
        print("1..0 # SKIP the guides speak of build/<arch>")
        return
    try:
        sys.exit(tap(runs(machine, every, proofs)))
    finally:
        for path in machine.build.glob(f"meson-logs/{LOG}*"):
            path.unlink()


if __name__ == "__main__":
    main()
