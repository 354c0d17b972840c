# SPDX-License-Identifier: BSD-2-Clause
"""What a guide (docs/*.md, README.md) consists of, and whether everything in it is something we know.

A fenced block says what it is in the words after its backquotes:

    sh            a script, run by bash as it stands, at the top of the tree; it must succeed
    console       commands ("$ ...") and what they print; run and compared. "..." stands for any text, alone on a line for any lines
    session       a login at the system's console; typed and compared
    sh by-hand    for a person at a terminal, or too long for a test: each line has a stand-in in guides_test.py
    c example     code of other systems
    figure        a drawing

A word in `backquotes` is a command that one of those blocks runs or guides_test.py proves, or it occurs in the tree: as a file, an option
of a tool, a name. Anything else is an error: what a guide speaks of is there.
"""
import fnmatch
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from check_rooms import tracked  # noqa: E402

BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
RUN, LOOKED_AT = ("sh", "console", "session", "sh by-hand"), ("c example", "figure")
PLACEHOLDER = re.compile(r"\\?<\w+\\?>|\b(?:CMD|NAME|FILE|PID|ARG)\b")
# Words of other systems, of C and of the shell: nothing of ours has to be called so.
KNOWN = {"area: what it does", "foo_test.c", "snake_case", "#if", "Ctrl-A X", "LSTAR", "sysret", "config.sub", "ulimit"}


class Guide:
    """One file: `blocks` of (kind, text), and `spans` and `links` of its prose."""

    def __init__(self, path, text):
        self.path = path
        self.blocks = BLOCK.findall(text)
        prose = BLOCK.sub("", text)
        self.spans, self.links = SPAN.findall(prose), LINK.findall(prose)
        self.has_open_block = "```" in prose


def guides():
    return [Guide(path, path.read_text()) for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]]


def pages():
    """All pages of the tree."""
    return [Guide(path, path.read_text()) for path in tracked("*.md")]


def commands(kind, text):
    """The commands of a block, as one types them; without comments at their ends."""
    if kind == "session":
        return []
    lines = text.replace("\\\n", "").splitlines()
    if kind == "console":
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    return [re.sub(r"\s+# .*", "", line) for line in lines if line.strip()]


def transcript(text):
    """[(command, what it prints)] of a console block."""
    parts = re.split(r"^\$ ((?:.*\\\n)*.*)\n", text, flags=re.M)
    return list(zip(parts[1::2], parts[2::2]))


def pattern(text):
    """A regular expression for output in which "..." stands for anything."""
    return "".join(r"(?:.*\n)*?" if line == "...\n" else ".*".join(map(re.escape, line.split("..."))) for line in text.splitlines(True))


def is_command(span):
    """Not an option, nor a piece of shell."""
    return span.startswith(("./", "build/")) or " " in span and not span.startswith(("-", "[["))


class Tree:
    """The sources, to look things up in: files, and all text that is no guide."""

    def __init__(self):
        files = [path for path in tracked("*") if path.suffix not in (".md", ".svg", ".patch") and not path.name.startswith("guides")]
        self.names = [path.relative_to(ROOT).as_posix() for path in tracked("*")]
        self.text = "\n".join(path.read_text(errors="replace") for path in files).lower()

    def has_file(self, name):
        """A path from the top or the end of one; with * or <placeholder>; a folder; an ending (.idl)."""
        name = re.sub(r"<\w+>", "*", name.removeprefix("./"))
        ways = [name.rstrip("/"), "*/" + name.rstrip("/")] if not name.startswith(".") else ["*" + name]
        return any(fnmatch.fnmatchcase(file, way) or fnmatch.fnmatchcase(file, way + "/*") for way in ways for file in self.names)

    def speaks_of(self, word):
        if word.startswith("-"):
            word = re.split("[ =]", word.removeprefix("-D"))[0]
        return re.search(r"(?<![a-z0-9-])" + PLACEHOLDER.sub(r"\\S+", re.escape(word.removesuffix("()").lower())) + r"(?![a-z0-9])", self.text) is not None


def lost_links(guide):
    return [f"a link to nowhere: {link}" for link in guide.links if "://" not in link and not (guide.path.parent / link).exists()]


def lost_functions(guide, tree):
    """(An upper-case letter stands for a name.)"""
    return [f"nothing is called {span}" for span in guide.spans if re.fullmatch(r"[a-z0-9_]+\(\)", span) and not tree.speaks_of(span)]


def unknown(guide, tree, typed, proved):
    """What is wrong with a guide: [sentence]. `typed`: every command line that a test runs as it stands; `proved`: those with a stand-in."""
    wrong = ["a block is not closed"] if guide.has_open_block else []
    for kind, text in guide.blocks:
        if kind not in RUN + LOOKED_AT:
            wrong.append(f"a block of no known kind ({kind!r}): {text.splitlines()[:1]}")
        elif kind == "sh by-hand":
            wrong += [f"nothing proves `{line}`" for line in commands(kind, text) if line not in proved]
        elif kind == "console" and not transcript(text):
            wrong.append(f"a console block without a command: {text.splitlines()[:1]}")
    for span in guide.spans:
        if span in KNOWN or span.startswith("[[") or span in proved or tree.has_file(span):
            continue
        if is_command(span):
            form = re.compile(PLACEHOLDER.sub(r"\\S.*", re.escape(span)))
            if not any(form.search(line) for line in typed):
                wrong.append(f"nothing runs `{span}`")
        elif not tree.speaks_of(span):
            wrong.append(f"nothing in the tree is called `{span}`")
    return wrong + lost_links(guide)
