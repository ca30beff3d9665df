"""What should happen to a pair: the decisions, and the skeleton that all kinds share.

`decide` is pure and total: every pair gets exactly one decision, and applying it leads to `Nothing`.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, Protocol, TypeVar

import msgspec

from tieout.core.facts import Facts
from tieout.core.match import Candidate
from tieout.core.merge import Difference, Merge
from tieout.core.merged import TakeOver
from tieout.core.questions import Answers, Question
from tieout.core.records import Key, Kind, Side
from tieout.core.settings import Settings
from tieout.core.undoing import UNDONE
from tieout.core.warn import FreeText, Warn, shortened_texts, unheard

R = TypeVar("R", bound=msgspec.Struct)

Evidence = Mapping[str, str]

TAKEN_OVER = "taken_over"
"""Why a payment stays out that another sync's pair had settled already: the choice, and the reason."""
_CHOSEN = ("link_customer", "create_customer", "link_item", "create_item", "use_existing", "create_anyway")


class Change(msgspec.Struct, frozen=True):
    """One side's share of an update: the record as it shall be there, and which of its fields to write."""

    side: Side
    record: msgspec.Struct
    fields: tuple[str, ...]


class Nothing(msgspec.Struct, frozen=True, tag=True):
    """In sync. moved: fields whose bases advance without writing. warnings: what a person should know all the same."""

    moved: tuple[str, ...] = ()
    warnings: tuple[Warn, ...] = ()
    lost: tuple[Difference, ...] = ()


class Link(msgspec.Struct, frozen=True, tag=True):
    """The two records are the same. `other` is the id on the side that this pair lacks."""

    other: str
    why: str


class Create(msgspec.Struct, frozen=True, tag=True):
    """Make it on `side`, and reserve its name or number until it stands."""

    side: Side
    record: msgspec.Struct
    reserves: tuple[Key, ...] = ()


class Update(msgspec.Struct, frozen=True, tag=True):
    """Write changes; bases of `moved` advance besides. A write may be one that a person asked for (`asked`).

    With `asked` = `restore` no base moves: what is put back counts as the change that it was.
    """

    changes: tuple[Change, ...]
    moved: tuple[str, ...] = ()
    lost: tuple[Difference, ...] = ()
    asked: str = ""


class Void(msgspec.Struct, frozen=True, tag=True):
    """Void it on `side`; withdraw: take away a payment that we recorded there."""

    side: Side
    withdraw: bool = False


class Wait(msgspec.Struct, frozen=True, tag=True):
    """It needs other records first. kind, id, name: of one of them, on `side`; others: the rest.

    reason: `dependency` or `review`.
    """

    kind: Kind
    id: str
    reason: str = "dependency"
    name: str = ""
    others: tuple["Wait", ...] = ()
    side: Side = Side.CRM


class Hold(msgspec.Struct, frozen=True, tag=True):
    """The sides differ, and only a person may say which is right."""

    cause: str
    evidence: Evidence = {}
    differences: tuple[Difference, ...] = ()
    candidates: tuple[Candidate, ...] = ()


class Accept(msgspec.Struct, frozen=True, tag=True):
    """The sides differ, and a person left both as they are. moved: fields whose bases advance all the same."""

    differences: tuple[Difference, ...]
    moved: tuple[str, ...] = ()


class Fail(msgspec.Struct, frozen=True, tag=True):
    """It cannot sync now; somebody has to do something."""

    cause: str
    evidence: Evidence = {}
    candidates: tuple[Candidate, ...] = ()


class Broken(msgspec.Struct, frozen=True, tag=True):
    """A linked record is gone on `side`; nothing is created again by itself."""

    cause: str
    side: Side


class Exclude(msgspec.Struct, frozen=True, tag=True):
    """Not synced, on purpose."""

    reason: str
    candidates: tuple[Candidate, ...] = ()


class Draft(msgspec.Struct, frozen=True, tag=True):
    """Not finalized. problems: what it would fail for; none = ready."""

    problems: tuple[Fail, ...] = ()


Decision = Nothing | Link | TakeOver | Create | Update | Void | Wait | Hold | Accept | Fail | Broken | Exclude | Draft


class Bond(msgspec.Struct, Generic[R], frozen=True):
    """What is kept of a linked pair. lines: HubSpot line id to QuickBooks `Line.Id`, of an invoice."""

    crm_base: R
    books_base: R
    lines: Mapping[str, str] = {}


class Pair(msgspec.Struct, Generic[R], frozen=True):
    """Two records known to be the same, or one that has no counterpart.

    choices: what a person chose for this pair, by fix. needed: another record in range needs it.
    gone: how a linked record went (`deleted`, `archived`, `merged`), by side.
    """

    kind: Kind
    crm: R | None
    books: R | None
    bond: Bond[R] | None = None
    choices: Mapping[str, str] = {}
    needed: bool = False
    gone: Mapping[Side, str] = {}


class World(msgspec.Struct, frozen=True):
    """What all decisions of one connection share. reviewed: the first review of matches is finished."""

    settings: Settings
    facts: Facts
    reviewed: bool = False


