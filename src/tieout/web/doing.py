"""What sets something going: sync now, pause and resume, leaving a record out, saying where one was made."""

from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import issuing, pause, sync
from tieout.web.signing_in import Form
from tieout.web.visit import Visit, inside, segment


@post("/{name:str}/sync", sync_to_thread=False)
def sync_now(reader: NamedDependency[Visit], name: FromPath[str], data: Form) -> Response[Any]:
    """Ask for a sync at once."""
    sync.want(reader.home, reader.actor, name)
    return _back(name, data)


@post("/{name:str}/pause", sync_to_thread=False)
def pause_now(reader: NamedDependency[Visit], name: FromPath[str], data: Form) -> Response[Any]:
    """Stop writing until somebody resumes."""
    pause.pause(reader.home, reader.actor, name)
    return _back(name, data)


@post("/{name:str}/resume", sync_to_thread=False)
def resume_now(reader: NamedDependency[Visit], name: FromPath[str], data: Form) -> Response[Any]:
    """Go on."""
    pause.resume(reader.home, reader.actor, name)
    return _back(name, data)


@post("/{name:str}/records/{pair_id:str}/exclude", sync_to_thread=False)
def exclude_now(
    reader: NamedDependency[Visit], name: FromPath[str], pair_id: FromPath[str], data: Form
) -> Response[Any]:
    """Leave one record out."""
    pause.exclude(reader.home, reader.actor, name, pair_id)
    return _back(name, data)


@post("/{name:str}/records/{pair_id:str}/include", sync_to_thread=False)
def include_now(
    reader: NamedDependency[Visit], name: FromPath[str], pair_id: FromPath[str], data: Form
) -> Response[Any]:
    """Take one record in again."""
    pause.exclude(reader.home, reader.actor, name, pair_id, include=True)
    return _back(name, data)


@post("/{name:str}/records/{pair_id:str}/issuer", sync_to_thread=False)
def issued_in(reader: NamedDependency[Visit], name: FromPath[str], pair_id: FromPath[str], data: Form) -> Response[Any]:
    """Say where an invoice that was typed in on both sides was made."""
    issuing.say(reader.home, reader.actor, name, pair_id, data.get("issuer", ""))
    return _back(name, data)


def _back(name: str, data: Form) -> Response[Any]:
    return Redirect(inside(data.get("next") or f"/{segment(name)}"), status_code=303)
