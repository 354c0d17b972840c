#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Tests of idl.py: every refusal names file, line and reason; the generated C of the real contracts and of the
samples in test/idl compiles for both machines without a warning; the samples' stubs and dispatchers
talk to each other natively under ASan and UBSan (test/idl/roundtrip.c); the golden check tells a change."""
import contextlib
import io
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import idl

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
UAPI, SAMPLES = os.path.join(ROOT, "trona/uapi"), os.path.join(ROOT, "test/idl")
CC = "clang-19"
HEAD = "/** A thing. */\nobject thing = 3;\n"
PROTO = "/** A desk. */\nprotocol desk = 9;\n"
# Everything that is refused: (room, text, line, a part of the sentence)
REFUSED = [
    ("kernel", "object thing = 3;", 1, "no doc comment"),
    ("kernel", "/** x */\nobject other = 3;", 2, "must be in other.idl"),
    ("kernel", "/** x */\nprotocol thing = 3;", 2, "cannot be declared under kernel/"),
    ("protocol", "/** x */\nobject desk = 3;", 2, "cannot be declared under protocol/"),
    ("protocol", "/** x */\nprotocol desk = 0;", 2, "out of range"),
    ("kernel", "/** x */\nobject thing = 256;", 2, "out of range"),
    ("kernel", "/** x */\nobject Thing = 3;", 2, "no good name"),
    ("kernel", HEAD + "1: go();", 3, "a method has no doc comment"),
    ("kernel", HEAD + "/** */\n1: go();", 3, "empty doc comment"),
    ("kernel", HEAD + "const A = 1;", 3, "a const has no doc comment"),
    ("kernel", HEAD + "/** a */\nconst A = 1;\n\nconst B = 2;", 6, "a const has no doc comment"),
    ("kernel", HEAD + "signal A = 1;", 3, "a signal has no doc comment"),
    ("kernel", HEAD + "enum a : u8 { B = 1; }", 3, "an enum has no doc comment"),
    ("kernel", HEAD + "struct a { u8 b; }", 3, "a struct has no doc comment"),
    ("kernel", HEAD + "/** lost */\n/** x */\n1: go();", 3, "belongs to nothing"),
    ("kernel", HEAD + "/** lost */", 3, "belongs to nothing"),
    ("kernel", HEAD + "/** x */\n0: go();", 4, "not in 1..199"),
    ("kernel", HEAD + "/** x */\n200: go();", 4, "not in 1..199"),
    ("kernel", HEAD + "/** x */\n1: go();\n/** y */\n1: run();", 6, "already used"),
    ("kernel", HEAD + "/** x */\n1: go();\n/** y */\n2: go();", 6, "already there"),
    ("kernel", HEAD + "/** x */\n1: go(u64 a, u64 a);", 4, "the name a twice"),
    ("kernel", HEAD + "/** x */\n1: go(u64 a) -> (u64 a, u64 a);", 4, "the name a twice"),
    ("protocol", PROTO + "/** x */\n1: go(buffer in a, u64 a_len);", 4, "the name a_len twice"),
    ("protocol", PROTO + "/** x */\n1: go(u32 call);", 4, "generated code uses the name"),
    ("protocol", PROTO + "/** x */\n1: go(u64 deadline) deadline;", 4, "generated code uses the name"),
    ("kernel", HEAD + "/** x */\n1: go(u64 int);", 4, "reserved word"),
    ("kernel", HEAD + "/** x */\n1: go(u64 a_);", 4, "no good name"),
    ("kernel", HEAD + "/** x */\n1: go(u65 a);", 4, "unknown type u65"),
    ("kernel", HEAD + "/** x */\n1: go(u64 a) throws NOPE;", 4, "unknown error NOPE"),
    ("kernel", HEAD + "/** x */\n1: go(u64 a) throws IO, IO;", 4, "thrown twice"),
    ("kernel", HEAD + "/** x */\n1: go() rights FLY;", 4, "unknown right FLY"),
    ("kernel", HEAD + "/** x */\n1: go(cap a<thing:FLY>);", 4, "unknown right FLY"),
    ("kernel", HEAD + "/** x */\n1: go(cap a<nothing>);", 4, "unknown object type nothing"),
    ("kernel", HEAD + "/** x */\n1: go() -> (cap a);", 4, "operands only"),
    ("kernel", HEAD + "/** x */\n1: go(cap move a);", 4, "operands only"),
    ("kernel", HEAD + "/** x */\n1: go(buffer in a);", 4, "take no buffers"),
    ("protocol", PROTO + "/** x */\n1: go() rights READ;", 4, "judges by badge"),
    ("protocol", PROTO + "/** x */\n1: go(cap a<thing>);", 4, "only the kernel"),
    ("protocol", PROTO + "/** x */\n1: go() -> (buffer out a);", 4, "a buffer is an argument"),
    ("protocol", PROTO + "/** x */\n1: go(buffer a);", 4, "a buffer is an argument"),
    ("protocol", PROTO + "/** x */\n1: go(cap a, cap b, cap c, cap d, cap e);", 4, "a message holds 4"),
    ("protocol", PROTO + "/** x */\n1: go(cap? a, cap b);", 4, "only the last"),
    ("kernel", HEAD + "/** s */\nstruct big { u64 a[13]; }\n/** x */\n1: go(big b);", 6, "13 words of arguments, at most 12"),
    ("kernel", HEAD + "/** s */\nstruct big { u64 a[13]; }\n/** x */\n1: go() -> (big b);", 6, "13 words of results"),
    ("protocol", PROTO + "/** s */\nstruct big { u64 a[447]; }\n/** x */\n1: go(big b, buffer in c);", 6, "at most 446"),
    ("kernel", HEAD + "/** s */\nstruct s { u8 a; u32 b; }", 4, "a hole of 3 bytes before b"),
    ("kernel", HEAD + "/** s */\nstruct s { u32 b; u8 a; }", 4, "a hole of 3 bytes at the end of s"),
    ("kernel", HEAD + "/** s */\nstruct s { }", 4, "an empty struct"),
    ("kernel", HEAD + "/** s */\nstruct s { bool b; }", 4, "holds no bool"),
    ("kernel", HEAD + "/** s */\nstruct s { u8 b; u8 b; }", 4, "already there"),
    ("kernel", HEAD + "/** s */\nstruct s { u8 b[0]; }", 4, "1 to 3584"),
    ("kernel", HEAD + "/** s */\nstruct s { u8 b[N]; }", 4, "unknown constant N"),
    ("kernel", HEAD + "/** s */\nstruct u32 { u8 b; }", 4, "built-in"),
    ("kernel", HEAD + "/** s */\nstruct s { u8 b; }\n/** s */\nstruct s { u8 b; }", 6, "reuses the name"),
    ("kernel", HEAD + "/** s */\nconst A = 1;\n/** s */\nconst A = 2;", 6, "reuses the name KN_A"),
    ("kernel", HEAD + "/** s */\nconst THING_GO = 1;\n/** s */\n1: go();", 6, "reuses the name KN_THING_GO"),
    ("kernel", HEAD + "/** s */\nconst E_IO = 1;", 4, "reuses the name KN_E_IO"),
    ("kernel", HEAD + "/** s */\nconst a = 1;", 4, "no good name"),
    ("kernel", HEAD + "/** s */\nconst A = B;", 4, "unknown constant B"),
    ("kernel", HEAD + "/** s */\nconst A = ;", 4, "expected a number"),
    ("kernel", HEAD + "/** s */\nconst A = 1 << 64;", 4, "does not fit 64 bits"),
    ("kernel", HEAD + "/** s */\nsignal A = 64;", 4, "0 to 63"),
    ("kernel", HEAD + "/** s */\nsignal A = 1;\nsignal B = 1;", 5, "already has a meaning"),
    ("kernel", HEAD + "/** s */\nenum e : u8 { A = 256; }", 4, "256 does not fit u8"),
    ("kernel", HEAD + "/** s */\nenum e : u8 { A = 1; B = 1; }", 4, "already a member"),
    ("kernel", HEAD + "/** s */\nenum e : u8 { }", 4, "needs a member"),
    ("kernel", HEAD + "/** s */\nenum e : bool { A = 1; }", 4, "reserved word"),
    ("kernel", HEAD + "/** s */\nenum e : nope { A = 1; }", 4, "cannot be a nope"),
    ("kernel", HEAD + "union x;", 3, "expected a declaration"),
    ("kernel", HEAD + "/** x */\n1: go()", 4, "expected ';'"),
    ("kernel", HEAD + "/** x */\n1: go(u64 a u64 b);", 4, "expected ',' or ')'"),
    ("kernel", HEAD + "$", 3, "unexpected character"),
    ("kernel", HEAD + 'include "nowhere.idl";', 3, "cannot read"),
    ("kernel", HEAD + "include nowhere;", 3, "include wants a file name"),
    ("kernel", HEAD + 'include "thing.idl";', 3, "in a circle"),
    ("kernel", "/** x */\n1: go();", 2, "need an object or protocol line"),
]
ERROR = 'error {} = {} "sentence" errno {} ntstatus {};'
REFUSED_ERRORS = [
    (ERROR.format("NEW", -9, "EIO", 5), "already used"),
    (ERROR.format("IO", -999, "EIO", 5), "reuses the name"),
    (ERROR.format("NEW", 0, "EIO", 5), "from -4095 to -1"),
    (ERROR.format("NEW", 5, "EIO", 5), "from -4095 to -1"),
    (ERROR.format("NEW", -5000, "EIO", 5), "from -4095 to -1"),
    (ERROR.format("NEW", -999, "IO", 5), "no good name for an errno"),
    (ERROR.format("NEW", -999, "EIO", 0), "only OK maps to 0"),
    (ERROR.format("NEW", -999, "EIO", "0x100000000"), "32 bits"),
    ('error NEW = -999 errno EIO ntstatus 5;', "needs a sentence"),
    ('error NEW = -999 "" errno EIO ntstatus 5;', "needs a sentence"),
]


class Idl(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = folder.name
        self.uapi = os.path.join(self.dir, "uapi")
        os.makedirs(os.path.join(self.uapi, "kernel"))
        os.makedirs(os.path.join(self.uapi, "protocol"))
        shutil.copy(os.path.join(UAPI, "errors.idl"), self.uapi)

    def put(self, name, text):
        with open(os.path.join(self.uapi, name), "w", encoding="utf-8") as f:
            f.write(text)

    def run_idl(self, *args):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = idl.main(["--uapi", self.uapi, *args])
        return code, out.getvalue()

    def refused(self, name, line, part):
        code, out = self.run_idl("--out", os.path.join(self.dir, "out"))
        self.assertEqual(code, 1, out)
        self.assertTrue(out.startswith(f"{os.path.join(self.uapi, name)}:{line}: "), out)
        self.assertIn(part, out)
        self.assertFalse(os.path.exists(os.path.join(self.dir, "out")), "nothing is written after a refusal")

    def test_the_errors_of_generated_code_must_exist(self):
        self.put("errors.idl", ERROR.format("ONLY", -1, "EIO", 5))
        self.refused("errors.idl", 1, "INVALID_ARG is missing")

    def test_a_number_belongs_to_one_object(self):
        self.put("kernel/a.idl", "/** A. */\nobject a = 3;")
        self.put("kernel/b.idl", "/** B. */\nobject b = 3;")
        self.refused("kernel/b.idl", 2, "number 3 belongs to object a")

    def test_an_object_and_a_protocol_may_share_a_number(self):
        self.put("kernel/thing.idl", HEAD)
        self.put("protocol/desk.idl", "/** D. */\nprotocol desk = 3;")
        self.assertEqual(self.run_idl(), (0, ""))

    def test_includes_in_a_circle_are_refused(self):
        self.put("protocol/a.idl", '/** A. */\ninclude "b.idl";')
        self.put("protocol/b.idl", '/** B. */\ninclude "a.idl";')
        self.refused("protocol/b.idl", 2, "in a circle")

    def test_unchanged_files_keep_their_time(self):
        self.put("kernel/thing.idl", HEAD + "/** Go. */\n1: go();")
        out = os.path.join(self.dir, "out")
        self.assertEqual(self.run_idl("--out", out)[0], 0)
        header, stub = (os.path.join(out, n) for n in ("uapi/object/thing.h", "kn/thing.c"))
        for f in (header, stub):
            os.utime(f, (1, 1))
        self.put("kernel/thing.idl", HEAD + "/** A. */\nconst A = 1;\n/** Go. */\n1: go();")
        self.assertEqual(self.run_idl("--out", out)[0], 0)
        self.assertEqual(os.stat(stub).st_mtime, 1)
        self.assertNotEqual(os.stat(header).st_mtime, 1)

    def test_the_golden_check_shows_what_changed(self):
        golden = os.path.join(self.dir, "abi.txt")
        self.put("kernel/thing.idl", HEAD + "/** Go. */\n1: go(u32 far);")
        self.assertEqual(self.run_idl("--golden", golden, "--update")[0], 0)
        self.assertEqual(self.run_idl("--golden", golden, "--check"), (0, ""))
        self.put("kernel/thing.idl", HEAD + "/** Go. */\n1: go(u64 far);")
        code, out = self.run_idl("--golden", golden, "--check")
        self.assertEqual(code, 1)
        self.assertIn("-  0x0301 go(u32 far)", out)
        self.assertIn("+  0x0301 go(u64 far)", out)

    def test_pages_say_every_method(self):
        shutil.copytree(SAMPLES, self.uapi, dirs_exist_ok=True)
        docs = os.path.join(self.dir, "docs")
        self.assertEqual(self.run_idl("--docs", docs)[0], 0)
        with open(os.path.join(docs, "protocol-desk.md"), encoding="utf-8") as f:
            page = f.read()
        for part in ("desk.swap (2)", "Two buffers in, two out.", "`KN_E_BUSY`: busy", "struct desk_drawer"):
            self.assertIn(part, page)

    def test_pages_say_what_operands_must_be(self):
        shutil.copytree(SAMPLES, self.uapi, dirs_exist_ok=True)
        docs = os.path.join(self.dir, "docs")
        self.assertEqual(self.run_idl("--docs", docs)[0], 0)
        with open(os.path.join(docs, "object-lamp.md"), encoding="utf-8") as f:
            page = f.read()
        for part in ("* `wall`: a capability, lamp with READ, MAP\n", "* `other`: a capability, of any type, may be absent\n",
                     "Needs WRITE, CONFIGURE. Label 0x301, "):
            self.assertIn(part, page)

    @unittest.skipUnless(shutil.which(CC), f"{CC} is not installed")
    def test_a_server_can_be_written_from_the_pages(self):
        """What a page says of a protocol's handlers, made into a server, is one that compiles."""
        out, docs = self.generate(UAPI), os.path.join(self.dir, "docs")
        self.assertEqual(self.run_idl("--docs", docs)[0], 0)
        pages = [name for name in os.listdir(docs) if name.startswith("protocol-")]
        self.assertGreater(len(pages), 10)
        for name in pages:
            with open(os.path.join(docs, name), encoding="utf-8") as f:
                page = f.read()
            protocol = name.removeprefix("protocol-").removesuffix(".md")
            handlers = re.findall(r"^    kn_status \(\*(\w+)\)\((.*)\);$", page, re.M)
            late = re.findall(rf"^    (kn_status {protocol}_\w+_reply\(.*\);)$", page, re.M)
            self.assertEqual(len(handlers), page.count("\nLabel 0x"))
            source = os.path.join(self.dir, "server.c")
            with open(source, "w", encoding="utf-8") as f:
                f.write(f'#include "server/{protocol}.h"\n' + "\n".join(late) + "".join(
                    f"\nstatic kn_status on_{m}({given})\n{{\n\treturn KN_E_INVALID_OP;\n}}" for m, given in handlers) +
                    f"\nconst struct {protocol}_ops ops = {{" + ", ".join(f".{m} = on_{m}" for m, _ in handlers) + "};\n")
            run = subprocess.run([CC, "-std=c23", "-fsyntax-only", "-Wall", "-Werror", *self.includes(out), source],
                                 capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, f"{name}: {run.stderr[:4000]}")

    def generate(self, uapi):
        out = os.path.join(self.dir, "gen")
        self.uapi = uapi
        self.assertEqual(self.run_idl("--out", out)[0], 0)
        return out

    def includes(self, out, *more):
        dirs = [out, os.path.join(ROOT, "trona"), os.path.join(ROOT, "trona/substrate/include"), *more]
        return [f"-I{d}" for d in dirs]

    @unittest.skipUnless(shutil.which(CC), f"{CC} is not installed")
    def test_generated_code_compiles_without_warnings_for_both_machines(self):
        shutil.copytree(SAMPLES, self.uapi, dirs_exist_ok=True)
        for uapi in (self.uapi, UAPI):
            out = self.generate(uapi)
            found = [os.path.join(d, f) for d, _, files in os.walk(out) for f in files
                     if f != "error_errno.h" and not ("/gen/" in f"{d}/" and f.endswith(".c"))]
            self.assertGreater(len(found), 10)
            for arch in ("x86_64", "aarch64"):
                flags = [f"--target={arch}-unknown-none-elf", "-std=c23", "-ffreestanding", "-fsyntax-only", "-Wall",
                         "-Wextra", "-Wconversion", "-Werror", "-Wno-pragma-once-outside-header"]
                run = subprocess.run([CC, *flags, *self.includes(out), *found], capture_output=True, text=True)
                self.assertEqual(run.returncode, 0, run.stderr[:4000])
            shutil.rmtree(out)

    @unittest.skipUnless(shutil.which(CC), f"{CC} is not installed")
    def test_stubs_and_dispatchers_understand_each_other(self):
        shutil.copytree(SAMPLES, self.uapi, dirs_exist_ok=True)
        out = self.generate(self.uapi)
        sources = [os.path.join(SAMPLES, "roundtrip.c")] + [os.path.join(out, f) for f in (
            "client/desk.c", "server/desk.c", "kn/lamp.c", "gen/lamp_dispatch.c", "uapi/error_text.c", "uapi/trace.c")]
        program = os.path.join(self.dir, "roundtrip")
        run = subprocess.run([CC, "-std=c23", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined",
                              "-fno-sanitize-recover=all", *self.includes(out, SAMPLES), *sources, "-o", program],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr[:4000])
        run = subprocess.run([program], capture_output=True, text=True, timeout=60)
        self.assertEqual((run.returncode, run.stdout + run.stderr), (0, ""))


def refusal(name, text, line, part):
    def test(self):
        self.put(name, text)
        self.refused(name, line, part)
    return test


def bad_error(text, part):
    def test(self):
        with open(os.path.join(UAPI, "errors.idl"), encoding="utf-8") as f:
            good = f.read()
        self.put("errors.idl", good + text)
        self.refused("errors.idl", good.count("\n") + 1, part)
    return test


def add(number, part, test):
    setattr(Idl, f"test_refuses_{number:02d}_{re.sub('[^a-z0-9]+', '_', part.lower()).strip('_')}", test)


for i, (room, text, line, part) in enumerate(REFUSED):
    add(i, part, refusal("kernel/thing.idl" if room == "kernel" else "protocol/desk.idl", text, line, part))
for i, (text, part) in enumerate(REFUSED_ERRORS):
    add(len(REFUSED) + i, part, bad_error(text, part))

if __name__ == "__main__":
    unittest.main()
