"""The review of matches, a page at a time: each record with what it could be, for and against, and what was chosen."""

from typing import Literal

import msgspec
from sqlalchemy import Connection

from tieout.actions import choices, record
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words
from tieout.actions.lookup import connection, row_id
from tieout.actions.naming import Choice, label
from tieout.actions.reasons import joined
from tieout.actions.record import Row
from tieout.actions.vocabulary import AGAINST, KINDS, SHARED
from tieout.core.match import Candidate, only_certain
from tieout.core.plan import Reservations
from tieout.core.questions import Matches, MatchesOf
from tieout.core.records import Side
from tieout.kinds.issuer import is_open, issuer
from tieout.store import agenda, connections, mirror, pairs, reviewing
from tieout.store.answers import answer
from tieout.store.connections import StoredConnection
from tieout.store.pairs import Stored
from tieout.store.reviewing import View

PAGE = 25
Chosen = Literal["", "link", "create", "ignore"]
_LINK = {"customer": "link_customer", "item": "link_item"}
_CREATE = {"customer": "create_customer", "item": "create_item"}


class Possible(msgspec.Struct, frozen=True):
    """A QuickBooks record that could be the same, with the evidence in words. likeness: of the names, 0 to 100."""

    id: str
    label: str
    shared: tuple[str, ...]
    against: tuple[str, ...]
    likeness: int
    certain: bool


class Match(msgspec.Struct, frozen=True):
    """A HubSpot record under review. chosen: what a person said, with the QuickBooks id of `link`.

    needed: an invoice waits for it. linked: the QuickBooks record that it is one with, and why.
    issuer: where an invoice counts as made. issuer_open: a person may say that it was made on the other side.
    """

    id: str
    kind: str
    kind_title: str
    crm: str
    name: str
    needed: bool
    chosen: Chosen
    chosen_id: str
    linked: str
    linked_why: str
    possible: tuple[Possible, ...]
    issuer: Side | None = None
    issuer_open: bool = False


class Review(msgspec.Struct, frozen=True):
    """One page of a view. ready: both sides were read once. finished: the first review is."""

    ready: bool
    finished: bool
    view: View
    total: int
    page: int
    pages: int
    matches: tuple[Match, ...]


class MatchPage(msgspec.Struct, frozen=True):
    """One record under review beside what it could be: rows by the QuickBooks id. others: found by searching."""

    match: Match
    rows: dict[str, tuple[Row, ...]]
    others: tuple[Choice, ...]


def review(
    home: Home, actor: Actor, name: str, *, view: View, kind: str = "", search: str = "", page: int = 1,
    words: Words = ENGLISH,
) -> Review:  # fmt: skip
    """One page of the review. Nothing is written. Raises NotFound."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        of = connection(tx, name)
        ids, total, page = reviewing.rows(tx, of.id, view, kind, search.strip(), page, PAGE)
        matches = tuple(_matches(tx, of, pairs.load(tx, ids), words))
    ready = of.crm_complete and of.books_complete
    return Review(ready, of.reviewed, view, total, page, max(1, -(-total // PAGE)), matches)


def one(home: Home, actor: Actor, name: str, match_id: str, search: str = "", words: Words = ENGLISH) -> MatchPage:
    """One record under review, and what a search in QuickBooks finds for it. Raises NotFound."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        of = connection(tx, name)
        stored = _stored(tx, of, match_id)
        match = next(iter(_matches(tx, of, [stored], words)))
        kind, ids = stored.pair.kind, [one.id for one in match.possible]
        rows = {
            id_: record.compared(tx, of, kind, stored.pair.crm, mirror.get(tx, of.id, Side.BOOKS, kind, id_), words)
            for id_ in ([stored.books_id] if match.linked else ids)
        }
        shelf = choices.Shelf(tx, of, search)
        others = () if match.linked or not search else shelf.choices(_LINK[kind], kind, stored.story)
    return MatchPage(match, rows, tuple(choice for choice in others if choice.value not in ids))


