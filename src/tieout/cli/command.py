"""What every command shares: the home, the person, and how errors end."""

import asyncio
import getpass
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import OperationalError

from tieout.actions.actor import Actor, Forbidden, Role
from tieout.actions.errors import ActionError, OutOfReach
from tieout.actions.home import Home, open_home
from tieout.actions.vocabulary import STATES
from tieout.cli import output
from tieout.cli.output import DIFFERS, UNREACHABLE, WELL, WRONG

app = typer.Typer(
    name="tieout",
    help="Two-way sync between HubSpot and QuickBooks Online that agrees to the cent and can prove it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 120},
)
database = typer.Typer(no_args_is_help=True, help="The database.")
users = typer.Typer(no_args_is_help=True, help="People who may sign in to the pages.")
app.add_typer(database, name="db")
app.add_typer(users, name="user")

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
Name = Annotated[str, typer.Argument(help="The name of the company pair.")]
T = TypeVar("T")


@app.callback(invoke_without_command=True)
def about(version_: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """Two-way sync between HubSpot and QuickBooks Online that agrees to the cent and can prove it."""
    if version_:
        output.page.print(version("tieout"), highlight=False)
        raise typer.Exit


@contextmanager
def at_home(as_json: bool) -> Iterator[tuple[Home, Actor]]:
    """The home and the person at the keyboard; errors become messages and exit codes."""
    try:
        home = open_home()
        try:
            yield home, Actor(_user(), Role.OWNER)
        finally:
            home.close()
    except OutOfReach as error:
        output.fail(str(error), UNREACHABLE, as_json=as_json)
    except OperationalError as error:
        message = f"The database cannot be used now: {error.orig}. Is the disk full, or another program writing to it?"
        output.fail(message, UNREACHABLE, as_json=as_json)
    except (ActionError, Forbidden) as error:
        output.fail(str(error), WRONG, as_json=as_json)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def run_async(action: Callable[[], Coroutine[None, None, T]]) -> T:
    """Run an action to its end."""
    return asyncio.run(action())


def key_values(given: list[str], as_json: bool) -> dict[str, str]:
    """Read KEY=VALUE words."""
    values: dict[str, str] = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not key:
            output.fail(f"{one!r} is not KEY=VALUE.", WRONG, as_json=as_json)
        values[key] = value
    return values


def said(message: str, as_json: bool, **values: object) -> None:
    """Say what was done."""
    if as_json:
        output.document(values)
    else:
        output.page.print(message, highlight=False)


def states_table(states: dict[str, dict[str, int]]) -> None:
    """Show how many records stand in each state."""
    rows = [(kind, STATES[state], str(n)) for kind, found in states.items() for state, n in found.items() if n]
    output.table("Where everything stands", ("kind", "state", "records"), rows)


def verdict(states: dict[str, dict[str, int]]) -> int:
    """The exit code that these states deserve."""
    bad = ("failing", "held", "broken")
    return DIFFERS if any(found.get(state) for found in states.values() for state in bad) else WELL
