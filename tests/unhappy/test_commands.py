"""The command line where it cannot do what was asked: one error document, an exit code, and a way out."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.stories.conftest import COMMAND, World

WRONG, UNREACHABLE = 2, 3


def run(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "TIEOUT_HOME": str(home), "NO_COLOR": "1"}
    return subprocess.run([COMMAND, *words], env=environment, capture_output=True, text=True, check=False, timeout=60)


def fails(home: Path, *words: str, code: int = WRONG) -> str:
    """What a command says that ends with this code: the same as a document and to a person."""
    done = run(home, *words, "--json")
    assert done.returncode == code, done
    assert "Traceback" not in done.stderr
    error: dict[str, Any] = json.loads(done.stdout)["error"]
    assert error["exit_code"] == code
    assert str(error["message"]) in done.stderr
    assert str(error["message"]).endswith((".", "…"))
    return str(error["message"])


@contextmanager
def occupied() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """`tieout serve` on a home; gives the address of its pages."""
    environment = {**os.environ, "TIEOUT_HOME": str(home), "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [COMMAND, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()
            server.stdout.read()
        assert server.wait(20) == 0


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with occupied() as port:
        for words in (
            ("sandbox", "--hubspot-port", str(port)),
            ("sandbox", "--quickbooks-port", str(port)),
            ("serve", "--port", str(port)),
        ):
            assert str(port) in fails(tmp_path / "home", *words)


@pytest.mark.parametrize("place", ["below a file", "/proc/tieout"])
def test_a_home_that_cannot_be_written_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    home = Path(place) if place.startswith("/") else tmp_path / "file" / "home"
    for words in (("status",), ("serve",), ("sync", "shop"), ("db", "migrate")):
        said = fails(home, *words, code=UNREACHABLE)
        assert str(home) in said
        assert "Set TIEOUT_HOME to a folder of your own." in said


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    assert str(tmp_path / "home") in fails(tmp_path / "home", "status", code=UNREACHABLE)


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    run(tmp_path, "status")
    with sqlite3.connect(tmp_path / "tieout.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999_of_tomorrow'")
    for words in (("status",), ("serve",), ("db", "migrate")):
        assert "9999_of_tomorrow of a newer version" in fails(tmp_path, *words, code=UNREACHABLE)
    with sqlite3.connect(tmp_path / "tieout.db") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999_of_tomorrow",)]


@pytest.mark.parametrize(("file", "said"), [("tieout.db", "database"), ("key", "key")])
def test_a_damaged_file_of_the_home_is_named(tmp_path: Path, file: str, said: str) -> None:
    run(tmp_path, "status")
    for one in tmp_path.glob("tieout.db-*"):
        one.unlink()
    (tmp_path / file).write_bytes(b"no such thing as this " * 400)
    message = fails(tmp_path, "status", code=UNREACHABLE)
    assert said in message
    assert "backup" in message


def test_a_second_serve_on_the_same_home_is_refused_and_short_commands_are_not(tmp_path: Path) -> None:
    with serving(tmp_path) as address:
        assert "Another `tieout serve` is running" in fails(tmp_path, "serve", "--port", "0")
        assert run(tmp_path, "status", "--json").stdout.strip() == "[]"
        assert httpx2.get(f"{address}/health/live", trust_env=False).status_code == 200
    with serving(tmp_path):
        pass


def test_a_killed_serve_leaves_no_lock(tmp_path: Path) -> None:
    environment = {**os.environ, "TIEOUT_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [COMMAND, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        assert server.stdout is not None
        server.stdout.readline()
        server.send_signal(signal.SIGKILL)
    with serving(tmp_path):
        pass


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sync", "nowhere"), "nowhere"),
        (("failures", "nowhere"), "nowhere"),
        (("connect", "shop", "--from", "/nowhere/file.json"), "cannot be read"),
        (("connect", "shop", "--from", "/dev/null"), "is no sign-in file"),
        (("connect", "a/b", "--from", "/dev/null"), "no sign-in file"),
        (("sandbox", "--company", "mars"), "us-manual, us-ast, uk, fr"),
        (("sandbox", "--seed", "apple"), "empty or demo"),
        (("set", "shop", "start_date"), "is not KEY=VALUE"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_there_is_not_is_named(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    assert said in fails(tmp_path, *words)


def test_a_wrong_setting_a_failure_that_is_gone_and_a_paused_pair_are_told(world: World) -> None:
    home = world.tieout.home
    world.connect()
    assert "Services" in fails(home, "set", "shop", "income_account=Nonsense")
    assert "Nothing was set: `--yes` agrees" in fails(home, "set", "shop", "copy_customers=both")
    world.tieout.run("set", "shop", "copy_customers=both", "--yes")
    assert "999999" in fails(home, "fix", "shop", "999999", "exclude")
    world.tieout.run("pause", "shop")
    assert "tieout resume shop" in fails(home, "sync", "shop")
    sign_in = world.sign_in | {"hubspot": world.sign_in["hubspot"] | {"base_url": "http://127.0.0.1:9"}}
    home.with_suffix(".json").write_text(json.dumps(sign_in))
    words = ("connect", "shop", "--from", str(home.with_suffix(".json")))
    assert "127.0.0.1 cannot be reached" in fails(home, *words, code=UNREACHABLE)


def test_a_sign_in_file_that_others_can_read_is_warned_of_and_connects_all_the_same(world: World) -> None:
    file = world.tieout.home.with_suffix(".json")
    file.write_text(json.dumps(world.sign_in))
    for mode, warned in ((0o644, True), (0o620, True), (0o600, False)):
        file.chmod(mode)
        done = run(world.tieout.home, "connect", "shop", "--from", str(file), "--json")
        assert (done.returncode, json.loads(done.stdout)["name"]) == (0, "shop")
        assert (f"chmod 600 {file}" in done.stderr) == warned


def test_a_sync_wanted_while_another_process_runs_one_waits_for_it(world: World) -> None:
    nova = world.seller.company("Nova Ltd")
    ana = world.seller.contact("ana@nova.example", "Ana", company=nova)
    world.seller.invoice(world.seller.line("2", "100.00"), contact=ana, company=nova)
    world.connect()
    world.quickbooks.faults({"match": {"path": "/invoice$"}, "nth": 1, "do": "delay", "with": {"seconds": 2}})
    words = [str(COMMAND), "sync", "shop", "--until-quiet", "--auto-match", "--json"]
    with subprocess.Popen(words, env=world.tieout.environment, stdout=subprocess.PIPE) as first:
        while not any(one["fault"] for one in world.quickbooks.log()):
            time.sleep(0.02)
        second = world.tieout.sync()
        document, _ = first.communicate()
    assert first.returncode == 0
    assert json.loads(document)["operations"]["books"]["create"] == 3
    assert second.operations["books"]["create"] == 0
    assert [one["TotalAmt"] for one in world.bookkeeper.select("Invoice")] == [200]
    world.rests()


def test_a_sync_beside_a_serving_process_ends_well(world: World) -> None:
    nova = world.seller.company("Nova Ltd")
    ana = world.seller.contact("ana@nova.example", "Ana", company=nova)
    world.connect()
    with serving(world.tieout.home):
        world.seller.invoice(world.seller.line("2", "100.00"), contact=ana, company=nova)
        world.tieout.sync()
        assert [one["TotalAmt"] for one in world.bookkeeper.select("Invoice")] == [200]
    world.rests()
