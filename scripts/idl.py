#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The contract compiler: trona/uapi/**/*.idl -> C for both sides, reference pages, ABI dump.

One transport, one language (trona/uapi/README.md); at most 700 lines, for ever. Everything is read and
checked before anything is written, a file is only touched when its content changes, and every refusal
names file and line. The hand-written half of the generated code is trona/uapi/wire.h.
"""
import argparse
import difflib
import os
import re
import sys
from dataclasses import dataclass, field

MAX_WORDS, MAX_CAPS, REGS, KERNEL_WORDS = 448, 4, 4, 12
RIGHTS = ("READ WRITE EXECUTE GRANT REVOKE SEND RECV CALL REPLY CONFIGURE SUSPEND RESUME MAP UNMAP "
          "RETYPE").split()
# What generated code itself returns; errors.idl must have them.
ARG, OP, LARGE, DENIED, BAD = "INVALID_ARG", "INVALID_OP", "TOO_LARGE", "RIGHTS", "BAD_MESSAGE"
KEYWORDS = set("""alignas alignof auto bool break case char const constexpr continue default do double
else enum extern false float for goto if inline int long nullptr register restrict return short signed
sizeof static static_assert struct switch thread_local true typedef typeof union unsigned void volatile
while""".split())
PARAMETERS = {"self", "server", "call", "reply", "status"}  # generated ones beside a method's own
INTS = {f"{s}{b}": (b // 8, s == "s") for s in "us" for b in (8, 16, 32, 64)}
TOKEN = re.compile(r"(?P<doc>/\*\*.*?\*/)|(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|(?P<str>\"[^\"\n]*\")"
                   r"|(?P<num>-?(?:0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)\b)|(?P<name>[A-Za-z_]\w*)"
                   r"|(?P<op>->|<<|[{}()\[\]<>;:,=|?])", re.S)


class IdlError(Exception):
    def __init__(self, where, text):
        super().__init__(f"{where[0]}:{where[1]}: {text}")


@dataclass
class Type:
    name: str
    c: str
    kind: str  # int bool enum struct
    size: int
    signed: bool = False
    align: int = 0
    items: list = field(default_factory=list)  # enum: (name, value, doc); struct: (type, name, count, offset)
    base: str = ""
    doc: str = ""

    @property
    def words(self):
        return (self.size + 7) // 8


@dataclass
class Arg:
    kind: str  # value struct cap in out
    name: str
    where: tuple
    type: Type = None
    optional: bool = False
    move: bool = False
    object: str = ""
    rights: tuple = ()
    at: int = -1  # word of the request or reply


@dataclass
class Method:
    number: int
    name: str
    where: tuple
    doc: str
    args: list
    results: list
    rights: list = field(default_factory=list)
    throws: list = field(default_factory=list)
    deadline: bool = False
    in_words: int = 0
    out_words: int = 0

    def of(self, kind):
        return [a for a in self.args if a.kind == kind]

    @property
    def result_caps(self):
        return [a for a in self.results if a.kind == "cap"]


@dataclass
class Entity:
    path: str
    room: str  # kernel protocol
    kind: str = "library"
    name: str = ""
    number: int = 0
    doc: str = ""
    deadline: bool = False
    includes: list = field(default_factory=list)
    consts: list = field(default_factory=list)  # (name, value, doc, expression)
    signals: list = field(default_factory=list)
    types: dict = field(default_factory=dict)
    methods: list = field(default_factory=list)
    where: tuple = ()

    @property
    def prefix(self):  # of structs, enums and constants
        return self.name if self.kind == "protocol" else "kn"

    def scoped(self, name):  # "file_stat" of protocol file is not called file_file_stat
        return name if name.lower().startswith(self.prefix + "_") else f"{self.prefix}_{name}"

    @property
    def source(self):
        return f"{self.room}/{self.name}.idl"

    @property
    def header(self):
        return f"uapi/{'object' if self.room == 'kernel' else 'protocol'}/{self.name}.h"

    @property
    def stub(self):  # prefix of methods
        return f"kn_{self.name}" if self.room == "kernel" else self.name

    def label(self, m):
        return f"{self.stub}_{m.name}".upper()

    def code(self, m):
        return self.number << 8 | m.number


def lex(path, text):
    tokens, at, line = [], 0, 1
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m:
            raise IdlError((path, line), f"unexpected character {text[at]!r}")
        if m.lastgroup != "skip":
            tokens.append((m.lastgroup, m.group(), line))
        line += m.group().count("\n")
        at = m.end()
    return tokens + [("end", "end of file", line)]


def clean(doc):
    lines = [re.sub(r"^\s*\* ?", "", s).rstrip() for s in doc[3:-2].splitlines()]
    return "\n".join(lines).strip()


class Parser:
    """One file -> one Entity. `world` gives other files, object types and error names."""

    def __init__(self, world, path, room, text):
        self.world, self.tokens, self.at = world, lex(path, text), 0
        stem = os.path.splitext(os.path.basename(path))[0]
        self.e = Entity(path, room, name=stem)
        self.doc = self.doc_used = None

    def where(self, back=0):
        return (self.e.path, self.tokens[max(0, self.at - back)][2])

    def fail(self, text, back=1):
        raise IdlError(self.where(back), text)

    def peek(self):
        return self.tokens[self.at][1]

    def take(self, *wanted):
        if self.peek() in wanted and self.tokens[self.at][0] != "str":
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def need(self, op):
        if not self.take(op):
            self.fail(f"expected '{op}', found '{self.peek()}'", 0)

    def name(self, what, pattern=r"[a-z][a-z0-9_]*"):
        kind, text, _ = self.tokens[self.at]
        self.at += 1
        if kind != "name" or not re.fullmatch(pattern, text) or text.endswith("_"):
            self.fail(f"'{text}' is no good name for {what}")
        if text in KEYWORDS:
            self.fail(f"'{text}' is a reserved word and cannot name {what}")
        return text

    def upper(self, what):
        return self.name(what, r"[A-Z][A-Z0-9_]*")

    def number(self):
        kind, text, _ = self.tokens[self.at]
        self.at += 1
        if kind == "name":
            for name, value, *_ in (c for e in self.visible() for c in e.consts):
                if name == text:
                    return value
            self.fail(f"unknown constant {text}")
        if kind != "num":
            self.fail(f"expected a number, found '{text}'")
        value = int(text.replace("_", ""), 0)
        if self.take("<<"):
            value <<= self.number()
        if not -1 << 63 <= value < 1 << 64:
            self.fail("the number does not fit 64 bits")
        return value

    def visible(self, e=None):
        e = e or self.e
        return [e] + [x for i in e.includes for x in self.visible(i)]

    def claim(self, names, what, where=None):
        """Every C name the contracts make is used once in the whole system."""
        for n in names:
            if n in self.world.names:
                raise IdlError(where or self.where(1),
                               f"{what} reuses the name {n} of {'%s:%d' % self.world.names[n]}")
            self.world.names[n] = where or self.where(1)

    def documented(self, what):
        if not self.doc:
            self.fail(f"{what} has no doc comment", 0)
        doc, self.doc = self.doc, None
        return doc

    def parse(self):
        first = True
        last = (None, 0, None)  # a constant or signal right below another shares its comment
        while self.tokens[self.at][0] != "end":
            kind, text, line = self.tokens[self.at]
            if kind == "doc":
                if self.doc:
                    if not first or self.e.doc:
                        self.fail("this doc comment belongs to nothing", 1)
                    self.e.doc = self.doc
                self.doc, first, self.at = clean(text), first and not self.doc, self.at + 1
                if not self.doc:
                    self.fail("an empty doc comment documents nothing")
                continue
            if text in ("const", "signal") and not self.doc and last[:2] == (text, line - 1):
                self.doc = last[2]
            doc = self.doc
            if text in ("object", "protocol"):
                self.entity(text)
            elif text == "include":
                if self.doc:  # a library's file comment
                    self.e.doc, self.doc = self.doc, None
                self.include()
            elif text in ("const", "signal", "enum", "struct"):
                self.at += 1
                getattr(self, "do_" + text)()
            elif kind == "num":
                self.method()
            else:
                self.fail(f"expected a declaration, found '{text}'", 0)
            last = (text, self.tokens[self.at - 1][2], doc)
            first = False
        if self.doc:
            self.fail("this doc comment belongs to nothing", 1)
        if self.e.room == "protocol" and self.e.kind == "library" and self.e.methods:
            self.fail("methods need an object or protocol line above them")
        return self.e

    def entity(self, kind):
        self.e.doc = self.documented(kind)
        self.at += 1
        if (kind == "object") != (self.e.room == "kernel"):
            self.fail(f"an {kind} cannot be declared under {self.e.room}/")
        stem, self.e.kind = self.e.name, kind
        self.e.name, self.e.where = self.name(f"the {kind}"), self.where(1)
        if self.e.name != stem:
            self.fail(f"{kind} {self.e.name} must be in {self.e.name}.idl, not {stem}.idl")
        self.need("=")
        self.e.number = self.number()
        if kind == "object" and self.e.number == 0:
            self.e.kind = "library"  # no object: constants and structures only
            return self.need(";")
        if not 1 <= self.e.number <= 255:
            self.fail(f"the {kind} number {self.e.number} is out of range")
        other = self.world.numbers.setdefault((kind, self.e.number), self.e)
        if other is not self.e:
            self.fail(f"number {self.e.number} belongs to {kind} {other.name}")
        self.e.deadline = bool(self.take("deadline"))
        self.need(";")

    def include(self):
        self.at += 1
        kind, text, _ = self.tokens[self.at]
        self.at += 1
        if kind != "str":
            self.fail('include wants a file name: include "common.idl";')
        path = os.path.normpath(os.path.join(os.path.dirname(self.e.path), text[1:-1]))
        other = self.world.load(path, self.where(1))
        self.e.includes.append(other)
        self.need(";")

    def c_const(self, name):
        return self.e.scoped(name).upper()

    def do_const(self):
        doc = self.documented("a constant")
        name = self.upper("a constant")
        self.claim([self.c_const(name)], "constant")
        self.need("=")
        self.e.consts.append((name, self.number(), doc))
        self.need(";")

    def do_signal(self):
        doc = self.documented("a signal")
        name = self.upper("a signal")
        self.claim([f"{self.e.stub}_SIGNAL_{name}".upper()], "signal")
        self.need("=")
        bit = self.number()
        if not 0 <= bit <= 63:
            self.fail("a signal is a bit number from 0 to 63")
        if any(bit == s[1] for s in self.e.signals):
            self.fail(f"bit {bit} already has a meaning")
        self.e.signals.append((name, bit, doc))
        self.need(";")

    def add_type(self, t, what):
        if t.name in INTS or t.name == "bool":
            self.fail(f"'{t.name}' is a built-in type")
        self.claim([t.c], what)
        self.e.types[t.name] = t

    def do_enum(self):
        doc, name = self.documented("an enum"), self.name("an enum")
        self.need(":")
        base = self.name("an integer type")
        if base not in INTS:
            self.fail(f"an enum cannot be a {base}")
        size, signed = INTS[base]
        t = Type(name, f"enum {self.e.scoped(name)}", "enum", size, signed, size, base=base, doc=doc)
        self.add_type(t, "enum")
        self.need("{")
        while not self.take("}"):
            note = ""
            if self.tokens[self.at][0] == "doc":
                note, self.at = clean(self.peek()), self.at + 1
            member = self.upper("an enum member")
            self.claim([f"{self.e.scoped(name)}_{member}".upper()], "enum member")
            self.need("=")
            value = self.number()
            low, high = (-1 << size * 8 - 1, 1 << size * 8 - 1) if signed else (0, 1 << size * 8)
            if not low <= value < high:
                self.fail(f"{value} does not fit {base}")
            if any(value == i[1] for i in t.items):
                self.fail(f"{value} is already a member of {name}")
            t.items.append((member, value, note))
            if not self.take(";", ",") and self.peek() != "}":
                self.fail("expected ';' between enum members", 0)
        if not t.items:
            self.fail("an enum needs a member")
        self.take(";")

    def find_type(self, text):
        if text == "bool":
            return Type("bool", "bool", "bool", 1)
        if text in INTS:
            size, signed = INTS[text]
            return Type(text, f"{'' if signed else 'u'}int{size * 8}_t", "int", size, signed, size)
        for e in self.visible():
            if text in e.types:
                return e.types[text]
        self.fail(f"unknown type {text}")

    def do_struct(self):
        doc, name = self.documented("a struct"), self.name("a struct")
        t = Type(name, f"struct {self.e.scoped(name)}", "struct", 0, align=1, doc=doc)
        self.need("{")
        while not self.take("}"):
            if self.tokens[self.at][0] == "doc":
                self.at += 1
                continue
            ft = self.find_type(self.name("a type", r"\w+") if self.peek() != "bool" else self.take("bool"))
            if ft.kind == "bool":
                self.fail("a struct holds no bool (its bytes arrive unchecked): use u8")
            fname, count = self.name("a field"), 0
            if self.take("["):
                count = self.number()
                if not 1 <= count <= MAX_WORDS * 8:
                    self.fail("an array has 1 to 3584 elements")
                self.need("]")
            if any(fname == i[1] for i in t.items):
                self.fail(f"field {fname} is already there")
            if t.size % ft.align:
                self.fail(f"a hole of {-t.size % ft.align} bytes before {fname}: name it, so that it is cleared")
            t.items.append((ft, fname, count, t.size))
            t.size += ft.size * (count or 1)
            t.align = max(t.align, ft.align)
            self.need(";")
        self.take(";")
        if not t.size:
            self.fail("an empty struct")
        if t.size % t.align:
            self.fail(f"a hole of {-t.size % t.align} bytes at the end of {name}: name it, so that it is cleared")
        self.add_type(t, "struct")

    def method(self):
        number = self.number()
        where, doc = self.where(1), self.documented("a method")
        if self.e.kind == "library":
            self.fail("methods need an object or protocol line above them")
        if not 1 <= number <= 199:
            self.fail(f"method number {number} is not in 1..199 (0 and 200..255 are reserved)")
        if any(number == m.number for m in self.e.methods):
            self.fail(f"method number {number} is already used")
        self.need(":")
        name = self.name("a method")
        if any(name == m.name for m in self.e.methods):
            self.fail(f"method {name} is already there")
        m = Method(number, name, where, doc, self.args(False), [], deadline=self.e.deadline)
        if self.take("->"):
            m.results = self.args(True)
        while not self.take(";"):
            clause = self.take("rights", "throws", "deadline", "slow")
            if clause in ("rights", "throws"):
                words = [self.upper("a right or an error")]
                while self.take(",", "|"):
                    words.append(self.upper("a right or an error"))
                getattr(m, clause).extend(words)
            elif clause == "deadline":
                m.deadline = True
            elif not clause:
                self.fail(f"expected ';', found '{self.peek()}'", 0)
        if self.e.room == "protocol" and m.rights:
            self.fail("rights belong to kernel objects; a protocol judges by badge")
        self.world.check_rights(m.rights, where)
        self.layout(m)
        stub = f"{self.e.stub}_{name}"
        self.claim([self.e.label(m), stub] + ([stub + "_reply"] if self.e.room == "protocol" else []),
                   "method", where)
        self.e.methods.append(m)

    def args(self, are_results):
        self.need("(")
        found = []
        while not self.take(")"):
            found.append(self.arg(are_results))
            if not self.take(",") and self.peek() != ")":
                self.fail(f"expected ',' or ')', found '{self.peek()}'", 0)
        return found

    def arg(self, is_result):
        kernel = self.e.room == "kernel"
        if self.take("cap"):
            a = Arg("cap", "", self.where(1), optional=bool(self.take("?")))
            a.move = bool(self.take("move"))
            a.name = self.name("a capability")
            if kernel and (is_result or a.move):
                self.fail("kernel methods take capabilities as operands only: slots are named, nothing moves")
            if self.take("<"):
                if not kernel:
                    self.fail("only the kernel knows a capability's type and rights")
                a.object = self.name("an object type")
                if self.take(":"):
                    rights = [self.upper("a right")]
                    while self.take("|"):
                        rights.append(self.upper("a right"))
                    a.rights = tuple(rights)
                    self.world.check_rights(rights, self.where(1))
                self.need(">")
                self.world.operands.append((a.object, self.where(1)))
            return a
        if self.take("buffer"):
            way = self.take("in", "out")
            if not way or is_result:
                self.fail("a buffer is an argument: 'buffer in x' or 'buffer out x'")
            if kernel:
                self.fail("kernel methods take no buffers")
            return Arg(way, self.name("a buffer"), self.where(1))
        t = self.find_type(self.take("bool") or self.name("a type", r"\w+"))
        return Arg("struct" if t.kind == "struct" else "value", self.name("an argument"), self.where(1), t)

    def layout(self, m):
        """Word numbers; every limit of a message is checked here."""
        for items, results in ((m.args, False), (m.results, True)):
            at = 0
            for a in items:
                a.at = at
                at += a.type.words if a.type else int(a.kind == "out" or self.e.room == "kernel")
            buffers = len(m.of("out" if results else "in"))
            limit = KERNEL_WORDS if self.e.room == "kernel" else MAX_WORDS - 2 * buffers
            what = "results" if results else "arguments"
            if at > limit:
                raise IdlError(m.where, f"{m.name} has {at} words of {what}, at most {limit} fit")
            caps = [a for a in items if a.kind == "cap"]
            if self.e.room == "protocol":
                if len(caps) > MAX_CAPS:
                    raise IdlError(m.where, f"{m.name} has {len(caps)} capabilities, a message holds {MAX_CAPS}")
                if any(a.optional for a in caps[:-1]):
                    raise IdlError(m.where, "only the last capability can be optional")
            if results:
                m.out_words = at
            else:
                m.in_words = at
        names = []
        for a in m.args + m.results:
            tails = {"in": ("", "_len"), "out": ("", "_cap", "_len"), "cap": ("", "_slot")}
            names += [a.name + t for t in tails.get(a.kind, ("",))]
        taken = PARAMETERS | ({"deadline"} if m.deadline else set())
        for n in names:
            if n in taken:
                raise IdlError(m.where, f"{m.name} cannot have an argument {n}: generated code uses the name")
            if names.count(n) > 1:
                raise IdlError(m.where, f"{m.name} uses the name {n} twice")


class World:
    """All contracts of one uapi folder, parsed and checked."""

    def __init__(self, root):
        self.root, self.files = root, {}
        self.names, self.numbers, self.operands = {}, {}, []
        self.errors = self.parse_errors(os.path.join(root, "errors.idl"))
        for room in ("kernel", "protocol"):
            folder = os.path.join(root, room)
            for f in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
                if f.endswith(".idl"):
                    self.load(os.path.join(folder, f), None)
        self.entities = [e for e in self.files.values() if e]
        self.objects = sorted((e for e in self.entities if e.kind == "object"), key=lambda e: e.number)
        self.protocols = sorted((e for e in self.entities if e.kind == "protocol"), key=lambda e: e.number)
        known = {e.name for e in self.objects}
        for name, where in self.operands:
            if name not in known:
                raise IdlError(where, f"unknown object type {name}")
        errors = {e[0] for e in self.errors}
        for n in (ARG, OP, LARGE, DENIED, BAD):
            if n not in errors:
                raise IdlError((os.path.join(root, "errors.idl"), 1),
                               f"error {n} is missing: generated code returns it")
        for e in self.objects + self.protocols:
            for m in e.methods:
                for t in m.throws:
                    if t not in errors:
                        raise IdlError(m.where, f"unknown error {t}")
                if len(set(m.throws)) != len(m.throws):
                    raise IdlError(m.where, "an error is thrown twice")

    def load(self, path, where):
        if path in self.files:
            if not self.files[path]:
                raise IdlError(where, "files include each other in a circle")
            return self.files[path]
        try:
            with open(path, encoding="utf-8") as f:
                text = f.read()
        except OSError as error:
            raise IdlError(where or (path, 1), f"cannot read {path}: {error.strerror}") from None
        self.files[path] = None
        room = os.path.basename(os.path.dirname(path))
        entity = Parser(self, path, room, text).parse()
        del self.files[path]
        self.files[path] = entity  # includes come first: dependency order
        return entity

    def check_rights(self, rights, where):
        for r in rights:
            if r not in RIGHTS:
                raise IdlError(where, f"unknown right {r}")

    def parse_errors(self, path):
        try:
            with open(path, encoding="utf-8") as f:
                p = Parser(self, path, "kernel", f.read())
        except OSError as error:
            raise IdlError((path, 1), f"cannot read it: {error.strerror}") from None
        errors = []
        while p.tokens[p.at][0] != "end":
            if p.tokens[p.at][0] == "doc":
                p.at += 1
                continue
            p.need("error")
            name = p.upper("an error")
            p.claim(["KN_OK" if name == "OK" else f"KN_E_{name}"], "error")
            p.need("=")
            number = p.number()
            if not -4095 <= number <= -1 and (name, number) != ("OK", 0):
                p.fail("an error is a number from -4095 to -1")
            if any(number == e[1] for e in errors):
                p.fail(f"error number {number} is already used")
            kind, sentence, _ = p.tokens[p.at]
            if kind != "str" or len(sentence) < 4:
                p.fail(f"error {name} needs a sentence in quotes", 0)
            p.at += 1
            p.need("errno")
            errno = p.take("0") or p.name("an errno", r"E[A-Z0-9]+")
            p.need("ntstatus")
            status = p.number()
            if not 0 <= status < 1 << 32 or (status == 0) != (number == 0) or (errno == "0") != (number == 0):
                p.fail("an NTSTATUS has 32 bits, and only OK maps to 0")
            p.need(";")
            errors.append((name, number, sentence[1:-1], errno, status))
        return errors


SPDX = "/* SPDX-License-Identifier: BSD-2-Clause */\n/* Generated by scripts/idl.py from {}; edit that. */\n"


def comment(doc, tab=""):
    lines = doc.replace("*/", "* /").splitlines()
    if len(lines) == 1:
        return f"{tab}/* {lines[0]} */\n"
    return f"{tab}/*\n" + "".join(f"{tab} * {s}".rstrip() + "\n" for s in lines) + f"{tab} */\n"


def to_word(t, x):
    return f"(uint64_t)(int64_t){x}" if t.signed else x if t.c == "uint64_t" else f"(uint64_t){x}"


def from_word(t, w):
    return f"{w} != 0" if t.kind == "bool" else w if t.c == "uint64_t" else f"({t.c}){w}"


def misfit(t, w):
    """A C condition that is true when word w is no value of type t, or None."""
    if t.kind == "enum":
        return f"!{t.c[5:]}_is_valid({w})"
    if t.size == 8:
        return None
    return f"{w} > 1" if t.kind == "bool" else f"(int64_t){w} != (int{t.size * 8}_t){w}" if t.signed \
        else f"{w} >> {t.size * 8} != 0"


def uapi_header(e):
    o = SPDX.format(e.source) + comment(e.doc or e.name) + "#pragma once\n\n#include \"uapi/types.h\"\n"
    o += "".join(f'#include "{i.header}"\n' for i in e.includes) + "\n"
    if e.kind == "protocol":
        o += f"#define {e.name.upper()}_PROTOCOL {e.number:#x}\n\n"
    for name, value, doc in e.consts:
        c = e.scoped(name).upper()
        o += comment(doc) + (f"enum {{ {c} = {value} }};\n" if -1 << 31 <= value < 1 << 31 else
                             f"constexpr uint64_t {c} = {value:#x};\n" if value >= 0 else
                             f"constexpr int64_t {c} = {value};\n")
    for name, bit, doc in e.signals:
        o += comment(doc) + f"constexpr uint64_t {e.stub.upper()}_SIGNAL_{name} = 1ull << {bit};\n"
    for t in e.types.values():
        o += "\n" + comment(t.doc)
        if t.kind == "enum":
            up = t.c[5:].upper()
            o += f"{t.c} : {'' if t.signed else 'u'}int{t.size * 8}_t {{\n"
            o += "".join(f"\t{up}_{n} = {v}," + (f" /* {d} */" if d else "") + "\n" for n, v, d in t.items)
            test = " || ".join(f"word == {to_word(t, f'{up}_{n}')}" for n, *_ in t.items)
            o += f"}};\n\nstatic inline bool {t.c[5:]}_is_valid(uint64_t word)\n{{\n\treturn {test};\n}}\n"
            continue
        o += t.c + " {\n" + "".join(f"\t{f.c} {n}{f'[{k}]' if k else ''};\n" for f, n, k, _ in t.items) + "};\n"
        o += f"static_assert(sizeof({t.c}) == {t.size});\n"
    if e.methods:
        o += f"\n/* Labels: {'type' if e.room == 'kernel' else 'protocol'} << 8 | method. */\n"
        o += f"enum {e.stub}_label : uint64_t {{\n"
        o += "".join(f"\t{e.label(m)} = {e.code(m):#x},\n" for m in e.methods) + "};\n"
    return o


def params(e, m, side):
    """C parameters of a method for its client, its handler (ops) or a late answer (reply)."""
    out = [{"client": "kn_cap self" if e.room == "kernel" else "kn_cap server",
            "ops": "struct server_call *call", "reply": "struct server_reply *reply"}[side]]
    if side == "reply":
        out.append("kn_status status")
    for a in m.args:
        if side == "reply":
            out += [f"const void *{a.name}", f"size_t {a.name}_len"] if a.kind == "out" else []
        else:
            out += {"value": lambda: [f"{a.type.c} {a.name}"], "struct": lambda: [f"const {a.type.c} *{a.name}"],
                    "cap": lambda: [f"kn_cap {a.name}" if side == "client" else f"struct server_cap {a.name}"],
                    "in": lambda: [f"const void *{a.name}", f"size_t {a.name}_len"],
                    "out": lambda: [f"void *{a.name}", f"size_t {a.name}_cap", f"size_t *{a.name}_len"]}[a.kind]()
    for a in m.results:
        if a.kind != "cap":
            by_value = side == "reply"
            out.append(f"{'const ' if by_value and a.kind == 'struct' else ''}{a.type.c} "
                       f"{'' if by_value and a.kind == 'value' else '*'}{a.name}")
        elif side == "client":
            out += ([f"kn_cap {a.name}_slot"] if a is m.result_caps[0] else []) + \
                ([f"bool *{a.name}"] if a.optional else [])
        else:
            out.append(f"kn_cap {'*' if side == 'ops' else ''}{a.name}")
    if side == "client" and m.deadline:
        out.append("kn_time deadline")
    return ", ".join(out)


def doc_of(m):
    late = [f"Capabilities land in consecutive slots from {m.result_caps[0].name}_slot."] if m.result_caps else []
    return comment("\n".join([m.doc] + late + ([f"Errors: {', '.join(m.throws)}."] if m.throws else [])))


def stub_header(e):
    o = SPDX.format(e.source) + f'#pragma once\n\n#include "{e.header}"\n'
    for m in e.methods:
        o += f"\n{doc_of(m)}[[nodiscard]] kn_status {e.stub}_{m.name}({params(e, m, 'client')});\n"
    return o


def put_fixed(items, words, pointer=""):
    """Statements that store scalars, structs and capacities into words[]."""
    o = ""
    for a in items:
        if a.kind == "struct":
            o += f"\t{words}[{a.at + a.type.words - 1}] = 0;\n" if a.type.size % 8 else ""
            o += f"\t__builtin_memcpy(&{words}[{a.at}], {pointer}{a.name}, {a.type.size});\n"
        elif a.kind == "value":
            o += f"\t{words}[{a.at}] = {to_word(a.type, a.name)};\n"
        elif a.kind == "out":
            o += f"\t{words}[{a.at}] = {a.name}_cap;\n"
    return o


def stub(e, m):
    kernel = e.room == "kernel"
    long_in, long_out = m.in_words > REGS or m.of("in"), m.out_words > REGS or m.of("out")
    caps = [] if kernel else m.of("cap")
    o = f"kn_status {e.stub}_{m.name}({params(e, m, 'client')})\n{{\n\tstruct kn_regs regs_ = {{}};\n"
    if long_in or long_out or caps or m.result_caps:
        o += "\tstruct kn_ipc_buffer *buffer_ = kn_ipc_buffer();\n"
    words = "buffer_->words" if long_in else "regs_.w"
    o += put_fixed(m.args, words)
    if kernel:
        o += "".join(f"\t{words}[{a.at}] = {a.name};\n" for a in m.of("cap"))
    length = str(m.in_words)
    if m.of("in"):
        length = "length_"
        o += f"\tunsigned length_ = {m.in_words};\n"
        for a in m.of("in"):
            o += f"\tif (!wire_put(buffer_->words, &length_, {a.name}, {a.name}_len))\n\t\treturn KN_E_{LARGE};\n"
    if long_in:
        o += f"\twire_head(&regs_, buffer_->words, {length});\n"
    count = str(len(caps))
    if caps:
        o += "".join(f"\tbuffer_->caps[{i}] = {a.name};\n" for i, a in enumerate(caps))
        o += "\tbuffer_->flags = " + (" | ".join(f"KN_IPC_MOVE({i})" for i, a in enumerate(caps) if a.move) or "0") + ";\n"
        if caps[-1].optional:
            count = f"{len(caps) - 1} + ({caps[-1].name} != KN_CAP_NONE)"
    want = m.result_caps
    if want:
        o += f"\tbuffer_->recv_slot = {want[0].name}_slot;\n\tbuffer_->recv_count = {len(want)};\n"
    o += f"\tregs_.info = kn_info({e.label(m)}, {count}, {length});\n"
    o += f"\tkn_status status_ = wire_call({'self' if kernel else 'server'}, &regs_, " \
         f"{'deadline' if m.deadline else 'KN_TIME_FOREVER'});\n"
    o += "\tbuffer_->recv_count = 0;\n" if want else ""
    o += "\tif (status_ != KN_OK)\n\t\treturn status_;\n"
    o += "\twire_tail(buffer_->words, &regs_);\n" if long_out else ""
    words = "buffer_->words" if long_out else "regs_.w"
    bad = f"\t\treturn KN_E_{BAD};\n"
    if not kernel:
        least, got = len(want) - (1 if want and want[-1].optional else 0), "kn_info_caps(regs_.info)"
        o += f"\tif (kn_info_words(regs_.info) {'<' if m.of('out') else '!='} {m.out_words}" if m.out_words or not m.of("out") \
            else "\tif (kn_info_words(regs_.info) > KN_MSG_MAX_WORDS"
        o += f" || {got} != {len(want)})\n" if least == len(want) else f" || {got} - {least} > 1)\n"
        o += bad
        tests = [t for a in m.results if a.kind == "value" and (t := misfit(a.type, f"{words}[{a.at}]"))]
        o += "".join(f"\tif ({t})\n{bad}" for t in tests)
        if m.of("out"):
            o += f"\tunsigned at_ = {m.out_words};\n"
        for a in m.of("out"):
            n = a.name
            o += f"\tconst void *{n}_ = nullptr;\n\tsize_t {n}_len_ = 0;\n"
            o += f"\tif (!wire_get({words}, &at_, kn_info_words(regs_.info), &{n}_, &{n}_len_) || {n}_len_ > {n}_cap)\n{bad}"
        for a in m.of("out"):
            o += f"\tif ({a.name}_len_ != 0)\n\t\t__builtin_memcpy({a.name}, {a.name}_, {a.name}_len_);\n"
            o += f"\t*{a.name}_len = {a.name}_len_;\n"
        if least != len(want):
            o += f"\t*{want[-1].name} = {got} == {len(want)};\n"
    for a in m.results:
        if a.kind == "value":
            o += f"\t*{a.name} = {from_word(a.type, f'{words}[{a.at}]')};\n"
        elif a.kind == "struct":
            o += f"\t__builtin_memcpy({a.name}, &{words}[{a.at}], {a.type.size});\n"
    return o + "\treturn KN_OK;\n}\n"


def stub_source(e, folder):
    head = f'#include "{folder}/{e.name}.h"\n#include "uapi/wire.h"\n'
    return SPDX.format(e.source) + head + "".join("\n" + stub(e, m) for m in e.methods)


def io_struct(e, m, way):
    fields = ""
    for a in m.args if way == "in" else m.results:
        fields += f"\tstruct slot *{a.name};\n" if a.kind == "cap" else f"\t{a.type.c} {a.name};\n"
    return f"struct {e.name}_{m.name}_{way} {{\n{fields}}};\n" if fields else ""


def handler(e, m):
    more = "".join(f", {'const ' if w == 'in' else ''}struct {e.name}_{m.name}_{w} *{w}"
                   for w, items in (("in", m.args), ("out", m.results)) if items)
    return f"kn_status {e.name}_{m.name}(struct {e.name} *self, struct invocation *inv{more})"


def ops_header(e):
    o = SPDX.format(e.source) + f'#pragma once\n\n#include "{e.header}"\n\nstruct {e.name};\nstruct invocation;\nstruct slot;\n'
    for m in e.methods:
        o += "\n" + doc_of(m) + io_struct(e, m, "in") + io_struct(e, m, "out") + f"[[nodiscard]] {handler(e, m)};\n"
    return o + f"\n/* Decodes and runs one invocation; inv->slot holds a capability to the {e.name}. */\n" \
               f"[[nodiscard]] kn_status {e.name}_dispatch(struct invocation *inv);\n"


def kernel_case(e, m):
    o = f"static kn_status do_{m.name}(struct {e.name} *self, struct invocation *inv)\n{{\n"
    if m.rights:
        mask = " | ".join(f"KN_RIGHT_{r}" for r in m.rights)
        o += f"\tconstexpr uint32_t rights = {mask};\n" \
             f"\tif ((inv->slot->cap.rights & rights) != rights)\n\t\treturn KN_E_{DENIED};\n"
    o += f"\tif (kn_info_words(inv->info) != {m.in_words} || kn_info_caps(inv->info) != 0)\n\t\treturn KN_E_{BAD};\n"
    o += f"\tstruct {e.name}_{m.name}_in in = {{}};\n" if m.args else ""
    o += f"\tstruct {e.name}_{m.name}_out out = {{}};\n" if m.results else ""
    for a in m.args:
        w = f"inv_word(inv, {a.at})"
        if a.kind == "value":
            test = misfit(a.type, w)
            o += f"\tif ({test})\n\t\treturn KN_E_{ARG};\n" if test else ""
            o += f"\tin.{a.name} = {from_word(a.type, w)};\n"
        elif a.kind == "struct":
            o += "\t{\n\t\tuint64_t words[] = {" + ", ".join(
                f"inv_word(inv, {a.at + i})" for i in range(a.type.words)) + "};\n"
            o += f"\t\t__builtin_memcpy(&in.{a.name}, words, {a.type.size});\n\t}}\n"
    if m.of("cap"):
        o += "\tkn_status status;\n"
    for a in m.of("cap"):
        kind = f"KN_TYPE_{a.object.upper()}" if a.object else "0"
        mask = " | ".join(f"KN_RIGHT_{r}" for r in a.rights) or "0"
        look = f"status = cap_lookup(inv, inv_word(inv, {a.at}), {kind}, {mask}, &in.{a.name});"
        if a.optional:
            o += f"\tif (inv_word(inv, {a.at}) != KN_CAP_NONE) {{\n\t\t{look}\n\t\tif (status != KN_OK)\n\t\t\treturn status;\n\t}}\n"
        else:
            o += f"\t{look}\n\tif (status != KN_OK)\n\t\treturn status;\n"
    call = f"{e.name}_{m.name}(self, inv{', &in' if m.args else ''}{', &out' if m.results else ''})"
    if not m.results:
        return o + f"\treturn {call};\n}}\n"
    o += f"\t{'' if m.of('cap') else 'kn_status '}status = {call};\n\tif (status != KN_OK)\n\t\treturn status;\n"
    for a in m.results:
        if a.kind == "value":
            o += f"\tinv_set_word(inv, {a.at}, {to_word(a.type, f'out.{a.name}')});\n"
        else:
            o += f"\t{{\n\t\tuint64_t words[{a.type.words}] = {{}};\n\t\t__builtin_memcpy(words, &out.{a.name}, {a.type.size});\n"
            o += "".join(f"\t\tinv_set_word(inv, {a.at + i}, words[{i}]);\n" for i in range(a.type.words)) + "\t}\n"
    return o + f"\tinv_reply_length(inv, {m.out_words});\n\treturn KN_OK;\n}}\n"


def dispatch_source(e):
    o = SPDX.format(e.source) + f'#include "gen/{e.name}_ops.h"\n#include "core/invocation.h"\n' \
        f'#include "object/{e.name}.h"\n#include "uapi/error.h"\n#include "uapi/object_type.h"\n'
    o += "".join("\n" + kernel_case(e, m) for m in e.methods)
    o += f"\nkn_status {e.name}_dispatch(struct invocation *inv)\n{{\n"
    if e.methods:
        o += f"\tstruct {e.name} *self = container_of(inv->slot->cap.object, struct {e.name}, object);\n"
    o += "\tswitch (kn_info_label(inv->info)) {\n"
    o += "".join(f"\tcase {e.label(m)}:\n\t\treturn do_{m.name}(self, inv);\n" for m in e.methods)
    return o + f"\tdefault:\n\t\treturn KN_E_{OP};\n\t}}\n}}\n"


def server_header(e):
    up = e.name
    o = SPDX.format(e.source) + f'#pragma once\n\n#include "{e.header}"\n#include "trona/server.h"\n\n'
    o += f"struct {up}_ops {{\n"
    o += "".join(comment(m.doc, "\t") + f"\tkn_status (*{m.name})({params(e, m, 'ops')});\n" for m in e.methods)
    o += f"}};\n\n/* Decodes call->words, runs the handler, packs call->out_words. */\n" \
         f"[[nodiscard]] kn_status {up}_dispatch(const struct {up}_ops *ops, struct server_call *call);\n"
    o += "\n/* Late answers, for handlers that returned KN_DEFERRED. */\n"
    return o + "".join(f"void {up}_{m.name}_reply({params(e, m, 'reply')});\n" for m in e.methods)


def server_case(e, m):
    o = f"static kn_status do_{m.name}(const struct {e.name}_ops *ops, struct server_call *call)\n{{\n"
    o += f"\tif (ops->{m.name} == nullptr)\n\t\treturn KN_E_{OP};\n"
    caps, ins, outs = m.of("cap"), m.of("in"), m.of("out")
    got, length = "kn_info_caps(call->info)", "kn_info_words(call->info)"
    o += "\tif (" + (f"{length} {'<' if ins else '!='} {m.in_words} || " if m.in_words or not ins else "")
    o += f" {got} - {len(caps) - 1} > 1)\n" if caps and caps[-1].optional else f"{got} != {len(caps)})\n"
    o += f"\t\treturn KN_E_{BAD};\n"
    if m.in_words or ins:
        o += "\tconst kn_word *words_ = call->words;\n"
    values = ["call"]
    for a in m.args:
        n, w = a.name, f"words_[{a.at}]"
        if a.kind == "value":
            test = misfit(a.type, w)
            o += f"\tif ({test})\n\t\treturn KN_E_{ARG};\n" if test else ""
            values.append(from_word(a.type, w))
        elif a.kind == "struct":
            o += f"\t{a.type.c} {n};\n\t__builtin_memcpy(&{n}, &{w}, {a.type.size});\n"
            values.append(f"&{n}")
        elif a.kind == "cap":
            values.append(f"server_call_cap(call, {caps.index(a)})")
        else:
            values += [n, f"{n}_len" if a.kind == "in" else f"{n}_cap"] + ([f"&{n}_len"] if a.kind == "out" else [])
    if ins:
        o += f"\tunsigned at_ = {m.in_words};\n"
        for a in ins:
            o += f"\tconst void *{a.name} = nullptr;\n\tsize_t {a.name}_len = 0;\n" \
                 f"\tif (!wire_get(words_, &at_, {length}, &{a.name}, &{a.name}_len))\n\t\treturn KN_E_{BAD};\n"
        o += f"\tif (at_ != {length})\n\t\treturn KN_E_{BAD};\n"
    o += "\tkn_word *out_ = call->out_words;\n" if m.out_words or outs else ""
    if outs:
        o += f"\tunsigned room_ = {m.out_words};\n"
    for i, a in enumerate(outs):
        o += f"\tsize_t {a.name}_len = 0, {a.name}_cap = words_[{a.at}];\n" \
             f"\tvoid *{a.name} = wire_reserve(out_, &room_, &{a.name}_cap, {len(outs) - 1 - i});\n"
    for a in m.results:
        o += f"\t{'kn_cap' if a.kind == 'cap' else a.type.c} {a.name} = {{}};\n"
        values.append(f"&{a.name}")
    o += f"\tkn_status status_ = ops->{m.name}({', '.join(values)});\n\tif (status_ != KN_OK)\n\t\treturn status_;\n"
    o += put_fixed(m.results, "out_", "&")
    if outs:
        o += f"\tunsigned length_ = {m.out_words};\n"
        for a in outs:
            o += f"\tif ({a.name}_len > {a.name}_cap || !wire_put(out_, &length_, {a.name}, {a.name}_len))\n\t\treturn KN_E_{LARGE};\n"
    o += f"\tcall->out_length = {'length_' if outs else m.out_words};\n"
    return o + give_caps(m, "call->out_caps", "call->out_cap_count", "call->out_moves") + "\treturn KN_OK;\n}\n"


def give_caps(m, caps, count, moves):
    want = m.result_caps
    o = "".join(f"\t{caps}[{i}] = {a.name};\n" for i, a in enumerate(want))
    if want:
        last = f"{len(want) - 1} + ({want[-1].name} != KN_CAP_NONE)" if want[-1].optional else len(want)
        o += f"\t{count} = {last};\n" if count else ""
        o += f"\t{moves} = " + (" | ".join(f"KN_IPC_MOVE({i})" for i, a in enumerate(want) if a.move) or "0") + ";\n"
    return o


def late_reply(e, m):
    outs, want = m.of("out"), m.result_caps
    o = f"void {e.name}_{m.name}_reply({params(e, m, 'reply')})\n{{\n\tstruct kn_regs regs_ = {{}};\n"
    o += "\tunsigned length_ = 0, caps_ = 0;\n\tif (status != KN_OK)\n\t\tgoto send;\n"
    long = m.out_words > REGS or outs
    if long or want:
        o = o.replace("\tunsigned", "\tstruct kn_ipc_buffer *buffer_ = kn_ipc_buffer();\n\tunsigned", 1)
    o += put_fixed(m.results, "buffer_->words" if long else "regs_.w") + f"\tlength_ = {m.out_words};\n"
    for a in outs:
        o += f"\tif (!wire_put(buffer_->words, &length_, {a.name}, {a.name}_len)) {{\n\t\tstatus = KN_E_{LARGE};\n\t\tlength_ = 0;\n\t\tgoto send;\n\t}}\n"
    o += "\twire_head(&regs_, buffer_->words, length_);\n" if long else ""
    o += give_caps(m, "buffer_->caps", "caps_", "buffer_->flags")
    return o + "send:\n\tregs_.info = kn_info((uint64_t)(int64_t)status, caps_, length_);\n\tserver_reply_send(reply, &regs_);\n}\n"


def server_source(e):
    o = SPDX.format(e.source) + f'#include "server/{e.name}.h"\n#include "uapi/wire.h"\n'
    o += "".join("\n" + server_case(e, m) + "\n" + late_reply(e, m) for m in e.methods)
    o += f"\nkn_status {e.name}_dispatch(const struct {e.name}_ops *ops, struct server_call *call)\n{{\n" \
         "\tcall->out_length = 0;\n\tcall->out_cap_count = 0;\n\tswitch (kn_info_label(call->info)) {\n"
    o += "".join(f"\tcase {e.label(m)}:\n\t\treturn do_{m.name}(ops, call);\n" for m in e.methods)
    return o + f"\tdefault:\n\t\treturn KN_E_{OP};\n\t}}\n}}\n"


def tables(w):
    """Errors, object types and trace names."""
    head, names = SPDX.format("errors.idl"), [(("KN_OK" if n == "OK" else f"KN_E_{n}"), n, *r) for n, *r in w.errors]
    yield "uapi/error.h", head + '#pragma once\n\n#include "uapi/types.h"\n\nenum kn_error : int32_t {\n' + "".join(
        f"\t{c} = {v}, /* {s} */\n" for c, _, v, s, *_ in names) + \
        "};\n\n/* The sentence for a status, and its name; never null. */\n" \
        "const char *kn_status_text(kn_status status);\nconst char *kn_status_name(kn_status status);\n"
    switch = "{}\n{{\n\tswitch (status) {{\n{}\tdefault:\n\t\treturn {};\n\t}}\n}}\n"
    cases = lambda f: "".join(f"\tcase {n[0]}:\n\t\treturn {f(n)};\n" for n in names)
    yield "uapi/error_text.c", head + '#include "uapi/error.h"\n\n' + \
        switch.format("const char *kn_status_text(kn_status status)", cases(lambda n: f'"{n[3]}"'), '"unknown error"') + "\n" + \
        switch.format("const char *kn_status_name(kn_status status)", cases(lambda n: f'"{n[1]}"'), '"?"')
    yield "uapi/error_errno.h", head + "/* For the POSIX side only. */\n#pragma once\n\n#include <errno.h>\n#include \"uapi/error.h\"\n\n" + \
        switch.format("static inline int kn_status_errno(kn_status status)", cases(lambda n: n[4]), "EIO")
    yield "uapi/error_ntstatus.h", head + "/* For the Win32 side only. */\n#pragma once\n\n#include \"uapi/error.h\"\n\n" + \
        switch.format("static inline uint32_t kn_status_ntstatus(kn_status status)", cases(lambda n: f"{n[5]:#010x}u"), "0xc0000001u")
    yield "uapi/object_type.h", SPDX.format("all contracts") + "#pragma once\n\nenum kn_object_type {\n\tKN_TYPE_NONE = 0,\n" + "".join(
        f"\tKN_TYPE_{e.name.upper()} = {e.number},\n" for e in w.objects) + "};\n"
    yield "uapi/trace.h", SPDX.format("all contracts") + "#pragma once\n\n#include \"uapi/types.h\"\n\n" \
        "/* \"tcb.resume\" or \"vfs.open\" for a label; null if there is none. */\n" \
        "const char *kn_object_label_name(uint64_t label);\nconst char *kn_protocol_label_name(uint64_t label);\n"
    o = SPDX.format("all contracts") + '#include "uapi/trace.h"\n'
    for what, entities in (("object", w.objects), ("protocol", w.protocols)):
        o += f"\nconst char *kn_{what}_label_name(uint64_t label)\n{{\n\tswitch (label) {{\n" + "".join(
            f'\tcase {e.code(m):#x}:\n\t\treturn "{e.name}.{m.name}";\n' for e in entities for m in e.methods) + \
            "\tdefault:\n\t\treturn nullptr;\n\t}\n}\n"
    yield "uapi/trace.c", o


def outputs(w):
    yield from tables(w)
    for e in w.entities:
        yield e.header, uapi_header(e)
    for e in w.objects:
        yield f"kn/{e.name}.h", stub_header(e)
        yield f"kn/{e.name}.c", stub_source(e, "kn")
        yield f"gen/{e.name}_ops.h", ops_header(e)
        yield f"gen/{e.name}_dispatch.c", dispatch_source(e)
    for e in w.protocols:
        yield f"client/{e.name}.h", stub_header(e)
        yield f"client/{e.name}.c", stub_source(e, "client")
        yield f"server/{e.name}.h", server_header(e)
        yield f"server/{e.name}.c", server_source(e)


def shown(a, is_result=False):
    if a.kind in ("value", "struct"):
        return f"{a.type.name} {a.name}"
    if a.kind != "cap":
        return f"buffer {a.kind} {a.name}"
    bounds = f"<{a.object}{':' + '|'.join(a.rights) if a.rights else ''}>" if a.object else ""
    return f"cap{'?' if a.optional else ''}{' move' if a.move else ''} {a.name}{bounds}"


def signature(m):
    o = f"{m.name}({', '.join(shown(a) for a in m.args)})"
    o += f" -> ({', '.join(shown(a) for a in m.results)})" if m.results else ""
    o += f" rights {'|'.join(m.rights)}" if m.rights else ""
    o += f" throws {', '.join(m.throws)}" if m.throws else ""
    return o + (" deadline" if m.deadline else "")


def golden(w):
    """The whole ABI as text: what a reviewer sees when a contract changes."""
    for n, v, s, errno, nt in w.errors:
        yield f"error {n} {v} {errno} {nt:#010x} \"{s}\""
    for e in w.entities:
        yield f"\n{e.kind} {e.name}" + (f" {e.number:#x}" if e.number else "") + (
            " includes " + " ".join(i.name for i in e.includes) if e.includes else "")
        for name, value, _ in e.consts:
            yield f"  const {name} = {value:#x}"
        for name, bit, _ in e.signals:
            yield f"  signal {name} = bit {bit}"
        for t in e.types.values():
            yield f"  {t.kind} {t.name} {t.base or f'size {t.size} align {t.align}'}"
            for i in t.items:
                yield f"    {i[0]} = {i[1]}" if t.kind == "enum" else \
                    f"    {i[3]}: {i[0].name} {i[1]}" + (f"[{i[2]}]" if i[2] else "")
        for m in sorted(e.methods, key=lambda m: m.number):
            yield f"  {e.code(m):#06x} {signature(m)} | {m.in_words} -> {m.out_words} words"


def docs(w):
    """Reference pages, one an entity."""
    sentences = {n: s for n, _, s, *_ in w.errors}
    index = "# Contracts\n\n| name | kind | number | what |\n|---|---|---|---|\n"
    for e in w.entities:
        page = f"{'object' if e.room == 'kernel' else 'protocol'}-{e.name}.md"
        first = (e.doc or "Shared types.").splitlines()[0]
        index += f"| [{e.name}]({page}) | {e.kind} | {e.number or ''} | {first} |\n"
        o = f"# {e.name} ({e.kind})\n\n{e.doc}\n"
        o += "\n## Constants\n\n" + "".join(f"* `{n}` = {v:#x}: {d}\n" for n, v, d in e.consts) if e.consts else ""
        o += "\n## Signals\n\n" + "".join(f"* `{n}` (bit {b}): {d}\n" for n, b, d in e.signals) if e.signals else ""
        for t in e.types.values():
            o += f"\n## {t.c}\n\n{t.doc}\n\n" + "".join(
                f"* `{i[0]}` = {i[1]}" + (f": {i[2]}\n" if i[2] else "\n") if t.kind == "enum" else
                f"* `{i[0].name} {i[1]}{f'[{i[2]}]' if i[2] else ''}` at {i[3]}\n" for i in t.items)
        for m in e.methods:
            o += f"\n## {e.name}.{m.name} ({m.number})\n\n{m.doc}\n\n    {e.stub}_{m.name}({params(e, m, 'client')})\n\n"
            o += f"Needs {', '.join(m.rights)}. " if m.rights else ""
            o += f"{m.in_words} words in, {m.out_words} out.\n" + "".join(f"* `KN_E_{t}`: {sentences[t]}\n" for t in m.throws)
        yield page, o
    yield "index.md", index + "\n## Errors\n\n" + "".join(f"* `{n}` ({v}): {s}; {errno}, {nt:#010x}\n" for n, v, s, errno, nt in w.errors)


def write(folder, files):
    for name, text in files:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        try:
            with open(path, encoding="utf-8") as f:
                if f.read() == text:
                    continue
        except OSError:
            pass
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def main(argv):
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--uapi", required=True, help="folder with kernel/, protocol/ and errors.idl")
    p.add_argument("--out", help="write the C files here")
    p.add_argument("--list-inputs", action="store_true", help="print the .idl files, one a line")
    p.add_argument("--inputs", nargs="*", help="ignored: lets a build system see what is read")
    p.add_argument("--list-outputs", action="store_true", help="print the names of the C files, one a line")
    p.add_argument("--docs", help="write reference pages here")
    p.add_argument("--golden", help="the ABI dump to compare with or to write")
    p.add_argument("--check", action="store_true", help="fail with a diff if the golden file differs")
    p.add_argument("--update", action="store_true", help="rewrite the golden file")
    o = p.parse_args(argv)
    try:
        w = World(o.uapi)
    except IdlError as error:
        print(error, file=sys.stderr)
        return 1
    files = list(outputs(w))
    if o.list_inputs:
        print("\n".join([os.path.join(o.uapi, "errors.idl"), *w.files]))
    if o.list_outputs:
        print("\n".join(name for name, _ in files))
    if o.out:
        write(o.out, files)
    if o.docs:
        write(o.docs, docs(w))
    if o.golden:
        new = "\n".join(golden(w)) + "\n"
        if o.update:
            write(os.path.dirname(o.golden) or ".", [(os.path.basename(o.golden), new)])
        elif o.check:
            with open(o.golden, encoding="utf-8") as f:
                diff = list(difflib.unified_diff(f.read().splitlines(), new.splitlines(), o.golden, "contracts", "", "", 2, ""))
            if diff:
                print("\n".join(diff), "\nThe ABI differs from its golden dump: if you mean it, run --update and say 'ABI:' in the commit.")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
