"""What an invoice made in HubSpot becomes in QuickBooks, and everything that stands in the way of it.

All obstacles are found at once, so that a draft can tell them before it is finalized.
"""

from datetime import date
from decimal import Decimal

import msgspec

from tieout.core.days import day
from tieout.core.decide import Fail, Pair, Wait, World
from tieout.core.match import only_certain
from tieout.core.money import line_amount, scale, unit_price
from tieout.core.questions import (
    Answers,
    HolderOf,
    Holders,
    ItemOf,
    Linked,
    LinkOf,
    Matches,
    MatchesOf,
    NumbersLike,
    Question,
)
from tieout.core.records import Key, Kind, Side
from tieout.core.text import folded
from tieout.kinds import mapped, taxing
from tieout.kinds.currency import foreign, is_traded, not_enabled, owner_question, rate_of, rate_question, without_rate
from tieout.kinds.invoice import HEADER, Invoice, Line
from tieout.kinds.item import no_account

NUMBER_LIMIT = 21
"""Characters that QuickBooks allows in a document number."""


class Booking(msgspec.Struct, frozen=True):
    """An invoice in QuickBooks' terms; usable as it stands only where `problems` and `waits` are empty."""

    invoice: Invoice
    problems: tuple[Fail, ...] = ()
    waits: tuple[Wait, ...] = ()

    def wait(self) -> Wait:
        """All that it waits for as one decision; there must be something."""
        first, *others = dict.fromkeys(self.waits)
        return msgspec.structs.replace(first, others=tuple(others))


def customer_of(pair: Pair[Invoice], crm: Invoice) -> str:
    """The HubSpot customer that the invoice is for: a person's choice, else the record's own."""
    return pair.choices.get("choose_contact") or crm.customer


def item_of(line: Line) -> ItemOf:
    """The question which item a HubSpot line means."""
    return ItemOf(product=line.item, sku=line.sku, name=line.name)


def number_key(number: str) -> Key:
    """How a document number is found among QuickBooks' sales forms."""
    return Key("number", folded(number))


def questions(pair: Pair[Invoice], crm: Invoice, world: World, answers: Answers) -> frozenset[Question]:
    """What has to be known before the invoice can be booked; empty when `answers` has it all."""
    wanted: set[Question] = {item_of(line) for line in crm.lines}
    owner = customer_of(pair, crm)
    if owner:
        wanted.add(link := owner_question(owner, crm.currency, world, answers))
        if crm.status == "draft":
            wanted.add(MatchesOf(Kind.CUSTOMER, Side.CRM, link.id))
    if pair.bond is None and (rate := rate_question(crm.currency, crm.date, world)) is not None:
        wanted.add(rate)
    if country := taxing.asked_country(crm, owner, world):
        wanted.add(country)
    if pair.bond is None and crm.number:
        wanted.add(HolderOf(number_key(crm.number)))
        if pattern := pair.choices.get("number_by_pattern"):
            wanted.add(_numbers_like(crm.number, pattern))
    return frozenset(wanted - answers.keys())


def book(pair: Pair[Invoice], crm: Invoice, world: World, answers: Answers) -> Booking:
    """Put the invoice into QuickBooks' terms. `answers` must hold a reply to each of `questions`."""
    problems: list[Fail] = []
    waits: list[Wait] = []
    customer = _customer(pair, crm, world, answers, problems, waits)
    lines = _lines(pair, crm, world, answers, problems, waits)
    tax_code, untaxable = taxing.map_rates(crm, customer_of(pair, crm), world, answers, lines)
    problems += untaxable
    _service_dates(world, lines, problems)
    _document(crm, world, lines, problems)
    rate = _rate(crm, world, answers, problems) if pair.bond is None else None
    discount = crm.discount
    if _discounts_apart(world, lines):
        discount += _set_apart(crm, lines)
    invoice = Invoice(
        id="",
        number=_number(pair, crm, answers, problems) if pair.bond is None else crm.number,
        status=crm.status,
        customer=customer,
        email=crm.email,
        date=crm.date,
        due=crm.due,
        currency=crm.currency,
        rate=rate,
        lines=tuple(lines),
        discount=discount,
        tax=crm.tax,
        total=crm.total,
        balance=crm.total,
        memo=crm.memo,
        po=crm.po,
        ship_to=crm.ship_to,
        tax_code=tax_code,
        custom=crm.custom,
    )
    if pair.bond is None:
        problems += mapped.obstacles(Kind.INVOICE, crm, Side.BOOKS, world)
        invoice = mapped.carried(invoice, Kind.INVOICE, Side.BOOKS, HEADER, world.settings)
    return Booking(invoice, tuple(problems), tuple(waits))


