"""How a payment recorded in HubSpot is booked in QuickBooks: whole, since the cash is real, applied to what is open.

Only what succeeded is money. What comes back after that (a refund, a lost dispute) is for the bookkeeper to enter.
"""

import msgspec

from tieout.core.decide import (
    Accept,
    Bond,
    Change,
    Create,
    Decision,
    Exclude,
    Fail,
    Hold,
    Link,
    Nothing,
    Pair,
    Update,
    World,
    signature,
)
from tieout.core.facts import is_for_deposits
from tieout.core.merge import Difference
from tieout.core.questions import Answers, Linked, LinkOf, Question, Rate, Settled, SettledOf
from tieout.core.records import Kind, Side
from tieout.core.warn import Warn
from tieout.kinds.alike import alike_question, asked, found
from tieout.kinds.booking import closed_until
from tieout.kinds.currency import foreign, is_traded, not_enabled, rate_of, rate_question, without_rate
from tieout.kinds.settlement import Settlement

_MONEY = ("succeeded", "disputed_won", "disputed_action_required", "disputed_awaiting_decision")
"""HubSpot's statuses of a payment whose money is there, as far as anybody knows."""
_UNHELD = ("status", "method", "reference")
"""What may differ without a word: it tells how the money came, not how much."""
_WENT_BACK = ("refunded", "partially_refunded", "processing_refund", "disputed_lost")
"""Its statuses once money that was received, or a part of it, is gone again."""


def needs(pair: Pair[Settlement], world: World, answers: Answers) -> frozenset[Question]:
    """The invoice's counterpart; then what is open of it, and what could be this same payment."""
    crm = pair.crm
    if crm is None or _stays_out(crm, world):
        return frozenset()
    link = LinkOf(Kind.INVOICE, Side.CRM, crm.invoice)
    if link not in answers:
        return frozenset({link})
    reply = answers[link]
    if not isinstance(reply, Linked) or not reply.other:
        return frozenset()
    wanted: set[Question] = {SettledOf(reply.other)}
    if (alike := alike_question(crm, Side.BOOKS, reply.other, world)) is not None:
        wanted.add(alike)
    if (rate := rate_question(crm.currency, crm.date, world)) is not None:
        wanted.add(rate)
    return frozenset(wanted - answers.keys())


def alone(pair: Pair[Settlement], world: World, answers: Answers) -> Decision:
    """Book it, once its invoice is in QuickBooks and it is certain that nobody has booked it yet."""
    crm = pair.crm
    if crm is None:
        return Exclude("made_in_hubspot")
    if reason := _stays_out(crm, world):
        return Exclude(reason)
    if chosen := pair.choices.get("use_existing"):
        return Link(chosen, "by_you")
    link = answers[LinkOf(Kind.INVOICE, Side.CRM, crm.invoice)]
    if not isinstance(link, Linked) or not link.other:
        return Exclude("invoice_not_synced")
    if problem := _unbookable(crm, link, world):
        return problem
    settled = answers[SettledOf(link.other)]
    if not isinstance(settled, Settled):
        raise TypeError("SettledOf is answered by Settled.")
    if "create_anyway" not in pair.choices and (twin := _twin(crm, link.other, settled, world, answers)):
        return twin
    if settled.balance <= 0:
        return Fail("nothing_open", {"amount": str(crm.amount), "invoice": link.label})
    if not is_traded(crm.currency, world.facts.books):
        return not_enabled(crm.currency, world)
    rate = rate_of(rate_question(crm.currency, crm.date, world), answers)
    if foreign(crm.currency, world.facts.books) and (rate is None or rate.rate is None):
        return without_rate(crm.currency, crm.date, world)
    booked = _booked(crm, link.other, rate, world)
    if booked.account and booked.account not in {one.id for one in world.facts.books.accounts if is_for_deposits(one)}:
        return Fail("deposit_account_unusable", {"amount": str(crm.amount)})
    return Create(Side.BOOKS, booked)


def _unbookable(crm: Settlement, link: Linked, world: World) -> Fail | None:
    """What is wrong with a payment whatever is open of its invoice."""
    if crm.currency and link.currency not in ("", crm.currency):
        evidence = {"currency": crm.currency, "theirs": link.currency, "name": link.label}
        return Fail("another_currency", evidence)
    if crm.status in _WENT_BACK or crm.returned:
        return Fail("payment_not_kept", {"amount": str(crm.amount), "status": crm.status})
    closed = closed_until(world)
    if closed is not None and crm.date is not None and crm.date <= closed:
        return Fail("period_closed", {"date": crm.date.isoformat(), "closed": closed.isoformat()})
    return None


def linked(
    pair: Pair[Settlement], crm: Settlement, books: Settlement, bond: Bond[Settlement], world: World
) -> Decision:
    """What is booked stays; what changes on either side afterwards is for a person."""
    if crm.returned != bond.crm_base.returned:
        return _enter(pair, crm, books, bond, world)
    moved = tuple(name for name in _UNHELD if _differs(name, crm, books, bond))
    apart = _moved(bond.crm_base, crm, Side.CRM) + _moved(bond.books_base, books, Side.BOOKS)
    if not apart:
        return _less_what_went_back(crm, moved, _left_as_credit(crm, books))
    if pair.choices.get("leave_both") == signature(apart):
        return Accept(apart)
    return Hold("booked_payment_changed", {"amount": str(crm.amount), "other": str(books.amount)}, apart)


