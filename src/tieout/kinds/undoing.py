"""How a write of ours is taken back: what was there before is put back, what was made is voided, inactive or archived.

Never what somebody else has touched since, what was sent to a customer, or what has been paid: then it stays, and
says why.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, TypeVar

import msgspec

from tieout.core.decide import Change, Decision, Pair, Update, Void, Wait, World
from tieout.core.fields import taken, value_of
from tieout.core.questions import Answers, Question
from tieout.core.records import Kind, Side
from tieout.core.undoing import NotUndone, UndoOf, Users, UsersOf, Written, next_undo
from tieout.kinds import charge
from tieout.kinds.booking import closed_until
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement

R = TypeVar("R", bound=msgspec.Struct)

# Any: one rule for the pairs of four record types.
AnyPair = Pair[Any]

_NAMED = 3
_OWED = ("tax_code", "total")
"""What is put back with an invoice's lines."""
_MADE = {
    Kind.CUSTOMER: ("name", "company", "first", "last", "email", "phone", "website", "billing"),
    Kind.ITEM: ("name", "sku", "text", "price"),
    Kind.INVOICE: ("number", "date", "due", "memo", "status"),
    Kind.SETTLEMENT: ("amount", "date", "invoice"),
}
"""What a person may have changed of a record that we made in HubSpot."""


def needs(pair: AnyPair, answers: Answers) -> frozenset[Question]:
    """What was written, then who uses what was made."""
    question = UndoOf(next_undo(pair.choices))
    if question not in answers:
        return frozenset({question})
    written = _written(pair, answers)
    if written.verb != "create" or written.kind is Kind.SETTLEMENT:
        return frozenset()
    return frozenset({UsersOf(written.kind, written.side, written.target)} - answers.keys())


def decide(pair: AnyPair, world: World, answers: Answers) -> Decision | NotUndone:
    """Decide how the operation that a person wants taken back is, or why it stays."""
    written = _written(pair, answers)
    now = pair.crm if written.side is Side.CRM else pair.books
    if why := _out_of_reach(pair, written, now, world):
        return why
    if now is None:
        raise ValueError("What is gone was to be taken back.")
    if written.verb == "update":
        return _put_back(written, now)
    users = answers.get(UsersOf(written.kind, written.side, written.target), Users())
    if not isinstance(users, Users):
        raise TypeError("UsersOf is answered by Users.")
    if why := _stays(pair, written, now, users):
        return why
    if users.undoing:
        return Wait(_USER[written.kind], users.undoing[0], name=users.undoing[0], side=written.side)
    if isinstance(now, Customer | Item) and written.side is Side.BOOKS:
        if isinstance(now, Customer) and now.balance:
            return NotUndone("has_balance", {"balance": f"{now.balance:f}"})
        return Update((Change(Side.BOOKS, msgspec.structs.replace(now, active=False), ("active",)),), ("active",))
    return Void(written.side, withdraw=written.side is Side.CRM)


def _out_of_reach(pair: AnyPair, written: Written, now: msgspec.Struct | None, world: World) -> NotUndone | None:
    """Why a write must not be taken back whatever it was. now: the record as it stands."""
    if written.undone:
        return NotUndone("already")
    if written.verb == "annotate":
        return NotUndone("note")
    if written.verb == "void":
        return NotUndone("voided" if written.kind is Kind.INVOICE else "withdrawn")
    if written.kind is Kind.SETTLEMENT and written.verb == "update" and written.side is Side.BOOKS:
        return NotUndone("entry")
    if now is None:
        return NotUndone("gone")
    if pair.bond is None or getattr(now, "id", "") != written.target:
        return NotUndone("forgotten")
    if isinstance(now, Invoice) and now.status == "void":
        return NotUndone("voided")
    if written.side is Side.BOOKS and (closed := _in_time(now, closed_until(world))):
        return NotUndone("period_closed", {"closed": closed})
    if written.side is Side.CRM and _is_owed(written) and (closed := _in_time(now, world.settings.lock_date)):
        return NotUndone("locked", {"closed": closed})
    return None


