"""How invoices are decided: charge, coding and header each by its own rule.

The charge is its issuer's alone; coding is the bookkeeper's and is never compared; the header is merged both ways.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from tieout.core.decide import (
    Accept,
    Bond,
    Change,
    Create,
    Decision,
    Draft,
    Exclude,
    Fail,
    Hold,
    Link,
    Nothing,
    Pair,
    Update,
    Void,
    World,
    broken,
    restored,
    settle_merge,
    signature,
)
from tieout.core.fields import taken, with_values
from tieout.core.merge import Difference, Sides, merge
from tieout.core.questions import Answers, LinkOf, Question, alike_key
from tieout.core.records import Key, Kind, Side
from tieout.core.warn import FreeText
from tieout.kinds import charge, copy_rules, issued, issuer, mapped, merging, taxing
from tieout.kinds.alike import alike_question, asked, found
from tieout.kinds.booking import Booking, book, closed_until, customer_of, is_filtered, number_key, questions
from tieout.kinds.copy_rules import is_copy, is_foreign_copy
from tieout.kinds.invoice import HEADER, Invoice, Line


class InvoiceRules:
    """How invoices are decided."""

    kind = Kind.INVOICE

    fields = HEADER

    def keys(self, side: Side, record: Invoice) -> tuple[Key, ...]:
        """Its number; customer and total besides, for a twin typed in by hand."""
        del side
        keys = [number_key(record.number)] if record.number else []
        if record.status not in ("void", "draft") and record.customer:
            keys.append(alike_key(record.customer, record.total))
        return tuple(keys)

    def needs(self, pair: Pair[Invoice], world: World, answers: Answers) -> frozenset[Question]:
        """What `book` needs, then what could be this very invoice."""
        crm = pair.crm
        if pair.books is not None and (crm is None or is_copy(crm)):
            return copy_rules.needs(pair, pair.books, world, answers)
        if crm is None or (pair.bond is None and not self._travels(pair, crm, world) and not _is_draft(crm)):
            return frozenset()
        if pair.bond is not None and not _charge_moved(pair, pair.bond):
            return frozenset()
        if pair.books is not None and is_foreign_copy(crm, pair.books):
            return frozenset()
        if pair.bond is not None and pair.books is not None:
            if former := merging.former_customers(crm, pair.books, pair.bond) - answers.keys():
                return former
            crm, bond = _of_its_customer(crm, pair.books, pair.bond, answers)
            if issuer.is_in_books(pair.choices):
                return issuer.needs(crm, pair.books, bond, world, answers)
        if first := questions(pair, crm, world, answers):
            return first
        if pair.bond is None and crm.status != "draft" and "create_anyway" not in pair.choices:
            alike = alike_question(crm, Side.BOOKS, book(pair, crm, world, answers).invoice.customer, world)
            if alike is not None and alike not in answers:
                return frozenset({alike})
        return frozenset()

    def alone(self, pair: Pair[Invoice], world: World, answers: Answers) -> Decision:
        """Create what was finalized in HubSpot, once nothing stands in the way and no twin is in sight."""
        crm = pair.crm
        if crm is None:
            return (
                Exclude("not_made_here") if pair.books is None else copy_rules.alone(pair, pair.books, world, answers)
            )
        if chosen := pair.choices.get("use_existing"):
            return Link(chosen, "by_you")
        if _is_draft(crm):
            return Draft(book(pair, crm, world, answers).problems)
        if reason := _stays_out(crm, world):
            return Exclude(reason)
        if "link_customer" not in pair.choices and is_filtered(
            LinkOf(Kind.CUSTOMER, Side.CRM, customer_of(pair, crm)), answers
        ):
            return Exclude("filtered_customer")
        booking = book(pair, crm, world, answers)
        if twin := self._twin(pair, crm, booking, world, answers):
            return twin
        if booking.problems:
            return booking.problems[0]
        if booking.waits:
            return booking.wait()
        invoice = booking.invoice
        return Create(Side.BOOKS, invoice, (number_key(invoice.number),) if invoice.number else ())

    def _twin(
        self, pair: Pair[Invoice], crm: Invoice, booking: Booking, world: World, answers: Answers
    ) -> Decision | None:
        if "create_anyway" in pair.choices:
            return None
        candidates = found(alike_question(crm, Side.BOOKS, booking.invoice.customer, world), answers)
        return asked("possible_duplicate", candidates, number=crm.number) if candidates else None

    def linked(self, pair: Pair[Invoice], bond: Bond[Invoice], world: World, answers: Answers) -> Decision:
        """Void, then charge, then header."""
        if pair.crm is None or pair.books is None:
            raise ValueError("A linked pair was decided without both of its records.")
        crm, books = pair.crm, pair.books
        if is_copy(crm):
            return self._copied(pair, crm, books, bond, world, answers)
        if is_foreign_copy(crm, books):
            return copy_rules.foreign(crm, books, bond, pair.choices)
        if "void" in (crm.status, books.status):
            return _void(crm, books, world, pair.choices)
        if back := restored(pair.choices):
            return _restore(crm, back)
        crm, bond = _of_its_customer(crm, books, bond, answers)
        if issuer.is_in_books(pair.choices):
            rest = self._header(pair, crm, books, bond, world)
            return issuer.decide(pair, crm, books, bond, world, answers, rest)
        in_crm = charge.differences(bond.crm_base, crm, Side.CRM)
        in_books = charge.differences(bond.books_base, books, Side.BOOKS)
        apart = _totals_apart(crm, books) if not in_crm and not in_books else ()
        rest = self._header(pair, crm, books, bond, world)
        if not in_crm and not in_books and not apart:
            return _warned(rest, crm, books, world)
        if apart and (rounded := issued.evened_out(crm, books, bond.lines, world)):
            return _in_open_period(rounded, books, world)
        found = in_crm + in_books + apart
        sign = signature(found)
        theirs = bool(in_books or apart)
        if theirs and pair.choices.get("leave_both") == sign:
            # What is left as it is concerns the charge alone; the header goes on flowing.
            return Accept(found, rest.moved) if isinstance(rest, Nothing) else rest
        reissued = self._reissue(pair, crm, books, bond, world, answers, asked="put_back" if theirs else "")
        if isinstance(reissued, Nothing):
            # QuickBooks holds that charge already; what else was changed is still to be heard.
            if isinstance(rest, Nothing | Update):
                return msgspec.structs.replace(rest, moved=(*reissued.moved, *rest.moved))
            return rest
        if theirs and pair.choices.get("put_back") != sign:
            cause = "charge_edited_in_books" if in_books else "totals_apart"
            return Hold(cause, {"number": crm.number, "total": str(crm.total), "other": str(books.total)}, found)
        return _in_open_period(reissued, books, world)

    def _header(self, pair: Pair[Invoice], crm: Invoice, books: Invoice, bond: Bond[Invoice], world: World) -> Decision:
        fields = (
            *mapped.directed(self.kind, self.fields, world.settings),
            *mapped.compared(self.kind, crm, books, bond, world),
        )
        rules = mapped.rules(self.kind, world.settings)
        merged = merge(fields, Sides(crm, books, bond.crm_base, bond.books_base), rules)
        merged, problems = mapped.fitting(merged, self.kind, crm, books, world)
        decision = _in_open_period(settle_merge(self, crm, books, merged, pair.choices), books, world)
        return mapped.told(decision, problems)

    def _copied(
        self,
        pair: Pair[Invoice],
        crm: Invoice,
        books: Invoice,
        bond: Bond[Invoice],
        world: World,
        answers: Answers,
    ) -> Decision:
        """A copy of an invoice made in QuickBooks: its charge is brought to what it shall be, its header merged."""
        if back := restored(pair.choices):
            return _restore(crm, back)
        decision = copy_rules.linked(pair, crm, books, bond, world, answers)
        if not isinstance(decision, Nothing | Accept) or books.status == "void":
            return decision
        rest = self._header(pair, crm, books, bond, world)
        if isinstance(rest, Nothing):
            moved = (*decision.moved, *rest.moved)
            return msgspec.structs.replace(decision, moved=moved)
        return rest

    def _reissue(
        self,
        pair: Pair[Invoice],
        crm: Invoice,
        books: Invoice,
        bond: Bond[Invoice],
        world: World,
        answers: Answers,
        asked: str,
    ) -> Decision:
        booking = book(pair, crm, world, answers)
        # Coding of lines that stand there already is the bookkeeper's, so what only a new line needs blocks nothing.
        problems = [p for p in booking.problems if not _only_coding(p, crm, bond)]
        if problems:
            return problems[0]
        new = [line for line in crm.lines if line.id not in bond.lines]
        if booking.waits and (new or not booking.invoice.customer):
            return booking.wait()
        return _as_update(crm, books, bond, booking.invoice, asked)

    def gone(self, pair: Pair[Invoice], bond: Bond[Invoice], side: Side, how: str, answers: Answers) -> Decision:
        """A deleted document breaks the pair; it is never created again by itself."""
        del pair, bond, answers
        return broken(side, how)

    def texts(self, pair: Pair[Invoice], bond: Bond[Invoice]) -> Iterator[FreeText]:
        """The memo, and what the customer reads of each line."""
        if pair.crm is None or pair.books is None:
            return
        yield FreeText("memo", pair.crm.memo, pair.books.memo)
        yield from mapped.texts(pair.crm.custom, pair.books.custom)
        standing = {line.id: line for line in pair.books.lines}
        for position, line in enumerate(pair.crm.lines, 1):
            theirs = standing.get(bond.lines.get(line.id, ""))
            if theirs is not None:
                yield FreeText(f"lines[{position}].text", line.text or line.name, theirs.text)

    def advance(self, base: Invoice, now: Invoice, names: tuple[str, ...]) -> Invoice:
        """The base with the named fields taken from `now`."""
        return taken(base, now, names)

    def _travels(self, pair: Pair[Invoice], crm: Invoice, world: World) -> bool:
        return _stays_out(crm, world) == "" and "use_existing" not in pair.choices


def _warned(decision: Decision, crm: Invoice, books: Invoice, world: World) -> Decision:
    """What agrees to the cent may be worth a word all the same."""
    if not isinstance(decision, Nothing):
        return decision
    return msgspec.structs.replace(decision, warnings=issued.warnings(crm, books, world))


def _is_draft(crm: Invoice) -> bool:
    """Whether it may be finalized in HubSpot one day; what HubSpot does not bill never is."""
    return crm.status == "draft" and crm.issued_here


def _stays_out(crm: Invoice, world: World) -> str:
    """Why an invoice without counterpart is none of ours; empty where it has to travel."""
    if not crm.issued_here:
        return "not_made_here"
    if crm.status == "void":
        return "void"
    start = world.settings.start_date
    if start is None or crm.status == "open":
        return ""
    finalized = crm.finalized or crm.date
    return "before_start" if finalized is not None and finalized < start else ""


def _totals_apart(crm: Invoice, books: Invoice) -> tuple[Difference, ...]:
    """What was written and read back, or linked by a person, without agreeing to the cent."""
    if crm.total == books.total:
        return ()
    return (Difference("total", str(crm.total), str(books.total)),)


def _of_its_customer(
    crm: Invoice, books: Invoice, bond: Bond[Invoice], answers: Answers
) -> tuple[Invoice, Bond[Invoice]]:
    """The invoice, still of the customer it was issued to, where nobody gave it another one; and what is kept of it."""
    if crm.contact == bond.crm_base.contact == bond.crm_base.customer:
        # The contact has got a company since: what was issued to the contact stays with it.
        crm = msgspec.structs.replace(crm, customer=bond.crm_base.customer)
    return merging.followed(crm, books, bond, answers)


def _charge_moved(pair: Pair[Invoice], bond: Bond[Invoice]) -> bool:
    if pair.crm is None or pair.books is None:
        return False
    return bool(
        charge.differences(bond.crm_base, pair.crm, Side.CRM)
        or charge.differences(bond.books_base, pair.books, Side.BOOKS)
        or pair.crm.total != pair.books.total
    )


def _in_open_period(decision: Decision, books: Invoice, world: World) -> Decision:
    """The decision, unless it would change a document in QuickBooks whose period is closed."""
    closed = closed_until(world)
    if closed is None or books.date is None or books.date > closed or not isinstance(decision, Update):
        return decision
    if all(change.side is not Side.BOOKS for change in decision.changes):
        return decision
    return Fail("period_closed", {"date": books.date.isoformat(), "closed": closed.isoformat()})


def _void(crm: Invoice, books: Invoice, world: World, choices: Mapping[str, str]) -> Decision:
    """A void travels while the other side is unpaid and its period is open; else a person decides.

    None travels into QuickBooks for an invoice that counts as made there.
    """
    if crm.status == books.status:
        return Nothing(moved=("status", *charge.NAMES))
    target, other = (Side.BOOKS, books) if crm.status == "void" else (Side.CRM, crm)
    closed = closed_until(world)
    found = (Difference("status", crm.status, books.status),)
    told = {"number": crm.number, "side": target.other}
    if target is Side.BOOKS and issuer.is_in_books(choices):
        hold = issuer.apart(crm, books, found)
    elif target is Side.BOOKS and closed is not None and books.date is not None and books.date <= closed:
        told |= {"date": books.date.isoformat(), "closed": closed.isoformat(), "total": str(books.total)}
        hold = Hold("void_in_closed_period", told, found)
    elif other.balance != other.total or other.status == "paid":
        hold = Hold("void_but_paid", told, found)
    else:
        return Void(target)
    return Accept(found) if choices.get("leave_both") == signature(found) else hold


def _restore(crm: Invoice, back: Mapping[str, str]) -> Decision:
    values = {name: date.fromisoformat(text) if name == "due" else text for name, text in back.items()}
    return Update((Change(Side.CRM, with_values(crm, values), tuple(back)),), asked="restore")


def _only_coding(problem: Fail, crm: Invoice, bond: Bond[Invoice]) -> bool:
    if problem.cause not in ("unmapped_item", "income_account_missing", "inactive_reference", *taxing.CODING):
        return False
    if problem.evidence.get("kind") == Kind.CUSTOMER:
        return False
    return all(line.id in bond.lines for line in crm.lines)


def _known_lines(crm: Invoice, bond: Bond[Invoice]) -> dict[str, str]:
    """Which QuickBooks line each HubSpot line stands for; one typed anew for the same item takes its forerunner's."""
    known = {line.id: bond.lines[line.id] for line in crm.lines if line.id in bond.lines}
    there = {line.id for line in crm.lines}
    left = [line for line in bond.crm_base.lines if line.id not in there and line.id in bond.lines]
    for line in crm.lines:
        if line.id in known:
            continue
        twin = next((t for t in left if (t.item, t.sku, t.name) == (line.item, line.sku, line.name)), None)
        if twin is not None:
            left.remove(twin)
            known[line.id] = bond.lines[twin.id]
    return known


