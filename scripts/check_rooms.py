#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hold the tree against its rules: which room may include which, who may call whom, and what may not be in generic code.

Prints TAP; run by `meson test`. The tables below are the rules (servers/README.md tells why); a new arrow is a reviewed
edit here. Tests (*_test.c, test/) may include what they test.
"""
import fnmatch
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
CONDITIONAL = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b", re.M)
KERNEL_LINES = 12000

# room -> prefixes of quoted includes that lead to another room; own files are always allowed
GENERATED = {"uapi/": "uapi", "kn/": "uapi", "client/": "uapi", "server/": "uapi", "gen/": "kernel"}
ROOMS = {
    "kernite": {"uapi", "kernel"},
    "trona/uapi": {"uapi", "substrate"},
    "trona/substrate": {"uapi", "substrate"},
    "trona/loader": {"uapi", "substrate", "loader"},
    "trona/posix": {"uapi", "substrate", "loader", "posix"},
    "basalt": {"basalt", "sysdeps"},
    "servers": {"uapi", "substrate"},
    "personalities": {"posix program", "uapi", "substrate"},
}
WITH_LOADER = ("servers/init/", "servers/procmgr/", "servers/test_runner/")
LOADER_HEADERS = ("trona/elf.h", "trona/image.h", "trona/pe.h")

# server -> servers it may call (besides objsrv's callers below everything is a DAG by construction of this table)
CALLS = {
    "objsrv": set(),
    "mmsrv": {"objsrv"},
    "namesrv": {"objsrv"},
    "console": {"objsrv", "namesrv"},
    "procmgr": {"objsrv", "mmsrv", "namesrv"},
    "vfs": {"objsrv", "mmsrv", "namesrv"},
    "test_runner": {"objsrv", "mmsrv", "namesrv"},
    "ttysrv": {"objsrv", "mmsrv", "namesrv", "console", "vfs", "procmgr"},
}
STARTERS = {"vfs": {"procmgr"}}  # a table handed over at start, before either serves


def tracked(*patterns):
    """The tree's files; without git or a checkout (a source archive), every file outside of build folders."""
    if shutil.which("git"):
        output = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
        if output.returncode == 0 and output.stdout:
            return [ROOT / name for name in output.stdout.splitlines() if (ROOT / name).is_file()]
    names = {path: path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()}
    return sorted(path for path, name in names.items() if not name.startswith(("build/", "."))
                  and any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns))


def room_of(header, own):
    """Which room a quoted include leads to; None: the file's own room."""
    for prefix, room in GENERATED.items():
        if header.startswith(prefix):
            return room
    if header in LOADER_HEADERS:
        return "loader"
    if header.startswith("trona/"):
        return "posix" if (ROOT / "trona/posix/include" / header).exists() else "substrate"
    if header.startswith("posix/"):
        return "posix"
    return None


def check_includes():
    wrong = []
    for path in tracked("*.c", "*.h"):
        name = path.relative_to(ROOT).as_posix()
        if name.endswith("_test.c") or name.startswith(("test/", "image/")):
            continue
        own = next((room for room in ROOMS if name.startswith(room + "/")), None)
        if own is None:
            continue
        allowed = ROOMS[own] | ({"loader"} if name.startswith(WITH_LOADER) else set())
        for header in INCLUDE.findall(path.read_text(errors="replace")):
            room = room_of(header, own)
            if room and room not in allowed and not (own == "trona/substrate" and room == "substrate"):
                wrong.append(f"{name} includes {header}: {own} may not use {room}")
    return wrong


def check_conditionals():
    """No #if in generic kernel code or servers (variants are files)."""
    wrong = []
    for path in tracked("kernite/core/*", "kernite/object/*", "kernite/ipc/*", "kernite/mm/*", "servers/*"):
        if path.suffix in (".c", ".h") and not path.name.endswith("_test.c"):
            for found in CONDITIONAL.finditer(path.read_text()):
                wrong.append(f"{path.relative_to(ROOT)}: {found.group(0).strip()}")
    return wrong


def check_calls():
    """Manifests' `uses` stay within the call graph, which has no cycle."""
    wrong = []
    for path in tracked("servers/*/manifest.toml", "personalities/*/manifest.toml", "personalities/posix/*/manifest.toml"):
        manifest = tomllib.loads(path.read_text())
        name = manifest.get("name", path.parent.name)
        allowed = CALLS.get(name)
        if allowed is None:
            continue
        for used in (need.split(":")[0] for need in manifest.get("needs", [])):
            if used not in allowed | STARTERS.get(name, set()):
                wrong.append(f"{path.relative_to(ROOT)}: {name} may not call {used}")
    seen = {}

    def visit(server, trail):
        if server in trail:
            wrong.append("the call graph has a cycle: " + " -> ".join([*trail, server]))
        elif server not in seen:
            seen[server] = True
            for callee in CALLS.get(server, ()):
                visit(callee, [*trail, server])

    for server in CALLS:
        visit(server, [])
    return wrong


def kernel_lines():
    count = 0
    for path in tracked("kernite/*.c", "kernite/*.h", "kernite/*.S"):
        if not path.name.endswith("_test.c"):
            text = re.sub(r"/[*].*?[*]/", "", path.read_text(), flags=re.S)
            count += sum(1 for line in text.splitlines() if re.sub(r"//.*", "", line).strip())
    return count


def check_kernel_size():
    lines = kernel_lines()
    print(f"# kernite has {lines} lines of code (both machines)")
    return [f"kernite has {lines} lines; the budget is {KERNEL_LINES}"] if lines > KERNEL_LINES else []


def check_headers():
    """Every header begins with #pragma once after its comment."""
    return [f"{path.relative_to(ROOT)} has no #pragma once" for path in tracked("*.h")
            if "#pragma once" not in path.read_text() and not str(path.relative_to(ROOT)).startswith("image/recipes")]


def main():
    checks = [("rooms include only what they may", check_includes),
              ("generic code has no conditionals", check_conditionals),
              ("servers call only downwards", check_calls),
              ("the kernel stays within its budget", check_kernel_size),
              ("headers are included once", check_headers)]
    print(f"1..{len(checks)}")
    failed = 0
    for number, (title, check) in enumerate(checks, 1):
        wrong = check()
        for line in wrong:
            print(f"# {line}")
        print(f"{'not ok' if wrong else 'ok'} {number} - {title}")
        failed += bool(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