def is_filtered(question: LinkOf, answers: Answers) -> bool:
    """Whether a filter leaves the customer out, and with it the invoice."""
    reply = answers.get(question)
    return isinstance(reply, Linked) and reply.filtered


def _customer(
    pair: Pair[Invoice], crm: Invoice, world: World, answers: Answers, problems: list[Fail], waits: list[Wait]
) -> str:
    if chosen := pair.choices.get("link_customer"):
        return chosen
    owner = customer_of(pair, crm)
    if not owner:
        problems.append(Fail("no_customer"))
        return ""
    link = owner_question(owner, crm.currency, world, answers)
    reply = answers[link]
    if not isinstance(reply, Linked):
        raise TypeError("LinkOf is answered by Linked.")
    if reply.other:
        _check_customer(crm, reply, world, problems)
        return reply.other
    candidates = reply.candidates
    settled = reply.settled
    if crm.status == "draft" and not settled:
        found = answers[MatchesOf(Kind.CUSTOMER, Side.CRM, link.id)]
        candidates = found.candidates if isinstance(found, Matches) else ()
        comes = only_certain(candidates) is not None or (not candidates and world.settings.auto_create_customers)
        settled = not comes
    if settled:
        problems.append(Fail("no_customer", {"customer": owner, "name": reply.label}, candidates))
    else:
        waits.append(Wait(Kind.CUSTOMER, reply.own or reply.into or link.id, name=reply.label))
    return ""


def _check_customer(crm: Invoice, customer: Linked, world: World, problems: list[Fail]) -> None:
    """QuickBooks takes no document on an inactive customer, nor in another currency than its customer's."""
    books = world.facts.books
    if not customer.active:
        evidence = {"kind": Kind.CUSTOMER, "name": customer.label, "id": customer.other}
        problems.append(Fail("inactive_reference", evidence))
    if is_traded(crm.currency, books) and foreign(crm.currency, books) != foreign(customer.currency, books):
        evidence = {"currency": crm.currency, "theirs": customer.currency or books.currency, "name": customer.label}
        problems.append(Fail("another_currency", evidence))


def _lines(
    pair: Pair[Invoice], crm: Invoice, world: World, answers: Answers, problems: list[Fail], waits: list[Wait]
) -> list[Line]:
    lines: list[Line] = []
    dated = _chosen_date(pair, crm, world)
    for line in crm.lines:
        item = _item(line, world, answers, problems, waits)
        quantity, price = _quantity_and_price(line, crm.currency)
        lines.append(
            Line(
                id="",
                item=item,
                sku=line.sku,
                name=line.name,
                text=line.text or line.name,
                quantity=quantity,
                price=price,
                amount=line.amount,
                tax=line.tax,
                service_date=line.service_date or dated,
            )
        )
    return lines


def _item(line: Line, world: World, answers: Answers, problems: list[Fail], waits: list[Wait]) -> str:
    reply = answers[item_of(line)]
    if not isinstance(reply, Linked):
        raise TypeError("ItemOf is answered by Linked.")
    label = line.name or line.sku or line.item
    if reply.other:
        if not reply.active:
            problems.append(Fail("inactive_reference", {"kind": Kind.ITEM, "name": reply.label, "id": reply.other}))
        return reply.other
    settings = world.settings
    comes = settings.auto_create_items or bool(reply.candidates)
    if settings.default_item and (not reply.own or reply.settled or not comes):
        return settings.default_item
    if reply.own and not reply.settled:
        if world.reviewed and settings.auto_create_items and (unfit := no_account(world, label)):
            problems.append(unfit)
        elif not comes:
            problems.append(Fail("unmapped_item", {"name": label}))
        waits.append(Wait(Kind.ITEM, reply.own, name=label))
        return ""
    problems.append(Fail("unmapped_item", {"name": label}))
    return ""


def _quantity_and_price(line: Line, currency: str) -> tuple[Decimal, Decimal | None]:
    """Reach the line's amount by the price, with at most seven decimals; else state the amount alone."""
    price = line.price
    if price is not None and scale(price) <= 7 and line_amount(line.quantity, price, currency) == line.amount:
        return line.quantity, price
    return line.quantity, unit_price(line.amount, line.quantity, currency)


def _discounts_apart(world: World, lines: list[Line]) -> bool:
    """Whether discounts of lines become a line of their own: as is set, where QuickBooks takes one for all lines."""
    one_code = len({line.tax for line in lines}) == 1
    return world.settings.line_discounts == "line" and world.facts.books.discounts and one_code


def _set_apart(crm: Invoice, lines: list[Line]) -> Decimal:
    """Put the lines at their prices before their own discounts, in place; returns what that takes off in all."""
    off = Decimal(0)
    for position, (line, issued) in enumerate(zip(lines, crm.lines, strict=True)):
        if issued.list_price is not None and scale(issued.list_price) <= 7:
            whole = line_amount(line.quantity, issued.list_price, crm.currency)
            off += whole - line.amount
            lines[position] = msgspec.structs.replace(line, price=issued.list_price, amount=whole)
    return off


