"""What needs a person: every failure of every kind, with its cause in words and the fixes that apply to it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, RowMapping, and_, func, or_, select

from tieout.actions import choices, company, lookup
from tieout.actions.errors import NotFound
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words, moment
from tieout.actions.naming import Choice, label, labels
from tieout.actions.vocabulary import KINDS_TOGETHER, WHO
from tieout.core import money
from tieout.core.cause import Cause
from tieout.core.causes import CAUSES
from tieout.core.fixes import FIXES, Fix
from tieout.core.merge import Difference
from tieout.core.records import Kind, Side, State
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement
from tieout.remote.rows import Record
from tieout.store import agenda, pairs
from tieout.store.connections import StoredConnection
from tieout.store.pairs import Stored, Story
from tieout.store.tables import pair

PATIENCE = timedelta(hours=1)
"""How long a record may wait for another before a person should look."""

_UNKNOWN = Cause("unknown", "Something unknown", "Tieout has no words for this cause.", "Please report it.")


class Need(msgspec.Struct, frozen=True):
    """A value that a fix cannot do without."""

    title: str
    choices: tuple[Choice, ...] = ()


class Offer(msgspec.Struct, frozen=True):
    """A fix that can be applied. needs: by key, only what has no default."""

    fix: str
    title: str
    needs: dict[str, Need] = {}


class Ref(msgspec.Struct, frozen=True):
    """A record: its id on its side, and how a person knows it."""

    id: str
    name: str


class Failure(msgspec.Struct, frozen=True):
    """One record that cannot sync. id: of the failure. amount: decimal text in the record's currency, None without."""

    id: str
    kind: Kind
    state: State
    cause: str
    title: str
    explanation: str
    side: Side
    record: Ref
    amount: str | None
    fixes: tuple[Offer, ...]


class Case(msgspec.Struct, frozen=True):
    """A failure with all that helps a person to judge it.

    party: the customer's name. who: whose move it is. differences: what was changed. text, tid: the vendor's own words
    and its number for the call. missing: what a draft lacks.
    """

    failure: Failure
    currency: str
    party: str
    remedy: str
    who: str
    since: datetime | None
    differences: tuple[Difference, ...] = ()
    candidates: tuple[Choice, ...] = ()
    text: str = ""
    tid: str = ""


class Group(msgspec.Struct, frozen=True):
    """All failures with one cause and kind. amounts: decimal text by currency. count: of all; cases: the first ones."""

    cause: str
    title: str
    kind: Kind
    kinds: str
    amounts: dict[str, str]
    cases: tuple[Case, ...]
    count: int


SHOWN = 50
"""Cases of one group that are put into words at once."""


def list_failures(home: Home, name: str, words: Words = ENGLISH) -> list[Failure]:
    """All that fails, is held or broken, or has waited for more than an hour. Raises NotFound."""
    return [case.failure for case in list_cases(home, name, words)]


def list_cases(home: Home, name: str, words: Words = ENGLISH) -> list[Case]:
    """`list_failures`, with what helps to judge each. Raises NotFound."""
    with home.database.read() as tx:
        return _Reading(tx, lookup.connection(tx, name), words).cases(failing(home.clock.now()))


def cases(tx: Connection, of: StoredConnection, condition: choices.Condition, words: Words) -> list[Case]:
    """Those of a company pair that a condition names."""
    return _Reading(tx, of, words).cases(condition)


def list_groups(home: Home, name: str, words: Words = ENGLISH) -> list[Group]:
    """All that needs a person by cause and kind, the largest group first. Raises NotFound."""
    with home.database.read() as tx:
        of = lookup.connection(tx, name)
        mine = and_(pair.c.connection == of.id, failing(home.clock.now()))
        wanted = select(pair.c.id, pair.c.kind, pair.c.cause, pair.c.amount, pair.c.currency).where(mine)
        found: dict[tuple[str, Kind], list[RowMapping]] = {}
        for row in tx.execute(wanted.order_by(pair.c.id)).mappings():
            found.setdefault((row["cause"], Kind(row["kind"])), []).append(row)
        first = [row["id"] for rows in found.values() for row in rows[:SHOWN]]
        said = {case.failure.id: case for case in cases(tx, of, pair.c.id.in_(first), words)}
    groups = [
        Group(
            cause,
            words(CAUSES.get(cause, _UNKNOWN).title),
            kind,
            words(KINDS_TOGETHER[kind]),
            sums(rows),
            tuple(said[str(row["id"])] for row in rows[:SHOWN]),
            len(rows),
        )
        for (cause, kind), rows in found.items()
    ]
    return sorted(groups, key=lambda g: (-g.count, g.cause, g.kind))