class Rules(Protocol[R]):
    """One kind's share of deciding."""

    kind: Kind

    def needs(self, pair: Pair[R], world: World, answers: Answers) -> frozenset[Question]:
        """The questions to answer next; those already in `answers` may be left out. Empty = ready to decide."""
        ...

    def alone(self, pair: Pair[R], world: World, answers: Answers) -> Decision:
        """Decide a record without counterpart."""
        ...

    def linked(self, pair: Pair[R], bond: Bond[R], world: World, answers: Answers) -> Decision:
        """Decide a linked pair whose records both stand."""
        ...

    def gone(self, pair: Pair[R], bond: Bond[R], side: Side, how: str, answers: Answers) -> Decision:
        """Decide a linked pair of which `side` is gone."""
        ...

    def texts(self, pair: Pair[R], bond: Bond[R]) -> Iterable[FreeText]:
        """The texts of a linked pair that QuickBooks may hold only the beginning of."""
        ...

    def advance(self, base: R, now: R, names: tuple[str, ...]) -> R:
        """The base with the named fields taken from `now`."""
        ...

    def keys(self, side: Side, record: R) -> tuple[Key, ...]:
        """The keys by which a record of `side` is found."""
        ...


class Matcher(Rules[R], Protocol[R]):
    """The rules of a kind whose unlinked records are matched by keys."""

    def compare(self, crm: R, books: R, shared: Mapping[str, bool]) -> Candidate:
        """Weigh two records that share keys. shared: key name to whether it is unique on both sides."""
        ...


def decide(rules: Rules[R], pair: Pair[R], world: World, answers: Answers) -> Decision:
    """Decide one pair.

    answers: to every question of `rules.needs`. Raises KeyError when one is missing: a mistake of the caller.
    """
    if (left_out := pair.choices.get("exclude")) is not None:
        return Exclude(left_out if left_out in (UNDONE, TAKEN_OVER) else "by_you")
    if pair.bond is None:
        alone = rules.alone(pair, world, answers)
        travels = not isinstance(alone, Exclude) or alone.reason == "no_counterpart"
        return Exclude("filter") if travels and _is_filtered(pair, world.settings) else alone
    for side in Side:
        if how := pair.gone.get(side):
            return rules.gone(pair, pair.bond, side, how, answers)
    decision = rules.linked(pair, pair.bond, world, answers)
    if isinstance(decision, Nothing):
        found = (*decision.warnings, *shortened_texts(rules.texts(pair, pair.bond)))
        return msgspec.structs.replace(decision, warnings=unheard(found, pair.choices)) if found else decision
    return decision


def _is_filtered(pair: Pair[R], settings: Settings) -> bool:
    """Whether a filter leaves a record without counterpart out. What a person chose for it counts more."""
    side, record = (Side.CRM, pair.crm) if pair.crm is not None else (Side.BOOKS, pair.books)
    if record is None or not pair.choices.keys().isdisjoint(_CHOSEN):
        return False
    id_, traits = getattr(record, "id", ""), getattr(record, "traits", {})
    wanted = (one for one in settings.filters if one.kind is pair.kind and one.side is side and one.concerns(id_))
    return not all(one.passes(traits) for one in wanted)


def broken(side: Side, how: str) -> Broken:
    """A linked record is gone on `side`: deleted or archived, or merged into another (`how`)."""
    place = "hubspot" if side is Side.CRM else "quickbooks"
    return Broken(f"merged_in_{place}" if how == "merged" else f"deleted_in_{place}", side)


def settle_merge(
    rules: Rules[R],
    crm: R,
    books: R,
    merged: Merge,
    choices: Mapping[str, str],
) -> Decision:
    """Turn a merge into a decision, with what a person chose about the differences that only they may settle.

    What needs no person is written first; the rest is held, or stays as it was left, from the next decision on.
    """
    to_crm, to_books, moved = merged.to_crm, merged.to_books, merged.moved
    asked = ""
    sign = signature(merged.undecided)
    names = tuple(d.field for d in merged.undecided)
    if names and choices.get("use_hubspot") == sign:
        to_books, asked = to_books + names, "use_hubspot"
    elif names and choices.get("use_quickbooks") == sign:
        to_crm, asked = to_crm + names, "use_quickbooks"
    changes = []
    if to_crm:
        changes.append(Change(Side.CRM, rules.advance(crm, books, to_crm), to_crm))
    if to_books:
        changes.append(Change(Side.BOOKS, rules.advance(books, crm, to_books), to_books))
    if changes:
        return Update(tuple(changes), moved, merged.lost, asked)
    if names and choices.get("leave_both") == sign:
        return Accept(merged.undecided, moved)
    if names:
        return Hold("please_decide", {"fields": ", ".join(names)}, merged.undecided)
    return Nothing(moved=moved, lost=merged.lost)


def restored(choices: Mapping[str, str]) -> dict[str, str]:
    """Values of HubSpot, by field, that a write of ours overruled although a rule says that HubSpot wins.

    They are put back there first; from there they flow like any other change.
    """
    return {name.removeprefix("restore:"): value for name, value in choices.items() if name.startswith("restore:")}


def signature(differences: tuple[Difference, ...]) -> str:
    """A short text that changes whenever the differences do: what a person's choice on them is kept with."""
    return "|".join(f"{d.field}:{d.before}>{d.after}" for d in sorted(differences, key=lambda d: (d.field, d.after)))
