"""Both sandboxes as the command serves them: the line, the signal, the state."""

import contextlib
import json
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import httpx2
import pytest


@contextlib.contextmanager
def sandbox(**options):
    """Serve in a process of its own, which is stopped at the end; gives the process and its line."""
    code = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from tieout.sandbox.server import Options, run
        sys.exit(run(Options(**{options!r})))
    """)
    code = code.replace("PosixPath(", "Path(")
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        if not line:
            yield process, {}
        else:
            yield process, json.loads(line)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=5)
        process.stdout.close()
        process.stderr.close()


def stop(process, number=signal.SIGTERM):
    """Stop the server; return its exit code, what else it said, and how long that took."""
    started = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    return process.returncode, out + err, time.monotonic() - started


def contact(line, email):
    hubspot = line["hubspot"]
    return httpx2.post(
        f"{hubspot['base_url']}/crm/v3/objects/contacts",
        headers={"authorization": f"Bearer {hubspot['access_token']}"},
        json={"properties": {"email": email}},
    )


def customers(line):
    books = line["quickbooks"]
    answer = httpx2.get(
        f"{books['base_url']}/v3/company/{books['realm_id']}/query",
        params={"query": "select * from Customer", "minorversion": "75"},
        headers={"authorization": f"Bearer {books['access_token']}", "accept": "application/json"},
    )
    assert answer.status_code == 200, answer.text
    return [row["DisplayName"] for row in answer.json()["QueryResponse"].get("Customer", [])]


def test_the_line_holds_what_connecting_needs():
    with sandbox() as (_, line):
        hubspot, books = line["hubspot"], line["quickbooks"]
        common = {
            "base_url",
            "access_token",
            "client_id",
            "client_secret",
            "refresh_token",
            "quotas",
            "commit_within_seconds",
        }
        assert set(hubspot) == common | {"portal_id", "index_lag_seconds"}
        assert set(books) == common | {"realm_id", "discovery_url"}
        assert (hubspot["quotas"], hubspot["commit_within_seconds"], hubspot["index_lag_seconds"]) == (True, 2, 2)
        assert contact(line, "ana@nova.example").status_code == 201
        assert customers(line) == []


def test_two_sandboxes_are_two_companies():
    with sandbox() as (_, one), sandbox(quotas=False) as (_, other):
        pairs = [(line["hubspot"]["portal_id"], line["quickbooks"]["realm_id"]) for line in (one, other)]
        assert pairs[0] != pairs[1]
        assert other["quickbooks"]["quotas"] is False


@pytest.mark.parametrize(
    ("company", "currency", "zone"),
    [("us-ast", "USD", "America/New_York"), ("uk", "GBP", "Europe/London"), ("fr", "EUR", "Europe/Paris")],
)
def test_both_sides_of_a_country_have_its_currency(company, currency, zone):
    with sandbox(company=company) as (_, line):
        hubspot, books = line["hubspot"], line["quickbooks"]
        account = httpx2.get(
            f"{hubspot['base_url']}/account-info/v3/details",
            headers={"authorization": f"Bearer {hubspot['access_token']}"},
        ).json()
        assert (account["companyCurrency"], account["timeZone"]) == (currency, zone)
        preferences = httpx2.get(
            f"{books['base_url']}/v3/company/{books['realm_id']}/preferences",
            headers={"authorization": f"Bearer {books['access_token']}"},
        ).json()
        assert preferences["Preferences"]["CurrencyPrefs"]["HomeCurrency"]["value"] == currency


def test_the_demo_can_be_served_at_once():
    with sandbox(seed="demo") as (process, line):
        assert "Nova Limited" in customers(line)
        assert httpx2.get(f"{line['quickbooks']['base_url']}/_sandbox/log").json()[0]["seq"] == 1
        assert stop(process)[:2] == (0, "")


def test_one_clock_serves_both():
    with sandbox() as (_, line):
        httpx2.post(f"{line['hubspot']['base_url']}/_sandbox/clock", json={"advance_seconds": 864_000})
        there = httpx2.get(f"{line['quickbooks']['base_url']}/_sandbox/clock").json()["now"]
        here = time.strftime("%Y-%m-%d", time.gmtime())
        assert there[:10] > here


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_quickly_and_quietly_even_with_a_hanging_request(number):
    with sandbox() as (process, line):
        url = line["hubspot"]["base_url"]
        httpx2.put(f"{url}/_sandbox/faults", json={"rules": [{"do": "late_commit", "with": {"seconds": 600}}]})
        failed = []

        def hang():
            try:
                contact(line, "ana@nova.example")
            except httpx2.TransportError as error:
                failed.append(error)

        hanging = threading.Thread(target=hang)
        hanging.start()
        while not httpx2.get(f"{url}/_sandbox/log").json():
            time.sleep(0.02)
        code, said, seconds = stop(process, number)
        hanging.join(timeout=5)
    assert (code, said) == (0, "")
    assert seconds < 2
    assert len(failed) == 1


def test_a_port_in_use_is_named_and_ends_with_2():
    with sandbox() as (_, line):
        port = int(line["quickbooks"]["base_url"].rpartition(":")[2])
        with sandbox(quickbooks_port=port) as (second, nothing):
            assert nothing == {}
            _, err = second.communicate(timeout=5)
            assert second.returncode == 2
            assert f"QuickBooks's port {port} cannot be used: Address already in use" in err


def test_the_state_goes_on_where_it_was_kept(tmp_path):
    file = tmp_path / "state"
    with sandbox(state_file=file) as (process, first):
        assert contact(first, "ana@nova.example").status_code == 201
        httpx2.post(f"{first['hubspot']['base_url']}/_sandbox/clock", json={"advance_seconds": 864_000})
        moment = httpx2.get(f"{first['hubspot']['base_url']}/_sandbox/clock").json()["now"]
        assert stop(process)[:2] == (0, "")
    assert list(tmp_path.iterdir()) == [file]
    with sandbox(state_file=file, seed="demo") as (_, second):
        assert second["hubspot"]["access_token"] == first["hubspot"]["access_token"]
        assert second["quickbooks"]["realm_id"] == first["quickbooks"]["realm_id"]
        assert contact(second, "ana@nova.example").status_code == 409
        assert customers(second) == []
        assert httpx2.get(f"{second['quickbooks']['base_url']}/_sandbox/clock").json()["now"] > moment


NOTHING_IN_IT = '{"format": 1, "offset_seconds": 0, "hubspot": "", "quickbooks": ""}'


@pytest.mark.parametrize("damage", ["", "{", NOTHING_IN_IT, NOTHING_IN_IT.replace("1", "2"), "half"])
def test_a_damaged_state_is_named_and_ends_with_2(tmp_path, damage):
    file = tmp_path / "state"
    if damage == "half":
        with sandbox(state_file=file) as (process, _):
            stop(process)
        file.write_bytes(file.read_bytes()[:-100])
    else:
        file.write_text(damage)
    before = file.read_bytes()
    with sandbox(state_file=file) as (process, line):
        assert line == {}
        _, err = process.communicate(timeout=5)
        assert process.returncode == 2
        assert f"The state in {file} is damaged" in err
    assert file.read_bytes() == before


def test_a_state_that_could_not_be_kept_is_refused_at_the_start(tmp_path):
    with sandbox(state_file=Path(tmp_path / "missing" / "state")) as (process, line):
        assert line == {}
        _, err = process.communicate(timeout=5)
        assert process.returncode == 2
        assert "cannot be kept" in err