def _enter(
    pair: Pair[Settlement], crm: Settlement, books: Settlement, bond: Bond[Settlement], world: World
) -> Decision:
    """The entry for what went back since it was last entered, once the bookkeeper has approved it."""
    more = crm.returned - bond.crm_base.returned
    if pair.choices.get("enter_return") == str(crm.returned):
        entry = msgspec.structs.replace(books, returned=more)
        return Update((Change(Side.BOOKS, entry, ("returned",)),), moved=("returned", "status"), asked="enter_return")
    accounts = world.facts.books.accounts
    evidence = {
        "amount": str(crm.amount),
        "status": crm.status,
        "returned": str(abs(more)),
        "account": next((one.name for one in accounts if one.id == books.account), books.account),
    }
    return Fail("payment_came_back" if more > 0 else "payment_came_again", evidence)


def _left_as_credit(crm: Settlement, books: Settlement) -> tuple[Warn, ...]:
    """The cash is real, so it was booked whole; what the invoice did not owe any more is the customer's credit."""
    left = crm.amount - books.amount
    if left <= 0:
        return ()
    return (Warn("left_as_credit", {"amount": str(crm.amount), "left": str(left)}, f"{crm.id}:{left}"),)


def _less_what_went_back(crm: Settlement, moved: tuple[str, ...], warnings: tuple[Warn, ...] = ()) -> Decision:
    """In sync; of what went back QuickBooks' payment says nothing: it stands whole, with an entry beside it."""
    if crm.returned:
        return Accept((Difference("returned", "0", str(crm.returned)),), moved)
    return Nothing(moved, warnings)


def is_their_own(bond: Bond[Settlement]) -> bool:
    """Whether people recorded the payment on both sides. What another sync brought to HubSpot follows QuickBooks."""
    crm, books = bond.crm_base, bond.books_base
    return not crm.marker and not books.marker and crm.processor != "quickbooks"


def told_the_same(
    pair: Pair[Settlement], crm: Settlement, books: Settlement, bond: Bond[Settlement], world: World
) -> Decision:
    """A payment that people recorded on both sides: it is theirs on both, and what it comes to has to agree."""
    if crm.returned != bond.crm_base.returned:
        return _enter(pair, crm, books, bond, world)
    moved = tuple(name for name in (*_UNHELD, "amount", "date", "invoice") if _differs(name, crm, books, bond))
    if crm.amount == books.amount and books.cash:
        return _less_what_went_back(crm, moved)
    apart = (Difference("amount", str(crm.amount), str(books.amount if books.cash else 0)),)
    if pair.choices.get("leave_both") == signature(apart):
        return Accept(apart, moved)
    return Hold("payments_apart", {"amount": str(crm.amount), "other": str(books.amount)}, apart)


def is_unbooked(crm: Settlement) -> bool:
    """Whether a payment of HubSpot's that is in no pair is money which QuickBooks lacks."""
    return not crm.marker and crm.status in _MONEY


def _stays_out(crm: Settlement, world: World) -> str:
    if crm.marker or not world.settings.book_hubspot_payments:
        return "made_in_hubspot"
    if not crm.invoice:
        return "no_invoice"
    if crm.amount <= 0:
        return "nothing_applied"
    return "" if crm.status in _MONEY or crm.status in _WENT_BACK else "not_yet_money"


def _twin(crm: Settlement, invoice: str, settled: Settled, world: World, answers: Answers) -> Decision | None:
    """A payment in QuickBooks that could be this one: of its amount and time, or any where too little is open.

    Too little for it, or for it and all others that HubSpot has: which of these is booked already, nobody knows.
    """
    candidates = found(alike_question(crm, Side.BOOKS, invoice, world), answers)
    if not candidates and settled.balance < max(crm.amount, settled.unbooked):
        candidates = settled.unlinked
    return asked("possible_duplicate", candidates, amount=str(crm.amount)) if candidates else None


def _booked(crm: Settlement, invoice: str, rate: Rate | None, world: World) -> Settlement:
    settings = world.settings
    return msgspec.structs.replace(
        crm,
        id="",
        transaction="",
        invoice=invoice,
        contact="",
        company="",
        rate=rate.rate if rate is not None else None,
        account=settings.deposit_accounts.get(crm.processor, settings.deposit_account),
    )


def _differs(name: str, crm: Settlement, books: Settlement, bond: Bond[Settlement]) -> bool:
    return any(
        getattr(now, name) != getattr(base, name) for now, base in ((crm, bond.crm_base), (books, bond.books_base))
    )


def _moved(base: Settlement, now: Settlement, side: Side) -> tuple[Difference, ...]:
    return tuple(
        Difference(name, str(getattr(base, name) or ""), str(getattr(now, name) or ""), side)
        for name in ("amount", "date", "invoice")
        if getattr(base, name) != getattr(now, name)
    )
