"""Times every page of a home, as served over HTTP: `python -m bench.pages HOME [--times N]`.

HOME is copied and its company pairs are paused, so that it stays as it is and nothing but pages is served. Prints each
page's median and 95th percentile, and the CPU that the server took for it, and exits 1 if a page's 95th percentile is
above 100 ms.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2
import msgspec

from bench.command import TIEOUT, tieout

REACH_MILLISECONDS = 100
_NAME, _PASSWORD = "bench", "a password for an hour"


class Timed(NamedTuple):
    """One page of one company pair: milliseconds until its last byte was there, and of the server's CPU."""

    page: str
    median: float
    ninety_fifth: float
    cpu: float
    kilobytes: float


class Served(NamedTuple):
    """A home that is served."""

    address: str
    process: int


def run(home: Path, times: int) -> list[Timed]:
    """Time every page `times` times. Raises CommandFailed, httpx2.HTTPError."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy)
        with served(copy) as server, httpx2.Client(base_url=server.address, timeout=60) as client:
            _sign_in(client, tieout(copy, "user", "add", _NAME, "--role", "viewer").answer["code"])
            companies = client.get("/api/v1/companies").raise_for_status().json()
            for company in companies:
                tieout(copy, "pause", company["name"])
            pages = [page for company in companies for page in _pages(client, company["name"])]
            return [_timed(client, server, page, times) for page in pages]


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """Serve a home."""
    process = subprocess.Popen(
        [*TIEOUT, "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        env={**os.environ, "TIEOUT_HOME": str(home)},
    )
    try:
        said = b""
        while process.stdout is not None and (line := process.stdout.readline()):
            said += line
            if line.startswith(b"}"):
                break
        yield Served(msgspec.json.decode(said)["address"], process.pid)
    finally:
        process.terminate()
        process.wait()


def _sign_in(client: httpx2.Client, code: str) -> None:
    page = client.get("/setup").raise_for_status().text
    token = re.findall(r'name="_csrf_token" value="([^"]+)"', page)[-1]
    form = {"_csrf_token": token, "code": code, "name": _NAME, "password": _PASSWORD}
    answer = client.post("/setup", data=form)
    if answer.status_code != 303:
        raise httpx2.HTTPStatusError("The sign-in was refused.", request=answer.request, response=answer)


def _pages(client: httpx2.Client, name: str) -> list[str]:
    """The addresses of all pages, those of some records among them."""
    root = f"/{quote(name, safe='')}"
    listed: dict[str, Any] = client.get(f"{root}/invoices.json").raise_for_status().json()
    last = listed["pages"]
    pages = [
        "",
        "/invoices",
        f"/invoices?page={last}",
        "/invoices?search=1",
        "/invoices?search=ltd",
        "/invoices?state=needs_you",
        "/failures",
        "/decide",
        "/tie-out",
        "/audit",
        "/history",
        f"/history?page={_last(client, root)}",
        "/history?search=ltd",
        f"/history?search={quote(listed['rows'][0]['number'])}",
        "/preflight",
        *(f"/matches?view={view}" for view in ("open", "alone", "decided", "linked")),
        "/matches?view=linked&search=a",
        "/plan",
        "/accounts",
        "/settings",
        *(f"/records/{row['id']}" for row in listed["rows"][:3]),
    ]
    return [f"{root}{page}" for page in pages]


def _last(client: httpx2.Client, root: str) -> int:
    found: dict[str, int] = client.get(f"{root}/history.json").raise_for_status().json()
    return found["pages"]


def _timed(client: httpx2.Client, server: Served, page: str, times: int) -> Timed:
    client.get(page).raise_for_status()
    taken, size, before = [], 0, _cpu_milliseconds(server.process)
    for _ in range(times):
        begun = time.perf_counter()
        size = len(client.get(page).raise_for_status().content)
        taken.append((time.perf_counter() - begun) * 1000)
    cpu = (_cpu_milliseconds(server.process) - before) / times
    return Timed(page, percentile(taken, 50), percentile(taken, 95), cpu, size / 1024)


def _cpu_milliseconds(process: int) -> float:
    """What a process has taken of the CPU, user and system (Linux: proc(5), `stat`, fields 14 and 15)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest value that at least `share` per cent do not exceed."""
    return sorted(values)[max(0, -(-len(values) * share // 100) - 1)]


def main(arguments: list[str]) -> int:
    """Measure and print. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages")
    parser.add_argument("home", type=Path)
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args(arguments)
    found = run(given.home, given.times)
    for one in sorted(found, key=lambda one: -one.ninety_fifth):
        beside = f"median {one.median:.1f} ms, CPU {one.cpu:.1f} ms, {one.kilobytes:.0f} kB"
        sys.stdout.write(f"{one.ninety_fifth:8.1f} ms  ({beside})  {one.page}\n")
    return 0 if all(one.ninety_fifth <= REACH_MILLISECONDS for one in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
