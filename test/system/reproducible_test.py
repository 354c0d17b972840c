#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Building twice in two folders gives the same bytes: reproducible_test.py BUILD.

The second tree is a copy of the sources in a folder whose path has another length, built at another time. Ports come from the
cache by the hash of their inputs, the C library among them: were that not the same, the test would fail on it
before the ports. Ports themselves are not built twice here.
"""
import hashlib
import pathlib
import sys

from console import tap  # puts scripts/ on the path
import qemu
import variant

PARTS = ["kernite/kernite-{arch}.elf", "image/boot.archive", "image/saltyos-{arch}.iso"]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def compare(build, other, name):
    here, there = build / name, other / name
    if digest(here) == digest(there):
        print(f"# {name} {digest(here)}")
        return
    one, two = here.read_bytes(), there.read_bytes()
    at = next((i for i, (a, b) in enumerate(zip(one, two)) if a != b), min(len(one), len(two)))
    raise AssertionError(f"{here} ({len(one)} bytes) and {there} ({len(two)} bytes) differ from byte {at:#x} on:\n"
                         f"{one[at:at + 64]!r}\n{two[at:at + 64]!r}")


def main():
    build = pathlib.Path(sys.argv[1])
    arch = qemu.Artifacts(build).arch
    names = [name.format(arch=arch) for name in PARTS]
    other = []
    cases = [("the tree builds in another folder",
              lambda: other.append(variant.make(build, "reproducible", sys.argv[2:], [names[-1], names[1], names[0]], True)))]
    cases += [(f"{name} is the same in both", lambda n=name: compare(build, other[0], n)) for name in names]
    sys.exit(tap(cases))


if __name__ == "__main__":
    main()
