"""`tieout demo`: both sandboxes, Tieout on them, and a story that shows what it does."""

import asyncio
import contextlib
import signal
import socket
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import uvicorn

from tieout.actions import settings
from tieout.actions.actor import Actor, Role
from tieout.actions.connect import SignInFile, connect
from tieout.actions.failures import list_failures, list_groups
from tieout.actions.fix import fix
from tieout.actions.home import Home, open_home
from tieout.actions.prove import prove
from tieout.actions.sync import sync
from tieout.actions.users import set_up_code
from tieout.cli import output
from tieout.cli.serve import Worker, config, listen
from tieout.core.money import line_amount, rounded
from tieout.engine.schedule import FileScheduler
from tieout.sandbox.server import Options
from tieout.sandbox.server import serve as serve_sandboxes

_NAME = "demo"
_CURRENCY = "USD"
_BATCH = 30
"""Documents that QuickBooks takes in one batch."""
_CREDIT = timedelta(days=45)
"""How long the buyers of the demo take to pay."""
_JSON = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
"""Any: documents of QuickBooks, of which only the members below are looked at."""
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def run(port: int, *, once: bool = False) -> int:
    """Run the demo until Ctrl-C or SIGTERM; once: end after the story is told. Returns the exit code."""
    listener = listen("127.0.0.1", port)
    with tempfile.TemporaryDirectory(prefix="tieout-demo-") as folder:
        home = open_home(Path(folder))
        try:
            asyncio.run(_demo(home, listener, once=once))
        except KeyboardInterrupt:
            pass
        finally:
            home.close()
            listener.close()
    return output.WELL


