#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot what cannot boot, or not all of it: the console says why, and the machine stops or goes on. bad_boot_test.py BUILD

A missing, empty, foreign, truncated or damaged boot archive stops the system with a sentence. A unit manifest that is wrong is named with file and
line and left out; the rest boots.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

from console import Console, tap
import qemu
import rootfs

LIMIT = 300
PAGE = 4096

# Units that are wrong: file name, text, what init says of it ("FILE:" stands for the manifest's path).
BINARY = 'binary = "/sbin/objsrv"\n'
WRONG_UNITS = [
    ("empty", "", "FILE:1: there is no binary"),
    ("relative", 'binary = "sbin/objsrv"\n', "FILE:2: there is no binary, or it is no absolute path"),
    ("unknown", BINARY + "\nfrobnicate = 3\n", "FILE:3: unknown key"),
    ("twice", BINARY + "memory = 64\nmemory = 64\n", "FILE:3: this key was given before"),
    ("twin", 'name = "vfs"\n' + BINARY, "FILE:3: another unit has that name"),
    ("Capital", BINARY, "FILE:1: the file's name is no unit name"),
    ("little", BINARY + "memory = 1\n", "FILE:2: the number is out of range"),
    ("much", BINARY + "memory = 1073741825\n", "FILE:2: the number is out of range"),
    ("endless", BINARY + "memory = 999999999999999999999999\n", "FILE:2: the number is too large"),
    ("negative", BINARY + "objects = -1\n", "FILE:2: "),
    ("words", BINARY + 'memory = "lots"\n', "FILE:2: this key takes a number"),
    ("kind", BINARY + 'kind = "driver"\n', "FILE:2: this key does not take that value"),
    ("array", BINARY + 'needs = "objsrv"\n', "FILE:2: this key takes an array of texts"),
    ("open", BINARY + 'needs = ["objsrv"\n', "FILE:3: ',' or ']' was expected"),
    ("chicken", BINARY + 'needs = ["egg"]\n', "init: chicken is not started: it needs egg, which is not there or waits for it"),
    ("egg", BINARY + 'needs = ["chicken"]\n', "init: egg is not started: it needs chicken, which is not there or waits for it"),
    ("selfish", BINARY + 'needs = ["selfish"]\n', "init: selfish is not started: it needs selfish"),
    ("lonely", BINARY + 'needs = ["nobody"]\n', "init: lonely is not started: it needs nobody"),
    ("wizard", BINARY + 'needs = ["vfs:wizard"]\n', "init: wizard: no such role: vfs:wizard"),
    ("greedy", BINARY + 'grants = ["everything"]\n', 'init: greedy: there is no grant "everything"'),
    ("ghost", 'binary = "/sbin/ghost"\n', "init: ghost: /sbin/ghost: "),
    ("text", 'binary = "/etc/passwd"\n', "init: text: /etc/passwd: "),
    ("folder", 'binary = "/etc"\n', "init: folder: /etc: "),
]


