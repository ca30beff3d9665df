#!/usr/bin/env python3
"""Fails when a locked package's licence is none that we accept.

Run it through `make licences`. What we accept, and the exceptions with their reasons, stand in
requirements/licences.toml; what packages say of themselves is read by pip-licenses from the environment that runs this.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

LOCKS = Path(__file__).resolve().parent.parent / "requirements"


@dataclass(frozen=True)
class Exemption:
    """A licence that is accepted for one package only. reach: `run`, or `test` where it must not be shipped."""

    licence: str
    reach: str
    reason: str


def complaints(
    declared: Mapping[str, str],
    *,
    run: Iterable[str],
    test: Iterable[str],
    permissive: Iterable[str],
    exemptions: Mapping[str, Exemption],
) -> list[str]:
    """Return one sentence for each package whose licence is not accepted, and for each exemption without use.

    declared: licence by normalized package name. run, test: names in the locks; `test` holds those of `run` too.
    """
    shipped, known, found = set(run), set(permissive), []
    locked = shipped | set(test)
    for name in sorted(locked):
        licence = declared.get(name)
        if licence is None:
            found.append(f"{name} is locked but not installed, so its licence cannot be read: make install.")
        elif not known.issuperset(terms(licence)):
            exemption = exemptions.get(name)
            if exemption is None or exemption.licence != licence:
                found.append(f"{name} is under {licence!r}: replace it, or state the reason for an exception.")
            elif name in shipped and exemption.reach != "run":
                found.append(f"{name} ({licence}) is accepted beside the tests only, but Tieout itself now needs it.")
        elif name in exemptions:
            found.append(f"{name} needs its exception no more: its licence is permissive.")
    found += [f"{name} has an exception, but is not locked." for name in sorted(exemptions) if name not in locked]
    found += [f"{name} has an exception without a reason." for name, it in exemptions.items() if not it.reason]
    return found


def terms(licence: str) -> set[str]:
    """Return the licences that a declaration names, in small letters; every one of them must be accepted.

    Of `A OR B`, `A AND B` and `A; B` all parts count; of a whole text the first line is the name.
    """
    name = licence.strip().partition("\n")[0]
    return {term.strip().lower() for term in re.split(r"\s+(?:OR|AND)\s+|;", name)}


def installed() -> dict[str, str]:
    """Ask pip-licenses what is installed beside this interpreter."""
    tool = Path(sys.executable).with_name("pip-licenses")
    answer = subprocess.run(  # noqa: S603  # the locked tool beside our own interpreter
        [tool, "--from=mixed", "--format=json", "--with-system"], check=True, stdout=subprocess.PIPE
    )
    return {re.sub(r"[-_.]+", "-", row["Name"]).lower(): row["License"] for row in json.loads(answer.stdout)}


def locked(name: str) -> list[str]:
    """Return the package names of one lock file."""
    return [line.partition("==")[0] for line in (LOCKS / f"{name}.txt").read_text().splitlines()]


def main() -> int:
    """Print what is wrong; 0 if nothing is."""
    policy = tomllib.loads((LOCKS / "licences.toml").read_text())
    exemptions = {name: Exemption(**entry) for name, entry in policy["exceptions"].items()}
    found = complaints(
        installed(), run=locked("run"), test=locked("test"), permissive=policy["permissive"], exemptions=exemptions
    )
    for complaint in found:
        sys.stderr.write(f"{complaint}\n")
    if not found:
        sys.stdout.write(f"Licences: {len(locked('test'))} packages, {len(exemptions)} exceptions, all accepted.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
