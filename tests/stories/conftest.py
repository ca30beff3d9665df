"""The stories' world: both sandboxes behind real servers, the seller, the bookkeeper, and Tieout's command line."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from tests.stories.bookkeeper import Bookkeeper
from tests.stories.seller import Seller

from tieout.actions.failures import list_cases
from tieout.actions.home import open_home
from tieout.sandbox.clock import AdvancingClock
from tieout.sandbox.pair import open_pair
from tieout.sandbox.server import Options, serve

COMMAND = Path(sys.executable).with_name("tieout")
_SETTING_UP = "/crm/properties/"
_READING = ("/search", "/batch/read", "/query", "/token")


class Servers:
    """Both sandboxes in a thread of their own, on free loopback ports.

    began: so many days ago their clock stands; `Sandbox.advance` brings it to the present.
    """

    def __init__(self, company: str, folder: Path, began: int) -> None:
        self.sign_in: dict[str, Any] = {}
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        state = folder / "sandboxes.json"
        if began:
            clock = AdvancingClock(offset=timedelta(days=-began))
            state.write_bytes(open_pair(clock=clock, random=Random(1), company=company, quotas=False).dump())
        self._options = Options(company=company, quotas=False, state_file=state if began else None)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(20)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(serve(self._options, announce=self._announce, stop=self._stop))

    def _announce(self, line: str) -> None:
        self.sign_in = json.loads(line)
        self._ready.set()


class Sandbox:
    """One side's sandbox, seen from its back door. side: `hubspot` or `quickbooks`."""

    def __init__(self, side: str, base_url: str) -> None:
        self.side = side
        self._http = httpx2.Client(base_url=base_url, timeout=30, trust_env=False)

    def company(self, **settings: Any) -> dict[str, Any]:
        """Change settings of the account or company; returns all of them."""
        return self._answer("PATCH", "company", settings)

    def faults(self, *rules: Mapping[str, Any]) -> None:
        """Replace the fault plan; none = the sandbox behaves."""
        self._answer("PUT", "faults", {"rules": list(rules)})

    def log(self, after: int = 0) -> list[dict[str, Any]]:
        """The requests with a number greater than `after`, oldest first."""
        return list(self._http.get("/_sandbox/log", params={"after": after}).json())

    def last(self) -> int:
        """The number of the newest request."""
        entries = self.log()
        return int(entries[-1]["seq"]) if entries else 0

    def advance(self, seconds: float) -> None:
        """Move the clock that both sandboxes share."""
        self._answer("POST", "clock", {"advance_seconds": seconds})

    def merge(self, entity: str, source: str, target: str) -> None:
        """Merge a record into another, as a person does in QuickBooks' pages; its API has no call for it."""
        answer = self._http.post("/_sandbox/merge", json={"entity": entity, "from": source, "into": target})
        assert answer.status_code < 300, answer.text

    def close(self) -> None:
        self._http.close()

    def _answer(self, method: str, page: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._http.request(method, f"/_sandbox/{page}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@dataclass(frozen=True)
class Synced:
    """What one `tieout sync` did. requests: what it sent, by side, oldest first, as the sandboxes' logs show it."""

    passes: int
    operations: dict[str, dict[str, int]]
    states: dict[str, dict[str, int]]
    calls: dict[str, int]
    excluded_by_start_date: int
    requests: dict[str, list[dict[str, Any]]]

    def standing(self, kind: str) -> dict[str, int]:
        """How many records of a kind stand in each state, those without any left out."""
        return {state: count for state, count in self.states[kind].items() if count}

    def sent(self, side: str) -> list[str]:
        """The writes it sent to a side, as `METHOD path`; annotations are among HubSpot's."""
        return [
            f"{one['method']} {one['path']}"
            for one in self.requests[side]
            if one["method"] != "GET" and not one["path"].endswith(_READING) and _SETTING_UP not in one["path"]
            if not one["path"].endswith("/batch") or "requestid=" in one["query"]  # a batch without it only reads
        ]

    @property
    def wrote_nothing(self) -> bool:
        """No write in the sandboxes' logs, annotations aside."""
        counts = [n for verbs in self.operations.values() for verb, n in verbs.items() if verb != "annotate"]
        annotating = {
            f"POST /crm/objects/2026-09/{kind}/batch/update" for kind in ("invoices", "companies", "contacts")
        }
        return not any(counts) and not self.sent("quickbooks") and set(self.sent("hubspot")) <= annotating


class Tieout:
    """Tieout's command line on a home of its own; each answer is the command's one JSON document."""

    def __init__(self, home: Path, sandboxes: tuple[Sandbox, Sandbox], name: str = "shop") -> None:
        self.home = home
        self.name = name
        self.environment = {**os.environ, "TIEOUT_HOME": str(home), "NO_COLOR": "1"}
        self._sandboxes = sandboxes

    def run(self, *words: str, codes: tuple[int, ...] = (0, 1)) -> Any:
        """Run a command with `--json`. codes: the exit codes that are right."""
        done = subprocess.run(
            [str(COMMAND), *words, "--json"], env=self.environment, capture_output=True, text=True, check=False
        )
        well = done.returncode in codes and done.stdout
        assert well, f"tieout {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def connect(self, sign_in: Mapping[str, Any], **settings: str) -> None:
        """Connect both accounts, and set what is given."""
        file = self.home.with_suffix(".json")
        file.write_text(json.dumps(sign_in))
        self.run("connect", self.name, "--from", str(file))
        if settings:
            self.set(**settings)

    def set(self, **settings: str) -> Any:
        return self.run("set", self.name, *(f"{key}={value}" for key, value in settings.items()))

    def sync(self, *words: str) -> Synced:
        """Sync until it is quiet, with automatic matching; or with the words given instead."""
        before = {one.side: one.last() for one in self._sandboxes}
        done = self.run("sync", self.name, *(words or ("--until-quiet", "--auto-match")))
        return Synced(**done, requests={one.side: one.log(before[one.side]) for one in self._sandboxes})

    def failures(self, cause: str = "") -> list[dict[str, Any]]:
        """What cannot sync, by one cause or by all."""
        return [one for one in self.run("failures", self.name) if cause in ("", one["cause"])]

    def failure(self, cause: str) -> dict[str, Any]:
        """The one failure that stands, and it has this cause."""
        found = self.failures()
        assert [one["cause"] for one in found] == [cause], found
        return found[0]

    def differences(self, failure: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """What a hold is about, as the failures page shows it: field, before, after."""
        home = open_home(self.home)
        try:
            case = next(one for one in list_cases(home, self.name) if one.failure.id == failure["id"])
        finally:
            home.close()
        return [(one.field, one.before, one.after) for one in case.differences]

    def fix(self, failure: Mapping[str, Any], fix: str, *words: str, **values: str) -> dict[str, Any]:
        """Apply a fix. words: such as `--all-with-cause`; values: what it needs."""
        given = [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
        return dict(self.run("fix", self.name, failure["id"], fix, *words, *given))

    def refusals(self) -> list[dict[str, Any]]:
        """The writes that a side refused, members of a batch among them: a batch itself answers 200."""
        return [one for one in self.history() if one["state"] == "refused"]

    def prove(self) -> dict[str, Any]:
        return dict(self.run("prove", self.name))

    def history(self, search: str = "") -> list[dict[str, Any]]:
        found = self.run("history", self.name, *(("--search", search) if search else ()))
        return list(found["entries"])


class World:
    """A company with its two systems and its people; Tieout is not connected yet."""

    def __init__(self, company: str, folder: Path, began: int = 0) -> None:
        self.company = company
        self.servers = Servers(company, folder, began)
        self.hubspot = Sandbox("hubspot", self.servers.sign_in["hubspot"]["base_url"])
        self.quickbooks = Sandbox("quickbooks", self.servers.sign_in["quickbooks"]["base_url"])
        self.hubspot.company(index_lag_seconds=0.2, commit_within_seconds=0.5)
        self.quickbooks.company(commit_within_seconds=0.5)
        # What the sandbox printed is older than these settings; `tieout connect` reads the printed document.
        self.sign_in: dict[str, Any] = {
            "hubspot": self.servers.sign_in["hubspot"] | {"index_lag_seconds": 0.2, "commit_within_seconds": 0.5},
            "quickbooks": self.servers.sign_in["quickbooks"] | {"commit_within_seconds": 0.5},
        }
        account = self.hubspot.company()
        self.zone = ZoneInfo(account["time_zone"])
        self.seller = Seller(
            self.sign_in["hubspot"]["base_url"], self.sign_in["hubspot"]["access_token"], account["currencies"][0]
        )
        self.bookkeeper = Bookkeeper(self.sign_in["quickbooks"])
        self.tieout = Tieout(folder / "home", (self.hubspot, self.quickbooks))

    def day(self, offset: int = 0) -> date:
        """Today in the HubSpot account's zone, or so many days from it."""
        return datetime.now(self.zone).date() + timedelta(days=offset)

    def connect(self, **settings: str) -> None:
        """Connect Tieout; new items post to *Services*, and in the United Kingdom "no tax" means *No VAT*."""
        given = {"income_account": "Services"} | ({"untaxed_code": "No VAT"} if self.company == "uk" else {})
        self.tieout.connect(self.sign_in, **given | settings)

    def rests(self) -> dict[str, Any]:
        """Story 35: one more sync writes nothing, annotations included, and the books tie out; returns the tie-out."""
        more = self.tieout.sync()
        assert not any(n for verbs in more.operations.values() for n in verbs.values()), more.operations
        assert not more.sent("hubspot"), more.sent("hubspot")
        assert not more.sent("quickbooks"), more.sent("quickbooks")
        proof = self.tieout.prove()
        assert proof["ties_out"], proof
        return proof

    def close(self) -> None:
        self.hubspot.close()
        self.quickbooks.close()
        self.servers.close()


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Opens worlds: `us-manual` or `uk`. began: how many days ago the sandboxes' clock stands at first."""
    opened: list[World] = []

    def open_world(company: str, began: int = 0) -> World:
        folder = tmp_path / f"world-{len(opened)}"
        folder.mkdir()
        opened.append(World(company, folder, began))
        return opened[-1]

    yield open_world
    for world in opened:
        world.close()


@pytest.fixture
def world(worlds: Callable[..., World]) -> World:
    """A company in the United States."""
    return worlds("us-manual")


@pytest.fixture
def uk(worlds: Callable[..., World]) -> World:
    """A company in the United Kingdom."""
    return worlds("uk")


def amount(value: object) -> Decimal:
    """A figure of either API as exact money."""
    return Decimal(str(value)).quantize(Decimal("0.01"))
