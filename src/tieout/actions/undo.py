"""Undo: take back one write of ours, or all of a first sync. Shows first what it will do; the next pass does it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection

from tieout.actions import history, lookup
from tieout.actions.actor import Actor, Role
from tieout.actions.edits import Edit, edits
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH, Words, moment
from tieout.actions.naming import label
from tieout.actions.vocabulary import KINDS, SIDES
from tieout.core import money
from tieout.core.decide import Pair, Update, World
from tieout.core.plan import Reservations
from tieout.core.records import Kind, Side
from tieout.core.undoing import UNDO, WHY_NOT, NotUndone, asked_for, dropped
from tieout.engine.asking import answered
from tieout.engine.work import world_of
from tieout.kinds.invoice import Invoice
from tieout.kinds.rules import decided
from tieout.kinds.settlement import Settlement
from tieout.remote.rows import Record
from tieout.store import connections, pairs, undone
from tieout.store.agenda import chunks
from tieout.store.connections import StoredConnection
from tieout.store.tables import operation
from tieout.store.undone import Write

DEEDS: Mapping[str, str] = {
    "back": "Put back in {side}",
    "void": "Void in {side}",
    "inactive": "Make inactive in {side}",
    "archive": "Archive in {side}",
}
"""What is done to take a write back."""

FIRST_SYNC = "first-sync"
"""How a person names all writes of the first sync."""
_CHUNK = 1000
_MONEY = (Kind.INVOICE, Kind.SETTLEMENT)


class Step(msgspec.Struct, frozen=True):
    """One write that is taken back, or stays. operation: its id. deed: what will be done; why_not: why it stays.

    amount: decimal string in `currency`, None for what is about no money. edits: values that are put back.
    """

    operation: str
    at: datetime | None
    kind: Kind
    kind_title: str
    side: Side
    pair: str
    record: str
    amount: str | None
    currency: str
    wrote: str
    deed: str
    why_not: str
    edits: tuple[Edit, ...] = ()


class Tally(msgspec.Struct, frozen=True):
    """How many records of a kind are taken back on a side. amounts: decimal strings by currency."""

    kind: Kind
    kind_title: str
    side: Side
    deed: str
    count: int
    amounts: dict[str, str]


class Undo(msgspec.Struct, frozen=True):
    """What an undo did, or would do, in the order in which it is done. possible: how many of the steps."""

    done: bool
    steps: tuple[Step, ...]
    tallies: tuple[Tally, ...]
    possible: int
    impossible: int


class _Wish(msgspec.Struct):
    """One write to take back, with its pair, and what came of asking."""

    write: Write
    pair: int
    why_not: NotUndone | None = None


def undo(
    home: Home, actor: Actor, name: str, operation_id: str, *, preview: bool = False, words: Words = ENGLISH
) -> Undo:
    """Take back, or preview, one write. operation_id: of history, or as many of its first digits as tell it apart.

    Raises NotFound where there is no such write, WrongUse where it cannot be taken back, Forbidden.
    """
    with home.database.begin() as tx:
        of = lookup.connection(tx, name)
        write = _find(tx, of, operation_id)
        books_money = write.side is Side.BOOKS and write.operation.kind in _MONEY
        actor.must_be(Role.BOOKKEEPER if books_money else Role.SELLER)
        wishes = _weigh(tx, of, [write])
        done = _end(tx, home, actor, of, wishes, words, preview=preview or wishes[0].why_not is not None)
    if not preview and done.steps[0].why_not:
        raise WrongUse("It cannot be undone: {why}", why=done.steps[0].why_not)
    return done


def undo_first_sync(home: Home, actor: Actor, name: str, *, preview: bool = False, words: Words = ENGLISH) -> Undo:
    """Take back, or preview, all that was written until everything first came to rest.

    What cannot be taken back stays, with its reason. Raises WrongUse before anything was written, Forbidden.
    """
    actor.must_be(Role.BOOKKEEPER)
    with home.database.begin() as tx:
        of = lookup.connection(tx, name)
        writes = undone.first_sync(tx, of.id)
        if not writes:
            raise WrongUse("Nothing was written yet, so there is no first sync to undo.")
        wishes = _weigh(tx, of, _latest(tx, of, writes), together=True)
        return _end(tx, home, actor, of, wishes, words, preview=preview)


def take_back(home: Home, actor: Actor, name: str, what: str, *, preview: bool = False, words: Words = ENGLISH) -> Undo:
    """Take back, or preview, what a person names: a write, or `first-sync`. Raises what those raise."""
    if what == FIRST_SYNC:
        return undo_first_sync(home, actor, name, preview=preview, words=words)
    return undo(home, actor, name, what, preview=preview, words=words)


def _find(tx: Connection, of: StoredConnection, text: str) -> Write:
    wanted = text.strip().lower()
    if wanted and set(wanted) <= set("0123456789abcdef"):
        found = undone.writes(tx, of.id, operation.c.id.startswith(wanted))
        if len(found) == 1:
            return found[0]
    raise NotFound(
        "There is no write {id} in {name} that was done; `tieout history {name}` lists them.", id=text, name=of.name
    )


def _latest(tx: Connection, of: StoredConnection, writes: Sequence[Write]) -> list[Write]:
    """What of these still has to be taken back, newest first: not what takes back, what changed what we had made."""
    stands: set[str] = set()
    by_pair: dict[int, list[Write]] = defaultdict(list)
    for one in undone.of_pairs(tx, of.id, [one.pair for one in writes]):
        by_pair[one.pair].append(one)
    for done in by_pair.values():
        stands |= undone.standing(done)
    made = {(one.pair, one.side) for one in writes if one.operation.verb == "create"}
    return [
        one
        for one in reversed(writes)
        if one.operation.id in stands
        and not one.operation.undoes
        and (one.operation.verb == "create" or (one.pair, one.side) not in made)
    ]


def _weigh(tx: Connection, of: StoredConnection, writes: Sequence[Write], *, together: bool = False) -> list[_Wish]:
    """Ask for all of them, and take back the wish for each that cannot be fulfilled.

    In the order in which they are done: what rests on a record before the record itself.
    """
    try:
        world = world_of(of)
    except ValueError as error:
        raise WrongUse("Both sides have to be read once before anything can be undone.") from error
    wishes = [_Wish(one, one.pair) for kind in reversed(Kind) for one in writes if one.operation.kind is kind]
    there = {one.id for some in chunks(sorted({one.pair for one in wishes})) for one in pairs.load(tx, some)}
    for one in wishes:
        if one.pair not in there:
            one.why_not = NotUndone("forgotten")
    for pair_id, ids in _asked(wishes).items():
        for stored in pairs.load(tx, [pair_id]):
            pairs.choose(tx, pair_id, asked_for(stored.pair.choices, ids))
    for kind in reversed(Kind):
        due = [one for one in wishes if one.why_not is None and one.write.operation.kind is kind]
        for some in chunks(due, _CHUNK):
            _decide(tx, of, world, some)
        if together and kind is Kind.INVOICE:
            _keep_payments(tx, of, wishes)
    return wishes


def _asked(wishes: Iterable[_Wish]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for one in wishes:
        if one.why_not is None:
            found.setdefault(one.pair, []).append(one.write.operation.id)
    return found


def _decide(tx: Connection, of: StoredConnection, world: World, wishes: Sequence[_Wish]) -> None:
    """Decide wishes of one kind as the engine will, those on one pair one after the other."""
    known = {one.id: one.pair for one in pairs.load(tx, sorted({one.pair for one in wishes}))}
    due = [_wishing(known[one.pair], one) for one in wishes]
    answers = answered(tx, of.id, Reservations(), due, world)
    for wish in wishes:
        pair = _wishing(known[wish.pair], wish)
        decision = decided(pair, world, answers)
        if isinstance(decision, NotUndone):
            wish.why_not = decision
            _drop(tx, wish.pair, wish.write.operation.id)
        elif isinstance(decision, Update):
            for change in decision.changes:
                own = {"crm" if change.side is Side.CRM else "books": change.record}
                known[wish.pair] = msgspec.structs.replace(pair, **own)


def _wishing(pair: Pair[Any], wish: _Wish) -> Pair[Any]:
    """The pair as if this were the next write to be taken back."""
    return msgspec.structs.replace(pair, choices=dict(pair.choices) | {UNDO: wish.write.operation.id})


def _drop(tx: Connection, pair_id: int, operation_id: str) -> None:
    for stored in pairs.load(tx, [pair_id]):
        pairs.choose(tx, pair_id, dropped(stored.pair.choices, operation_id))


def _keep_payments(tx: Connection, of: StoredConnection, wishes: Sequence[_Wish]) -> None:
    """The payments of an invoice that stays stay with it."""
    staying = {one.pair for one in wishes if one.why_not is not None and one.write.operation.kind is Kind.INVOICE}
    for wish in wishes:
        paid = wish.write.wrote
        if wish.why_not is None and isinstance(paid, Settlement):
            invoice = pairs.find(tx, of.id, Kind.INVOICE, wish.write.side, paid.invoice)
            if invoice is not None and invoice.id in staying:
                wish.why_not = NotUndone("invoice_stays")
                _drop(tx, wish.pair, wish.write.operation.id)


def _end(
    tx: Connection,
    home: Home,
    actor: Actor,
    of: StoredConnection,
    wishes: Sequence[_Wish],
    words: Words,
    *,
    preview: bool,
) -> Undo:
    """Tell what will be done, and have it done unless it is a preview."""
    named = [history.names(tx, of.id, some) for some in chunks(sorted({one.pair for one in wishes}))]
    names = {id_: name for some in named for id_, name in some.items()}
    steps = tuple(_step(one, names, words) for one in wishes)
    if preview:
        tx.rollback()
    else:
        now = home.clock.now()
        for pair_id, ids in _asked(wishes).items():
            details = {"operations": ids}
            connections.note(tx, of.id, who=actor.name, what="undo", details=details, now=now, pair=pair_id)
        connections.want(tx, of.id)
    possible = sum(1 for one in steps if not one.why_not)
    return Undo(not preview, steps, tuple(_tallies(steps)), possible, len(steps) - possible)


def _step(wish: _Wish, names: Mapping[int, str], words: Words) -> Step:
    write, kind = wish.write, wish.write.operation.kind
    side = words(SIDES[write.side])
    about: Record | None = write.wrote or write.operation.base
    amount, currency = _amount(about)
    why_not = ""
    if wish.why_not is not None:
        why_not = words(WHY_NOT[wish.why_not.why], **wish.why_not.evidence)
    verb = "withdraw" if write.operation.withdraw else write.operation.verb
    return Step(
        operation=write.operation.id,
        at=moment(write.at),
        kind=kind,
        kind_title=words(KINDS[kind]),
        side=write.side,
        pair=str(wish.pair) if wish.pair in names else "",
        record=names.get(wish.pair, "") or (label(about) if about else write.id),
        amount=amount,
        currency=currency,
        wrote=words(history.VERBS[verb], side=side),
        deed="" if why_not else words(DEEDS[_deed(write)], side=side),
        why_not=why_not,
        edits=() if write.operation.verb == "create" else tuple(_back(write, words)),
    )


def _deed(write: Write) -> str:
    if write.operation.verb != "create":
        return "back"
    if write.side is Side.CRM:
        return "archive"
    return "void" if write.operation.kind in _MONEY else "inactive"


def _back(write: Write, words: Words) -> Iterable[Edit]:
    """The values as they stand and as they are put back."""
    record, before = write.wrote, write.operation.base
    for edit in edits(write.operation.fields, record, before, write.side, words):
        yield Edit(edit.field, edit.name, edit.after, edit.before)


def _amount(about: Record | None) -> tuple[str | None, str]:
    match about:
        case Invoice(total=amount, currency=currency) | Settlement(amount=amount, currency=currency):
            shown = f"{amount:f}"
            with suppress(money.UnknownCurrency):
                shown = money.text(amount, currency)
            return shown, currency
    return None, ""


def _tallies(steps: Sequence[Step]) -> Iterable[Tally]:
    groups: dict[tuple[Kind, Side, str], list[Step]] = defaultdict(list)
    for step in steps:
        if not step.why_not:
            groups[step.kind, step.side, step.deed].append(step)
    for (kind, side, deed), group in groups.items():
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for step in group:
            if step.amount is not None:
                sums[step.currency] += Decimal(step.amount)
        amounts = {currency: f"{total:f}" for currency, total in sums.items()}
        yield Tally(kind, group[0].kind_title, side, deed, len(group), amounts)
