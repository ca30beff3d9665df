"""A served home, filled by hand, and a real browser."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from tests.web import company

from tieout.actions import invoices, users
from tieout.actions.actor import Actor, Role
from tieout.actions.home import Home, open_home
from tieout.core.records import Kind, Side
from tieout.store import connections, pairs
from tieout.web.app import create_app

PASSWORD = "correct horse"
ROLES = {"vera": Role.VIEWER, "sam": Role.SELLER, "ben": Role.BOOKKEEPER, "ana": Role.OWNER}
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class FixedClock:
    """Always the same moment."""

    def now(self) -> datetime:
        return company.NOW

    async def sleep(self, _seconds: float) -> None:
        raise AssertionError("Pages do not wait.")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one company pair, and a person in each role, to copy from."""
    path = tmp_path_factory.mktemp("filled") / "home"
    opened = open_home(path, clock=FixedClock())
    company.fill(opened)
    owner = Actor("ana", Role.OWNER)
    for name, role in ROLES.items():
        users.set_up(opened, users.invite(opened, owner, name, role), name, PASSWORD, "en")
    opened.close()
    return path


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Iterator[Home]:
    """A home of the test's own."""
    shutil.copytree(filled, tmp_path / "home")
    opened = open_home(tmp_path / "home", clock=FixedClock())
    yield opened
    opened.close()


@pytest.fixture
def site(home: Home) -> Iterator[str]:
    """The address of the pages."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(home), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "The tests of the pages need Chromium: make browser"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield chromium
        chromium.close()


class Visitor:
    """Somebody at a browser. Whatever the browser complains of is a failure of the test."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context = context
        self.site = site
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        expected = "Failed to load resource: the server responded with a status of 4"
        if message.type in ("error", "warning") and not message.text.startswith(expected):
            self.complaints.append(message.text)

    def open(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def sign_in(self, name: str = "ana", password: str = PASSWORD) -> Page:
        page = self.open("/sign-in")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        return page


@pytest.fixture
def visitor(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """A visitor; the test's parameter, where it has one, holds options of the browser's context."""
    context = browser.new_context(**getattr(request, "param", {}))
    context.set_default_timeout(10_000)
    somebody = Visitor(context, site)
    yield somebody
    context.close()
    assert somebody.complaints == []


@pytest.fixture
def ana(visitor: Visitor) -> Visitor:
    """The owner, signed in."""
    visitor.sign_in()
    visitor.page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    return visitor


@pytest.fixture
def ids(home: Home) -> dict[str, str]:
    """The ids of invoices' rows by number, and that of a customer's by its id in HubSpot."""
    with home.database.read() as tx:
        of = connections.find(tx, company.NAME)
        nova = None if of is None else pairs.find(tx, of.id, Kind.CUSTOMER, Side.CRM, "company:2")
    assert nova is not None
    return {row.number: row.id for row in invoices.list_invoices(home, company.NAME).rows} | {"company:2": str(nova.id)}
