"""Pages that set something going: sync now, pause and resume, leaving a record out, settings."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import pause, settings, sync
from tieout.actions.errors import NotFound, WrongUse
from tieout.web.signing_in import Form
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, inside, segment


class Settings(msgspec.Struct, frozen=True):
    """Every setting with value and meaning."""

    settings: tuple[settings.Setting, ...]


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


@get(["/{name:str}/settings", "/{name:str}/settings.json"], sync_to_thread=False)
def settings_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """Every setting with value and meaning."""
    return _settings(request, reader, name, saved=request.query_params.get("done", ""))


@post("/{name:str}/settings", sync_to_thread=False)
def change_setting(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], data: Form
) -> Response[Any]:
    """Change one setting."""
    key = data.get("key", "")
    try:
        settings.change(reader.home, reader.actor, name, {key: data.get("value", "")})
    except NotFound:
        raise
    except WrongUse as wrong:
        return _settings(request, reader, name, problem=(key, wrong.said(reader.words)))
    return Redirect(f"/{segment(name)}/settings?{urlencode({'done': key})}#{segment(key)}", status_code=303)


def _settings(
    request: HttpRequest, reader: Visit, name: str, saved: str = "", problem: tuple[str, str] = ("", "")
) -> Response[bytes]:
    found = Settings(tuple(settings.settings(reader.home, reader.actor, name)))
    return show(
        request,
        reader,
        "settings.html",
        found,
        at=place(reader, name, "settings"),
        status=400 if problem[0] else 200,
        saved=saved,
        problem=problem,
    )


def _back(name: str, data: Form) -> Response[Any]:
    return Redirect(inside(data.get("next") or f"/{segment(name)}"), status_code=303)