def case_of(home: Home, name: str, failure: str, words: Words = ENGLISH, search: str = "") -> Case:
    """One failure, or what is warned of.

    search: narrows the choices of its fixes. Raises NotFound where it is gone, or never was.
    """
    with home.database.read() as tx:
        reading = _Reading(tx, lookup.connection(tx, name), words, search)
        told = or_(failing(home.clock.now()), WARNED)
        cases = reading.cases(and_(pair.c.id == lookup.row_id(failure), told))
    if not cases:
        raise NotFound(words("There is no failure {id}: it has been settled, or it never was.", id=failure))
    return cases[0]


def failing(now: datetime) -> choices.Condition:
    """Which pairs need a person."""
    long_ago = (now - PATIENCE).isoformat()
    return and_(
        _standing(State.FAILING, State.HELD, State.BROKEN, State.WAITING),
        or_(pair.c.state != State.WAITING.value, pair.c.since < long_ago),
    )


def _standing(*states: State) -> choices.Condition:
    """Pairs of any kind in one of these states, said so that the index by kind and state finds them."""
    kinds, named = [kind.value for kind in Kind], [state.value for state in states]
    return and_(pair.c.kind.in_(kinds), pair.c.state.in_(named))


def count_with_cause(home: Home, name: str, case: Case) -> int:
    """How many stand where this one does, for the same cause. Raises NotFound."""
    with home.database.read() as tx:
        of = lookup.connection(tx, name)
        return len(agenda.with_cause(tx, of.id, case.failure.state, case.failure.cause))


def count(tx: Connection, company_id: int, now: datetime, kind: Kind | None = None) -> int:
    """How many need a person, of one kind or of all."""
    wanted = select(func.count()).select_from(pair).where(pair.c.connection == company_id, failing(now))
    if kind is not None:
        wanted = wanted.where(pair.c.kind == kind.value)
    return tx.execute(wanted).scalar_one()


def count_held(tx: Connection, company_id: int) -> int:
    """How many only a person can decide."""
    return tx.execute(select(func.count()).select_from(pair).where(pair.c.connection == company_id, HELD)).scalar_one()


HELD: choices.Condition = _standing(State.HELD)
"""Which pairs wait for a decision."""

WARNED: choices.Condition = _standing(State.WARNING)
"""Which pairs are in sync with warnings."""