def choose(home: Home, actor: Actor, name: str, match_id: str, chosen: Chosen) -> None:
    """Say that a record is new (`create`) or stays out (`ignore`), or take back what was chosen (empty).

    Raises NotFound, WrongUse.
    """
    actor.must_be(Role.SELLER)
    with home.database.begin() as tx:
        of = connection(tx, name)
        stored = _stored(tx, of, match_id)
        if stored.pair.bond is not None:
            raise WrongUse("These two are a pair already. Take it apart first.")
        kind = stored.pair.kind.value
        mine = {_LINK[kind], _CREATE[kind], "exclude"}
        kept = {key: value for key, value in stored.pair.choices.items() if key not in mine}
        new = {"create": {_CREATE[kind]: "yes"}, "ignore": {"exclude": actor.name}}.get(chosen, {})
        pairs.choose(tx, stored.id, kept | new)
        connections.want(tx, of.id)
        what = {"create": "match_new", "ignore": "excluded"}.get(chosen, "match_reopened")
        connections.note(tx, of.id, who=actor.name, what=what, details={}, now=home.clock.now(), pair=stored.id)


def take_apart(home: Home, actor: Actor, name: str, match_id: str) -> None:
    """Say that a pair is none: both records stay, and HubSpot's stays out until something else is chosen for it.

    Raises NotFound, WrongUse, Forbidden.
    """
    actor.must_be(Role.BOOKKEEPER)
    with home.database.begin() as tx:
        of = connection(tx, name)
        stored = _stored(tx, of, match_id)
        if stored.pair.bond is None:
            raise WrongUse("These two are no pair.")
        now = home.clock.now()
        details = {"kind": stored.pair.kind.value, "crm": stored.crm_id, "books": stored.books_id}
        pairs.part(tx, stored, Side.CRM, now)
        pairs.choose(tx, stored.id, {"exclude": actor.name})
        agenda.mark_all(tx, of.id)
        connections.want(tx, of.id)
        connections.note(tx, of.id, who=actor.name, what="unlinked", details=details, now=now, pair=stored.id)


def _stored(tx: Connection, of: StoredConnection, match_id: str) -> Stored:
    found = pairs.load(tx, [row_id(match_id)])
    if not found or found[0].connection != of.id or found[0].pair.kind not in reviewing.KINDS or not found[0].crm_id:
        raise NotFound("There is no match {id} here.", id=match_id)
    return found[0]


def _matches(tx: Connection, of: StoredConnection, found: list[Stored], words: Words) -> list[Match]:
    asked = {one.id: MatchesOf(one.pair.kind, Side.CRM, one.crm_id) for one in found if one.pair.bond is None}
    replies = answer(tx, of.id, set(asked.values()), Reservations())
    whys = reviewing.whys(tx, [one.id for one in found])
    matches = []
    for stored in found:
        reply = replies.get(asked[stored.id]) if stored.id in asked else None
        candidates = reply.candidates if isinstance(reply, Matches) else ()
        certain = only_certain(candidates)
        chosen, chosen_id = _chosen(stored)
        kind, crm, books = stored.pair.kind, stored.pair.crm, stored.pair.books
        matches.append(
            Match(
                id=str(stored.id),
                kind=kind.value,
                kind_title=words(KINDS[kind]),
                crm=stored.crm_id,
                name=stored.crm_id if crm is None else label(crm),
                needed=stored.pair.needed,
                chosen=chosen,
                chosen_id=chosen_id,
                linked="" if stored.pair.bond is None else stored.books_id if books is None else label(books),
                linked_why=joined(whys.get(stored.id, ""), words),
                possible=tuple(_possible(one, one == certain, words) for one in candidates),
                issuer=issuer(stored.pair),
                issuer_open=is_open(stored.pair),
            )
        )
    return matches


def _chosen(stored: Stored) -> tuple[Chosen, str]:
    kind, made = stored.pair.kind.value, stored.pair.choices
    if "exclude" in made:
        return "ignore", ""
    if linked := made.get(_LINK.get(kind, ""), ""):
        return "link", linked
    return ("create", "") if _CREATE.get(kind, "") in made else ("", "")


def _possible(candidate: Candidate, certain: bool, words: Words) -> Possible:  # noqa: FBT001 - told beside its subject
    return Possible(
        id=candidate.id,
        label=candidate.label,
        shared=tuple(words(SHARED.get(key, key)) for key in candidate.shared),
        against=tuple(words(AGAINST.get(key, key)) for key in candidate.against),
        likeness=candidate.likeness,
        certain=certain,
    )
