"""The cures: what each fix does to one failure. The writes that follow are made by the next pass."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from tieout.actions import company, tax_codes
from tieout.actions import settings as set_action
from tieout.actions.customer_cures import OF_CUSTOMERS
from tieout.actions.doing import Doing, called, filled_in
from tieout.actions.errors import WrongUse
from tieout.actions.vocabulary import SIDES
from tieout.core.days import day
from tieout.core.decide import signature
from tieout.core.money import from_minor, text
from tieout.core.records import Kind, Side
from tieout.core.settings import UNKNOWN, Settings
from tieout.core.warn import ACKNOWLEDGE, acknowledgement
from tieout.engine.work import world_of
from tieout.kinds.booking import NUMBER_LIMIT, closed_until
from tieout.kinds.invoice import Invoice
from tieout.kinds.issuer import ISSUER, presumed
from tieout.kinds.settlement import Settlement
from tieout.store import agenda, connections, pairs


def _set_service_date(doing: Doing) -> None:
    rule = doing.value("rule", "invoice_date")
    crm = doing.one.pair.crm
    if rule not in ("billing_start", "invoice_date"):
        try:
            day(rule)
        except ValueError as error:
            raise WrongUse(
                "rule is invoice_date, billing_start or a day; '{rule}' is none of them.", rule=rule
            ) from error
    doing.choose(doing.one, set_service_date=rule)
    if isinstance(crm, Invoice):
        for position, line in enumerate(crm.lines, 1):
            after = line.service_date or (crm.date if rule in ("billing_start", "invoice_date") else rule)
            doing.touch(Side.BOOKS, Kind.INVOICE, "", f"lines[{position}].service_date", "", str(after or ""))


def _decided(choice: str) -> Callable[[Doing], None]:
    """A choice about exactly the differences that are shown."""

    def do(doing: Doing) -> None:
        one = doing.one
        doing.choose(one, **{choice: signature(one.story.differences)})
        if choice == "leave_both":
            return
        target = (
            Side.CRM if choice in ("use_quickbooks", "restore_copy") or one.pair.kind is Kind.SETTLEMENT else Side.BOOKS
        )
        for difference in one.story.differences:
            # A difference made on the side that gives way goes back; one made on the other side is carried over.
            # Where both changed, `before` is HubSpot's value and `after` QuickBooks'.
            before, after = difference.before, difference.after
            back = difference.side is target or (difference.side is None and target is Side.BOOKS)
            if back:
                before, after = after, before
            id_ = one.books_id if target is Side.BOOKS else one.crm_id
            doing.touch(target, one.pair.kind, id_, difference.field, before, after)

    return do


def _use_existing(doing: Doing) -> None:
    one = doing.one
    evidence = one.story.evidence
    default = evidence.get("twin") or (evidence.get("holder", "") if evidence.get("holder_list") == "invoice" else "")
    chosen = doing.value("document", default)
    side = Side.BOOKS if one.crm_id else Side.CRM
    there = pairs.find(doing.tx, doing.stored.id, one.pair.kind, side, chosen)
    if there is None:
        raise WrongUse("There is no such document {id} on the other side.", id=chosen)
    if there.pair.bond is not None:
        if not there.pair.gone.get(side.other):
            raise WrongUse("The document {id} already belongs to another one.", id=chosen)
        pairs.part(doing.tx, there, side, doing.home.clock.now())  # what it belonged to is gone
    doing.choose(one, use_existing=chosen)
    doing.touch(side, one.pair.kind, chosen, "linked_to", "", called(one))
    crm, books = (one.pair.crm, there.pair.books) if one.crm_id else (there.pair.crm, one.pair.books)
    if isinstance(crm, Invoice) and isinstance(books, Invoice) and (made := presumed(crm, books)) is not None:
        doing.touch(side, one.pair.kind, chosen, ISSUER, "", SIDES[made])


def _issued_in_hubspot(doing: Doing) -> None:
    """What the seller has changed goes to QuickBooks from now on; what the bookkeeper has, is asked about."""
    one = doing.one
    doing.choose(one, **{ISSUER: Side.CRM.value})
    doing.touch(Side.BOOKS, one.pair.kind, one.books_id, ISSUER, SIDES[Side.BOOKS], SIDES[Side.CRM])
    for difference in one.story.differences:
        if difference.side is Side.CRM:
            doing.touch(Side.BOOKS, one.pair.kind, one.books_id, difference.field, difference.before, difference.after)
        elif difference.field == "status":
            doing.touch(Side.BOOKS, one.pair.kind, one.books_id, "status", difference.after, difference.before)


def _number_by_pattern(doing: Doing) -> None:
    pattern = doing.value("pattern", "{number}-{n}")
    crm, books = doing.one.pair.crm, doing.one.pair.books
    if isinstance(books, Invoice) and books.emailed:
        raise WrongUse("QuickBooks has mailed its copy already, so its number is not changed any more.")
    number = crm.number if isinstance(crm, Invoice) else ""
    after = filled_in(pattern, {"number": number, "n": "2"})
    if after == number:
        raise WrongUse("'{pattern}' gives the same number again: {number}.", pattern=pattern, number=number)
    if len(after) > NUMBER_LIMIT:
        raise WrongUse(
            "{number} is longer than the {limit} characters that QuickBooks takes.",
            number=after,
            limit=str(NUMBER_LIMIT),
        )
    doing.choose(doing.one, number_by_pattern=pattern)
    doing.touch(Side.BOOKS, Kind.INVOICE, doing.one.books_id, "number", number, after)


def _let_number(doing: Doing) -> None:
    crm = doing.one.pair.crm
    doing.choose(doing.one, let_quickbooks_number="yes")
    number = crm.number if isinstance(crm, Invoice) else ""
    doing.touch(Side.BOOKS, Kind.INVOICE, doing.one.books_id, "number", number, "")


def _create_anyway(doing: Doing) -> None:
    """It is another document: it is made on the side that lacks it."""
    one = doing.one
    doing.choose(one, create_anyway="yes")
    side = Side.BOOKS if one.crm_id else Side.CRM
    money = pairs.money(one)
    amount = f"{text(from_minor(*money), money[1])} {money[1]}" if money else ""
    doing.touch(side, one.pair.kind, "", "total", "", f"{called(one)} {amount}".strip())


def _simply(choice: str) -> Callable[[Doing], None]:
    def do(doing: Doing) -> None:
        doing.choose(doing.one, **{choice: "yes"})

    return do


def _leave_out(doing: Doing) -> None:
    one = doing.one
    doing.choose(one, exclude="yes")
    if one.pair.kind is Kind.INVOICE:
        agenda.mark_settlements(doing.tx, doing.stored.id, one.crm_id, one.books_id)


def _link_item(doing: Doing) -> None:
    chosen = doing.value("item")
    there = pairs.find(doing.tx, doing.stored.id, Kind.ITEM, Side.BOOKS, chosen)
    if there is None:
        raise WrongUse("QuickBooks has no item with the id {id}.", id=chosen)
    if there.pair.bond is not None:
        raise WrongUse("The QuickBooks item {id} is already paired with another one in HubSpot.", id=chosen)
    doing.choose(doing.one, link_item=chosen)
    doing.touch(Side.BOOKS, Kind.ITEM, chosen, "linked_to", "", called(doing.one))


def _setting(key: str, given: str) -> Callable[[Doing], None]:
    """A fix that is a setting; it cures all failures that the setting is the cause of at once."""

    def do(doing: Doing) -> None:
        new: Settings = set_action.with_value(doing.tx, doing.stored, key, doing.value(given))
        connections.change(doing.tx, doing.stored.id, settings=new)
        doing.settings[key] = doing.value(given)

    return do


def _map_tax(doing: Doing) -> None:
    _setting(tax_codes.key(doing.one.story.evidence.get("rate_id", "")), "code")(doing)


def _map_tax_by_country(doing: Doing) -> None:
    evidence = doing.one.story.evidence
    _setting(tax_codes.key(evidence.get("rate_id", ""), evidence.get("country", UNKNOWN)), "code")(doing)


def _acknowledge(doing: Doing) -> None:
    one = doing.one
    doing.choose(one, **{ACKNOWLEDGE: acknowledgement(one.story.warnings, one.pair.choices)})


def _enter_return(doing: Doing) -> None:
    """A journal entry of what went back of a payment; exactly what is shown, so that more of it asks again."""
    one = doing.one
    crm, bond = one.pair.crm, one.pair.bond
    if not isinstance(crm, Settlement) or bond is None or not isinstance(bond.crm_base, Settlement):
        raise WrongUse("The payment is not booked in QuickBooks, so that nothing of it can go back there.")
    closed = closed_until(world_of(doing.stored))
    today = doing.home.clock.now().astimezone(ZoneInfo(company.zone(doing.stored))).date()
    if closed is not None and closed >= today:
        raise WrongUse(
            "The entry would bear today's date, and the period is closed up to {closed}. Approve it after that day.",
            closed=closed.isoformat(),
        )
    doing.choose(one, enter_return=str(crm.returned))
    before, after = (f"{text(value, crm.currency)} {crm.currency}" for value in (bond.crm_base.returned, crm.returned))
    doing.touch(Side.BOOKS, Kind.SETTLEMENT, one.books_id, "returned", before, after)


def _unlink(doing: Doing) -> None:
    """Forget the pair and what was chosen for it; its row, and its history, stay with the record that still stands."""
    one = doing.one
    stays = Side.BOOKS if one.pair.crm is None else Side.CRM
    pairs.part(doing.tx, one, stays, doing.home.clock.now())
    # Forgetting a pair must never lead to a second document by itself.
    alone = {"exclude": "unlinked"} if one.pair.kind is Kind.INVOICE else {}
    for side, id_ in ((Side.CRM, one.crm_id), (Side.BOOKS, one.books_id)):
        if again := pairs.find(doing.tx, doing.stored.id, one.pair.kind, side, id_):
            pairs.choose(doing.tx, again.id, alone)


def _try_again(doing: Doing) -> None:
    pairs.refuse(doing.tx, doing.one.id, None)
    agenda.redecide(doing.tx, doing.one.id)


DO: dict[str, Callable[[Doing], None]] = {
    **OF_CUSTOMERS,
    "exclude": _leave_out,
    "stop_syncing": _leave_out,
    "set_service_date": _set_service_date,
    "put_back": _decided("put_back"),
    "restore_copy": _decided("restore_copy"),
    "issued_in_hubspot": _issued_in_hubspot,
    "leave_both": _decided("leave_both"),
    "use_hubspot": _decided("use_hubspot"),
    "use_quickbooks": _decided("use_quickbooks"),
    "use_existing": _use_existing,
    "create_anyway": _create_anyway,
    "number_by_pattern": _number_by_pattern,
    "let_quickbooks_number": _let_number,
    "link_item": _link_item,
    "create_item": _simply("create_item"),
    "set_default_item": _setting("default_item", "item"),
    "set_rounding_item": _setting("rounding_item", "item"),
    "set_income_account": _setting("income_account", "account"),
    "enter_return": _enter_return,
    "map_tax": _map_tax,
    "map_tax_by_country": _map_tax_by_country,
    ACKNOWLEDGE: _acknowledge,
    "unlink": _unlink,
    "try_again": _try_again,
}
