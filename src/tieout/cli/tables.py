"""What a tie-out, and what an undo looks like on a terminal."""

from typing import TYPE_CHECKING

from tieout.cli import output

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tieout.actions.signatures import SignedMonth
    from tieout.actions.undo import Undo
    from tieout.proof.aging import Aging, Sums
    from tieout.proof.tieout import Proof


def totals(proof: "Proof") -> None:
    """Both sides in each currency, and every difference."""
    for code, both in proof.currency.items():
        output.table(
            f"Tie-out in {code}",
            ("", "invoices", "total", "open"),
            [
                ("HubSpot", str(both.crm.invoices), both.crm.total, both.crm.open),
                ("QuickBooks", str(both.books.invoices), both.books.total, both.books.open),
                ("difference", "", both.difference.total, both.difference.open),
            ],
        )
    from tieout.actions.language import ENGLISH  # noqa: PLC0415
    from tieout.actions.reasons import titled  # noqa: PLC0415

    rows = [(e.kind, e.number, e.crm, e.books, e.amount, e.effect, titled(e.reason, ENGLISH)) for e in proof.exceptions]
    columns = ("kind", "number", "HubSpot", "QuickBooks", "amount", "on the total", "reason")
    output.table("Exceptions", columns, rows)


def aging(as_of: str, of: "Aging") -> None:
    """What was open that day, against QuickBooks' A/R Aging."""
    output.table(
        f"Open on {as_of}, in {of.currency}",
        ("", "amount"),
        [
            ("in both", of.sums.both),
            ("only in QuickBooks", of.sums.only_in_quickbooks),
            ("unapplied credits and payments", of.sums.credits),
            ("no reason found", of.difference),
            ("QuickBooks' A/R Aging", of.report),
            ("only in HubSpot", of.sums.only_in_hubspot),
        ],
    )
    columns = ("in both", "only in QuickBooks", "credits", "only in HubSpot")
    output.table("By customer", ("customer", "", *columns), [(c.name, c.currency, *_row(c.sums)) for c in of.customers])
    output.table("By month", ("month", "", *columns), [(m.month, m.currency, *_row(m.sums)) for m in of.months])
    from tieout.actions.language import ENGLISH  # noqa: PLC0415
    from tieout.actions.reasons import titled  # noqa: PLC0415

    rows = [
        (o.group.replace("_", " "), o.kind, o.number, o.day, o.name, o.amount, titled(o.reason, ENGLISH))
        for o in of.open
        if o.reason
    ]
    output.table("Not in both", ("where", "kind", "number", "date", "customer", "amount", "reason"), rows)
    for one in of.unexplained:
        output.page.print(f"{one.amount} {one.currency} of {one.name} has no reason.", style="red", markup=False)


def alarms(months: "Iterable[SignedMonth]") -> None:
    """What changed in signed months, on standard error."""
    for month in months:
        if month.message:
            output.talk.print(month.message, style="red", markup=False, highlight=False, soft_wrap=True)


def undone(of: "Undo") -> None:
    """What is taken back, in sum and one by one, and why the rest stays."""
    sums = [(t.deed, t.kind, str(t.count), ", ".join(f"{v} {c}" for c, v in t.amounts.items())) for t in of.tallies]
    output.table(
        "Will be taken back" if of.done else "Would be taken back", ("what", "kind", "records", "amount"), sums
    )
    going = [
        (s.operation[:12], s.deed, s.record, ", ".join(f"{e.name}: {e.before} > {e.after}" for e in s.edits))
        for s in of.steps
        if not s.why_not
    ]
    if going:
        output.table("One by one", ("id", "what", "record", "values"), going)
    stays = [(s.operation[:12], s.wrote, s.record, s.why_not) for s in of.steps if s.why_not]
    if stays:
        output.table("Stays", ("id", "what it did", "record", "why"), stays)


def _row(sums: "Sums") -> tuple[str, str, str, str]:
    return sums.both, sums.only_in_quickbooks, sums.credits, sums.only_in_hubspot
