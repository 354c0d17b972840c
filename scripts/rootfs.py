#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make the boot archive: header page (trona/uapi/kernel/boot.idl) and a "newc" cpio with page-aligned contents.

    rootfs.py --output boot.archive [--tree DIR]... [--package TAR]... [--file HOST:GUEST[:OCTALMODE]]...
              [--strip LLVM-STRIP --program HOST GUEST]...

Later sources replace earlier ones. The result depends on names, contents and modes only: owner root, one fixed time,
sorted. A file's contents start on a page because its name field is padded with NUL bytes, and are followed by NUL bytes to the
end of their last page (readers skip NULs in front of an entry, as Linux does), so the ramfs adopts whole pages where they lie and
nobody sees another file's bytes behind the end of one. `append()` adds files to a finished archive (scripts/exec --add).
Without /sbin/init the header has no segments and the kernel refuses the archive in words.
"""
import argparse
import os
import pathlib
import posixpath
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import zlib

PAGE = 4096
MAGIC = 0x31435241594C5453  # "STLYARC1"
HEADER = struct.Struct("<QIIQQQ")
SEGMENT = struct.Struct("<QQQQII")
SEGMENTS_MAX = 4
TRAILER = "TRAILER!!!"
MOUNTED = ("dev", "proc")
NEWC_HEAD = 110
MTIME = 1767225600  # 2026-01-01, for every file
EM_AARCH64 = 183
ELF_MACHINES = (62, EM_AARCH64)
PT_GNU_PROPERTY = 0x6474e553


class RootfsError(Exception):
    pass


def align(value, to):
    return -value % to


def resolve(path, links):
    """`path` with the archive's symbolic links in its folders followed (/bin is one)."""
    for _ in range(40):
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts)):
            prefix = "/".join(parts[:depth])
            if prefix in links:
                target = links[prefix]
                start = "" if target.startswith("/") else "/".join(parts[:depth - 1])
                path = posixpath.normpath("/".join([start, target, *parts[depth:]]))
                break
        else:
            return path
    raise RootfsError(f"{path}: too many symbolic links")


class Tree:
    """path (no leading slash) -> (mode with type, contents)."""

    def __init__(self):
        self.entries = {}
        self.links = {}

    def put(self, path, mode, data=b""):
        path = resolve(str(path), self.links).strip("/")
        if ".." in path.split("/"):
            raise RootfsError(f"{path}: '..' in a path of the image")
        if not path:
            return
        for parent in reversed(pathlib.PurePosixPath(path).parents):
            name = str(parent)
            if name != "." and name not in self.entries:
                self.entries[name] = (stat.S_IFDIR | 0o755, b"")
        self.entries[path] = (mode, data)
        if stat.S_ISLNK(mode):
            self.links[path] = os.fsdecode(data)

    def add_host(self, host, guest):
        """A file, link or folder of this machine, modes kept."""
        info = host.lstat()
        if host.is_symlink():
            self.put(guest, stat.S_IFLNK | 0o777, os.fsencode(host.readlink()))
        elif host.is_dir():
            self.put(guest, stat.S_IFDIR | stat.S_IMODE(info.st_mode))
            for child in sorted(host.iterdir()):
                self.add_host(child, pathlib.PurePosixPath(guest) / child.name)
        elif host.is_file():
            self.put(guest, stat.S_IFREG | stat.S_IMODE(info.st_mode), host.read_bytes())
        else:
            raise RootfsError(f"{host}: neither file, folder nor link")

    def add_layout(self, folder):
        """A folder of the source tree: git keeps one mode bit, so modes are 644/755 by it."""
        for host in sorted(folder.rglob("*")):
            guest = host.relative_to(folder)
            if host.is_symlink():
                self.put(guest, stat.S_IFLNK | 0o777, os.fsencode(host.readlink()))
            elif host.is_dir():
                self.put(guest, stat.S_IFDIR | 0o755)
            elif host.name != ".keep":
                mode = 0o755 if host.stat().st_mode & 0o100 else 0o644
                self.put(guest, stat.S_IFREG | mode, host.read_bytes())

    def add_package(self, archive):
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.issym():
                    self.put(member.name, stat.S_IFLNK | 0o777, os.fsencode(member.linkname))
                elif member.isdir():
                    self.put(member.name, stat.S_IFDIR | member.mode & 0o7777)
                elif member.isfile():
                    self.put(member.name, stat.S_IFREG | member.mode & 0o7777, tar.extractfile(member).read())
                elif member.islnk():
                    self.put(member.name, *self.entries[member.linkname.lstrip("./")])
                else:
                    raise RootfsError(f"{archive}: {member.name}: neither file, folder nor link")


