"""How settlements are decided. What travels from QuickBooks is cash applied to an invoice made in HubSpot."""

import msgspec

from tieout.core.decide import (
    Accept,
    Bond,
    Change,
    Create,
    Decision,
    Exclude,
    Hold,
    Link,
    Nothing,
    Pair,
    Update,
    Void,
    World,
    broken,
    signature,
)
from tieout.core.merge import Difference
from tieout.core.questions import Answers, Linked, LinkOf, Question, alike_key
from tieout.core.records import Key, Kind, Side
from tieout.core.warn import FreeText
from tieout.kinds import receipts
from tieout.kinds.alike import alike_question, asked, found
from tieout.kinds.settlement import Settlement

_MOVES = ("amount", "date", "reference")


class SettlementRules:
    """How settlements are decided."""

    kind = Kind.SETTLEMENT

    def keys(self, side: Side, record: Settlement) -> tuple[Key, ...]:
        """The invoice it settles, and the amount on it; in HubSpot our marker besides."""
        keys = [Key("invoice", record.invoice)] if record.invoice else []
        if side is Side.CRM and record.marker:
            keys.append(Key("marker", record.marker))
        if record.invoice and record.cash:
            keys.append(alike_key(record.invoice, record.amount))
        return tuple(keys)

    def needs(self, pair: Pair[Settlement], world: World, answers: Answers) -> frozenset[Question]:
        """The invoice's counterpart; then, before recording it in HubSpot, what could be this same payment."""
        books = pair.books
        if pair.bond is not None:
            return frozenset({_invoice_of(pair.bond)} - answers.keys())
        if books is None and pair.crm is None:
            return frozenset()
        if books is None:
            return receipts.needs(pair, world, answers)
        link = LinkOf(Kind.INVOICE, Side.BOOKS, books.invoice)
        if link not in answers:
            return frozenset({link})
        reply = answers[link]
        alike = alike_question(books, Side.CRM, reply.other, world) if isinstance(reply, Linked) else None
        if alike is not None and alike not in answers and books.cash and "create_anyway" not in pair.choices:
            return frozenset({alike})
        return frozenset()

    def alone(self, pair: Pair[Settlement], world: World, answers: Answers) -> Decision:
        """Record cash on the HubSpot invoice it pays; credits are shown, never recorded as payments."""
        books = pair.books
        if books is None:
            return receipts.alone(pair, world, answers)
        if books.marker:
            return Exclude("made_in_hubspot")
        if chosen := pair.choices.get("use_existing"):
            return Link(chosen, "by_you")
        reply = answers[LinkOf(Kind.INVOICE, Side.BOOKS, books.invoice)]
        if not isinstance(reply, Linked) or not reply.other:
            return Exclude("invoice_not_synced")
        if not books.cash:
            return Exclude("credit")
        if books.amount <= 0:
            return Exclude("nothing_applied")
        if twin := self._twin(pair, books, reply.other, world, answers):
            return twin
        if reply.balance is not None and reply.balance < books.amount and "create_anyway" not in pair.choices:
            evidence = {"amount": str(books.amount), "balance": str(reply.balance), "invoice": reply.label}
            return Hold("payment_exceeds_balance", evidence)
        shown = msgspec.structs.replace(books, id="", transaction="", invoice=reply.other, processor="quickbooks")
        return Create(Side.CRM, msgspec.structs.replace(shown, account="", rate=None, deposited=False))

    def _twin(
        self, pair: Pair[Settlement], books: Settlement, invoice: str, world: World, answers: Answers
    ) -> Decision | None:
        if "create_anyway" in pair.choices:
            return None
        candidates = found(alike_question(books, Side.CRM, invoice, world), answers)
        return asked("possible_duplicate", candidates, amount=str(books.amount)) if candidates else None

    def linked(self, pair: Pair[Settlement], bond: Bond[Settlement], world: World, answers: Answers) -> Decision:
        """Where QuickBooks' payment is the source, HubSpot's follows it; a change made in HubSpot is held."""
        if _is_left_out(bond, answers):
            return Exclude("invoice_not_synced")
        if pair.crm is None or pair.books is None:
            raise ValueError("A linked pair was decided without both of its records.")
        crm, books = pair.crm, pair.books
        if bond.books_base.marker and not bond.crm_base.marker:
            return receipts.linked(pair, crm, books, bond, world)
        if receipts.is_their_own(bond):
            return receipts.told_the_same(pair, crm, books, bond, world)
        if not books.cash or books.amount <= 0:
            return Void(Side.CRM, withdraw=True)
        moved = tuple(n for n in _MOVES if getattr(books, n) != getattr(bond.books_base, n))
        edited = _differences(bond.crm_base, crm, Side.CRM)
        if not moved and not edited:
            return Nothing()
        if all(getattr(crm, n) == getattr(books, n) for n in _MOVES):
            return Nothing(moved=_MOVES)
        wanted = msgspec.structs.replace(crm, **{n: getattr(books, n) for n in _MOVES})
        if edited:
            apart = edited + _differences(bond.books_base, books, Side.BOOKS)
            sign = signature(apart)
            if pair.choices.get("leave_both") == sign:
                return Accept(apart)
            if pair.choices.get("put_back") != sign:
                return Hold("payment_edited_in_hubspot", {"amount": str(books.amount)}, apart)
            return Update((Change(Side.CRM, wanted, _MOVES),), moved=_MOVES, asked="put_back")
        return Update((Change(Side.CRM, wanted, moved),), moved=_MOVES)

    def gone(self, pair: Pair[Settlement], bond: Bond[Settlement], side: Side, how: str, answers: Answers) -> Decision:
        """A payment that no longer stands in QuickBooks is withdrawn from HubSpot; one taken away there is broken."""
        if _is_left_out(bond, answers):
            return Exclude("invoice_not_synced")
        if receipts.is_their_own(bond) or (bond.books_base.marker and not bond.crm_base.marker):
            return broken(side, how)
        if side is Side.BOOKS and not pair.gone.get(Side.CRM):
            return Void(Side.CRM, withdraw=True)
        stands = pair.books is not None and pair.books.cash and pair.books.amount > 0
        if pair.gone.get(Side.CRM) and not stands:
            return Exclude("withdrawn")
        return broken(side, how)

    def texts(self, pair: Pair[Settlement], bond: Bond[Settlement]) -> tuple[FreeText, ...]:
        """None is shortened."""
        del pair, bond
        return ()

    def advance(self, base: Settlement, now: Settlement, names: tuple[str, ...]) -> Settlement:
        """The base with the named fields taken from `now`."""
        return msgspec.structs.replace(base, **{n: getattr(now, n) for n in names})


def _invoice_of(bond: Bond[Settlement]) -> Question:
    return LinkOf(Kind.INVOICE, Side.BOOKS, bond.books_base.invoice)


def _is_left_out(bond: Bond[Settlement], answers: Answers) -> bool:
    """Whether a person left the invoice out after this was recorded: then both sides stay as they are."""
    reply = answers.get(_invoice_of(bond))
    return isinstance(reply, Linked) and reply.left_out


def _differences(base: Settlement, now: Settlement, side: Side) -> tuple[Difference, ...]:
    return tuple(
        Difference(n, str(getattr(base, n) or ""), str(getattr(now, n) or ""), side)
        for n in ("amount", "date")
        if getattr(base, n) != getattr(now, n)
    )