async def _demo(home: Home, listener: socket.socket, *, once: bool) -> None:
    announced: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    options = Options(
        hubspot_port=0, quickbooks_port=0, company="us-manual", seed="demo", quotas=False, state_file=None
    )
    sandboxes = asyncio.create_task(serve_sandboxes(options, announce=announced.set_result, stop=stop))
    sandboxes.add_done_callback(lambda _: announced.done() or announced.cancel())
    line = await announced
    actor = Actor("demo", Role.OWNER)
    _say("A made-up HubSpot and a made-up QuickBooks are up. Tieout syncs them for the first time …")
    await _first_days(home, actor, line)
    if once:
        stop.set()
        await sandboxes
        return
    worker = Worker(home, FileScheduler(home.path / "locks"))
    worker.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    output.page.print(f"Tieout is at {address}", highlight=False)
    if code := set_up_code(home):
        output.page.print(f"First sign-in: {address}/setup?code={code}", highlight=False)
    given = msgspec.json.decode(line, type=SignInFile)
    output.page.print(f"The made-up HubSpot answers at {given.hubspot.base_url}", highlight=False)
    output.page.print(f"The made-up QuickBooks answers at {given.quickbooks.base_url}", highlight=False)
    output.page.print("Stop with Ctrl-C.")
    server = uvicorn.Server(config(home))
    with contextlib.suppress(asyncio.CancelledError):
        pages = asyncio.create_task(_serve(server, listener))
        await asyncio.wait({pages, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await pages
    worker.stop()
    stop.set()
    await sandboxes


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve without taking over the signals, which end the whole demo."""
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])
    if not server.should_exit:
        await server.main_loop()
        await server.shutdown(sockets=[])


async def _first_days(home: Home, actor: Actor, line: str) -> None:
    """Connect, sync, fix, and let people work on both sides; tell it as it goes."""
    given = await _quick(msgspec.json.decode(line, type=SignInFile))
    await connect(home, actor, _NAME, given)
    settings.change(home, actor, _NAME, {"start_date": "all", "income_account": "Sales of Product Income"})
    await sync(home, actor, _NAME, until_quiet=True, auto_match=True, progress=output.progress)
    _tell_failures(home)
    await _tell_proof(home, actor)
    dated = next((f for f in list_failures(home, _NAME) if f.cause == "service_date_required"), None)
    if dated is not None:
        fix(home, actor, _NAME, dated.id, "set_service_date", values={}, all_with_cause=True)
        _say("Fixed with one command: the invoice's date becomes the service date, for all with this cause.")
    _say("Meanwhile the bookkeeper takes a hundred payments, one of them too large, and changes an invoice there;")
    _say("and both sides move the due date of another one.")
    await _bookkeeper(given)
    await sync(home, actor, _NAME, until_quiet=True, progress=output.progress)
    _tell_failures(home)
    await _tell_proof(home, actor)


def _say(sentence: str) -> None:
    output.page.print(sentence, highlight=False)


def _tell_failures(home: Home) -> None:
    """What needs a person, by cause, in a line each."""
    for group in list_groups(home, _NAME):
        names = ", ".join(case.failure.record.name for case in group.cases[:4])
        _say(f"  needs you: {group.title} ({names})")


async def _tell_proof(home: Home, actor: Actor) -> None:
    proof = await prove(home, actor, _NAME)
    verdict = "It ties out" if proof.ties_out else "It does not tie out"
    for code, both in proof.currency.items():
        _say(
            f"{verdict}: HubSpot {both.crm.total} {code}, QuickBooks {both.books.total} {code}; the difference of "
            f"{both.difference.total} is {len(proof.exceptions)} documents, each with its reason."
        )


async def _quick(given: SignInFile) -> SignInFile:
    """Let the sandbox's search index lag less than HubSpot's, so that the first sync is seen at once."""
    lag = 0.2
    async with httpx2.AsyncClient() as client:
        answer = await client.patch(f"{given.hubspot.base_url}/_sandbox/company", json={"index_lag_seconds": lag})
        answer.raise_for_status()
    return msgspec.structs.replace(given, hubspot=msgspec.structs.replace(given.hubspot, index_lag_seconds=lag))


async def _bookkeeper(given: SignInFile) -> None:
    """What happens meanwhile: payments in whole, in part and too large, an edit, and a due date moved on both sides."""
    books = given.quickbooks
    url = f"{books.base_url}/v3/company/{books.realm_id}"
    headers = {"authorization": f"Bearer {books.access_token}", "accept": "application/json"}
    async with httpx2.AsyncClient(headers=headers, params={"minorversion": "75"}) as client:
        query = "SELECT * FROM Invoice ORDERBY Id MAXRESULTS 1000"
        found = await client.get(f"{url}/query", params={"query": query})
        invoices = _JSON.decode(found.content)["QueryResponse"]["Invoice"]
        open_invoices = [i for i in invoices if "Tieout" in i.get("PrivateNote", "")]
        shares = (Decimal(1), Decimal("0.5"), Decimal("1.25"))
        for invoice, share in zip(open_invoices[:3], shares, strict=False):
            await _post(client, f"{url}/payment", _payment(invoice, share))
        fresh = (datetime.now(UTC) - _CREDIT).date().isoformat()
        due = [_payment(i, Decimal(1)) for i in open_invoices[5:] if i["TxnDate"] < fresh]
        for start in range(0, len(due), _BATCH):
            items = [
                {"bId": str(n), "operation": "create", "Payment": payment}
                for n, payment in enumerate(due[start : start + _BATCH])
            ]
            await _post(client, f"{url}/batch", {"BatchItemRequest": items})
        edited = open_invoices[3]
        line = next(one for one in edited["Line"] if one["DetailType"] == "SalesItemLineDetail")
        detail = line["SalesItemLineDetail"]
        detail["Qty"] = Decimal(detail.get("Qty", 1)) + 1
        line["Amount"] = line_amount(detail["Qty"], Decimal(detail["UnitPrice"]), _CURRENCY)
        await _post(client, f"{url}/invoice", edited)
        moved = open_invoices[4]
        await _post(client, f"{url}/invoice", moved | {"DueDate": "2030-01-15"})
    crm = given.hubspot
    path = f"{crm.base_url}/crm/objects/2026-09/invoices"
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {crm.access_token}"}) as client:
        listed = await client.get(path, params={"limit": "100", "properties": "hs_number"})
        for one in _JSON.decode(listed.content)["results"]:
            if one["properties"]["hs_number"] == moved["DocNumber"]:
                change = {"properties": {"hs_due_date": "2030-02-15T12:00:00Z"}}
                (await client.patch(f"{path}/{one['id']}", json=change)).raise_for_status()


def _payment(invoice: dict[str, Any], share: Decimal) -> dict[str, Any]:
    """A payment of this share of an invoice; what is more than the invoice stays unapplied."""
    total = Decimal(invoice["TotalAmt"])
    amount = rounded(total * share, _CURRENCY)
    applied = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
    return {
        "CustomerRef": invoice["CustomerRef"],
        "TotalAmt": amount,
        "TxnDate": datetime.now(UTC).date().isoformat(),
        "Line": [{"Amount": min(amount, total), "LinkedTxn": [applied]}],
    }


async def _post(client: httpx2.AsyncClient, url: str, document: dict[str, Any]) -> None:
    headers = {"content-type": "application/json"}
    (await client.post(url, content=_ENCODER.encode(document), headers=headers)).raise_for_status()