def _chosen_date(pair: Pair[Invoice], crm: Invoice, world: World) -> date | None:
    chosen = pair.choices.get("set_service_date")
    if chosen and chosen not in ("billing_start", "invoice_date"):
        return day(chosen)
    if chosen or world.settings.service_date == "invoice_date":
        return crm.date
    return None


def _service_dates(world: World, lines: list[Line], problems: list[Fail]) -> None:
    if not world.facts.books.revenue_recognition:
        return
    undated = {line.item: line for line in lines if line.item and line.service_date is None}
    wanting = [item for item in undated if item in world.facts.dated_items]
    if not wanting:
        wanting = [item for group in world.facts.suspects if group <= undated.keys() for item in sorted(group)]
    if wanting:
        names = ", ".join(dict.fromkeys(undated[item].name or undated[item].text or item for item in wanting))
        problems.append(Fail("service_date_required", {"item": names, "items": ",".join(wanting)}))


def _document(crm: Invoice, world: World, lines: list[Line], problems: list[Fail]) -> None:
    facts = world.facts.books
    if not lines:
        problems.append(Fail("no_lines"))
    if not is_traded(crm.currency, facts):
        problems.append(not_enabled(crm.currency, world))
    if crm.total < 0:
        problems.append(Fail("negative_total", {"total": str(crm.total)}))
    if crm.discount and not facts.discounts:
        problems.append(Fail("discounts_off", {"discount": str(crm.discount)}))
    if crm.discount and len({line.tax for line in lines}) > 1:
        problems.append(Fail("discount_needs_one_tax_code"))
    if lines and (issued := sum((line.amount for line in lines), -crm.discount) + crm.tax) != crm.total:
        problems.append(Fail("total_mismatch", {"sum": str(issued), "total": str(crm.total)}))
    closed = closed_until(world)
    if closed is not None and crm.date is not None and crm.date <= closed:
        problems.append(Fail("period_closed", {"date": crm.date.isoformat(), "closed": closed.isoformat()}))


def _rate(crm: Invoice, world: World, answers: Answers, problems: list[Fail]) -> Decimal | None:
    """What the document is to be booked at, as QuickBooks knows it; a draft may get its day later."""
    question = rate_question(crm.currency, crm.date, world)
    found = rate_of(question, answers)
    books = world.facts.books
    wanted = foreign(crm.currency, books) and is_traded(crm.currency, books)
    if wanted and (found is None or found.rate is None) and (question is not None or crm.status != "draft"):
        problems.append(without_rate(crm.currency, crm.date, world))
    return found.rate if found is not None else None


def closed_until(world: World) -> date | None:
    """The last day on which nothing may be written: the later of QuickBooks' closing date and Tieout's lock date."""
    days = [d for d in (world.facts.books.closing_date, world.settings.lock_date) if d is not None]
    return max(days, default=None)


def _number(pair: Pair[Invoice], crm: Invoice, answers: Answers, problems: list[Fail]) -> str:
    if not crm.number or "let_quickbooks_number" in pair.choices:
        return ""
    reply = answers[HolderOf(number_key(crm.number))]
    holders = reply.holders if isinstance(reply, Holders) else ()
    number = crm.number
    pattern = pair.choices.get("number_by_pattern", "")
    if holders and pattern and (free := _free_number(crm.number, pattern, answers)):
        number = free
    elif holders:
        holder = holders[0]
        evidence = {
            "number": crm.number,
            "holder": holder.id,
            "holder_list": holder.list,
            "holder_name": holder.label,
            "holder_linked": "true" if holder.linked else "false",
        }
        problems.append(Fail("duplicate_number", evidence))
    if len(number) > NUMBER_LIMIT:
        problems.append(Fail("number_too_long", {"number": number, "limit": str(NUMBER_LIMIT)}))
    return number


def _numbers_like(number: str, pattern: str) -> NumbersLike:
    """The question for the numbers that the pattern could give: they share all that stands before `{n}`."""
    return NumbersLike(folded(pattern.format_map({"number": number, "n": "\0"}).partition("\0")[0]))


def _free_number(number: str, pattern: str, answers: Answers) -> str:
    """The first number that the pattern gives and nobody has; empty where it gives none."""
    reply = answers[_numbers_like(number, pattern)]
    taken = {holder.key for holder in reply.holders} if isinstance(reply, Holders) else set()
    candidates = (pattern.format_map({"number": number, "n": n}) for n in range(2, len(taken) + 3))
    return next((candidate for candidate in candidates if folded(candidate) not in taken), "")