class _Reading:
    """Puts the failures of one company pair into words, reading what several of them share once."""

    def __init__(self, tx: Connection, of: StoredConnection, words: Words, search: str = "") -> None:
        self._tx = tx
        self._company = of
        self._words = words.of(company.country(of))
        self._shelf = choices.Shelf(tx, of, search)

    def cases(self, condition: choices.Condition) -> list[Case]:
        mine = and_(pair.c.connection == self._company.id, condition)
        wanted = select(pair.c.id).where(mine).order_by(pair.c.kind, pair.c.cause, pair.c.id)
        rows = pairs.load(self._tx, list(self._tx.execute(wanted).scalars()))
        amounts = {row.id: (row.amount, row.currency) for row in self._tx.execute(_AMOUNTS.where(mine))}
        parties = self._parties(rows)
        return [self._case(row, *amounts.get(row.id, (None, "")), parties.get(row.id, "")) for row in rows]

    def _parties(self, rows: Iterable[Stored]) -> dict[int, str]:
        """The customers' names of invoices and of payments made in HubSpot."""
        wanted: dict[Side, dict[int, str]] = {Side.CRM: {}, Side.BOOKS: {}}
        for row in rows:
            for side, one in ((Side.CRM, row.pair.crm), (Side.BOOKS, row.pair.books)):
                if isinstance(one, Invoice) and one.customer:
                    wanted[side].setdefault(row.id, one.customer)
        found: dict[int, str] = {}
        for side, owners in wanted.items():
            known = labels(self._tx, self._company.id, side, Kind.CUSTOMER, owners.values())
            for row_id, owner in owners.items():
                if owner in known:
                    found.setdefault(row_id, known[owner])
        return found

    def _case(self, row: Stored, amount: int | None, currency: str, party: str) -> Case:
        cause = CAUSES.get(row.cause, _UNKNOWN)
        side = Side.CRM if row.crm_id else Side.BOOKS
        one = row.pair.crm if side is Side.CRM else row.pair.books
        evidence = dict(row.story.evidence)
        evidence.setdefault("text", row.story.text or row.unreadable)
        if row.cause == "dependency" and row.story.waits_for:
            evidence |= self._awaited(*row.story.waits_for)
        id_ = row.crm_id or row.books_id
        kind = row.pair.kind
        return Case(
            failure=Failure(
                id=str(row.id),
                kind=kind,
                state=row.state,
                cause=row.cause,
                title=self._words(cause.title),
                explanation=self._words.explain(
                    cause.explanation, evidence, currency or company.currency(self._company)
                ),
                side=side,
                record=Ref(id_, id_ if one is None else label(one)),
                amount=None if amount is None else money.text(money.from_minor(amount, currency), currency),
                fixes=tuple(self._offers(cause, row, one)),
            ),
            currency=currency,
            party=party,
            remedy=self._words(cause.remedy),
            who=self._words(WHO[cause.who]),
            since=moment(row.since),
            differences=row.story.differences,
            candidates=tuple(Choice(c.id, c.label) for c in row.story.candidates),
            text=row.story.text,
            tid=row.story.tid,
        )

    def _awaited(self, kind: str, id_: str) -> dict[str, str]:
        name = labels(self._tx, self._company.id, Side.CRM, Kind(kind), [id_]).get(id_, id_)
        return {"kind": kind, "name": name}

    def _offers(self, cause: Cause, row: Stored, one: Record | None) -> Iterable[Offer]:
        for fix in map(FIXES.__getitem__, cause.fixes):
            if applies(fix, cause, row.story, one):
                needs = {
                    key: Need(self._words(title), self._shelf.choices(fix.code, row.pair.kind, row.story))
                    for key, title in fix.needs
                }
                yield Offer(fix.code, self._words(fix.title), needs)


_AMOUNTS = select(pair.c.id, pair.c.amount, pair.c.currency)


def applies(fix: Fix, cause: Cause, story: Story, one: Record | None) -> bool:
    """Whether a fix of the catalogue makes sense for this very failure."""
    evidence: Mapping[str, str] = story.evidence
    match fix.code:
        case "reactivate":
            inactive = evidence.get("holder_active") == "false" and evidence.get("holder_list") == "customer"
            return inactive or cause.code == "inactive_reference"
        case "use_existing":
            twin = evidence.get("holder_list") == "invoice" and evidence.get("holder_linked") == "false"
            return bool(story.candidates) or twin
        case "link_customer":
            return cause.code == "no_customer" or isinstance(one, Customer)
        case "choose_default" | "share_customer":
            return bool(story.candidates)
        case "unlink":
            return not story.candidates
        case "create_customer":
            return isinstance(one, Invoice) and bool(one.customer)
        case "rename_by_pattern":
            return isinstance(one, Customer)
        case "use_hubspot" | "use_quickbooks":
            return bool(story.differences)
        case "put_back":
            return bool(story.differences) and isinstance(one, Invoice | Settlement)
    return True


def sums(rows: Iterable[RowMapping]) -> dict[str, str]:
    """By currency, of rows with `amount` in minor units and `currency`."""
    found: dict[str, int] = {}
    for row in rows:
        if row["amount"] is not None:
            found[row["currency"]] = found.get(row["currency"], 0) + row["amount"]
    return {code: money.text(money.from_minor(minor, code), code) for code, minor in sorted(found.items())}
