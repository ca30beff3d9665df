"""Turning a read model into a page, or into its JSON twin."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie
from litestar.template.base import csrf_token
from markupsafe import Markup, escape

from tieout.actions import failures, lookup, overview
from tieout.actions.language import LANGUAGES, Words
from tieout.actions.vocabulary import KINDS, KINDS_TOGETHER, SIDES, STATES, VALUES
from tieout.web import assets
from tieout.web.menu import MENU
from tieout.web.visit import LANGUAGE, HttpRequest, Visit, preference_cookie, segment

TONES: Mapping[str, tuple[str, str]] = {
    "in_sync": ("ok", "circle-check"),
    "warning": ("note", "triangle-alert"),
    "pending": ("busy", "clock"),
    "waiting": ("busy", "hourglass"),
    "retrying": ("busy", "refresh-cw"),
    "failing": ("bad", "circle-alert"),
    "held": ("ask", "circle-question-mark"),
    "accepted": ("calm", "equal-not"),
    "excluded": ("calm", "circle-minus"),
    "draft": ("calm", "file-pen"),
    "broken": ("bad", "unlink"),
    "paused": ("calm", "circle-pause"),
}
"""How a state looks: its tone and its icon, always beside its words."""

_JSON = msgspec.json.Encoder(decimal_format="string")

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.globals.update(
    asset=assets.address,
    kinds=KINDS,
    together=KINDS_TOGETHER,
    languages=LANGUAGES,
    menu=MENU,
    sides=SIDES,
    states=STATES,
    tones=TONES,
    values=VALUES,
    segment=segment,
)


_CODE = re.compile(r"`([^`]+)`")


def coded(text: str) -> Markup:
    """A sentence in which `backticks` mark what is typed."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


_ENVIRONMENT.globals["coded"] = coded


class Place(msgspec.Struct, frozen=True):
    """Where in a company pair a page belongs: its name, the page as the menu knows it, and all pairs' names.

    counts: how many records wait for a person, by page.
    """

    name: str = ""
    page: str = "-"
    counts: Mapping[str, int] = {}
    others: tuple[str, ...] = ()


def place(visit: Visit, name: str, page: str) -> Place:
    """The place of a page of this company pair. Raises NotFound where there is none of this name."""
    with visit.home.database.read() as tx:
        of = lookup.connection(tx, name)
        needs_you = failures.count(tx, of.id, visit.home.clock.now())
        held = failures.count_held(tx, of.id)
    counts = {"failures": needs_you, "decide": held}
    return Place(name, page, counts, tuple(overview.list_companies(visit.home)))


def show(
    request: HttpRequest,
    visit: Visit,
    template: str,
    model: msgspec.Struct | None = None,
    *,
    at: Place | None = None,
    status: int = 200,
    cookies: tuple[Cookie, ...] = (),
    **more: object,
) -> Response[bytes]:
    """Render a page, or send its model as JSON where the address ends in `.json`.

    more: what the template needs besides `model`, and what is no part of the JSON.
    """
    if visit.json:
        body, kind = _JSON.encode(model), "application/json"
    else:
        context = {"model": model, "visit": visit, "at": at or Place(), **_speaking(visit, request), **more}
        body, kind = _ENVIRONMENT.get_template(template).render(context).encode(), "text/html; charset=utf-8"
    kept = [*cookies]
    if request.query_params.get("lang") == visit.words.language:
        kept.append(preference_cookie(request, LANGUAGE, visit.words.language))
    return Response(body, media_type=kind, status_code=status, cookies=kept)


_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def attached(body: bytes, file: str) -> Response[bytes]:
    """A file to take along. file: its name, whose ending says what it is."""
    named = {"content-disposition": f'attachment; filename="{file}"'}
    return Response(body, media_type=_TYPES[file.rpartition(".")[2]], headers=named)


def _speaking(visit: Visit, request: HttpRequest) -> dict[str, object]:
    """What every template may call."""
    words, now = visit.words, visit.home.clock.now()
    return {
        "_": words,
        "ngettext": words.plural,
        "csrf": csrf_token({"request": request}),
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "query": _query(request),
        "money": lambda amount, currency: _money(words, amount, currency),
        "number": lambda text: words.number(Decimal(text)) if text else "",
        "day": lambda value: words.day(value if isinstance(value, date) else date.fromisoformat(value)),
        "moment": lambda value, zone="UTC": words.moment(_moment(value), zone),
        "ago": lambda value: words.ago(_moment(value), now),
        "field": words.field,
    }


def _money(words: Words, amount: str, currency: str) -> str:
    return words.money(Decimal(amount), currency) if currency else words.number(Decimal(amount))


def _moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _query(request: HttpRequest) -> Callable[..., str]:
    """Makes an address of this page with some of its query changed; an empty value leaves the key out."""
    now = {key: value for key, value in request.query_params.items() if key not in {"lang", "done"}}

    def changed(**changes: object) -> str:
        kept = {key: str(value) for key, value in {**now, **changes}.items() if value not in {"", None}}
        return "?" + urlencode(kept)

    return changed
