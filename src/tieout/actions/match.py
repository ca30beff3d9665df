"""Match: the review of what could be the same, before anything is created."""

import msgspec

from tieout.actions import company, issuing
from tieout.actions.actor import Actor, Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection, row_id
from tieout.actions.naming import label
from tieout.core.match import Candidate, only_certain
from tieout.core.plan import Reservations
from tieout.core.questions import Matches, MatchesOf
from tieout.core.records import Kind, Side
from tieout.kinds.currency import parted
from tieout.store import agenda, connections, pairs
from tieout.store.answers import answer
from tieout.store.pairs import Stored

_KINDS = (Kind.CUSTOMER, Kind.ITEM)
_CHOICE = {Kind.CUSTOMER: "link_customer", Kind.ITEM: "link_item"}
_INSTEAD = ("create_customer", "create_item", "exclude")
"""What a person may have chosen before, and does not any more."""


class Match(msgspec.Struct, frozen=True):
    """A HubSpot record without counterpart that has candidates. certain: the id that would be linked without asking."""

    id: str
    kind: str
    crm: str
    name: str
    needed: bool
    certain: str
    candidates: tuple[Candidate, ...]


class Review(msgspec.Struct, frozen=True):
    """The review as it stands. alone: how many HubSpot records have no candidate at all, by kind.

    invoices: those that were typed in on both sides, and are pairs.
    """

    finished: bool
    matches: list[Match]
    alone: dict[str, int]
    invoices: list[issuing.TypedTwice]


def review(home: Home, actor: Actor, name: str) -> Review:
    """What could be linked. Nothing is written. Raises WrongUse before both sides were read once."""
    actor.must_be(Role.VIEWER)
    matches: list[Match] = []
    alone: dict[str, int] = {}
    with home.database.read() as tx:
        stored = connection(tx, name)
        if not (stored.crm_complete and stored.books_complete):
            raise WrongUse("Both sides have to be read once before matches are known: `tieout sync {name}`.", name=name)
        for kind in _KINDS:
            found = pairs.load(tx, agenda.alone(tx, stored.id, kind))
            due = [s for s in found if s.cause not in ("part_of_company", "by_you", "undone")]
            questions = {MatchesOf(kind, Side.CRM, s.crm_id): s for s in due}
            replies = answer(tx, stored.id, questions, Reservations())
            alone[kind.value] = 0
            for question, one in questions.items():
                reply = replies[question]
                candidates = reply.candidates if isinstance(reply, Matches) else ()
                if not candidates:
                    alone[kind.value] += 1
                    continue
                best = only_certain(candidates)
                called = label(one.pair.crm) if one.pair.crm is not None else one.crm_id
                certain = best.id if best is not None else ""
                matches.append(Match(str(one.id), kind.value, one.crm_id, called, one.pair.needed, certain, candidates))
        invoices = issuing.typed_twice(tx, stored.id)
    return Review(stored.reviewed, matches, alone, invoices)


def link(home: Home, actor: Actor, name: str, match_id: str, books_id: str) -> None:
    """Say which QuickBooks record a HubSpot record is. Raises NotFound, WrongUse."""
    actor.must_be(Role.SELLER)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        found = pairs.load(tx, [row_id(match_id)])
        if not found or not pairs.belongs(tx, found[0].id, stored.id) or found[0].pair.kind not in _CHOICE:
            raise NotFound("There is no match {id} here.", id=match_id)
        one = found[0]
        there = pairs.find(tx, stored.id, one.pair.kind, Side.BOOKS, books_id)
        if there is None or there.pair.bond is not None or one.pair.bond is not None:
            raise WrongUse("QuickBooks has no unpaired {kind} with the id {id}.", kind=one.pair.kind.value, id=books_id)
        _check_currency(one, there, company.currency(stored))
        kept = {key: value for key, value in one.pair.choices.items() if key not in _INSTEAD}
        pairs.choose(tx, one.id, kept | {_CHOICE[one.pair.kind]: books_id})
        connections.want(tx, stored.id)
        details = {"kind": one.pair.kind.value, "crm": one.crm_id, "books": books_id}
        now = home.clock.now()
        connections.note(tx, stored.id, who=actor.name, what="match", details=details, now=now, pair=one.id)


def _check_currency(crm: Stored, books: Stored, home: str) -> None:
    """What a customer is in another currency is a QuickBooks customer that has it. Raises WrongUse."""
    ours, theirs = crm.pair.crm, books.pair.books
    if parted(crm.crm_id)[1] and ours is not None and theirs is not None and ours.currency != theirs.currency:
        raise WrongUse(
            "The QuickBooks customer {name} is in {theirs}; this needs one in {currency}.",
            name=theirs.name,
            theirs=theirs.currency or home,
            currency=ours.currency or home,
        )


def finish(home: Home, actor: Actor, name: str) -> None:
    """Finish the review: certain matches are linked, and what is needed and has no candidate is created."""
    actor.must_be(Role.BOOKKEEPER)
    with home.database.begin() as tx:
        stored = connection(tx, name)
        connections.change(tx, stored.id, reviewed=True)
        agenda.mark_all(tx, stored.id)
        connections.want(tx, stored.id)
        connections.note(tx, stored.id, who=actor.name, what="reviewed", details={}, now=home.clock.now())
