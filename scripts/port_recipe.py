# SPDX-License-Identifier: BSD-2-Clause
"""Recipes and styles as data: the schema, and the refusal of everything outside it.

A recipe (image/recipes/<port>/recipe.toml) says what a third-party program is, where its source
comes from and which choices we made. A style (image/styles/<style>/style.toml) says how programs of
one kind are configured, built and staged. Neither contains program logic. Whatever is wrong with
them is a RecipeError that names file and line, found before anything is fetched or built.
"""
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

STRING, STRINGS, TABLE, BOOL = "a string", "a list of strings", "a table of strings", "true or false"

# key: (type, mandatory, default, build input?). The last column says whether the built files
# depend on it; the rest may change without a rebuild.
RECIPE_KEYS = {
    "name": (STRING, True, None, True),
    "version": (STRING, True, None, True),
    "summary": (STRING, True, None, False),
    "license": (STRING, True, None, False),
    "smoke": (STRING, True, None, False),
    "style": (STRING, True, None, True),
    "archive": (STRING, False, "", False),     # file name in the Debian source archive
    "sha256": (STRING, False, "", True),
    "upstream": (STRING, False, "", False),    # address tried when the archive lacks the file
    "toolchain": (STRING, False, "sdk", True),  # "sdk" or "freestanding" (what the sdk is made of)
    "needs": (STRINGS, False, [], False),      # hashed by their outputs, not by their names
    "headers": (STRINGS, False, [], True),     # include folders of this tree (freestanding only)
    "configure": (STRINGS, False, [], True),
    "answers": (TABLE, False, {}, True),       # configure tests that cannot run on the host
    "answers_from": (STRING, False, "", True),  # a port whose configure answered the same tests
    "cflags": (STRINGS, False, [], True),
    "make": (STRINGS, False, [], True),
    "install": (STRINGS, False, [], True),
    "subdirs": (STRINGS, False, ["."], True),  # where make runs, one after the other
    "in_source": (BOOL, False, False, True),
}
PACKAGE_KEYS = {
    "programs": (STRINGS, False, [], False),   # what goes into the image, of what was staged
    "links": (TABLE, False, {}, False),        # symbolic links of the package: path = target
}
RECIPE_KEYS.update(PACKAGE_KEYS)

STYLE_KEYS = {
    "summary": (STRING, True, None, False),
    "config_sub": (BOOL, False, False, True),
    "flags": (STRINGS, False, [], True),
    "env": (TABLE, False, {}, True),
    "configure": ("a list of commands", False, [], True),
    "build": ("a list of commands", False, [], True),
    "stage": ("a list of commands", False, [], True),
}


class RecipeError(Exception):
    """A refusal: one sentence, beginning with file and line where there is one."""


def _line_of(text, key):
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[=\].]", line):
            return number
    return 1


def _fits(kind, value):
    if kind == STRING:
        return isinstance(value, str)
    if kind == BOOL:
        return isinstance(value, bool)
    if kind == STRINGS:
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    if kind == TABLE:
        return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    return isinstance(value, list) and all(_fits(STRINGS, v) for v in value)


def load(path, keys):
    """Read one TOML file against a schema; every refusal carries FILE:LINE."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        raise RecipeError(f"{path}: no such file") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise RecipeError(f"{path}:{at.group(1) if at else 1}: {error}") from None
    for key, value in data.items():
        if key not in keys:
            raise RecipeError(f"{path}:{_line_of(text, key)}: unknown key '{key}'"
                              f" (known: {', '.join(sorted(keys))})")
        if not _fits(keys[key][0], value):
            raise RecipeError(f"{path}:{_line_of(text, key)}: '{key}' must be {keys[key][0]}")
    for key, (_, mandatory, _, _) in keys.items():
        if mandatory and not data.get(key, "").strip():
            raise RecipeError(f"{path}:1: '{key}' is mandatory")
    return {k: data.get(k, default) for k, (_, _, default, _) in keys.items()}, text


@dataclass
class Style:
    name: str
    directory: Path
    data: dict


@dataclass
class Recipe:
    name: str
    directory: Path
    data: dict
    style: Style
    needs: list = field(default_factory=list)

    def __getitem__(self, key):
        return self.data[key]

    def build_inputs(self):
        """What was said, not what was left at its default: a new key changes no hash."""
        return {k: self.data[k] for k, spec in RECIPE_KEYS.items()
                if spec[3] and self.data[k] != spec[2]}

    def package_inputs(self):
        return {k: self.data[k] for k in PACKAGE_KEYS}

    def patches(self):
        return sorted(self.directory.glob("patches/*.patch"))


def load_style(image, name, where):
    path = image / "styles" / name / "style.toml"
    if not path.exists():
        known = sorted(p.parent.name for p in image.glob("styles/*/style.toml"))
        raise RecipeError(f"{where}: unknown style '{name}' (known: {', '.join(known)})")
    return Style(name, path.parent, load(path, STYLE_KEYS)[0])


def load_recipe(image, name):
    """Read one recipe completely: its own keys, its style, its patches' headers."""
    directory = image / "recipes" / name
    path = directory / "recipe.toml"
    if not path.exists():
        known = sorted(p.parent.name for p in image.glob("recipes/*/recipe.toml"))
        raise RecipeError(f"no recipe for '{name}' (known: {', '.join(known)})")
    data, text = load(path, RECIPE_KEYS)

    def refuse(key, why):
        raise RecipeError(f"{path}:{_line_of(text, key)}: {why}")

    if data["name"] != name:
        refuse("name", f"the name '{data['name']}' is not the folder's name '{name}'")
    if data["toolchain"] not in ("sdk", "freestanding"):
        refuse("toolchain", "'toolchain' must be \"sdk\" or \"freestanding\"")
    if bool(data["archive"]) != bool(data["sha256"]):
        refuse("archive" if data["archive"] else "sha256", "'archive' and 'sha256' come together")
    if data["sha256"] and not re.fullmatch(r"[0-9a-f]{64}", data["sha256"]):
        refuse("sha256", "'sha256' must be 64 lower-case hexadecimal digits")
    if data["upstream"] and not data["upstream"].startswith("https://"):
        refuse("upstream", "'upstream' must be an https address")
    data["archive"] = data["archive"].replace("${version}", data["version"])
    data["upstream"] = data["upstream"].replace("${version}", data["version"])
    for patch in sorted(directory.glob("patches/*.patch")):
        header = patch.read_text(errors="replace").split("\n--- ", 1)[0]
        if not re.search(r"^Reason: \S", header, re.M) or \
                not re.search(r"^Upstream: \S", header, re.M):
            raise RecipeError(f"{patch}:1: a patch states 'Reason:' and 'Upstream:' in its header")
    style = load_style(image, data["style"], f"{path}:{_line_of(text, 'style')}")
    return Recipe(name, directory, data, style, list(data["needs"]))


def load_all(image, names):
    """Load the named recipes and everything they need; return them in dependency order."""
    order, loaded, active = [], {}, []

    def visit(name, by):
        if name in active:
            raise RecipeError(f"{image / 'recipes' / by / 'recipe.toml'}: needs go in a circle: "
                              + " -> ".join(active[active.index(name):] + [name]))
        if name in loaded:
            return
        active.append(name)
        recipe = load_recipe(image, name)
        for need in recipe.needs + [recipe["answers_from"]]:
            if need:
                visit(need, name)
        active.pop()
        loaded[name] = recipe
        order.append(recipe)

    for name in names:
        visit(name, name)
    return order
