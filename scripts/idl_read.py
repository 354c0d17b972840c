# SPDX-License-Identifier: BSD-2-Clause
"""Contracts as idl.py and idl_c.py want them: the language's words, what a contract is made of (Entity, Method, Arg, Type), the parser
that refuses with file and line, and World, all contracts of one folder checked against each other."""
import os
import re
from dataclasses import dataclass, field

import idl_c

MAX_WORDS, MAX_CAPS, KERNEL_WORDS = 448, 4, 12
RIGHTS = ("READ WRITE EXECUTE GRANT REVOKE SEND RECV CALL REPLY CONFIGURE SUSPEND RESUME MAP UNMAP "
          "RETYPE").split()
KEYWORDS = set("""alignas alignof auto bool break case char const constexpr continue default do double
else enum extern false float for goto if inline int long nullptr register restrict return short signed
sizeof static static_assert struct switch thread_local true typedef typeof union unsigned void volatile
while""".split())
PARAMETERS = {"self", "server", "call", "reply", "status", "ops", "inv"}  # generated ones beside a method's own
INTS = {f"{s}{b}": (b // 8, s == "s") for s in "us" for b in (8, 16, 32, 64)}
TOKEN = re.compile(r"(?P<doc>/\*\*.*?\*/)|(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|(?P<str>\"[^\"\n]*\")"
                   r"|(?P<num>-?(?:0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)\b)|(?P<name>[A-Za-z_]\w*)"
                   r"|(?P<op>->|<<|[{}()\[\]<>;:,=|?])", re.S)
LOWER, UPPER = r"[a-z][a-z0-9_]*", r"[A-Z][A-Z0-9_]*"


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
    items: list = field(default_factory=list)  # enum: (name, value, doc); struct: (name, type, count, offset)
    base: str = ""
    doc: str = ""
    words = property(lambda t: (t.size + 7) // 8)
    tag = property(lambda t: t.c.split()[-1])


@dataclass
class Arg:
    kind: str  # value struct cap in out
    name: str = ""
    type: Type = None
    optional: bool = False
    move: bool = False
    object: str = ""
    rights: list = field(default_factory=list)
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
    words: tuple = (0, 0)  # fixed words of request and reply

    def of(self, kind):
        return [a for a in (self.results if kind == "result cap" else self.args) if a.kind == kind.split()[-1]]


@dataclass
class Entity:
    path: str
    room: str  # kernel protocol
    name: str
    kind: str = "library"
    number: int = 0
    doc: str = ""
    deadline: bool = False
    includes: list = field(default_factory=list)
    consts: list = field(default_factory=list)  # (name, value, doc)
    signals: list = field(default_factory=list)  # (name, bit, doc)
    types: dict = field(default_factory=dict)
    methods: list = field(default_factory=list)
    folder = property(lambda e: "object" if e.room == "kernel" else "protocol")
    header = property(lambda e: f"uapi/{e.folder}/{e.name}.h")
    prefix = property(lambda e: e.name if e.kind == "protocol" else "kn")  # of types and constants
    stub = property(lambda e: f"kn_{e.name}" if e.room == "kernel" else e.name)  # of methods and signals

    def scoped(self, name):  # "file_stat" of protocol file is not called file_file_stat
        return name if name.lower().startswith(self.prefix + "_") else f"{self.prefix}_{name}"

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
    return "\n".join(re.sub(r"^\s*\* ?", "", s).rstrip() for s in doc[3:-2].splitlines()).strip()


class Parser:
    """One file -> one Entity. `world` has the other files, object numbers and all C names."""

    def __init__(self, world, path, room, text):
        self.world, self.tokens, self.at, self.doc = world, lex(path, text), 0, None
        self.e = Entity(path, room, os.path.splitext(os.path.basename(path))[0])

    kind = property(lambda p: p.tokens[p.at][0])
    text = property(lambda p: p.tokens[p.at][1])

    def where(self, back=1):
        return self.e.path, self.tokens[max(0, self.at - back)][2]

    def want(self, claim, text, back=1):
        if not claim:
            raise IdlError(self.where(back), text)

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1][:2]

    def take(self, *wanted):
        return self.next()[1] if self.text in wanted and self.kind != "str" else None

    def need(self, op, what=None):
        self.want(self.take(op), what or f"expected '{op}', found '{self.text}'", 0)

    def name(self, what, pattern=LOWER):
        kind, text = self.next()
        self.want(kind == "name" and re.fullmatch(pattern, text) and text[-1] != "_",
                  f"'{text}' is no good name for {what}")
        self.want(text not in KEYWORDS, f"'{text}' is a reserved word and cannot name {what}")
        return text

    def names(self, what, *separators):
        found = [self.name(what, UPPER)]
        while self.take(*separators):
            found.append(self.name(what, UPPER))
        return found

    def rights(self, *separators):
        found = self.names("a right", *separators)
        for r in found:
            self.want(r in RIGHTS, f"unknown right {r}")
        return found

    def number(self):
        kind, text = self.next()
        if kind == "name":
            for name, value, _ in (c for e in self.visible(self.e) for c in e.consts):
                if name == text:
                    return value
            self.want(False, f"unknown constant {text}")
        self.want(kind == "num", f"expected a number, found '{text}'")
        value = int(text.replace("_", ""), 0)
        if self.take("<<"):
            value <<= self.number()
        self.want(-1 << 63 <= value < 1 << 64, "the number does not fit 64 bits")
        return value

    def visible(self, e):
        return [e] + [x for i in e.includes for x in self.visible(i)]

    def claim(self, what, *names):
        """Every C name that the contracts make is made once in the whole system."""
        for n in names:
            other = self.world.names.get(n)
            self.want(not other, f"{what} reuses the name {n} of {other}")
            self.world.names[n] = "%s:%d" % self.where()

    def documented(self, what):
        self.want(self.doc, f"{what} has no doc comment", 0)
        doc, self.doc = self.doc, None
        return doc

    def parse(self):
        above = (None, 0, None)  # a constant or signal right below another shares its comment
        while self.kind != "end":
            if self.kind == "doc":
                # Only a library's file comment is followed by another comment.
                self.want(not self.doc or not (self.e.doc or above[0]), "this doc comment belongs to nothing")
                self.e.doc, self.doc = self.doc or self.e.doc, clean(self.next()[1])
                self.want(self.doc, "an empty doc comment documents nothing")
                continue
            text, line = self.text, self.tokens[self.at][2]
            if text in ("const", "signal") and not self.doc and above[:2] == (text, line - 1):
                self.doc = above[2]
            doc = self.doc
            if self.kind == "num":
                self.method()
            else:
                self.want(text in ("object", "protocol", "include", "const", "signal", "enum", "struct"),
                          f"expected a declaration, found '{text}'", 0)
                getattr(self, "do_" + text)()
            above = (text, self.tokens[self.at - 1][2], doc)
        self.want(not self.doc, "this doc comment belongs to nothing")
        return self.e

    def do_object(self):
        e, kind = self.e, self.text
        e.doc, stem = self.documented(kind), e.name
        self.next()
        self.want(kind == e.folder, f"an {kind} cannot be declared under {e.room}/")
        e.name, e.kind = self.name(f"the {kind}"), kind
        self.want(e.name == stem, f"{kind} {e.name} must be in {e.name}.idl, not {stem}.idl")
        self.need("=")
        e.number = self.number()
        if kind == "object" and e.number == 0:
            e.kind = "library"  # no object: constants and structures only
        else:
            self.want(1 <= e.number <= 255, f"the {kind} number {e.number} is out of range")
            other = self.world.numbers.setdefault((kind, e.number), e)
            self.want(other is e, f"number {e.number} belongs to {kind} {other.name}")
        e.deadline = bool(self.take("deadline"))
        self.need(";")

    do_protocol = do_object

    def do_include(self):
        self.e.doc, self.doc = self.doc or self.e.doc, None
        self.next()
        kind, text = self.next()
        self.want(kind == "str", 'include wants a file name: include "common.idl";')
        path = os.path.normpath(os.path.join(os.path.dirname(self.e.path), text[1:-1]))
        self.e.includes.append(self.world.load(path, self.where()))
        self.need(";")

    def do_const(self):
        kind = self.next()[1]
        doc, what = self.documented("a " + kind), "a " + kind
        name = self.name(what, UPPER)
        self.claim(kind, (self.e.scoped(name) if kind == "const" else f"{self.e.stub}_SIGNAL_{name}").upper())
        self.need("=")
        value, values = self.number(), self.e.consts if kind == "const" else self.e.signals
        if kind == "signal":
            self.want(0 <= value <= 63, "a signal is a bit number from 0 to 63")
            self.want(all(value != s[1] for s in values), f"bit {value} already has a meaning")
        values.append((name, value, doc))
        self.need(";")

    do_signal = do_const

    def add(self, t):
        self.want(t.name not in INTS, f"'{t.name}' is a built-in type")
        self.claim(t.kind, t.c)
        self.e.types[t.name] = t
        self.take(";")

    def do_enum(self):
        doc = self.documented("an enum")
        self.next()
        name = self.name("an enum")
        self.need(":")
        base = self.name("an integer type")
        self.want(base in INTS, f"an enum cannot be a {base}")
        size, signed = INTS[base]
        low, high = (-1 << size * 8 - 1, 1 << size * 8 - 1) if signed else (0, 1 << size * 8)
        t = Type(name, f"enum {self.e.scoped(name)}", "enum", size, signed, size, base=base, doc=doc)
        self.need("{")
        while not self.take("}"):
            note = clean(self.next()[1]) if self.kind == "doc" else ""
            member = self.name("an enum member", UPPER)
            self.claim("enum member", f"{t.tag}_{member}".upper())
            self.need("=")
            value = self.number()
            self.want(low <= value < high, f"{value} does not fit {base}")
            self.want(all(value != i[1] for i in t.items), f"{value} is already a member of {name}")
            t.items.append((member, value, note))
            self.want(self.take(";", ",") or self.text == "}", "expected ';' between enum members", 0)
        self.want(t.items, "an enum needs a member")
        self.add(t)

    def type(self):
        text = self.take("bool") or self.name("a type")
        if text == "bool":
            return Type("bool", "bool", "bool", 1)
        if text in INTS:
            size, signed = INTS[text]
            return Type(text, f"{'' if signed else 'u'}int{size * 8}_t", "int", size, signed, size)
        found = [e.types[text] for e in self.visible(self.e) if text in e.types]
        self.want(found, f"unknown type {text}")
        return found[0]

    def do_struct(self):
        doc = self.documented("a struct")
        self.next()
        name = self.name("a struct")
        t = Type(name, f"struct {self.e.scoped(name)}", "struct", 0, align=1, doc=doc)
        self.need("{")
        while not self.take("}"):
            if self.kind == "doc":
                self.next()
                continue
            of, fname, count = self.type(), self.name("a field"), 0
            self.want(of.kind != "bool", "a struct holds no bool (its bytes arrive unchecked): use u8")
            if self.take("["):
                count = self.number()
                self.want(1 <= count <= MAX_WORDS * 8, "an array has 1 to 3584 elements")
                self.need("]")
            self.want(all(fname != i[0] for i in t.items), f"field {fname} is already there")
            self.want(t.size % of.align == 0,
                      f"a hole of {-t.size % of.align} bytes before {fname}: name it, so that it is cleared")
            t.items.append((fname, of, count, t.size))
            t.size += of.size * (count or 1)
            t.align = max(t.align, of.align)
            self.need(";")
        self.want(t.size, "an empty struct")
        self.want(t.size % t.align == 0,
                  f"a hole of {-t.size % t.align} bytes at the end of {name}: name it, so that it is cleared")
        self.add(t)

    def method(self):
        e, number = self.e, self.number()
        where, doc = self.where(), self.documented("a method")
        self.want(e.kind != "library", "methods need an object or protocol line above them")
        self.want(1 <= number <= 199, f"method number {number} is not in 1..199 (0 and 200..255 are reserved)")
        self.want(all(number != m.number for m in e.methods), f"method number {number} is already used")
        self.need(":")
        name = self.name("a method")
        self.want(all(name != m.name for m in e.methods), f"method {name} is already there")
        stub = f"{e.stub}_{name}"
        self.claim("method", stub, stub.upper(), *([stub + "_reply"] if e.room == "protocol" else []))
        m = Method(number, name, where, doc, self.args(False), [], deadline=e.deadline)
        m.results = self.args(True) if self.take("->") else []
        while clause := self.take("rights", "throws", "deadline", "slow"):
            if clause == "rights":
                m.rights = self.rights(",", "|")
            elif clause == "throws":
                m.throws = self.names("an error", ",")
                self.want(len(set(m.throws)) == len(m.throws), "an error is thrown twice")
                self.world.thrown += [(t, where) for t in m.throws]
            elif clause == "deadline":
                m.deadline = True
        self.want(e.room == "kernel" or not m.rights, "rights belong to kernel objects; a protocol judges by badge")
        self.layout(m)
        self.need(";")
        e.methods.append(m)

    def args(self, are_results):
        self.need("(")
        found = []
        while not self.take(")"):
            found.append(self.arg(are_results, self.e.room == "kernel"))
            self.want(self.take(",") or self.text == ")", f"expected ',' or ')', found '{self.text}'", 0)
        return found

    def arg(self, is_result, is_kernel):
        if self.take("cap"):
            a = Arg("cap", optional=bool(self.take("?")), move=bool(self.take("move")))
            a.name = self.name("a capability")
            self.want(not is_kernel or not is_result and not a.move,
                      "kernel methods take capabilities as operands only: slots are named, nothing moves")
            if self.take("<"):
                self.want(is_kernel, "only the kernel knows a capability's type and rights")
                a.object = self.name("an object type")
                self.world.operands.append((a.object, self.where()))
                a.rights = self.rights("|") if self.take(":") else []
                self.need(">")
            return a
        if self.take("buffer"):
            self.want(self.text in ("in", "out") and not is_result,
                      "a buffer is an argument: 'buffer in x' or 'buffer out x'")
            self.want(not is_kernel, "kernel methods take no buffers")
            return Arg(self.next()[1], self.name("a buffer"))
        t = self.type()
        return Arg("struct" if t.kind == "struct" else "value", self.name("an argument"), t)

    def layout(self, m):
        """Word numbers; every limit of a message is checked here."""
        names, kernel = PARAMETERS | ({"deadline"} if m.deadline else set()), self.e.room == "kernel"
        seen = set()
        for items, what, buffers in ((m.args, "arguments", m.of("in")), (m.results, "results", m.of("out"))):
            at, caps = 0, [a for a in items if a.kind == "cap"]
            for a in items:
                a.at = at
                at += a.type.words if a.type else int(a.kind == "out" or kernel)
                tails = {"in": ("", "_len"), "out": ("", "_cap", "_len"), "cap": ("", "_slot")}
                for n in (a.name + t for t in tails.get(a.kind, ("",))):
                    self.want(n not in names, f"{m.name} cannot have an argument {n}: generated code uses the name")
                    self.want(n not in seen, f"{m.name} uses the name {n} twice")
                    seen.add(n)
            limit = KERNEL_WORDS if kernel else MAX_WORDS - 2 * len(buffers)
            self.want(at <= limit, f"{m.name} has {at} words of {what}, at most {limit} fit")
            self.want(kernel or len(caps) <= MAX_CAPS,
                      f"{m.name} has {len(caps)} capabilities, a message holds {MAX_CAPS}")
            self.want(kernel or not any(a.optional for a in caps[:-1]), "only the last capability can be optional")
            m.words = (at, 0) if items is m.args else (m.words[0], at)

    def errors(self):
        """errors.idl: (name, number, sentence, errno, NTSTATUS) each."""
        found = []
        while self.kind != "end":
            if self.kind == "doc":
                self.next()
                continue
            self.need("error")
            name = self.name("an error", UPPER)
            self.claim("error", idl_c.c_error(name))
            self.need("=")
            number = self.number()
            self.want(-4095 <= number <= -1 or (name, number) == ("OK", 0), "an error is a number from -4095 to -1")
            self.want(all(number != e[1] for e in found), f"error number {number} is already used")
            kind, sentence = self.next()
            self.want(kind == "str" and sentence != '""', f"error {name} needs a sentence in quotes")
            self.need("errno")
            errno = self.take("0") or self.name("an errno", r"E[A-Z0-9]+")
            self.need("ntstatus")
            status = self.number()
            self.want(0 <= status < 1 << 32 and (status == 0) == (errno == "0") == (number == 0),
                      "an NTSTATUS has 32 bits, and only OK maps to 0")
            self.need(";")
            found.append((name, number, sentence[1:-1], errno, status))
        return found


class World:
    """All contracts of one uapi folder, parsed and checked."""

    def __init__(self, root):
        self.files, self.numbers, self.names = {}, {}, {}
        self.operands, self.thrown = [], []
        errors = os.path.join(root, "errors.idl")
        self.errors = Parser(self, errors, "kernel", self.read(errors, (errors, 1))).errors()
        for n in idl_c.RETURNED:
            self.must(n in (e[0] for e in self.errors), (errors, 1), f"error {n} is missing: generated code returns it")
        for folder in (os.path.join(root, room) for room in ("kernel", "protocol")):
            for f in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
                if f.endswith(".idl"):
                    self.load(os.path.join(folder, f), None)
        self.entities = list(self.files.values())
        self.objects, self.protocols = (sorted((e for e in self.entities if e.kind == kind), key=lambda e: e.number)
                                        for kind in ("object", "protocol"))
        for name, where in self.operands:
            self.must(name in (e.name for e in self.objects), where, f"unknown object type {name}")
        for name, where in self.thrown:
            self.must(name in (e[0] for e in self.errors), where, f"unknown error {name}")

    def must(self, claim, where, text):
        if not claim:
            raise IdlError(where, text)

    def read(self, path, where):
        try:
            with open(path, encoding="utf-8") as f:
                return f.read()
        except (OSError, UnicodeError) as error:
            raise IdlError(where, f"cannot read {path}: {getattr(error, 'strerror', error)}") from None

    def load(self, path, where):
        if path not in self.files:
            text = self.read(path, where or (path, 1))
            self.files[path] = None
            entity = Parser(self, path, os.path.basename(os.path.dirname(path)), text).parse()
            del self.files[path]  # to the end: what is included comes first
            self.files[path] = entity
        self.must(self.files[path], where, "files include each other in a circle")
        return self.files[path]
