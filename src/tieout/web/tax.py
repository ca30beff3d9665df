"""The table of tax codes, seen and changed: its page and its part of the API."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from tieout.actions import tax
from tieout.actions.errors import NotFound, WrongUse
from tieout.web.signing_in import Form
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, segment


class Chosen(msgspec.Struct, frozen=True):
    """A QuickBooks code for a rate. rate: HubSpot's id, empty = no tax. country: a code or name, empty = all others."""

    code: str
    rate: str = ""
    country: str = ""


@get(["/{name:str}/tax", "/{name:str}/tax.json"], sync_to_thread=False)
def tax_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The table of tax codes."""
    return _table(request, reader, name, saved="done" in request.query_params)


@post("/{name:str}/tax", sync_to_thread=False)
def choose_code(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], data: Form) -> Response[Any]:
    """Choose the code of one rate, everywhere or in one country."""
    try:
        tax.choose(
            reader.home, reader.actor, name, data.get("rate", ""), data.get("country", "").strip(), data.get("code", "")
        )
    except NotFound:
        raise
    except WrongUse as wrong:
        return _table(request, reader, name, problem=wrong.said(reader.words))
    return Redirect(f"/{segment(name)}/tax?{urlencode({'done': 'yes'})}", status_code=303)


@get("/companies/{name:str}/tax", sync_to_thread=False)
def one_table(reader: NamedDependency[Visit], name: FromPath[str]) -> tax.Table:
    """The table of tax codes: rate and country to QuickBooks' code."""
    return tax.table(reader.home, reader.actor, name, reader.words)


@put("/companies/{name:str}/tax", sync_to_thread=False)
def put_code(caller: NamedDependency[Visit], name: FromPath[str], data: JSONBody[Chosen]) -> tax.Table:
    """Choose the QuickBooks code of one rate, everywhere or in one country; an empty code unsets it."""
    tax.choose(caller.home, caller.actor, name, data.rate, data.country, data.code)
    return tax.table(caller.home, caller.actor, name, caller.words)


def _table(
    request: HttpRequest, reader: Visit, name: str, *, saved: bool = False, problem: str = ""
) -> Response[bytes]:
    return show(
        request,
        reader,
        "tax.html",
        tax.table(reader.home, reader.actor, name, reader.words),
        at=place(reader, name, "tax"),
        status=400 if problem else 200,
        saved=saved,
        problem=problem,
    )