def newc(path, mode, data, inode, offset):
    """One cpio entry that starts at `offset` of the archive."""
    name = os.fsencode(path) + b"\0"
    if data and stat.S_ISREG(mode):
        name += bytes(align(offset + NEWC_HEAD + len(name), PAGE))
    else:
        name += bytes(align(NEWC_HEAD + len(name), 4))
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = (inode, mode, 0, 0, links, MTIME, len(data), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields)
    entry = head + name + data
    return entry + bytes(align(offset + len(entry), PAGE if data and stat.S_ISREG(mode) else 4))


def body(entries, offset, inode):
    """cpio bytes for sorted entries from `offset` on, trailer and padding to a page included."""
    parts = []
    for path, (mode, data) in sorted(entries.items()):
        part = newc(path, mode, data, inode, offset)
        parts.append(part)
        offset += len(part)
        inode += 1
    trailer = newc(TRAILER, 0, b"", 0, offset)
    parts += [trailer, bytes(align(offset + len(trailer), PAGE))]
    return b"".join(parts)


def parse(archive):
    """Yield (path, mode, data offset, size, entry offset) of a finished archive."""
    offset = HEADER.unpack_from(archive)[4]
    while True:
        while archive[offset:offset + 4] == b"\0\0\0\0":
            offset += 4
        if archive[offset:offset + 6] != b"070701":
            raise RootfsError(f"no cpio entry at offset {offset}")
        fields = [int(archive[offset + 6 + 8 * i:offset + 14 + 8 * i], 16) for i in range(13)]
        size, name_size = fields[6], fields[11]
        name = os.fsdecode(archive[offset + NEWC_HEAD:offset + NEWC_HEAD + name_size].split(b"\0")[0])
        data = offset + NEWC_HEAD + name_size
        yield name, fields[1], data, size, offset
        if name == TRAILER:
            return
        offset = data + size + align(data + size, 4)


def has_landing_pads(elf):
    """Does the property note of an aarch64 program promise BTI's landing pads? (trona/loader/elf.c)"""
    headers, (entry_size, count) = struct.unpack_from("<Q", elf, 32)[0], struct.unpack_from("<HH", elf, 54)
    for index in range(count):
        p_type, _, offset, _, _, size = struct.unpack_from("<IIQQQQ", elf, headers + index * entry_size)
        if p_type == PT_GNU_PROPERTY and struct.unpack_from("<H", elf, 18)[0] == EM_AARCH64:
            kind, _, features = struct.unpack_from("<III", elf[offset:offset + size], 16)
            return kind == 0xc0000000 and bool(features & 1)
    return False


def init_segments(archive):
    """The header's entry point and segments of the last /sbin/init in the archive."""
    found = [(data, size) for name, _, data, size, _ in parse(archive) if name == "sbin/init"]
    if not found:
        return 0, []
    at, size = found[-1]
    elf = archive[at:at + size]
    if elf[:6] != b"\x7fELF\x02\x01" or struct.unpack_from("<H", elf, 18)[0] not in ELF_MACHINES:
        raise RootfsError("/sbin/init is no 64-bit ELF program for our machines")
    kind, entry, headers = struct.unpack_from("<H", elf, 16)[0], *struct.unpack_from("<QQ", elf, 24)
    entry_size, count = struct.unpack_from("<HH", elf, 54)
    if kind not in (2, 3):
        raise RootfsError("/sbin/init must be a program (ET_EXEC, or ET_DYN that relocates itself)")
    segments = []
    code = 4 | (16 if has_landing_pads(elf) else 0)  # KN_VSPACE_PROT_EXECUTE, BRANCH
    for index in range(count):
        p_type, flags, offset, address, _, file_size, memory_size, _ = struct.unpack_from(
            "<IIQQQQQQ", elf, headers + index * entry_size)
        if p_type != 1 or memory_size == 0:
            continue
        lead = address % PAGE
        if offset % PAGE != lead:
            raise RootfsError(f"/sbin/init: segment {index} is not congruent to its file offset")
        prot = (1 if flags & 4 else 0) | (2 if flags & 2 else 0) | (code if flags & 1 else 0)
        segments.append((address - lead, at + offset - lead if file_size else 0,
                         file_size + lead if file_size else 0, memory_size + lead, prot, 0))
    if len(segments) > SEGMENTS_MAX:
        raise RootfsError(f"/sbin/init has {len(segments)} segments; the header holds {SEGMENTS_MAX}")
    return entry, segments


