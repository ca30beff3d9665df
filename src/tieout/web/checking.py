"""Preflight's page and the button that looks at both accounts afresh."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import company, lookup, preflight
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, segment

LOOKS = {
    "blocks": ("bad", "circle-alert", "Blocks"),
    "warning": ("note", "triangle-alert", "Look at this"),
    "ask": ("ask", "circle-question-mark", "Please answer"),
    "ok": ("ok", "circle-check", "As it should be"),
}
"""How a level looks: its tone, its icon and its title, gravest first."""


@get(["/{name:str}/preflight", "/{name:str}/preflight.json"], sync_to_thread=False)
def preflight_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """What will fail and what to set, by gravity."""
    found = preflight.last(reader.home, name, reader.words)
    with reader.home.database.read() as tx:
        zone = company.zone(lookup.connection(tx, name))
    at = place(reader, name, "preflight")
    return show(request, reader, "preflight.html", found, at=at, looks=LOOKS, zone=zone)


@post("/{name:str}/preflight")
async def preflight_now(reader: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Look at both accounts afresh; neither is written to."""
    await preflight.preflight(reader.home, reader.actor, name, reader.words)
    return Redirect(f"/{segment(name)}/preflight", status_code=303)
