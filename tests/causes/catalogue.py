"""What the tests show of each cause: read from their marks, without running one, and the page that is made of it.

A test that provokes a cause says so, and what foresees it where nothing refused was sent:

    @pytest.mark.cause("duplicate_number", foreseen="the numbers of all sales forms")

A row of a table says so with `pytest.param(…, marks=pytest.mark.cause("no_name"), id="a contact without a name")`. The
name of the test, or of the row, tells how the cause is provoked.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tieout.core.cause import Cause
from tieout.core.causes import CAUSES
from tieout.core.fixes import FIXES

PAGE = "docs/causes.md"
ROOMS = ("causes", "stories", "unhappy", "hubspot", "quickbooks")
"""The folders of tests that speak to a sandbox: only there a cause is provoked."""

_CLASSES = {
    "person": "Needs a person",
    "dependency": "Waits for something else",
    "transient": "Passes by itself",
    "connection": "Pauses the company pair",
    "bug": "A mistake of Tieout's",
}
_HEAD = """# Causes

Why a record cannot sync, or stands with a question or a warning. `make causes` writes this page from the catalogue
(`src/tieout/core/causes.py`) and from the marks of the tests; a test holds it to both. A new cause needs an entry there,
its Spanish, a test with `@pytest.mark.cause("code")` in a folder of tests that speaks to a sandbox, and, unless the
catalogue says that it cannot be foreseen, one that names what foresees it.
"""


@dataclass(frozen=True)
class Shown:
    """A test that provokes a cause. path: from the root; foreseen: what foresaw it, empty where nothing did."""

    cause: str
    path: str
    name: str
    foreseen: str

    @property
    def how(self) -> str:
        """How the cause is provoked, as the test's name tells it."""
        return self.name.removeprefix("test_").replace("_", " ")


def shown(root: Path) -> list[Shown]:
    """All marks of the tests, by file and place."""
    files = sorted((root / "tests").rglob("test_*.py"))
    return [mark for file in files for mark in marks(file.read_text(), file.relative_to(root).as_posix())]


def marks(source: str, path: str) -> Iterator[Shown]:
    """The marks of one module."""
    for node in ast.parse(source).body:
        test = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ""
        rows = [one for one in ast.walk(node) if isinstance(one, ast.Call) and _called(one) == "pytest.param"]
        in_rows = {id(mark) for row in rows for mark in ast.walk(row)}
        for row in rows:
            yield from (_mark(one, path, _given(row, "id")) for one in _marks(row))
        yield from (_mark(one, path, test) for one in _marks(node) if id(one) not in in_rows)


def page(found: Sequence[Shown]) -> str:
    """The page, in Markdown."""
    parts = [_HEAD]
    for klass, title in _CLASSES.items():
        rows = [_row(cause, found) for cause in CAUSES.values() if cause.klass == klass]
        parts += [f"## {title}", "", "| cause | provoked | foreseen | fixes |", "|---|---|---|---|", *rows, ""]
    return "\n".join(parts)


def _row(cause: Cause, found: Sequence[Shown]) -> str:
    mine = [one for one in found if one.cause == cause.code]
    provoked = "<br>".join(f"[{one.how}](../{one.path})" for one in mine)
    ways = "<br>".join(dict.fromkeys(one.foreseen for one in mine if one.foreseen))
    foreseen = {"yes": ways, "second": f"from the second time on: {ways}", "no": "no"}[cause.foreseen]
    fixes = "<br>".join(FIXES[fix].title for fix in cause.fixes)
    return f"| `{cause.code}`<br>{cause.title} | {provoked} | {foreseen} | {fixes} |"


def _marks(node: ast.AST) -> Iterator[ast.Call]:
    return (one for one in ast.walk(node) if isinstance(one, ast.Call) and _called(one) == "pytest.mark.cause")


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _mark(call: ast.Call, path: str, name: str) -> Shown:
    (code,) = (ast.literal_eval(one) for one in call.args)
    return Shown(code, path, name, _given(call, "foreseen"))


def _given(call: ast.Call, keyword: str) -> str:
    return next((ast.literal_eval(one.value) for one in call.keywords if one.arg == keyword), "")
