# SPDX-License-Identifier: BSD-2-Clause
"""Where third-party sources come from: a download cache, the Debian source archive, upstream.

The mirror is the machine's own: we read apt's settings and keep a private apt configuration
(source lines, own lists folder) in our cache, so that nothing of the system changes and no mirror
is named in this tree. A file is only ever taken under its final name after its sha256 matched the
recipe; versions in the archive move on, hence the download cache and the upstream address as the
last resort.
"""
import fcntl
import hashlib
import lzma
import os
import posixpath
import re
import shutil
import subprocess
import tarfile
import time
import urllib.request
import zlib
from pathlib import Path

from port_recipe import RecipeError

SUITES = ("bookworm", "trixie")
LISTS_MAX_AGE = 24 * 3600
APT_HELPER = "/usr/lib/apt/apt-helper"


def sha256_of(path):
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def check_members(recipe, path):
    """Refuse an archive that is cut off, or with a member that would land (or point) outside of its folder."""
    where = f"{recipe.directory / 'recipe.toml'}: {recipe['archive']}"

    def outside(name):
        name = posixpath.normpath(name)
        return name.startswith("/") or name.split("/")[0] == ".."

    try:
        with tarfile.open(path) as archive:
            for member in archive:
                target = member.linkname if member.islnk() else posixpath.join(
                    posixpath.dirname(member.name), member.linkname) if member.issym() else "."
                if outside(member.name) or ".." in member.name.split("/"):
                    raise RecipeError(f"{where}: member '{member.name}' leads out of the source folder; nothing was unpacked")
                if outside(target):
                    raise RecipeError(f"{where}: link '{member.name}' to '{member.linkname}' leads out of the source folder;"
                                      " nothing was unpacked")
                if not (member.isreg() or member.isdir() or member.islnk() or member.issym()):
                    raise RecipeError(f"{where}: '{member.name}' is neither file, folder nor link; nothing was unpacked")
            while archive.fileobj.read(1 << 20):
                pass  # to the end: the compressed stream's own checksum is there
    except (tarfile.TarError, EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        raise RecipeError(f"{where} is cut off or no archive ({error}); nothing was unpacked") from None


class Apt:
    """The private apt configuration: made on first use, its lists refreshed once a day."""

    def __init__(self, directory):
        self.directory = directory
        self.ready = False
        self.trouble = ""  # why the lists could not be refreshed: then those that are there have to do

    def options(self):
        settings = {
            "Dir::Etc::sourcelist": self.directory / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::State::Lists": self.directory / "lists",
            "Dir::Cache": self.directory / "cache",
            "Acquire::Languages": "none",
            "APT::Sandbox::User": "root",
        }
        return [part for k, v in settings.items() for part in ("-o", f"{k}={v}")]

    def prepare(self):
        if self.ready:
            return
        if not shutil.which("apt-get"):
            raise RecipeError("apt-get is not here: sources come from the Debian source archive")
        (self.directory / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        (self.directory / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
        uris = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
            capture_output=True, text=True, check=True).stdout.split()
        uris = sorted({u for u in uris if re.search(r"/debian/?$", u)})
        if not uris:
            raise RecipeError("apt knows no Debian mirror (nothing ending in /debian)")
        wanted = "".join(f"deb-src {u} {s} main\n" for u in uris for s in SUITES)
        listing = self.directory / "sources.list"
        stamp = self.directory / "updated"
        fresh = (stamp.exists() and listing.exists() and listing.read_text() == wanted
                 and time.time() - stamp.stat().st_mtime < LISTS_MAX_AGE)
        if not fresh:
            listing.write_text(wanted)
            # Otherwise apt-get calls it a success when it reaches nobody.
            run = subprocess.run(["apt-get", *self.options(), "-o", "APT::Update::Error-Mode=any", "update"],
                                 capture_output=True, text=True)
            if run.returncode:
                self.trouble = " ".join(["apt-get update failed:", *run.stderr.strip().splitlines()[:1]])
            else:
                stamp.touch()
        self.ready = True

    def locate(self, archive):
        """Return (address, sha256) of an orig tarball by its file name, or None."""
        match = re.fullmatch(r"([a-z0-9.+-]+)_([^_]+)\.orig\.tar\.\w+", archive)
        if not match:
            return None
        package, upstream_version = match.groups()
        self.prepare()
        shown = subprocess.run(
            ["apt-cache", *self.options(), "showsrc", "--only-source", package],
            capture_output=True, text=True).stdout
        for version in re.findall(r"^Version: (\S+)$", shown, re.M):
            bare = re.sub(r"^\d+:", "", version).rpartition("-")[0]
            if bare != upstream_version:
                continue
            uris = subprocess.run(
                ["apt-get", *self.options(), "source", "--print-uris", "--only-source",
                 f"{package}={version}"], capture_output=True, text=True).stdout
            for line in uris.splitlines():
                found = re.fullmatch(r"'(\S+)' (\S+) \d+ SHA256:([0-9a-f]{64})", line.strip())
                if found and found.group(2) == archive:
                    return found.group(1), found.group(3)
        return None

    def download(self, address, target):
        run = subprocess.run([APT_HELPER, *self.options(), "download-file", address, str(target)],
                             capture_output=True, text=True)
        return run.returncode == 0


class Sources:
    """The download cache and its refill."""

    def __init__(self, cache, offline=False):
        self.directory = cache / "download"
        self.apt = Apt(cache / "apt")
        self.offline = offline

    def path(self, recipe):
        return self.directory / f"{recipe['sha256'][:16]}-{recipe['archive']}"

    def check(self, recipe, path):
        """Refuse a file whose content is not what the recipe pinned."""
        actual = sha256_of(path)
        if actual != recipe["sha256"]:
            raise RecipeError(
                f"{recipe.directory / 'recipe.toml'}: {recipe['archive']} has the wrong hash:"
                f" the recipe pins {recipe['sha256']}, the file is {actual};"
                " nothing was unpacked")

    def fetch(self, recipe):
        """Return the verified tarball and whether it came from the cache."""
        target = self.path(recipe)
        if target.exists():
            self.check(recipe, target)
            return target, True
        if self.offline:
            raise RecipeError(f"{recipe['archive']} is not in {self.directory}"
                              " and we are asked to stay offline")
        self.directory.mkdir(parents=True, exist_ok=True)
        with open(self.directory / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if target.exists():
                self.check(recipe, target)
                return target, True
            tried = self._obtain(recipe, target)
        if not target.exists():
            raise RecipeError(
                f"the source of {recipe.name} {recipe['version']} is missing:"
                f" {recipe['archive']} (sha256 {recipe['sha256']}); tried {tried}."
                f" Put the file at {target} and run again")
        return target, False

    def _obtain(self, recipe, target):
        partial = target.with_name(f".partial-{os.getpid()}-{target.name}")
        tried = []
        try:
            found = self.apt.locate(recipe["archive"])
            if found:
                tried.append("the Debian source archive")
                if found[1] == recipe["sha256"] and self.apt.download(found[0], partial):
                    self.check(recipe, partial)
                    partial.rename(target)
                    return tried
            else:
                tried.append(f"the Debian source archive ({self.apt.trouble or 'not listed there'})")
            if recipe["upstream"]:
                tried.append(recipe["upstream"])
                self._download(recipe["upstream"], partial)
                self.check(recipe, partial)
                partial.rename(target)
        except OSError as error:
            tried.append(f"({error})")
        finally:
            partial.unlink(missing_ok=True)
        return " and ".join(tried)

    @staticmethod
    def _download(address, target):
        with urllib.request.urlopen(address, timeout=60) as reply, open(target, "wb") as out:
            shutil.copyfileobj(reply, out)


def cache_root():
    """The cache outside every build folder."""
    named = os.environ.get("SALTYOS_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "saltyos"
