#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Build the tree once more, another way: other options, or from a copy of the sources in another folder.

    variant.py --build build/x86_64 [--copy] NAME [-DOPTION=VALUE]... TARGET...

Prints the variant's build folder, BUILD/variants/NAME, which stays: a second run builds only what changed since. With
--copy the sources are copied first, so that nothing but their bytes is the same. Ports come from the shared cache either way.
Tests of variants (the native system, the sanitizer kernel, reproducibility) call `make`.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys

import qemu

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOT_SOURCES = ("build", ".git", "__pycache__")


class Failed(Exception):
    """A command of the build failed; the message has its last lines."""


def run(*command):
    result = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    if result.returncode:
        raise Failed(f"{command[0]} ended with {result.returncode}\n" + "\n".join(result.stdout.splitlines()[-30:]))


def sources(folder):
    """Every file and link of a source tree, relative to it; build folders lie at its top and are no sources."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.name in NOT_SOURCES or path.name.startswith("build"):
            continue
        found += [path] if path.is_symlink() or path.is_file() else [
            p for p in sorted(path.rglob("*")) if (p.is_symlink() or p.is_file()) and "__pycache__" not in p.parts]
    return {path.relative_to(folder) for path in found}


def same(one, other):
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    return other.is_file() and one.read_bytes() == other.read_bytes() and one.stat().st_mode == other.stat().st_mode


def copy(origin, target):
    """Make `target` the same tree; files that are already the same keep their time."""
    wanted = sources(origin)
    if target.exists():
        for stale in sources(target) - wanted:
            (target / stale).unlink()
    for name in wanted:
        if not same(origin / name, target / name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).unlink(missing_ok=True)
            shutil.copy(origin / name, target / name, follow_symlinks=False)


def make(build, name, options=(), targets=(), from_copy=False):
    """Configure and build; returns the variant's build folder."""
    build = pathlib.Path(build).resolve()
    arch = qemu.Artifacts(build).arch
    root, folder = ROOT, build / "variants" / name
    if from_copy:
        root = folder / "the same sources ä"
        copy(ROOT, root)
        folder = root / "build" / arch
    if (folder / "build.ninja").exists():
        run("meson", "configure", folder, *options)
    else:
        shutil.rmtree(folder, ignore_errors=True)
        run("meson", "setup", folder, root, "--cross-file", root / "cross" / f"{arch}.ini", *options)
    run("ninja", "-C", folder, *targets)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--copy", action="store_true")
    parser.add_argument("name")
    options, rest = parser.parse_known_args()
    try:
        print(make(options.build, options.name, [word for word in rest if word.startswith("-")],
                   [word for word in rest if not word.startswith("-")], options.copy))
    except Failed as error:
        sys.exit(f"variant.py: {error}")


if __name__ == "__main__":
    main()
