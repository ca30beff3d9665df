"""What no file of the tree may contain: floats near money, notes to self, traces of a machine, modules without end."""

import ast
import contextlib
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST = 400

GENERATED = ("src/tieout/store/migrations/versions/",)

# Where money, quantities and rates are computed or translated.
MONEY_ROOMS = ("core", "kinds", "hubspot/lens", "quickbooks/lens")

# The modules there that may use a float, each with the reason why it can touch no money.
NO_MONEY: dict[str, str] = {}

MADE_BY_TOOLS = {
    ".git", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache", "__pycache__",
    "build", "dist", ".tieout", ".demo", "shots",
}  # fmt: skip

NOTE = re.compile(r"\b(TODO|FIXME)\b")
NOTE_IN_COMMENT = re.compile(r"\bXXX\b")
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(root|home/\w+|Users/\w+|work/\w+|opt/\w+)/")
REGISTRY = re.compile(r"(pypi|pythonhosted|piwheels|testpypi)\.org|find-links|index-url", re.IGNORECASE)

# This file names what it forbids.
THIS_FILE = "tests/house/test_source.py"


def texts(root: Path, folder: Path | None = None) -> Iterator[tuple[str, str]]:
    """Every text file of the tree but this one: its path from the root, its content."""
    for entry in sorted((folder or root).iterdir()):
        path = entry.relative_to(root).as_posix()
        if entry.name in MADE_BY_TOOLS or entry.suffix == ".egg-info" or path == THIS_FILE:
            continue
        if entry.is_dir():
            yield from texts(root, entry)
        else:
            with contextlib.suppress(UnicodeDecodeError):
                yield path, entry.read_text()


def floats(source: str) -> list[int]:
    """The lines on which a module writes a float, or calls `float`."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]


def notes(path: str, text: str) -> list[str]:
    """The notes to self in a file. Three X are a note in a comment only: ISO 4217 knows them as *no currency*."""
    found = [match.group() for match in NOTE.finditer(text)]
    if path.endswith(".py"):
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        comments = (token.string for token in tokens if token.type == tokenize.COMMENT)
        found += [comment for comment in comments if NOTE_IN_COMMENT.search(comment)]
    return found


def test_no_float_stands_near_money(root: Path):
    for room in MONEY_ROOMS:
        for file in sorted((root / "src/tieout" / room).rglob("*.py")):
            path = file.relative_to(root / "src/tieout").as_posix()
            if path not in NO_MONEY:
                assert floats(file.read_text()) == [], path


def test_each_exception_for_floats_is_still_needed(root: Path):
    for path, reason in NO_MONEY.items():
        assert reason, path
        assert floats((root / "src/tieout" / path).read_text()), path


@pytest.mark.parametrize("source", ["rate = 0.2", "def f(x):\n    return float(x)", "x = 1e3"])
def test_a_float_is_seen(source: str):
    assert floats(source)


def test_decimals_integers_and_the_name_alone_are_no_floats():
    assert not floats('from decimal import Decimal\nx: float | None = Decimal("0.2") * 2\ny = isinstance(x, float)')


def test_no_notes_to_self_are_left(root: Path):
    assert {path: found for path, text in texts(root) if (found := notes(path, text))} == {}


@pytest.mark.parametrize("text", ["# TODO: later", "x = 1  # FIXME", "# XXX why"])
def test_a_note_to_self_is_seen(text: str):
    assert notes("module.py", text)


def test_the_currency_code_for_none_is_no_note():
    assert not notes("module.py", 'NONE = "XXX"')


def test_no_file_names_a_place_on_somebodys_machine(root: Path):
    assert {path: found.group() for path, text in texts(root) if (found := MACHINE_PATH.search(text))} == {}


@pytest.mark.parametrize("text", ["see ~root/notes.md", "'~home/ana/x'", "path=~Users/ana/x", "(~opt/wheels/x)"])
def test_a_place_on_a_machine_is_seen(text: str):
    assert MACHINE_PATH.search(text.replace("~", "/"))  # written so that this file names no such place itself


@pytest.mark.parametrize("text", ["https://hubspot.example/home/ana/", "src/root/x", "../work/main/"])
def test_addresses_and_relative_paths_are_no_places_on_a_machine(text: str):
    assert not MACHINE_PATH.search(text)


def test_no_file_says_where_packages_come_from(root: Path):
    found = {path: match.group() for path, text in texts(root) if (match := REGISTRY.search(text))}
    assert set(found) <= {"tests/house/test_locks.py"}


def test_modules_end(root: Path):
    long = {
        path: lines
        for path, text in texts(root)
        if path.startswith("src/") and path.endswith(".py") and not path.startswith(GENERATED)
        if (lines := text.count("\n")) > LONGEST
    }
    assert long == {}


def test_no_module_is_a_drawer(root: Path):
    drawers = {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc"}
    assert [path for path, _ in texts(root) if path.startswith("src/") and Path(path).stem in drawers] == []


def test_the_tree_is_looked_at(root: Path):
    paths = {path for path, _ in texts(root)}
    assert {"Makefile", "pyproject.toml", "requirements/run.txt", "src/tieout/core/money.py"} <= paths
    assert not any(path.startswith((".venv/", ".git/")) for path in paths)
