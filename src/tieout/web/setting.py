"""Settings as pages: the accounts that money goes to, and all of them; each saves one value."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from tieout.actions import lookup, settings
from tieout.actions.errors import NotFound, WrongUse
from tieout.actions.settings import NotAgreed, Setting
from tieout.web.signing_in import Form
from tieout.web.views import place, show
from tieout.web.visit import HttpRequest, Visit, segment

_ACCOUNTS = ("income_account", "deposit_account", "default_item", "rounding_item")


class Settings(msgspec.Struct, frozen=True):
    """Settings with value and meaning. discount_account: the one that is chosen in QuickBooks; empty for none."""

    settings: tuple[Setting, ...]
    discount_account: str = ""


def every(reader: Visit, name: str) -> Settings:
    """All that can be set."""
    return Settings(tuple(settings.settings(reader.home, reader.actor, name, reader.words)))


def accounts(reader: Visit, name: str) -> Settings:
    """Where money is booked: what is set here, and what QuickBooks says itself."""
    mine = tuple(one for one in every(reader, name).settings if one.key.partition(".")[0] in _ACCOUNTS)
    with reader.home.database.read() as tx:
        facts = lookup.connection(tx, name).books_facts
    there = () if facts is None else facts.accounts
    chosen = "" if facts is None else facts.discount_account
    return Settings(mine, next((one.name for one in there if one.id == chosen), ""))


_PAGES: dict[str, Callable[[Visit, str], Settings]] = {"settings": every, "accounts": accounts}


@get(["/{name:str}/settings", "/{name:str}/settings.json"], sync_to_thread=False)
def settings_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """Every setting with value and meaning."""
    return _page(request, reader, name, "settings")


@get(["/{name:str}/accounts", "/{name:str}/accounts.json"], sync_to_thread=False)
def accounts_page(request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """Where money is booked."""
    return _page(request, reader, name, "accounts")


@post("/{name:str}/settings", sync_to_thread=False)
def change_setting(
    request: HttpRequest, reader: NamedDependency[Visit], name: FromPath[str], data: Form
) -> Response[Any]:
    """Change one setting, and go back to the page that it was changed on; what makes many records asks first."""
    key, value, page = data.get("key", ""), data.get("value", ""), data.get("page", "")
    page = page if page in _PAGES else "settings"
    try:
        settings.change(reader.home, reader.actor, name, {key: value}, agreed=data.get("agreed") == "yes")
    except NotFound:
        raise
    except NotAgreed as asked:
        return _page(request, reader, name, page, problem=(key, asked.said(reader.words)), asked=value)
    except WrongUse as wrong:
        return _page(request, reader, name, page, problem=(key, wrong.said(reader.words)))
    return Redirect(f"/{segment(name)}/{page}?{urlencode({'done': key})}#{segment(key)}", status_code=303)


def _page(
    request: HttpRequest, reader: Visit, name: str, page: str, problem: tuple[str, str] = ("", ""), asked: str = ""
) -> Response[bytes]:
    """problem: the setting and what is wrong with it. asked: a value that needs somebody's consent."""
    return show(
        request,
        reader,
        f"{page}.html",
        _PAGES[page](reader, name),
        at=place(reader, name, page),
        status=400 if problem[0] else 200,
        saved="" if problem[0] else request.query_params.get("done", ""),
        problem=problem,
        asked=asked,
    )
