#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Fetch GRUB's arm64 modules, which the amd64 package archive does not list.

    grub_arm64.py      prints the folder with the modules, for grub-mkimage -O arm64-efi -d

A private apt configuration for the foreign machine finds the package grub-efi-arm64-bin on the
machine's own mirror (apt checks signature and hash); it is unpacked into the download cache and
nothing is installed. The modules must be of the same version as the grub-mkimage that combines
them, so the cache is keyed by it.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from port_source import cache_root  # noqa: E402

PACKAGE = "grub-efi-arm64-bin"
MODULES = "usr/lib/grub/arm64-efi"


def run(*command, **options):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SystemExit(f"grub_arm64.py: {command[0]} failed: {last}")
    return result.stdout


def host_version():
    """The version of the installed grub-mkimage, as the package archive writes it."""
    return run("dpkg-query", "-W", "-f=${Version}", "grub-common")


def mirror_lines():
    """Source lines of the machine's own mirrors, for the suites it uses itself."""
    targets = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)",
                  "Created-By: Packages")
    wanted = sorted({t for t in targets.splitlines() if re.match(r"\S+ \S+ main$", t)})
    if not wanted:
        raise SystemExit("grub_arm64.py: apt knows no package mirror")
    return "".join(f"deb [arch=arm64] {line}\n" for line in wanted)


def download(folder):
    """Leave the package file in `folder` and return its path."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    (folder / "sources.list").write_text(mirror_lines())
    (folder / "status").write_text("")
    settings = {"APT::Architecture": "arm64", "APT::Architectures": "arm64",
                "Acquire::Languages": "none",
                "Dir::Etc::sourcelist": folder / "sources.list", "Dir::Etc::sourceparts": "-",
                "Dir::State::Lists": folder / "lists", "Dir::State::status": folder / "status",
                "Dir::Cache": folder / "cache", "APT::Sandbox::User": "root"}
    options = [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]
    run("apt-get", *options, "update")
    # The mirror may have moved on: modules of the same upstream version do as well.
    known = run("apt-cache", *options, "madison", PACKAGE)
    versions = [line.split("|")[1].strip() for line in known.splitlines() if "|" in line]
    upstream = host_version().split("-")[0]
    same = ([v for v in versions if v == host_version()]
            or [v for v in versions if v.split("-")[0] == upstream])
    if not same:
        raise SystemExit(f"grub_arm64.py: the mirror has no {PACKAGE} {upstream}, only {versions}")
    run("apt-get", *options, "download", f"{PACKAGE}={same[0]}", cwd=folder)
    return next(folder.glob("*.deb"))


def modules():
    """The folder with the modules; fetched when it is not in the cache."""
    place = cache_root() / "grub-arm64" / host_version().replace("/", "_")
    if (place / "moddep.lst").exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as name:
        folder = pathlib.Path(name)
        run("dpkg", "-x", download(folder), folder / "unpacked")
        # Another build may have been faster; then its copy is as good.
        if not place.exists():
            shutil.move(folder / "unpacked" / MODULES, place)
    return place


if __name__ == "__main__":
    print(modules())