_USER = {Kind.CUSTOMER: Kind.INVOICE, Kind.ITEM: Kind.INVOICE, Kind.INVOICE: Kind.SETTLEMENT}


def _written(pair: AnyPair, answers: Answers) -> Written:
    written = answers[UndoOf(next_undo(pair.choices))]
    if not isinstance(written, Written):
        raise TypeError("UndoOf is answered by Written.")
    return written


def _is_owed(written: Written) -> bool:
    """Whether HubSpot would show another debt without this write: a copy, or anything of a payment."""
    return written.kind is Kind.SETTLEMENT or (written.kind, written.verb) == (Kind.INVOICE, "create")


def _in_time(now: object, until: date | None) -> str:
    """The day until which nothing may change, where a document is no later than that; else empty."""
    if until is None or not isinstance(now, Invoice | Settlement) or now.date is None:
        return ""
    return until.isoformat() if now.date <= until else ""


def _put_back(written: Written, now: msgspec.Struct) -> Decision | NotUndone:
    """The fields as they stood before, where all of them still stand as we left them."""
    before, wrote = written.before, written.wrote
    if before is None or wrote is None:
        return NotUndone("forgotten")
    if written.side is Side.CRM and isinstance(before, Invoice) and (before.marker or "lines" in written.fields):
        return NotUndone("copy")
    if written.side is Side.CRM and isinstance(before, Customer) and _made_person(before, written.fields):
        return NotUndone("person")
    if any(_edited(wrote, now, written.fields, written.side)):
        return NotUndone("changed_since")
    fields = written.fields
    back = fields + (_OWED if isinstance(before, Invoice) and "lines" in fields else ())
    return Update((Change(written.side, taken(now, before, back), fields),), fields)


def _made_person(before: Customer, fields: tuple[str, ...]) -> bool:
    return before.id.startswith("company:") and len(before.parts) == 1 and "email" in fields


def _edited(wrote: msgspec.Struct, now: msgspec.Struct, fields: tuple[str, ...], side: Side) -> Iterator[str]:
    """Which of the fields are no longer as we wrote them."""
    if isinstance(wrote, Invoice) and isinstance(now, Invoice) and "lines" in fields:
        yield from (one.field for one in charge.differences(wrote, now, side))
        fields = tuple(name for name in fields if name not in charge.NAMES)
    yield from (name for name in fields if value_of(wrote, name) != value_of(now, name))


def _stays(pair: AnyPair, written: Written, now: msgspec.Struct, users: Users) -> NotUndone | None:
    """Why something that we made must not be taken away."""
    base = pair.bond and (pair.bond.crm_base if written.side is Side.CRM else pair.bond.books_base)
    match now:
        case Invoice(emailed=True):
            return NotUndone("mailed")
        case Settlement(deposited=True):
            return NotUndone("deposited")
        case Customer(active=False) | Item(active=False):
            return NotUndone("inactive")
    if pair.bond and isinstance(pair.bond.crm_base, Settlement) and pair.bond.crm_base.returned:
        return NotUndone("returned")
    if users.standing and written.kind is Kind.INVOICE:
        return NotUndone("paid")
    if users.standing:
        more = ", …" if len(users.standing) > _NAMED else ""
        return NotUndone("in_use", {"names": ", ".join(users.standing[:_NAMED]) + more})
    if isinstance(now, Customer | Item) and written.side is Side.BOOKS:
        return None
    if isinstance(now, Invoice) and not users.undoing and now.balance != now.total:
        return NotUndone("paid")
    if not written.lasts or base is None or any(_edited(base, now, _made(written), written.side)):
        return NotUndone("changed_since")
    return None


def _made(written: Written) -> tuple[str, ...]:
    fields = _MADE.get(written.kind, ())
    return (*fields, "lines") if written.kind is Kind.INVOICE else fields
