"""Is this the same one?  What is asked before each creation, of invoices and payments, whichever side lacks them."""

from tieout.core.days import around
from tieout.core.decide import Hold, World
from tieout.core.match import Candidate
from tieout.core.questions import Alike, Answers, Matches
from tieout.core.records import Kind, Side
from tieout.kinds.invoice import Invoice
from tieout.kinds.settlement import Settlement


def alike_question(record: Invoice | Settlement, side: Side, party: str, world: World) -> Alike | None:
    """The question for records of `side` that could be this very one, of its amount and about its day.

    In HubSpot an invoice of its number counts as well; in QuickBooks that is a failure of its own (`duplicate_number`).
    party: the customer's id on that side for an invoice, the invoice's for a payment. None where the record has no day
    or there is no such party, so that nothing can be told.
    """
    if record.date is None or not party:
        return None
    if isinstance(record, Invoice):
        kind, amount, days = Kind.INVOICE, record.total, world.settings.same_invoice_days
        number = record.number if side is Side.CRM else ""
    else:
        kind, amount, days, number = Kind.SETTLEMENT, record.amount, world.settings.same_payment_days, ""
    return Alike(kind, side, party, amount, record.currency, *around(record.date, days), number)


def found(question: Alike | None, answers: Answers) -> tuple[Candidate, ...]:
    """What the answer names, likely ones first; nothing where there was no question. Raises KeyError without answer."""
    reply = answers[question] if question is not None else None
    return reply.candidates if isinstance(reply, Matches) else ()


def asked(cause: str, candidates: tuple[Candidate, ...], **evidence: str) -> Hold:
    """Nothing is created before a person has said whether it is one of `candidates`, of which there must be one."""
    first = candidates[0]
    return Hold(cause, {**evidence, "twin": first.id, "twin_number": first.label}, candidates=candidates)
