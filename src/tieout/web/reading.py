"""Pages that only read: overview, invoices, one record, history."""

from contextlib import suppress
from datetime import date
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import company, history, invoices, lookup, overview, prove, record
from tieout.actions.errors import WrongUse
from tieout.core.records import Kind, Side
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, segment


class Companies(msgspec.Struct, frozen=True):
    """The front page of a home with several company pairs, or none."""

    companies: tuple[overview.Overview, ...]


def plain(name: str) -> str:
    """A path's last segment without the ending that asks for JSON."""
    return name.removesuffix(".json")


def number(text: str | None) -> int:
    """A page number from a query; 1 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 1


@get(["/", "/index.json"], sync_to_thread=False)
def front(request: HttpRequest, reader: NamedDependency[Visit]) -> Response[Any]:
    """All company pairs; with one of them, its overview."""
    names = overview.list_companies(reader.home)
    if len(names) == 1 and not reader.json:
        return Redirect(f"/{segment(names[0])}", status_code=303)
    found = Companies(tuple(overview.overview(reader.home, name, reader.words) for name in names))
    return show(request, reader, "companies.html", found)


@get("/{name:str}", sync_to_thread=False)
def overview_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """A company pair at a glance."""
    found = overview.overview(reader.home, plain(name), reader.words)
    return show(request, reader, "overview.html", found, at=place(reader, plain(name), ""))


@get(["/{name:str}/invoices", "/{name:str}/invoices.json"], sync_to_thread=False)
def invoices_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """Invoices with their states; the banner where one fails."""
    asked = request.query_params
    found = invoices.list_invoices(
        reader.home,
        name,
        state=asked.get("state", ""),
        search=asked.get("search", ""),
        page=number(asked.get("page")),
        words=reader.words,
    )
    return show(
        request,
        reader,
        "invoices.html",
        found,
        at=place(reader, name, "invoices"),
        state=asked.get("state", ""),
        search=asked.get("search", ""),
    )


@get("/{name:str}/records/{pair_id:str}", sync_to_thread=False)
def record_page(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], pair_id: FromPath[str]
) -> Response[bytes]:
    """One record on both sides."""
    found = record.record(reader.home, name, plain(pair_id), reader.words)
    page = "invoices" if found.kind is Kind.INVOICE else "-"
    return show(request, reader, "record.html", found, at=place(reader, name, page))


@get(["/{name:str}/history", "/{name:str}/history.json"], sync_to_thread=False)
def history_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """Everything that was written and decided."""
    asked = request.query_params
    filters = history.Filters(
        search=asked.get("search", ""),
        kind=kind if (kind := asked.get("kind", "")) in set(Kind) else "",
        side=side if (side := asked.get("side", "")) in set(Side) else "",
        who=asked.get("who", ""),
        page=number(asked.get("page")),
        notes=bool(asked.get("notes")),
        state=state if (state := asked.get("state", "")) in history.ENDS else "",
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
    )
    found = history.history(reader.home, name, filters, reader.words)
    with reader.home.database.read() as tx:
        zone = company.zone(lookup.connection(tx, name))
    return show(
        request,
        reader,
        "history.html",
        found,
        at=place(reader, name, "history"),
        filters=filters,
        zone=zone,
        ends=history.ENDS,
    )


def _day(text: str) -> date | None:
    """A day of a form; None for anything else."""
    with suppress(WrongUse):
        return prove.asked_day(text)
    return None
