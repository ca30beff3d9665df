"""The audit's page, its CSV, and the button that runs it."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import audit, company, lookup, taking
from tieout.actions.language import Words
from tieout.actions.reasons import titled
from tieout.actions.vocabulary import FINDINGS
from tieout.proof.audit import Audit, Line
from tieout.proof.sheet import separated
from tieout.web.views import attached, place, show
from tieout.web.visit import HttpRequest, Visit, segment

_SHOWN = 100
"""Lines of one finding that the page shows; the table has them all."""


class Found(msgspec.Struct, frozen=True):
    """The first lines of one finding, each with why it is told, in words. count: of all."""

    finding: str
    title: str
    count: int
    lines: tuple[tuple[Line, str], ...]


class Audited(msgspec.Struct, frozen=True):
    """The newest audit of a company pair, and when it was run (ISO moment); None before the first."""

    at: str
    zone: str
    audit: Audit | None
    found: tuple[Found, ...] = ()


@get(["/{name:str}/audit", "/{name:str}/audit.json"], sync_to_thread=False)
def audit_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The newest audit."""
    at = place(reader, name, "audit")
    return show(request, reader, "audit.html", newest(reader, name), at=at, findings=FINDINGS)


def newest(reader: Visit, name: str) -> Audited:
    """The newest audit, its lines in words by finding. Raises NotFound."""
    last = audit.last(reader.home, name)
    with reader.home.database.read() as tx:
        zone = company.zone(lookup.connection(tx, name))
    return Audited("", zone, None) if last is None else Audited(last[0], zone, last[1], _found(last[1], reader.words))


def _found(audit: Audit, words: Words) -> tuple[Found, ...]:
    groups: dict[str, list[Line]] = {}
    for line in audit.lines:
        groups.setdefault(line.finding, []).append(line)
    return tuple(
        Found(code, words(FINDINGS[code]), len(lines), tuple((one, titled(one.cause, words)) for one in lines[:_SHOWN]))
        for code, lines in groups.items()
    )


@get("/{name:str}/audit.csv", sync_to_thread=False)
def audit_table(reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The lines of the newest audit as CSV."""
    return attached(separated(taking.audited(reader.home, name)), "audit.csv")


@get("/{name:str}/audit.xlsx", sync_to_thread=False)
def audit_workbook(reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The lines of the newest audit as a workbook."""
    found = taking.audited(reader.home, name)
    return attached(taking.as_workbook(reader.home, found, "Audit", reader.words), "audit.xlsx")


@post("/{name:str}/audit")
async def audit_now(reader: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Run an audit; neither account is written to."""
    await audit.audit(reader.home, reader.actor, name)
    return Redirect(f"/{segment(name)}/audit", status_code=303)