def with_header(cpio):
    """The finished archive: header page in front of the cpio."""
    archive = bytes(HEADER.pack(MAGIC, 0, 0, PAGE + len(cpio), PAGE, 0)).ljust(PAGE, b"\0") + cpio
    entry, segments = init_segments(archive)
    table = b"".join(SEGMENT.pack(*segment) for segment in segments).ljust(SEGMENT.size * SEGMENTS_MAX, b"\0")
    head = HEADER.pack(MAGIC, 0, len(segments), len(archive), PAGE, entry) + table
    head = HEADER.pack(MAGIC, zlib.crc32(head), len(segments), len(archive), PAGE, entry) + table
    return head.ljust(PAGE, b"\0") + cpio


def append(base, output, additions):
    """Write `output`: archive `base` plus (host path, guest path) pairs."""
    archive = pathlib.Path(base).read_bytes()
    entries = list(parse(archive))
    links = {name: os.fsdecode(archive[data:data + size]) for name, mode, data, size, _ in entries if stat.S_ISLNK(mode)}
    known = {name: mode for name, mode, *_ in entries}
    tree = Tree()
    for host, guest in additions:
        guest = resolve(posixpath.normpath("/" + guest).lstrip("/"), links)
        target = posixpath.dirname(resolve(guest + "/x", links)).lstrip("/")
        if guest in links and stat.S_ISDIR(known.get(target, 0)):
            guest = target  # what is added there does not take its place
        if guest.split("/")[0] in MOUNTED:
            raise RootfsError(f"/{guest}: the running system puts a file system of its own there")
        if not guest and not pathlib.Path(host).is_dir():
            raise RootfsError(f"{host} cannot be the root folder")
        tree.add_host(pathlib.Path(host), guest)
    for path, (mode, _) in tree.entries.items():
        if path in known and stat.S_ISDIR(mode) != stat.S_ISDIR(known[path]):
            raise RootfsError(f"/{path} is {'no' if stat.S_ISDIR(mode) else 'a'} folder in the image")
    fresh = {path: entry for path, entry in tree.entries.items()
             if not (stat.S_ISDIR(entry[0]) and path in known)}
    end = entries[-1][4]
    cpio = archive[PAGE:end] + body(fresh, end, len(entries) + 1)
    pathlib.Path(output).write_bytes(with_header(cpio))


def stripped(program, strip):
    """A program without its debug information and symbols."""
    if not strip:
        return pathlib.Path(program).read_bytes()
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([strip, "-o", file.name, program], check=True)
        return pathlib.Path(file.name).read_bytes()


def write_if_changed(path, data):
    """Leave the file alone when nothing changed, so that what is made of it is not made again."""
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument("--tree", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--package", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--program", action="append", default=[], nargs=2, metavar=("HOST", "GUEST"))
    parser.add_argument("--strip", help="tool that --program files go through")
    parser.add_argument("--file", action="append", default=[], metavar="HOST:GUEST[:OCTALMODE]")
    options = parser.parse_args()
    tree = Tree()
    try:
        for package in options.package:
            tree.add_package(package)
        for folder in options.tree:
            tree.add_layout(folder)
        for item in options.file:
            host, guest, *mode = item.split(":")
            data = pathlib.Path(host).read_bytes()
            default = 0o755 if data[:4] == b"\x7fELF" else 0o644
            tree.put(guest, stat.S_IFREG | (int(mode[0], 8) if mode else default), data)
        for host, guest in options.program:
            tree.put(guest, stat.S_IFREG | 0o755, stripped(host, options.strip))
        write_if_changed(options.output, with_header(body(tree.entries, PAGE, 1)))
    except (RootfsError, OSError) as error:
        sys.exit(f"rootfs.py: {error}")


if __name__ == "__main__":
    main()
