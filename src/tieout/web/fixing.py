"""What needs a person, and doing something about it: first the preview, then the confirmation."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import failures, fix
from tieout.actions.actor import Role
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.failures import Case, Failure, Group, Offer
from tieout.core.fixes import FIXES
from tieout.core.warn import ACKNOWLEDGE
from tieout.web.reading import plain
from tieout.web.signing_in import Form
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, segment

VALUE = "set-"
"""How a form names the values that a fix needs."""


OPTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "rename_by_pattern": {"pattern": ("Pattern", "{name} ({email})")},
    "number_by_pattern": {"pattern": ("Pattern", "{number}-{n}")},
    "set_service_date": {"rule": ("Service date: billing_start, invoice_date, or a day", "invoice_date")},
}
"""Values that a fix has a default for, and that a person may change: by fix and key, title and default."""


class Failures(msgspec.Struct, frozen=True):
    """What needs a person. groups: by cause and kind, the largest first, each with its first cases.

    failures: every one where the page is asked for as JSON, else none.
    """

    failures: tuple[Failure, ...]
    groups: tuple[Group, ...]


class Preview(msgspec.Struct, frozen=True):
    """One fix before it is done. result: None while a value is missing. count: failures with the same cause."""

    case: Case
    offer: Offer
    values: dict[str, str]
    all_with_cause: bool
    count: int
    result: fix.FixResult | None
    problem: str = ""


@get(["/{name:str}/failures", "/{name:str}/failures.json"], sync_to_thread=False)
def failures_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """All failures of all kinds by cause."""
    groups = failures.list_groups(reader.home, name, reader.words)
    every = failures.list_failures(reader.home, name, reader.words) if reader.json else ()
    found = Failures(tuple(every), tuple(groups))
    done = request.query_params.get("done", "")
    return show(request, reader, "failures.html", found, at=place(reader, name, "failures"), done=done)


@get("/{name:str}/failures/{failure_id:str}/{code:str}", sync_to_thread=False)
def preview_page(
    request: HttpRequest,
    reader: NamedDependency[Visit],
    name: FromPath[str],
    failure_id: FromPath[str],
    code: FromPath[str],
) -> Response[bytes]:
    """Ask for what the fix needs, then show what it will do. Nothing is written."""
    asked = {key: value for key, value in request.query_params.items() if isinstance(value, str)}
    return _preview(request, reader, name, failure_id, plain(code), asked)


@post("/{name:str}/failures/{failure_id:str}/{code:str}", sync_to_thread=False)
def fix_now(
    request: HttpRequest,
    reader: NamedDependency[Visit],
    name: FromPath[str],
    failure_id: FromPath[str],
    code: FromPath[str],
    data: Form,
) -> Response[Any]:
    """Do it, then go back to what is left."""
    values = _values(data)
    try:
        result = fix.fix(
            reader.home,
            reader.actor,
            name,
            failure_id,
            code,
            values=values,
            all_with_cause=bool(data.get("all")),
            preview=False,
        )
    except NotFound:
        raise
    except WrongUse as wrong:
        return _preview(request, reader, name, failure_id, code, data, wrong.said(reader.words))
    if code == ACKNOWLEDGE:
        return Redirect(f"/{segment(name)}/records/{segment(failure_id)}", status_code=303)
    done = urlencode({"done": len(result.failures)})
    return Redirect(f"/{segment(name)}/failures?{done}", status_code=303)


def _preview(
    request: HttpRequest,
    reader: Visit,
    name: str,
    failure_id: str,
    code: str,
    asked: dict[str, str],
    problem: str = "",
) -> Response[bytes]:
    case = failures.case_of(reader.home, name, failure_id, reader.words, asked.get("search", ""))
    offer = next((offer for offer in case.failure.fixes if offer.fix == code), None)
    if offer is None:
        raise NotFound(reader.words("This fix is not offered here."))
    values, together = _values(asked), bool(asked.get("all"))
    count = failures.count_with_cause(reader.home, name, case)
    role = Role.BOOKKEEPER if FIXES[code].money else Role.SELLER
    result = None
    if not problem and reader.may(role) and all(values.get(key) for key in offer.needs):
        try:
            result = fix.fix(
                reader.home,
                reader.actor,
                name,
                failure_id,
                code,
                values=values,
                all_with_cause=together,
                preview=True,
            )
        except NotFound:
            raise
        except WrongUse as wrong:
            problem = wrong.said(reader.words)
    return show(
        request,
        reader,
        "preview.html",
        Preview(case, offer, values, together, count, result, problem),
        at=place(reader, name, "failures"),
        status=400 if problem else 200,
        search=asked.get("search", ""),
        prefix=VALUE,
        role=role,
        options=OPTIONS.get(code, {}),
    )


def _values(asked: dict[str, str]) -> dict[str, str]:
    return {key.removeprefix(VALUE): value for key, value in asked.items() if key.startswith(VALUE) and value.strip()}
