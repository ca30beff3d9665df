"""Every locked package's licence is one that we accept."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def licences(root: Path) -> ModuleType:
    """The script behind `make licences`."""
    spec = importlib.util.spec_from_file_location("licences", root / "scripts" / "licences.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_locked_packages_are_accepted(licences: ModuleType, capsys: pytest.CaptureFixture[str]):
    assert licences.main() == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ("licence", "terms"),
    [
        ("MIT", {"mit"}),
        ("Apache-2.0 OR BSD-3-Clause", {"apache-2.0", "bsd-3-clause"}),
        ("MIT AND PSF-2.0", {"mit", "psf-2.0"}),
        ("Apache Software License; MIT License", {"apache software license", "mit license"}),
        ("MIT License\n\nCopyright (c) 2022\n\nGPL is not meant here.", {"mit license"}),
        ("", {""}),
    ],
)
def test_a_declaration_is_read_as_its_terms(licences: ModuleType, licence: str, terms: set[str]):
    assert licences.terms(licence) == terms


def judge(licences: ModuleType, declared: dict[str, str], run: list[str], **exemptions: tuple[str, str, str]) -> str:
    """The complaints about a world of few packages, as one text."""
    granted = {name: licences.Exemption(*entry) for name, entry in exemptions.items()}
    names = [*run, "tool"]
    return " ".join(
        licences.complaints({"tool": "MIT", **declared}, run=run, test=names, permissive=["mit"], exemptions=granted)
    )


def test_permissive_packages_pass(licences: ModuleType):
    assert judge(licences, {"wheel": "MIT"}, ["wheel"]) == ""


def test_strong_copyleft_is_refused(licences: ModuleType):
    assert "wheel is under 'GPL-3.0'" in judge(licences, {"wheel": "GPL-3.0"}, ["wheel"])


def test_a_licence_beside_a_permissive_one_counts(licences: ModuleType):
    assert "wheel is under" in judge(licences, {"wheel": "MIT OR GPL-3.0"}, ["wheel"])


def test_an_unread_package_is_no_pass(licences: ModuleType):
    assert "wheel is locked but not installed" in judge(licences, {}, ["wheel"])


def test_an_exception_holds_for_its_package_licence_and_reach(licences: ModuleType):
    declared = {"wheel": "MPL-2.0"}
    assert judge(licences, declared, ["wheel"], wheel=("MPL-2.0", "run", "unmodified")) == ""
    assert "tests only" in judge(licences, declared, ["wheel"], wheel=("MPL-2.0", "test", "unmodified"))
    assert "wheel is under" in judge(licences, declared, ["wheel"], wheel=("LGPL-3.0", "run", "unmodified"))
    assert "without a reason" in judge(licences, declared, ["wheel"], wheel=("MPL-2.0", "run", ""))


def test_an_exception_without_use_is_reported(licences: ModuleType):
    assert "no more" in judge(licences, {"wheel": "MIT"}, ["wheel"], wheel=("MPL-2.0", "run", "unmodified"))
    assert "not locked" in judge(licences, {}, [], wheel=("MPL-2.0", "run", "unmodified"))
