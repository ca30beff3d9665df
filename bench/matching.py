"""Measures matching on public labelled data: `python -m bench.matching [--sets FOLDER]`.

Of each set (`bench.labelled`) one list is typed into HubSpot and the other into QuickBooks, through the vendors' public
APIs; Tieout reads both, and what `tieout match` answers is held against the labels. Prints one JSON document.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.command import sandbox, set_index_lag, tieout
from bench.labelled import CACHE, Entry, Labelled, public
from bench.results import Figure
from bench.scoring import Score, score, together
from bench.vendors import HubSpot, Json, QuickBooks

_LISTS = "lists"
_PRECISION, _RECALL = 0.999, 0.9


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


def figures(folder: Path) -> list[Figure]:
    """Measure all public sets and return a row for each figure; those of FEBRL together. Raises NoDownload."""
    scores = [measure(labelled) for labelled in public(folder)]
    febrl = together("FEBRL, sets 1 to 4", [one for one in scores if one.title.startswith("FEBRL")])
    return [row for one in (febrl, *(s for s in scores if not s.title.startswith("FEBRL"))) for row in _rows(one)]


def _rows(score: Score) -> list[Figure]:
    precision, recall = score.certain.value(), score.found.value() or 0.0
    lists = f"{score.title} ({score.entries[0]} and {score.entries[1]} entries, {score.found.all} the same)"
    return [
        Figure(
            f"{lists}: automatic links, precision",
            "python -m bench.matching",
            "≥ 0.999",
            "no link is made: no identifier that both systems hold" if precision is None else score.certain.text(),
            None if precision is None else precision >= _PRECISION,
        ),
        Figure(
            f"{lists}: recall of certain and proposed · precision · entries without counterpart that got a proposal",
            "python -m bench.matching",
            "≥ 0.9 · - · -",
            " · ".join(share.text() for share in (score.found, score.proposed, score.bothered)),
            recall >= _RECALL,
        ),
    ]


def main(arguments: list[str]) -> int:
    """Measure all public sets. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching")
    parser.add_argument("--sets", type=Path, default=CACHE, help="Where the downloads are, or go.")
    given = parser.parse_args(arguments)
    scores = [measure(labelled) for labelled in public(given.sets)]
    found = [score.document() for score in scores]
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
