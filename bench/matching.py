"""Measures matching on public labelled data: `python -m bench.matching [--sets FOLDER]`.

Of each set (`bench.labelled`) one list is typed into HubSpot and the other into QuickBooks, through the vendors' public
APIs; Tieout reads both, and what `tieout match` answers is held against the labels. Prints one JSON document.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.command import sandbox, set_index_lag, tieout
from bench.labelled import CACHE, Entry, Labelled, public
from bench.vendors import HubSpot, Json, QuickBooks

_LISTS = "lists"
_Z = 1.959964
"""Of a normal distribution, 95 % lie within so many standard deviations."""

Pairs = frozenset[tuple[str, str]]


class Share(NamedTuple):
    """So many of so many."""

    right: int
    all: int

    def value(self) -> float | None:
        """The share, None of nothing."""
        return self.right / self.all if self.all else None

    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, with 95 % (Wilson's score interval). Of nothing: anywhere."""
        if not self.all:
            return 0.0, 1.0
        share, spread = self.right / self.all, _Z * _Z / self.all
        middle = (share + spread / 2) / (1 + spread)
        half = _Z * sqrt(share * (1 - share) / self.all + spread / (4 * self.all)) / (1 + spread)
        return max(0.0, middle - half), min(1.0, middle + half)

    def document(self) -> dict[str, object]:
        """As a JSON value."""
        value = self.value()
        low, high = self.interval()
        return {
            "right": self.right,
            "of": self.all,
            "share": None if value is None else round(value, 4),
            "low": round(low, 4),
            "high": round(high, 4),
        }


class Score(NamedTuple):
    """How well a set was matched.

    certain: right ones of those that would be linked without asking. proposed: right ones of all proposed, the certain
    among them. found: proposed ones of those that are the same. by_evidence: right ones of those that rest on it, such
    as `name+address`. sole: right ones of those that have no rival on either side, agree in whole name and address, and
    have nothing against them: what a rule would link that took the two together for certain.
    """

    title: str
    entries: tuple[int, int]
    certain: Share
    proposed: Share
    found: Share
    by_evidence: dict[str, Share]
    sole: Share

    def document(self) -> dict[str, object]:
        """As a JSON value."""
        return {
            "set": self.title,
            "hubspot": self.entries[0],
            "quickbooks": self.entries[1],
            "certain": self.certain.document(),
            "proposed": self.proposed.document(),
            "found": self.found.document(),
            "by_evidence": {name: share.document() for name, share in sorted(self.by_evidence.items())},
            "sole_by_name_and_address": self.sole.document(),
        }


def measure(labelled: Labelled) -> Score:
    """Have Tieout match both lists. Raises VendorRefused, CommandFailed."""
    with tempfile.TemporaryDirectory() as folder, sandbox("--company", "us-manual", "--no-quotas") as sign_in:
        set_index_lag(sign_in, 0)
        ours = _type_into_hubspot(HubSpot(sign_in["hubspot"]), labelled.hubspot)
        theirs = _type_into_quickbooks(QuickBooks(sign_in["quickbooks"]), labelled.quickbooks)
        home, file = Path(folder) / "home", Path(folder) / "sign-in.json"
        file.write_bytes(msgspec.json.encode(sign_in))
        tieout(home, "connect", _LISTS, "--from", str(file))
        tieout(home, "sync", _LISTS)
        return score(labelled, _renamed(tieout(home, "match", _LISTS).answer["matches"], ours, theirs))


