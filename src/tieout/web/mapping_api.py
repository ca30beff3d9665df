"""Field mapping and filters under /api/v1."""

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from tieout.actions import filters, mapping
from tieout.core.fields import Direction, Rule
from tieout.core.mapping import Property
from tieout.web.visit import Visit


class FieldChange(msgspec.Struct, frozen=True):
    """What is to be changed of a field; what is null stays."""

    direction: Direction | None = None
    rule: Rule | None = None


class NewFilter(msgspec.Struct, frozen=True):
    """A filter. side: `hubspot` or `quickbooks`. field: `companies.stage`, `invoice.class`. preview: only count."""

    side: str
    field: str
    test: str
    values: tuple[str, ...] = ()
    preview: bool = False


@get("/companies/{name:str}/fields", sync_to_thread=False)
def list_fields(reader: NamedDependency[Visit], name: FromPath[str]) -> list[mapping.Field]:
    """Every field whose direction can be chosen."""
    return mapping.fields(reader.home, reader.actor, name)


@get("/companies/{name:str}/properties/{type_:str}")
async def list_properties(reader: NamedDependency[Visit], name: FromPath[str], type_: FromPath[str]) -> list[Property]:
    """HubSpot's properties of `companies`, `contacts`, `products` or `invoices`."""
    return await mapping.properties(reader.home, reader.actor, name, type_)


@post("/companies/{name:str}/fields", status_code=201)
async def add_field(caller: NamedDependency[Visit], name: FromPath[str], data: JSONBody[mapping.New]) -> mapping.Field:
    """Map a property to a field."""
    return await mapping.add(caller.home, caller.actor, name, data)


@post("/companies/{name:str}/fields/{field:str}", status_code=200, sync_to_thread=False)
def change_field(
    caller: NamedDependency[Visit], name: FromPath[str], field: FromPath[str], data: JSONBody[FieldChange]
) -> mapping.Field:
    """Change which way a field flows, or who wins."""
    return mapping.change(caller.home, caller.actor, name, field, direction=data.direction, rule=data.rule)


@delete("/companies/{name:str}/fields/{field:str}", sync_to_thread=False)
def remove_field(caller: NamedDependency[Visit], name: FromPath[str], field: FromPath[str]) -> None:
    """Take a mapping out and forget it."""
    mapping.remove(caller.home, caller.actor, name, field)


@get("/companies/{name:str}/filters", sync_to_thread=False)
def list_filters(reader: NamedDependency[Visit], name: FromPath[str]) -> list[filters.Listed]:
    """The filters that are set."""
    return filters.filters(reader.home, reader.actor, name)


@post("/companies/{name:str}/filters", status_code=200)
async def add_filter(caller: NamedDependency[Visit], name: FromPath[str], data: JSONBody[NewFilter]) -> filters.Counted:
    """Count what a filter lets pass, and set it unless it is a preview."""
    asked = filters.Asked(data.side, data.field, data.test, data.values)
    return await filters.add(caller.home, caller.actor, name, asked, preview=data.preview)


@delete("/companies/{name:str}/filters/{number:int}", sync_to_thread=False)
def remove_filter(caller: NamedDependency[Visit], name: FromPath[str], number: FromPath[int]) -> None:
    """Take a filter out."""
    filters.remove(caller.home, caller.actor, name, number)


HANDLERS = (
    *(list_fields, list_properties, add_field, change_field, remove_field),
    *(list_filters, add_filter, remove_filter),
)
"""All of them."""
