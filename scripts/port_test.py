#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the recipe engine: every refusal, and what the cache promises.

A tiny image tree with a style that needs no compiler is built in a temporary folder; no network.
"""
import hashlib
import io
import os
import shutil
import sys
import tarfile
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import port  # noqa: E402
import port_tasks  # noqa: E402
from port_recipe import RecipeError, load_all, load_recipe  # noqa: E402
from port_source import Apt, Sources  # noqa: E402

STYLE = """\
summary = "copies"
build = [["cp", "${src}/hello", "${build}/hello"]]
stage = [["install", "-D", "${build}/hello", "${dest}/usr/bin/hello"]]
"""
RECIPE = """\
name = "hello"
version = "1"
summary = "greets"
license = "MIT"
archive = "hello_${version}.orig.tar.gz"
sha256 = "@SHA@"
style = "copy"
toolchain = "freestanding"
programs = ["usr/bin/hello"]
links = { "usr/bin/hi" = "hello" }
smoke = "hello"
"""


def tarball(path, content=b"#!/bin/sh\necho hello\n"):
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo("hello-1/hello")
        info.size, info.mode = len(content), 0o755
        tar.addfile(info, io.BytesIO(content))
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.image = self.folder / "image"
        self.cache = self.folder / "cache"
        os.environ["SALTYOS_CACHE"] = str(self.cache)
        (self.image / "styles" / "copy").mkdir(parents=True)
        (self.image / "styles" / "copy" / "style.toml").write_text(STYLE)
        (self.cache / "download").mkdir(parents=True)
        sha = tarball(self.folder / "t.tar.gz")
        shutil.copy(self.folder / "t.tar.gz",
                    self.cache / "download" / f"{sha[:16]}-hello_1.orig.tar.gz")
        self.recipe("hello", RECIPE.replace("@SHA@", sha))
        self.locate = locate = Apt.locate
        Apt.locate = lambda apt, archive: None
        self.addCleanup(setattr, Apt, "locate", locate)

    def recipe(self, name, text):
        path = self.image / "recipes" / name / "recipe.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def edit(self, old, new, name="hello"):
        path = self.image / "recipes" / name / "recipe.toml"
        self.assertIn(old, path.read_text())
        path.write_text(path.read_text().replace(old, new))

    def refused(self, pattern, name="hello"):
        with self.assertRaisesRegex(RecipeError, pattern):
            load_all(self.image, [name])

    def build(self, *extra, names=("hello",)):
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = port.main(["--image", str(self.image), "--out", str(self.folder / "out"),
                                "--offline", *extra, "build", *names])
        return status, out.getvalue() + err.getvalue()

    def stage_entries(self):
        return sorted((self.cache / "stage").glob("*")) if (self.cache / "stage").exists() else []


class RecipeRefusals(Case):
    def test_unknown_key_is_refused_with_file_and_line(self):
        self.edit('style = "copy"', 'style = "copy"\nflavour = "salt"')
        self.refused(r"recipes/hello/recipe.toml:8: unknown key 'flavour'")

    def test_unknown_key_in_a_style_is_refused_with_file_and_line(self):
        (self.image / "styles/copy/style.toml").write_text(STYLE + "speed = 1\n")
        self.refused(r"styles/copy/style.toml:4: unknown key 'speed'")

    def test_wrong_type_is_refused(self):
        self.edit('version = "1"', "version = 1")
        self.refused(r"recipe.toml:2: 'version' must be a string")

    def test_list_with_a_number_is_refused(self):
        self.edit('programs = ["usr/bin/hello"]', "programs = [1]")
        self.refused(r"'programs' must be a list of strings")

    def test_broken_toml_is_refused_with_its_line(self):
        self.edit('license = "MIT"', "license = MIT")
        self.refused(r"recipe.toml:4: ")

    def test_licence_is_mandatory(self):
        self.edit('license = "MIT"\n', "")
        self.refused("'license' is mandatory")

    def test_empty_licence_is_refused(self):
        self.edit('license = "MIT"', 'license = " "')
        self.refused("'license' is mandatory")

    def test_smoke_is_mandatory(self):
        self.edit('smoke = "hello"\n', "")
        self.refused("'smoke' is mandatory")

    def test_unknown_style_is_refused(self):
        self.edit('style = "copy"', 'style = "bazel"')
        self.refused(r"recipe.toml:7: unknown style 'bazel' \(known: copy\)")

    def test_unknown_toolchain_is_refused(self):
        self.edit('"freestanding"', '"host"')
        self.refused("'toolchain' must be")

    def test_archive_without_hash_is_refused(self):
        self.edit("sha256", "# ")
        self.refused("'archive' and 'sha256' come together")

    def test_short_hash_is_refused(self):
        recipe = load_recipe(self.image, "hello")
        self.edit(recipe["sha256"], recipe["sha256"][:-1])
        self.refused("64 lower-case hexadecimal digits")

    def test_plain_http_upstream_is_refused(self):
        self.edit('smoke = "hello"', 'smoke = "hello"\nupstream = "http://example.org/x"')
        self.refused("'upstream' must be an https address")

    def test_name_must_be_the_folders_name(self):
        self.edit('name = "hello"', 'name = "hallo"')
        self.refused("is not the folder's name")

    def test_missing_recipe_is_refused(self):
        self.refused(r"no recipe for 'nano' \(known: hello\)", "nano")

    def test_circle_of_needs_is_refused(self):
        self.edit('smoke = "hello"', 'smoke = "hello"\nneeds = ["other"]')
        text = (self.image / "recipes/hello/recipe.toml").read_text()
        self.recipe("other", text.replace('name = "hello"', 'name = "other"')
                    .replace('["other"]', '["hello"]'))
        self.refused("needs go in a circle: hello -> other -> hello")

    def test_patch_without_reason_is_refused(self):
        folder = self.image / "recipes/hello/patches"
        folder.mkdir()
        (folder / "01-x.patch").write_text("Upstream: no\n\n--- a/x\n+++ b/x\n")
        self.refused("a patch states 'Reason:' and 'Upstream:'")

    def test_unknown_key_in_a_manifest_is_refused(self):
        manifest = self.folder / "m.toml"
        manifest.write_text('summary = "x"\nports = ["hello"]\nport = []\n')
        status, text = self.build(names=(str(manifest),))
        self.assertEqual(status, 1)
        self.assertIn("m.toml:3: unknown key 'port'", text)


class SourceRefusals(Case):
    def test_wrong_hash_is_refused_and_nothing_is_unpacked(self):
        download = next((self.cache / "download").glob("*.tar.gz"))
        download.write_bytes(download.read_bytes() + b"x")
        status, text = self.build()
        self.assertEqual(status, 1)
        self.assertIn("hello_1.orig.tar.gz has the wrong hash: the recipe pins", text)
        self.assertEqual(list((self.cache / "work").glob("*/hello-*/src/*")), [])
        self.assertEqual(self.stage_entries(), [])

    def test_missing_source_says_which_file_is_missing(self):
        next((self.cache / "download").glob("*.tar.gz")).unlink()
        recipe = load_recipe(self.image, "hello")
        with self.assertRaisesRegex(RecipeError, r"hello_1.orig.tar.gz \(sha256 .*Put the file"):
            Sources(self.cache).fetch(recipe)

    def test_a_network_that_is_down_is_told_and_asked_again(self):
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "apt-get").write_text("#!/bin/sh\ncase $* in *indextargets*) echo http://a/debian;; *Error-Mode=any*update)"
                                       " echo E: nobody there >&2; exit 100;; esac\n")
        (tools / "apt-cache").write_text("#!/bin/sh\n")
        for tool in tools.iterdir():
            tool.chmod(0o755)
        self.addCleanup(os.environ.__setitem__, "PATH", os.environ["PATH"])
        os.environ["PATH"] = f"{tools}:{os.environ['PATH']}"
        apt = Apt(self.folder / "apt")
        self.assertIsNone(self.locate(apt, "hello_1.orig.tar.gz"))
        self.assertEqual(apt.trouble, "apt-get update failed: E: nobody there")
        self.assertFalse((self.folder / "apt/updated").exists())

    def test_offline_never_fetches(self):
        next((self.cache / "download").glob("*.tar.gz")).unlink()
        recipe = load_recipe(self.image, "hello")
        with self.assertRaisesRegex(RecipeError, "asked to stay offline"):
            Sources(self.cache, offline=True).fetch(recipe)

    def test_download_with_wrong_content_leaves_no_file(self):
        next((self.cache / "download").glob("*.tar.gz")).unlink()
        recipe = load_recipe(self.image, "hello")
        Apt.locate = lambda apt, archive: ("somewhere", recipe["sha256"])
        download = Apt.download
        Apt.download = lambda apt, address, target: target.write_bytes(b"bad") > 0
        self.addCleanup(setattr, Apt, "download", download)
        with self.assertRaisesRegex(RecipeError, "wrong hash"):
            Sources(self.cache).fetch(recipe)
        left = [p.name for p in (self.cache / "download").iterdir() if p.name != ".lock"]
        self.assertEqual(left, [])


class BadArchives(Case):
    """The hash is right (whoever wrote the recipe pinned a bad file); the archive is not."""

    def source(self, change):
        """Let `change` make or spoil t.tar.gz, and pin what it is then."""
        path = self.folder / "t.tar.gz"
        change(path)
        sha = hashlib.sha256(path.read_bytes()).hexdigest()
        shutil.copy(path, self.cache / "download" / f"{sha[:16]}-hello_1.orig.tar.gz")
        self.recipe("hello", RECIPE.replace("@SHA@", sha))

    def refused_build(self, text):
        status, output = self.build()
        self.assertEqual(status, 1)
        self.assertIn("recipe.toml: hello_1.orig.tar.gz", output)
        self.assertIn(text, output)
        self.assertIn("nothing was unpacked", output)
        self.assertEqual(list((self.cache / "work").glob("*/hello-*/src/*")), [])
        self.assertEqual(self.stage_entries(), [])

    @staticmethod
    def member(**fields):
        def make(path):
            with tarfile.open(path, "w:gz") as tar:
                info = tarfile.TarInfo(fields.pop("name"))
                for key, value in fields.items():
                    setattr(info, key, value)
                tar.addfile(info, io.BytesIO(bytes(info.size)))
        return make

    def test_truncated_archive_is_refused_wherever_it_ends(self):
        whole = (self.folder / "t.tar.gz").read_bytes()
        for length in (0, 1, 9, 20, len(whole) // 2, len(whole) - 9):
            with self.subTest(length=length):
                self.source(lambda path, n=length: path.write_bytes(whole[:n]))
                self.refused_build("is cut off or no archive")

    def test_truncated_plain_tar_is_refused(self):
        def make(path):
            with tarfile.open(path, "w") as tar:
                info = tarfile.TarInfo("hello-1/hello")
                info.size = 4096
                tar.addfile(info, io.BytesIO(bytes(4096)))
            path.write_bytes(path.read_bytes()[:2048])
        self.source(make)
        self.refused_build("is cut off or no archive")

    def test_path_upwards_is_refused(self):
        self.source(self.member(name="hello-1/../../evil", size=4))
        self.refused_build("member 'hello-1/../../evil' leads out of the source folder")

    def test_absolute_path_is_refused(self):
        self.source(self.member(name="/tmp/evil", size=4))
        self.refused_build("member '/tmp/evil' leads out of the source folder")

    def test_link_out_of_the_folder_is_refused(self):
        for kind, target in ((tarfile.SYMTYPE, "/etc"), (tarfile.SYMTYPE, "../../x"), (tarfile.LNKTYPE, "../x")):
            with self.subTest(target=target):
                self.source(self.member(name="hello-1/link", type=kind, linkname=target))
                self.refused_build(f"link 'hello-1/link' to '{target}' leads out of the source folder")

    def test_device_is_refused(self):
        self.source(self.member(name="hello-1/null", type=tarfile.CHRTYPE))
        self.refused_build("is neither file, folder nor link")


class Cache(Case):
    def test_port_is_built_then_taken_from_the_cache(self):
        status, text = self.build()
        self.assertEqual((status, "miss: never built before" in text), (0, True))
        shutil.rmtree(self.folder / "out")
        status, text = self.build()
        self.assertEqual((status, "from the cache" in text), (0, True))
        self.assertTrue((self.folder / "out/stage/hello/usr/bin/hello").exists())
        with tarfile.open(self.folder / "out/package/hello.tar") as tar:
            self.assertEqual(tar.getnames(), ["usr/bin/hello", "usr/bin/hi"])
            self.assertEqual(tar.getmember("usr/bin/hi").linkname, "hello")

    def test_damaged_entry_is_not_taken(self):
        for damage in (lambda data: data[:700], lambda data: b"", lambda data: data.replace(b"echo", b"Echo")):
            self.build()
            entry = self.stage_entries()[0] / "stage.tar"
            whole = entry.read_bytes()
            entry.write_bytes(damage(whole))
            shutil.rmtree(self.folder / "out")
            status, text = self.build()
            self.assertEqual((status, "damaged" in text, entry.read_bytes()), (0, True, whole))

    def test_damaged_work_folder_is_begun_anew(self):
        self.build()
        next((self.cache / "work").glob("*/*/state.json")).write_text("{")
        shutil.rmtree(self.cache / "stage")
        self.assertEqual(self.build()[0], 0)

    def test_what_the_machine_refuses_is_told_in_a_sentence(self):
        (self.folder / "out").write_text("no folder")
        status, text = self.build()
        self.assertEqual(status, 1)
        self.assertRegex(text, r"\nport.py: .*out")

    def test_miss_names_the_input_that_changed(self):
        self.build()
        self.edit('version = "1"', 'version = "1"\ncflags = ["-O3"]')
        self.assertIn("miss: recipe changed\n", self.build()[1])
        files = self.image / "recipes/hello/files"
        files.mkdir()
        (files / "extra").write_text("x")
        self.assertIn("miss: files changed\n", self.build()[1])
        style = self.image / "styles/copy/style.toml"
        style.write_text(style.read_text() + "# other\n")
        self.assertIn("miss: style copy changed\n", self.build()[1])

    def test_changed_dependency_is_named(self):
        text = (self.image / "recipes/hello/recipe.toml").read_text()
        self.recipe("top", text.replace('name = "hello"', 'name = "top"\nneeds = ["hello"]'))
        self.build(names=("top",))
        files = self.image / "recipes/hello/files"
        files.mkdir()
        (files / "hello").write_text("#!/bin/sh\necho other\n")
        self.assertIn("top: miss: hello changed", self.build(names=("top",))[1])

    def test_summary_and_smoke_do_not_rebuild(self):
        self.build()
        self.edit('smoke = "hello"', 'smoke = "hello --version"')
        self.edit('summary = "greets"', 'summary = "greets you"')
        self.assertNotIn("miss", self.build()[1])

    def test_failed_task_leaves_no_entry_and_shows_its_log(self):
        style = self.image / "styles/copy/style.toml"
        style.write_text(STYLE.replace('"${dest}/usr/bin/hello"', '"/nonexistent/x/y"')
                         .replace('"-D", ', ""))
        status, text = self.build()
        self.assertEqual(status, 1)
        self.assertIn("hello: stage failed", text)
        self.assertIn("/nonexistent/x/y", text)
        self.assertEqual(self.stage_entries(), [])
        style.write_text(STYLE)
        self.assertEqual(self.build()[0], 0)

    def test_interrupted_write_leaves_no_entry(self):
        entry = self.cache / "stage" / "x"

        def die(path):
            path.write_text("half")
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            port_tasks.Port._keep(entry, "stage.tar", die)
        self.assertEqual(list((self.cache / "stage").iterdir()), [])

    def test_package_names_a_file_that_is_not_installed(self):
        self.edit('["usr/bin/hello"]', '["usr/bin/hullo"]')
        status, text = self.build()
        self.assertEqual(status, 1)
        self.assertIn("'programs' names usr/bin/hullo", text)

    def test_same_inputs_in_two_folders_give_the_same_package(self):
        self.build()
        first = (self.folder / "out/package/hello.tar").read_bytes()
        shutil.rmtree(self.cache / "stage")
        shutil.rmtree(self.folder / "out")
        self.build("--out", str(self.folder / "elsewhere"))
        self.assertEqual((self.folder / "elsewhere/package/hello.tar").read_bytes(), first)

    def test_headers_of_a_tree_with_blanks_have_a_path_without(self):
        self.edit("links =", 'headers = ["scripts"]\nlinks =')
        style = self.image / "styles/copy/style.toml"
        look = '["sh", "-c", "ls $(echo $1 | cut -c3-)/port.py", "sh", "${cppflags}"]'
        style.write_text(STYLE.replace('"${build}/hello"]]', f'"${{build}}/hello"], {look}]', 1))
        tree = self.folder / "a tree"
        tree.symlink_to(port.ROOT)
        self.addCleanup(setattr, port, "ROOT", port.ROOT)
        port.ROOT = tree
        status, text = self.build()
        self.assertEqual((status, text if status else ""), (0, ""))

    def test_unknown_variable_in_a_style_is_refused(self):
        style = self.image / "styles/copy/style.toml"
        style.write_text(STYLE.replace("${build}/hello", "${built}/hello", 1))
        self.assertIn("unknown variable ${built}", self.build()[1])

    def test_sdk_port_without_an_sdk_is_refused(self):
        self.edit('"freestanding"', '"sdk"')
        self.assertIn("no SDK at None", self.build()[1])


class RealRecipes(unittest.TestCase):
    def test_all_recipes_of_the_tree_are_in_order(self):
        image = Path(__file__).resolve().parent.parent / "image"
        names = sorted(p.parent.name for p in image.glob("recipes/*/recipe.toml"))
        self.assertEqual(sorted(r.name for r in load_all(image, names)), names)


if __name__ == "__main__":
    unittest.main()
