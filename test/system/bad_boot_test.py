#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot what cannot boot, or not all of it: the console says why, and the machine stops or goes on. bad_boot_test.py BUILD

A missing, empty, foreign, truncated or damaged boot archive stops the system with a sentence. A unit manifest that is wrong is named with file and
line and left out; the rest boots.
"""
import pathlib
import subprocess
import sys
import tempfile

from console import Console, tap
import qemu
import rootfs

LIMIT = 120
PAGE = 4096


def output_of(build, archive):
    """What the console said until the machine stopped by itself."""
    line = list(map(str, qemu.command(build, firmware="direct", archive=archive or "/", serial="stdio", append="panic=exit")))
    if archive is None:
        at = line.index("-initrd")
        del line[at:at + 2]
    done = subprocess.run(["timeout", "-k", "5", str(LIMIT), *line], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    text = done.stdout.decode(errors="replace")
    if done.returncode == 124:
        raise AssertionError(f"it did not stop:\n{text[-2000:]}")
    return text


def expect_stop(build, archive, sentence):
    text = output_of(build, archive)
    if sentence not in text:
        raise AssertionError(f"no {sentence!r} in:\n{text[-2000:]}")


def expect_boot(build, archive, sentence):
    with Console(build, firmware="direct", archive=archive) as console:
        console.expect(sentence, LIMIT)
        console.login(LIMIT)


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

        useless = "the boot archive cannot be used"
        flipped = data[:PAGE] + bytes(byte ^ 0xFF for byte in data[PAGE:2 * PAGE]) + data[2 * PAGE:]
        sys.exit(tap([
            ("no boot archive", lambda: expect_stop(build, None, f"{useless}: the loader has passed none")),
            ("a file that is no boot archive", lambda: expect_stop(build, variant("foreign", b"\xa5" * 100000), useless)),
            ("a truncated boot archive", lambda: expect_stop(build, variant("half", data[:len(data) // 2]), f"{useless}: it is truncated")),
            ("a damaged boot archive", lambda: expect_stop(build, variant("flipped", flipped), "the boot archive is damaged")),
            ("an unknown key in a manifest", lambda: expect_boot(
                build, with_unit("broken", b'name = "broken"\nbinary = "/sbin/init"\nfrobnicate = 3\n'),
                rb"/etc/units/broken\.toml:3: unknown key")),
            ("a manifest that is no TOML", lambda: expect_boot(build, with_unit("syntax", b'name = "x\nbinary'),
                                                               rb"/etc/units/syntax\.toml:1: ")),
            ("a manifest without a program", lambda: expect_boot(
                build, with_unit("absent", b'name = "absent"\nbinary = "/sbin/absent"\nneeds = ["objsrv"]\n'), rb"init: .*absent")),
        ]))


if __name__ == "__main__":
    main()
