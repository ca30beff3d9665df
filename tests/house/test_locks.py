"""The locks hold exact versions and nothing else, and they are whole."""

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LINE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9][0-9a-z.!+]*")

MACHINES = [
    {"python_version": version, "python_full_version": f"{version}.0", "sys_platform": system, "platform_system": name}
    for version in ("3.11", "3.12", "3.13", "3.14")
    for system, name in (("linux", "Linux"), ("darwin", "Darwin"))
]


def lock(root: Path, name: str) -> dict[str, str]:
    """Version by package name."""
    return dict(line.split("==") for line in (root / "requirements" / f"{name}.txt").read_text().splitlines())


def project(root: Path) -> dict:
    """pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.mark.parametrize("name", ["build", "run", "test"])
def test_a_lock_is_names_and_versions_in_order(root: Path, name: str):
    lines = (root / "requirements" / f"{name}.txt").read_text().splitlines()
    assert lines == sorted(lines)
    assert lines
    assert [line for line in lines if not LINE.fullmatch(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example/simple",
        "-f wheels",
        "rich @ file:///wheels/rich.whl",
        "rich>=15",
        "rich",
        "rich==15.0.0 --hash=sha256:00",
        "",
    ],
)
def test_anything_else_in_a_lock_is_seen(line: str):
    assert not LINE.fullmatch(line)


def test_what_runs_is_tested_at_the_same_versions(root: Path):
    assert lock(root, "run").items() <= lock(root, "test").items()


@pytest.mark.parametrize(("name", "wanted"), [("run", "dependencies"), ("test", "test"), ("build", "requires")])
def test_a_lock_satisfies_the_project(root: Path, name: str, wanted: str):
    tables = project(root)
    declared = {**tables["project"], **tables["dependency-groups"], **tables["build-system"]}[wanted]
    locked = lock(root, name)
    for requirement in map(Requirement, declared):
        version = locked.get(canonicalize_name(requirement.name))
        assert version, f"{requirement} is not in requirements/{name}.txt: make lock"
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}: make lock"


def missing(locked: dict[str, str], machine: dict[str, str]) -> set[str]:
    """What locked packages need on a machine and the lock lacks. Their own optional extras are not looked at."""
    lacks = set()
    for name in locked:
        for requirement in map(Requirement, requires(name) or ()):
            needed = requirement.marker is None or requirement.marker.evaluate({**machine, "extra": ""})
            if needed and canonicalize_name(requirement.name) not in locked:
                lacks.add(f"{name} needs {requirement}")
    return lacks


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: "-".join(list(machine.values())[::2]))
@pytest.mark.parametrize("name", ["run", "test"])
def test_a_lock_is_whole_on_every_machine_we_support(root: Path, name: str, machine: dict[str, str]):
    assert missing(lock(root, name), machine) == set()


def test_a_hole_in_a_lock_is_seen(root: Path):
    locked = lock(root, "run")
    del locked["markupsafe"]
    assert any("MarkupSafe" in lack for lack in missing(locked, MACHINES[0]))
