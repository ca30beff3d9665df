"""Field mapping and filters: what an operator adds to the sync."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import filters, mapping, vocabulary
from tieout.actions.actor import Role
from tieout.actions.errors import ActionError, NotFound, OutOfReach, WrongUse
from tieout.actions.filters import Counted, Listed
from tieout.core.fields import Direction, Rule
from tieout.core.mapping import Property
from tieout.core.records import Kind
from tieout.kinds.mapped import BOOKS_FIELDS
from tieout.web.reading import number
from tieout.web.signing_in import Form
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, segment


class Fields(msgspec.Struct, frozen=True):
    """Every field with its direction. type: HubSpot's type of record whose properties are offered; empty = none yet."""

    fields: tuple[mapping.Field, ...]
    choices: tuple[mapping.BooksChoice, ...]
    type: str = ""
    properties: tuple[Property, ...] = ()


class Filters(msgspec.Struct, frozen=True):
    """The filters that are set. counted: of one that is about to be set, how many records it lets pass."""

    filters: tuple[Listed, ...]
    of: str = ""
    properties: tuple[Property, ...] = ()
    counted: Counted | None = None


@get(["/{name:str}/mapping", "/{name:str}/mapping.json"])
async def mapping_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """Every field whose direction can be chosen; with `?type=`, what can be mapped besides."""
    return await _mapping(request, reader, name)


@post("/{name:str}/mapping/add")
async def add_field(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], data: Form
) -> Response[Any]:
    """Map a property to a field."""
    new = mapping.New(
        crm=f"{data.get('type', '')}.{data.get('property', '')}",
        books=data.get("books", ""),
        name=data.get("name", ""),
        direction=_direction(data),
        rule=_rule(data) or Rule.ASK,
    )
    try:
        done = await mapping.add(reader.home, reader.actor, name, new)
    except (WrongUse, OutOfReach) as problem:
        return await _mapping(request, reader, name, problem, data.get("type", ""))
    return _saved(name, "mapping", done.name)


@post("/{name:str}/mapping/change")
async def change_field(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], data: Form
) -> Response[Any]:
    """Change which way a field flows, or who wins."""
    try:
        done = mapping.change(
            reader.home, reader.actor, name, data.get("field", ""), direction=_direction(data), rule=_rule(data)
        )
    except NotFound:
        raise
    except WrongUse as problem:
        return await _mapping(request, reader, name, problem)
    return _saved(name, "mapping", done.name)


@post("/{name:str}/mapping/remove", sync_to_thread=False)
def remove_field(reader: NamedDependency[Visit], name: FromPath[str], data: Form) -> Response[Any]:
    """Take a mapping out."""
    field = data.get("field", "")
    mapping.remove(reader.home, reader.actor, name, field)
    return _saved(name, "mapping", field.partition(".")[2])


@get(["/{name:str}/filters", "/{name:str}/filters.json"])
async def filters_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The filters; with `?of=` a new one is put together, and counted before it is set."""
    asked = request.query_params
    given = {key: value for key in ("of", "field", "test", "values") if isinstance(value := asked.get(key, ""), str)}
    return await _filters(request, reader, name, given)


@post("/{name:str}/filters/add")
async def add_filter(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], data: Form
) -> Response[Any]:
    """Set a filter."""
    try:
        done = await filters.add(reader.home, reader.actor, name, _asked(data))
    except (WrongUse, OutOfReach) as problem:
        return await _filters(request, reader, name, data, problem)
    return _saved(name, "filters", filters.told(done.filter))


@post("/{name:str}/filters/remove", sync_to_thread=False)
def remove_filter(reader: NamedDependency[Visit], name: FromPath[str], data: Form) -> Response[Any]:
    """Take a filter out."""
    filters.remove(reader.home, reader.actor, name, number(data.get("number")))
    return _saved(name, "filters", data.get("number", ""))


async def _mapping(
    request: HttpRequest, reader: Visit, name: str, problem: ActionError | None = None, type_: str = ""
) -> Response[bytes]:
    type_ = type_ or str(request.query_params.get("type", ""))
    fields = tuple(mapping.fields(reader.home, reader.actor, name))
    properties: tuple[Property, ...] = ()
    kind: Kind | None = None
    if type_ and reader.may(Role.BOOKKEEPER):
        try:
            properties = tuple(await mapping.properties(reader.home, reader.actor, name, type_))
            kind = mapping.TYPES[type_]
        except (WrongUse, OutOfReach) as error:
            problem, type_ = problem or error, ""
    free = tuple(one for one in properties if one.sort and not one.taken)
    choices = tuple(mapping.choices(reader.home, reader.actor, name, kind))
    return show(
        request,
        reader,
        "mapping.html",
        Fields(fields, choices, type_, free),
        at=place(reader, name, "mapping"),
        status=_status(problem),
        problem=problem.said(reader.words) if problem else "",
        saved=request.query_params.get("done", ""),
        types=tuple(mapping.TYPES),
        directions=mapping.FLOWS,
        winners=vocabulary.WINNERS,
    )


async def _filters(
    request: HttpRequest, reader: Visit, name: str, given: dict[str, str], problem: ActionError | None = None
) -> Response[bytes]:
    of = given.get("of", "")
    side, _, type_ = of.partition(".")
    properties: tuple[Property, ...] = ()
    counted = None
    try:
        if side == "hubspot":
            properties = tuple(await mapping.properties(reader.home, reader.actor, name, type_))
        elif side == "quickbooks":
            kind = next((one for one in BOOKS_FIELDS if one.value == type_), Kind.INVOICE)
            properties = tuple(Property(one.name, reader.words(one.title)) for one in BOOKS_FIELDS[kind])
        if problem is None and given.get("field"):
            counted = await filters.add(reader.home, reader.actor, name, _asked(given), preview=True)
    except (WrongUse, OutOfReach) as error:
        problem = problem or error
    return show(
        request,
        reader,
        "filters.html",
        Filters(tuple(filters.filters(reader.home, reader.actor, name)), of, properties, counted),
        at=place(reader, name, "filters"),
        status=_status(problem),
        problem=problem.said(reader.words) if problem else "",
        saved=request.query_params.get("done", ""),
        given={"field": "", "test": "is", "values": "", **given},
        places=(*(f"hubspot.{one}" for one in mapping.TYPES), *(f"quickbooks.{one}" for one in BOOKS_FIELDS)),
        tests=filters.ASKS,
    )


def _asked(given: dict[str, str]) -> filters.Asked:
    """The filter that a form names. Its values are set apart by semicolons."""
    side, _, type_ = given.get("of", "").partition(".")
    values = tuple(value.strip() for value in given.get("values", "").split(";") if value.strip())
    return filters.Asked(side, f"{type_}.{given.get('field', '')}", given.get("test", ""), values)


def _direction(data: Form) -> Direction | None:
    given = data.get("direction", "")
    return Direction(given) if given in set(Direction) else None


def _rule(data: Form) -> Rule | None:
    given = data.get("rule", "")
    return Rule(given) if given in set(Rule) else None


def _status(problem: ActionError | None) -> int:
    if problem is None:
        return 200
    return 503 if isinstance(problem, OutOfReach) else 400


def _saved(name: str, page: str, what: str) -> Response[Any]:
    return Redirect(f"/{segment(name)}/{page}?{urlencode({'done': what})}", status_code=303)
