"""Who may import whom: the contracts of pyproject.toml hold, and each of them can break."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


def lint_imports(root: Path, src: Path) -> subprocess.CompletedProcess[str]:
    """Judge the package under `src` by the contracts of the tree."""
    tool = Path(sys.executable).with_name("lint-imports")
    command = [tool, "--config", root / "pyproject.toml", "--no-cache", "--no-logo"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(src)})


def imports(file: Path) -> Iterator[str]:
    """The full name of everything that a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, to break contracts in."""
    src = tmp_path_factory.mktemp("tree") / "src"
    shutil.copytree(root / "src", src, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return src


def test_the_tree_keeps_its_contracts(root: Path):
    verdict = lint_imports(root, root / "src")
    assert verdict.returncode == 0, verdict.stdout


@pytest.mark.parametrize(
    ("room", "statement", "contract"),
    [
        ("core", "import tieout.kinds", "Layers"),
        ("remote", "import tieout.hubspot", "Layers"),
        ("hubspot", "import tieout.quickbooks", "Layers"),
        ("store", "import tieout.hubspot", "Layers"),
        ("proof", "import tieout.engine", "Layers"),
        ("web", "import tieout.cli", "Layers"),
        ("lobby", "", "Layers"),
        ("sandbox", "import tieout.core", "Layers"),
        ("core", "import tieout.sandbox", "Only the command line"),
        ("engine", "import tieout.sandbox", "Only the command line"),
        ("core", "import sqlalchemy", "Core and kinds"),
        ("kinds", "from time import monotonic", "Core and kinds"),
        ("engine", "import litestar", "Interfaces stay above"),
        ("proof", "import tieout.hubspot.lens", "The proof reads"),
        ("remote", "from httpx import AsyncClient", "One HTTP client"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(root: Path, copy: Path, room: str, statement: str, contract: str):
    (copy / "tieout" / room).mkdir(exist_ok=True)
    (copy / "tieout" / room / "__init__.py").touch()
    intruder = copy / "tieout" / room / "intruder.py"
    intruder.write_text(f"{statement}\n")
    try:
        verdict = lint_imports(root, copy)
    finally:
        intruder.unlink()
        if room == "lobby":
            shutil.rmtree(copy / "tieout" / room)
    broken = [line for line in verdict.stdout.splitlines() if line.endswith(" BROKEN")]
    assert any(line.startswith(contract) for line in broken), verdict.stdout


def test_the_sandboxes_know_nothing_of_tieout(root: Path):
    for file in sorted((root / "src/tieout/sandbox").rglob("*.py")):
        ours = [name for name in imports(file) if name.split(".")[0] == "tieout"]
        assert all(name.startswith("tieout.sandbox") for name in ours), file


def test_the_bench_drives_public_interfaces_only(root: Path):
    for file in sorted((root / "bench").rglob("*.py")):
        assert not [name for name in imports(file) if name.split(".")[0] == "tieout"], file


def test_a_pass_writes_through_its_own_transactions_which_an_older_one_cannot_open(root: Path):
    bare = {
        file.name
        for file in (root / "src" / "tieout" / "engine").glob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("database.begin")
    }
    assert bare == {"work.py", "passes.py"}, "a pass begins, ends and is postponed outside of what fences it off"
