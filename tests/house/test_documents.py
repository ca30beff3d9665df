"""What the documents say of the tree is true."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

DECISIONS = "docs/decisions"


def documents(root: Path) -> list[Path]:
    """Every document that people read."""
    return [*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md")), *sorted((root / "bench").rglob("*.md"))]


def code(text: str) -> str:
    """What a document shows as code: its fenced blocks and its spans."""
    fenced = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return "\n".join([*fenced, *spans])


def targets_named(text: str) -> set[str]:
    """The make targets that a document shows."""
    return set(re.findall(r"\bmake ([a-z]+)\b", code(text)))


def targets_made(makefile: str) -> set[str]:
    """The targets of the Makefile that people call."""
    return {word for line in re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE) for word in line.split()}


def dead_links(document: Path) -> Iterator[str]:
    """The relative links of a document that lead nowhere."""
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        path = target.partition("#")[0]
        if path and "://" not in path and not (document.parent / path).exists():
            yield target


def rooms(root: Path) -> list[str]:
    """The packages under src/tieout."""
    return [folder.parent.name for folder in sorted((root / "src/tieout").glob("*/__init__.py"))]


@pytest.fixture(scope="module")
def makefile(root: Path) -> str:
    """The Makefile's text."""
    return (root / "Makefile").read_text()


def test_every_target_that_a_document_names_exists(root: Path, makefile: str):
    made = targets_made(makefile)
    assert {file.name: named for file in documents(root) if (named := targets_named(file.read_text()) - made)} == {}


def test_contributing_names_every_target(root: Path, makefile: str):
    named = targets_named((root / "CONTRIBUTING.md").read_text())
    assert targets_made(makefile) - {"help"} == named


def test_every_target_says_what_it_does(makefile: str):
    for target in targets_made(makefile):
        assert re.search(rf"^{target}:.* ## \S", makefile, re.MULTILINE), target


def test_what_the_makefile_runs_is_there(root: Path, makefile: str):
    modules = [module.replace(".", "/") for module in re.findall(r"python -m ((?:tests|bench)[\w.]*)", makefile)]
    scripts = re.findall(r"\bscripts/[\w.-]+", makefile)
    assert scripts
    assert [path for path in scripts if not (root / path).is_file()] == []
    assert [path for path in modules if not (root / path / "__main__.py").is_file()] == []


def test_every_command_that_a_document_names_exists(root: Path):
    shown = "\n".join(code(file.read_text()) for file in documents(root))
    named = set(re.findall(r"\btieout ([a-z]+)\b", shown))
    tieout = Path(sys.executable).with_name("tieout")
    help_page = subprocess.run([tieout, "--help"], capture_output=True, text=True, check=True, env={"COLUMNS": "200"})
    offered = set(re.findall(r"^\W*([a-z]+)  ", help_page.stdout, re.MULTILINE))
    assert {"connect", "sync"} <= named
    assert named <= offered


def test_the_first_screen_of_the_readme_names_the_two_commands(root: Path):
    first_screen = (root / "README.md").read_text().splitlines()[:30]
    assert {"demo", "test"} <= targets_named("\n".join(first_screen) + "\n```")


def test_the_architecture_names_every_room(root: Path):
    text = code((root / "ARCHITECTURE.md").read_text())
    assert [room for room in rooms(root) if f"{room}/" not in text] == []


def test_the_architecture_names_no_room_that_is_not_there(root: Path):
    table = re.findall(r"^\| (`.*?) \|", (root / "ARCHITECTURE.md").read_text(), re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)/`", " ".join(table))) == rooms(root)


def test_no_link_is_dead(root: Path):
    assert {file.name: dead for file in documents(root) if (dead := list(dead_links(file)))} == {}


def test_the_changelog_tells_of_this_version(root: Path):
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    entries = re.findall(r"^## (.*)$", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert any(entry == "Unreleased" or entry.split()[0].strip("[]") == version for entry in entries)


def test_decisions_are_numbered_without_a_gap(root: Path):
    numbers = [int(file.name[:4]) for file in sorted((root / DECISIONS).glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_a_decision_is_short_and_tells_what_was_rejected(root: Path):
    for file in sorted((root / DECISIONS).glob("*.md")):
        text = file.read_text()
        assert text.startswith(f"# {int(file.name[:4])}. "), file.name
        assert text.count("\n") <= 40, file.name
        assert all(part in text for part in ("**Decided.**", "**Why.**", "**Rejected.**")), file.name


def test_the_licence_is_whole(root: Path):
    text = (root / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_only_code_counts_as_a_target():
    assert targets_named("To make sense, run `make lint`.\n```sh\nmake demo  # now\n```\n") == {"lint", "demo"}


def test_a_dead_link_is_seen(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("[here](page.md#top) [there](gone.md) [away](https://example.com/x)")
    assert list(dead_links(page)) == ["gone.md"]