def score(labelled: Labelled, matches: Sequence[Json]) -> Score:
    """Hold an answer of `tieout match` against the labels. matches: with the lists' own keys for ids."""
    found = [(match, candidate) for match in matches for candidate in match["candidates"]]
    pairs = [(match["crm"], candidate["id"]) for match, candidate in found]
    certain = [(match["crm"], match["certain"]) for match in matches if match["certain"]]
    evidence: dict[str, list[tuple[str, str]]] = {}
    for pair, (_, candidate) in zip(pairs, found, strict=True):
        evidence.setdefault("+".join(candidate["shared"]), []).append(pair)
    left, right = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    sole = [
        pair
        for pair, (_, candidate) in zip(pairs, found, strict=True)
        if left[pair[0]] == right[pair[1]] == 1
        and {"name", "address"} <= set(candidate["shared"])
        and not candidate["against"]
    ]
    same = labelled.same
    return Score(
        labelled.title,
        (len(labelled.hubspot), len(labelled.quickbooks)),
        _right(certain, same),
        _right(pairs, same),
        Share(len(same & set(pairs)), len(same)),
        {name: _right(some, same) for name, some in evidence.items()},
        _right(sole, same),
    )


def _right(pairs: Sequence[tuple[str, str]], same: Pairs) -> Share:
    return Share(sum(pair in same for pair in pairs), len(pairs))


def _renamed(matches: Sequence[Json], ours: dict[str, str], theirs: dict[str, str]) -> list[Json]:
    """The matches of customers, with the lists' own keys for the ids of the two systems."""
    return [
        match
        | {
            "crm": ours[match["crm"]],
            "certain": theirs.get(match["certain"], ""),
            "candidates": [candidate | {"id": theirs[candidate["id"]]} for candidate in match["candidates"]],
        }
        for match in matches
        if match["kind"] == "customer"
    ]


def _type_into_hubspot(hubspot: HubSpot, entries: Sequence[Entry]) -> dict[str, str]:
    """Make companies, and contacts of people; returns each entry's key by its id as Tieout calls it.

    An entry without a name and an e-mail address is left out: neither system takes one.
    """
    keys: dict[str, str] = {}
    for type_, prefix, of_type in (
        ("companies", "company", [one for one in entries if one.company]),
        ("contacts", "contact", [one for one in entries if not one.company and (one.name or one.email)]),
    ):
        made = hubspot.create(type_, [{"properties": _properties(one)} for one in of_type])
        keys |= {f"{prefix}:{id_}": one.key for id_, one in zip(made, of_type, strict=True)}
    return keys


def _properties(entry: Entry) -> Json:
    own = (
        {"name": entry.company, "address2": entry.street2}
        if entry.company
        else {"firstname": entry.first, "lastname": entry.last, "email": entry.email}
    )
    where = {"address": entry.street, "city": entry.city, "state": entry.region, "zip": entry.postcode}
    return {name: value for name, value in {**own, **where, "phone": entry.phone}.items() if value}


def _type_into_quickbooks(quickbooks: QuickBooks, entries: Sequence[Entry]) -> dict[str, str]:
    """Make customers; returns each entry's key by its id. A name that is taken gets a number, as bookkeepers do."""
    named = [one for one in entries if one.name]
    taken: Counter[str] = Counter()
    forms: list[Json] = []
    for one in named:
        taken[one.name.casefold()] += 1
        turn = taken[one.name.casefold()]
        forms.append(_form(one, one.name if turn == 1 else f"{one.name} ({turn})"))
    made = quickbooks.create("Customer", forms)
    return {customer["Id"]: one.key for customer, one in zip(made, named, strict=True)}


def _form(entry: Entry, name: str) -> Json:
    address = {
        "Line1": entry.street,
        "Line2": entry.street2,
        "City": entry.city,
        "CountrySubDivisionCode": entry.region,
        "PostalCode": entry.postcode,
    }
    form: dict[str, Any] = {
        "DisplayName": name,
        "CompanyName": entry.company,
        "GivenName": entry.first,
        "FamilyName": entry.last,
        "BillAddr": {member: value for member, value in address.items() if value},
        "PrimaryPhone": {"FreeFormNumber": entry.phone} if entry.phone else None,
        "PrimaryEmailAddr": {"Address": entry.email} if entry.email else None,
    }
    return {member: value for member, value in form.items() if value}


def main(arguments: list[str]) -> int:
    """Measure all public sets. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching")
    parser.add_argument("--sets", type=Path, default=CACHE, help="Where the downloads are, or go.")
    given = parser.parse_args(arguments)
    found = [measure(labelled).document() for labelled in public(given.sets)]
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
