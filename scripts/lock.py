#!/usr/bin/env python3
"""Writes requirements/*.txt from pyproject.toml: one `name==version` a line, the whole closure, and nothing else.

Run it through `make lock`. Three sets are resolved afresh, each to the newest releases that fit:

build   what builds the package
run     what Tieout needs to run
test    run, at the same versions, and what the tests need besides

pip resolves without installing; where its packages come from is the business of the machine and enters no file.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"


def resolve(requirements: Sequence[str]) -> list[str]:
    """Return the closure of `requirements` as sorted `name==version` lines, with normalized names."""
    pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    answer = subprocess.run([*pip, *requirements], check=True, stdout=subprocess.PIPE)  # noqa: S603  # our own list
    found = [entry["metadata"] for entry in json.loads(answer.stdout)["install"]]
    return sorted(f"{normal(package['name'])}=={package['version']}" for package in found)


def normal(name: str) -> str:
    """Return a package's name as the packaging standard compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def write(name: str, lines: Sequence[str]) -> None:
    """Replace one lock file."""
    (LOCKS / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines))
    sys.stdout.write(f"requirements/{name}.txt: {len(lines)} packages\n")


def main() -> None:
    """Resolve and write all three."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run = resolve(project["project"]["dependencies"])
    write("build", resolve(project["build-system"]["requires"]))
    write("run", run)
    write("test", resolve([*run, *project["dependency-groups"]["test"]]))


if __name__ == "__main__":
    main()