def _as_update(crm: Invoice, books: Invoice, bond: Bond[Invoice], booked: Invoice, asked: str) -> Decision:
    """HubSpot's charge in the QuickBooks document as it stands: coding of its lines stays, line by line."""
    standing = {line.id: line for line in books.lines}
    known = _known_lines(crm, bond)
    lines: list[Line] = []
    for ours, line in zip(crm.lines, booked.lines, strict=True):
        theirs = standing.get(known.get(ours.id, ""))
        if theirs is None:
            lines.append(line)
            continue
        lines.append(msgspec.structs.replace(theirs, quantity=line.quantity, price=line.price, amount=line.amount))
    wanted = msgspec.structs.replace(
        books,
        lines=tuple(lines),
        discount=booked.discount,
        tax=booked.tax,
        tax_code=books.tax_code or booked.tax_code,
        total=booked.total,
    )
    fields = ["lines", "discount", "tax"]
    for name in ("customer", "currency", "date", "number"):
        crm_moved = getattr(crm, name) != getattr(bond.crm_base, name)
        books_moved = getattr(books, name) != getattr(bond.books_base, name)
        value = getattr(booked, name)
        if books_moved and not crm_moved:
            value = getattr(bond.books_base, name)
        elif not crm_moved:
            continue
        if value != getattr(books, name):
            wanted = msgspec.structs.replace(wanted, **{name: value})
            fields.append(name)
    if not charge.differences(books, wanted, Side.BOOKS):
        return Nothing(moved=charge.NAMES)
    if "customer" in fields and books.balance != books.total:
        return Fail("invoice_has_payment", {"number": books.number})
    return Update((Change(Side.BOOKS, wanted, tuple(fields)),), moved=charge.NAMES, asked=asked)