def output_of(build, archive, machine=lambda line: line):
    """What the console said until the machine stopped by itself."""
    line = list(map(str, qemu.command(build, firmware="direct", archive=archive or "/", serial="stdio", append="panic=exit")))
    if archive is None:
        at = line.index("-initrd")
        del line[at:at + 2]
    line = machine(line)
    done = subprocess.run(["timeout", "-k", "5", str(LIMIT), *line], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    text = done.stdout.decode(errors="replace")
    if done.returncode == 124:
        raise AssertionError(f"it did not stop:\n{text[-2000:]}")
    return text


def expect_stop(build, archive, sentence, **machine):
    text = output_of(build, archive, **machine)
    if sentence not in text:
        raise AssertionError(f"no {sentence!r} in:\n{text[-2000:]}")


def expect_boot(build, archive, sentence, **machine):
    with Console(build, firmware="direct", archive=archive, **machine) as console:
        console.expect(sentence, LIMIT)
        console.login(LIMIT)
        return console.command("head -c 32 /dev/urandom | od -An -v -tx8; head -c 32 /dev/random | od -An -v -tx8")


def boot_without_random_instruction(build, archive):
    """The system says so, waits for the times of interrupts, and gives nothing predictable."""
    cpu = {"x86_64": "max,-rdrand,-rdseed", "aarch64": "cortex-a72"}[qemu.Artifacts(build).arch]
    words = [word for _ in range(2) for word in re.findall(r"\b[0-9a-f]{16}\b", expect_boot(
        build, archive, rb"init: no random instruction: waiting", cpu=cpu))]
    if len(set(words)) != 16 or "0" * 16 in words:
        raise AssertionError(f"two boots' random words: {words}")


def boot_with_wrong_units(build, archive):
    """All of them at once: each is named with what is wrong, none costs the system anything that works."""
    with Console(build, firmware="direct", archive=archive) as console:
        console.login(LIMIT)
        shown = console.text.decode(errors="replace")
        answer = console.command("echo $((6 * 7)) | cat")
    said = [(name, sentence.replace("FILE", f"/etc/units/{name}.toml")) for name, _, sentence in WRONG_UNITS]
    missing = [f"{name}: no {sentence!r}" for name, sentence in said if sentence not in shown]
    if missing or "PANIC" in shown or "42" not in answer:
        raise AssertionError("\n".join([*missing, "", shown[-6000:]]))


def broken_init(build, archive, function):
    """The archive, with an init that faults where it enters `function`: an instruction is there that is none."""
    trap = b"\0\0\0\0" if qemu.Artifacts(build).arch == "aarch64" else b"\x0f\x0b"
    program = build / "servers/init.elf"
    names = subprocess.run(["llvm-nm-19", program], capture_output=True, text=True, check=True).stdout
    address = int(re.search(rf"^(\w+) [tT] {function}$", names, re.M)[1], 16)
    sections = subprocess.run(["llvm-readelf-19", "-lW", program], capture_output=True, text=True, check=True).stdout
    for offset, start, size in re.findall(r"^ +LOAD +(0x\w+) (0x\w+) 0x\w+ (0x\w+)", sections, re.M):
        if 0 <= address - int(start, 16) < int(size, 16):
            at = int(offset, 16) + address - int(start, 16)
    code = program.read_bytes()[at:at + 256]
    if archive.count(code) != 1:
        raise AssertionError(f"{function} is {archive.count(code)} times in the archive")
    return archive.replace(code, trap + code[len(trap):])


def main():
    build = pathlib.Path(sys.argv[1])
    good = qemu.Artifacts(build).archive
    data = good.read_bytes()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def variant(name, content):
            path = folder / name
            path.write_bytes(content)
            return path

        def with_unit(name, text):
            rootfs.append(good, folder / name, [(variant(f"{name}.toml", text), f"/etc/units/{name}.toml")])
            return folder / name

        def with_wrong_units():
            rootfs.append(good, folder / "wrong", [(variant(f"{name}.toml", text.encode()), f"/etc/units/{name}.toml")
                                                   for name, text, _ in WRONG_UNITS])
            return folder / "wrong"

        useless = "the boot archive cannot be used"

        flipped = data[:PAGE] + bytes(byte ^ 0xFF for byte in data[PAGE:2 * PAGE]) + data[2 * PAGE:]
        old_gic = [("a machine with a GICv2", lambda: expect_stop(
            build, good, "this machine's interrupt controller is a GICv2",
            machine=lambda line: [word.replace("gic-version=3", "gic-version=2") for word in line]))]
        sys.exit(tap([
            *(old_gic if qemu.Artifacts(build).arch == "aarch64" else []),
            ("a CPU without a random instruction", lambda: boot_without_random_instruction(build, good)),
            ("no boot archive", lambda: expect_stop(build, None, f"{useless}: the loader has passed none")),
            ("a file that is no boot archive", lambda: expect_stop(build, variant("foreign", b"\xa5" * 100000), useless)),
            ("a truncated boot archive", lambda: expect_stop(build, variant("half", data[:len(data) // 2]), f"{useless}: it is truncated")),
            ("a damaged boot archive", lambda: expect_stop(build, variant("flipped", flipped), "the boot archive is damaged")),
            ("an init that faults", lambda: expect_stop(
                build, variant("faulty", broken_init(build, data, "posix_start")), "PANIC: init itself has failed")),
            ("an unknown key in a manifest", lambda: expect_boot(
                build, with_unit("broken", b'name = "broken"\nbinary = "/sbin/init"\nfrobnicate = 3\n'),
                rb"/etc/units/broken\.toml:3: unknown key")),
            ("a manifest that is no TOML", lambda: expect_boot(build, with_unit("syntax", b'name = "x\nbinary'),
                                                               rb"/etc/units/syntax\.toml:1: ")),
            ("a manifest without a program", lambda: expect_boot(
                build, with_unit("absent", b'name = "absent"\nbinary = "/sbin/absent"\nneeds = ["objsrv"]\n'), rb"init: .*absent")),
            ("all that can be wrong with a manifest", lambda: boot_with_wrong_units(build, with_wrong_units())),
        ]))


if __name__ == "__main__":
    main()
