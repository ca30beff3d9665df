"""The tie-out's page: as it is now or as of a day, signed months, and the table to take along."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import company, lookup, naming, prove, taking
from tieout.actions.language import Words
from tieout.actions.reasons import titled
from tieout.actions.signatures import SignedMonth, signed_months
from tieout.actions.vocabulary import GROUPS
from tieout.core.money import text
from tieout.core.records import Side
from tieout.proof.sheet import separated
from tieout.proof.tieout import UNEXPLAINED, ReconcilingItem
from tieout.web.signing_in import Form
from tieout.web.views import attached, place, show
from tieout.web.visit import HttpRequest, Visit, segment

_MOST = 50
"""Rows of a table that the page shows at first; a large company has thousands of them."""


class Reason(msgspec.Struct, frozen=True):
    """Differences that have one reason. amounts: what they add to the difference, decimal text by currency."""

    reason: str
    title: str
    amounts: dict[str, str]
    exceptions: tuple[ReconcilingItem, ...]


class TieOut(msgspec.Struct, frozen=True):
    """The newest tie-out of a company pair, and when it was run (ISO moment); None before the first.

    records: ids of the record pages of differing invoices, by their ids in HubSpot and QuickBooks (`1001/`, `/88`).
    months: those that are signed, and what changed in them.
    """

    at: str
    zone: str
    proof: prove.Kept | None
    reasons: tuple[Reason, ...] = ()
    records: dict[str, str] = {}
    months: tuple[SignedMonth, ...] = ()


@get(["/{name:str}/tie-out", "/{name:str}/tie-out.json"], sync_to_thread=False)
def tie_out_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The newest tie-out."""
    return show(
        request,
        reader,
        "tie_out.html",
        newest(reader, name),
        at=place(reader, name, "tie-out"),
        groups=GROUPS,
        titled=lambda code: titled(code, reader.words),
        most=None if request.query_params.get("all") else _MOST,
        refused=request.query_params.get("done") == "refused",
    )


def newest(reader: Visit, name: str) -> TieOut:
    """The newest tie-out with the signed months. Raises NotFound."""
    last = prove.last(reader.home, name)
    exceptions = last[1].exceptions if last else ()
    opened = last[1].aging.open if last and last[1].aging else ()
    apart = {(e.crm, e.books) for e in exceptions} | {(one.crm, one.books) for one in opened if one.reason}
    with reader.home.database.read() as tx:
        of = lookup.connection(tx, name)
        crm = naming.invoice_rows(tx, of.id, Side.CRM, {crm for crm, _ in apart})
        books = naming.invoice_rows(tx, of.id, Side.BOOKS, {books for _, books in apart})
    return TieOut(
        at=last[0] if last else "",
        zone=company.zone(of),
        proof=last[1] if last else None,
        reasons=tuple(_reasons(exceptions, reader.words)),
        records={f"{one}/{other}": at for one, other in apart if (at := crm.get(one) or books.get(other))},
        months=signed_months(reader.home, name, reader.words),
    )


@get("/{name:str}/tie-out.csv", sync_to_thread=False)
def tie_out_table(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The newest tie-out of a day as CSV, or that of a signed day."""
    as_of, found = taking.tied_out(reader.home, name, request.query_params.get("signed", ""))
    return attached(separated(found), f"tie-out-{as_of}.csv")


@get("/{name:str}/tie-out.xlsx", sync_to_thread=False)
def tie_out_workbook(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The newest tie-out of a day as a workbook, or that of a signed day."""
    as_of, found = taking.tied_out(reader.home, name, request.query_params.get("signed", ""))
    return attached(taking.as_workbook(reader.home, found, "Tie-out", reader.words), f"tie-out-{as_of}.xlsx")


def _reasons(exceptions: Iterable[ReconcilingItem], words: Words) -> list[Reason]:
    """Unexplained ones first, then the most frequent; within a reason, what adds most to the difference."""
    found: dict[str, list[ReconcilingItem]] = {}
    for exception in exceptions:
        found.setdefault(exception.reason, []).append(exception)
    order = sorted(found.items(), key=lambda entry: (entry[0] != UNEXPLAINED, -len(entry[1]), entry[0]))
    return [Reason(code, titled(code, words), _sums(own), tuple(sorted(own, key=_size))) for code, own in order]


def _size(exception: ReconcilingItem) -> tuple[Decimal, str]:
    return -abs(Decimal(exception.effect)), exception.number


def _sums(exceptions: Iterable[ReconcilingItem]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for exception in exceptions:
        if exception.currency:
            sums[exception.currency] = sums.get(exception.currency, Decimal(0)) + Decimal(exception.effect)
    return {currency: text(amount, currency) for currency, amount in sorted(sums.items())}


@post("/{name:str}/tie-out")
async def prove_now(reader: NamedDependency[Visit], name: FromPath[str], data: Form) -> Response[Any]:
    """Run a tie-out from fresh reads of both sides: as it is now, or as of a day, which may be signed too."""
    day = prove.asked_day(data.get("as_of", ""))
    done = ""
    if day is None:
        await prove.prove(reader.home, reader.actor, name)
    else:
        sign = bool(data.get("sign"))
        proved = await prove.prove_day(reader.home, reader.actor, name, day, sign=sign)
        done = "?done=refused" if sign and not proved.signed else ""
    return Redirect(f"/{segment(name)}/tie-out{done}", status_code=303)
