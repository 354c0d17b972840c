#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot the ISO, type a session through a real terminal, and draw what the terminal showed: docs/boot.svg.

    record.py [--build build/x86_64] [--out docs/boot.svg] [COMMAND...]

Lines appear in the order and with the pauses (shortened) in which the machine printed them; nothing is edited but control sequences.
"""
import argparse
import html
import pathlib
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test/system"))
from console import PROMPT, Console  # noqa: E402

COMMANDS = ["uname -a", "echo $((6*7)) $BASH_VERSION", "ls /", "ps -e | head -8", "seq 1 100000 | sort -rn | head -3",
            "test_runner retype_refuses copy_refuses"]
CONTROL = re.compile(r"\x1b\[[0-9;?=]*[a-zA-Z]|\x1b[=>c78]|[\x00-\x08\x0b-\x1f\x7f]")
LINE, CHARACTER, MARGIN = 18, 8.4, 16


def session(console, commands):
    """Log in and type; the console's lines from the kernel's first one on, each with the seconds since power-on."""
    start = time.monotonic()
    console.login(timeout=300)
    marks = [(len(console.text), time.monotonic() - start)]
    for command in commands:
        console.send(command + "\r")
        console.expect(re.escape(command), 60)
        console.expect(PROMPT, 120)
        marks.append((len(console.text), time.monotonic() - start))
    shown, before = [], console.text.find(b"kernite:")
    for end, when in marks:
        part = console.text[before:end].decode(errors="replace").replace("\r\n", "\n")
        lines = CONTROL.sub("", part).expandtabs(8).split("\n")
        if shown:
            shown[-1] = (shown[-1][0] + lines.pop(0), shown[-1][1])
        shown += [(line, when) for line in lines]
        before = end
    return shown


def draw(lines):
    width = max(len(line) for line, _ in lines) * CHARACTER + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    rows = []
    for number, (line, when) in enumerate(lines):
        rows.append(f'<text x="{MARGIN}" y="{MARGIN + LINE * number + 13}">{html.escape(line) or " "}'
                    f'<set attributeName="opacity" to="0" begin="0s" end="{min(when, 2) / 4 + number * 0.12:.2f}s"/></text>')
    return (f'<!-- SPDX-License-Identifier: BSD-2-Clause; made by scripts/record.py from a real boot -->\n'
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" font-family="monospace" font-size="14"'
            f' fill="#d8dee9" xml:space="preserve">\n<rect width="100%" height="100%" rx="8" fill="#1d2129"/>\n'
            + "\n".join(rows) + "\n</svg>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/x86_64")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "docs/boot.svg")
    parser.add_argument("commands", nargs="*")
    options = parser.parse_args()
    with Console(options.build) as console:
        options.out.write_text(draw(session(console, options.commands or COMMANDS)))


if __name__ == "__main__":
    main()
