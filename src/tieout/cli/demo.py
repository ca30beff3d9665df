"""`tieout demo`: both sandboxes, Tieout on them, and a story that shows what it does."""

import asyncio
import contextlib
import signal
import socket
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import uvicorn

from tieout.actions import settings
from tieout.actions.actor import Actor, Role
from tieout.actions.connect import SignInFile, connect
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
_JSON = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
"""Any: documents of QuickBooks, of which only the members below are looked at."""
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def run(port: int) -> int:
    """Run the demo until Ctrl-C or SIGTERM. Returns the exit code."""
    listener = listen("127.0.0.1", port)
    with tempfile.TemporaryDirectory(prefix="tieout-demo-") as folder:
        home = open_home(Path(folder))
        try:
            asyncio.run(_demo(home, listener))
        except KeyboardInterrupt:
            pass
        finally:
            home.close()
            listener.close()
    return output.WELL


async def _demo(home: Home, listener: socket.socket) -> None:
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
    output.page.print("The sandboxes are up. Syncing a made-up company for the first time …")
    await _first_days(home, actor, line)
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
    """Connect, sync, and let the bookkeeper take payments and change an invoice."""
    given = await _quick(msgspec.json.decode(line, type=SignInFile))
    await connect(home, actor, _NAME, given)
    settings.change(home, actor, _NAME, {"start_date": "all", "income_account": "Sales of Product Income"})
    await sync(home, actor, _NAME, until_quiet=True, auto_match=True, progress=output.progress)
    await _bookkeeper(given)
    await sync(home, actor, _NAME, until_quiet=True, progress=output.progress)
    await prove(home, actor, _NAME)


async def _quick(given: SignInFile) -> SignInFile:
    """Let the sandbox's search index lag less than HubSpot's, so that the first sync is seen at once."""
    lag = 0.2
    async with httpx2.AsyncClient() as client:
        answer = await client.patch(f"{given.hubspot.base_url}/_sandbox/company", json={"index_lag_seconds": lag})
        answer.raise_for_status()
    return msgspec.structs.replace(given, hubspot=msgspec.structs.replace(given.hubspot, index_lag_seconds=lag))


async def _bookkeeper(given: SignInFile) -> None:
    """What happens in QuickBooks: one invoice is paid, one in part, and one is changed there."""
    books = given.quickbooks
    url = f"{books.base_url}/v3/company/{books.realm_id}"
    headers = {"authorization": f"Bearer {books.access_token}", "accept": "application/json"}
    async with httpx2.AsyncClient(headers=headers, params={"minorversion": "75"}) as client:
        found = await client.get(f"{url}/query", params={"query": "SELECT * FROM Invoice ORDERBY Id"})
        invoices = _JSON.decode(found.content)["QueryResponse"]["Invoice"]
        open_invoices = [i for i in invoices if "Tieout" in i.get("PrivateNote", "")]
        for invoice, share in zip(open_invoices[:3], (1, 1, 2), strict=False):
            amount = rounded(Decimal(invoice["TotalAmt"]) / share, _CURRENCY)
            payment = {
                "CustomerRef": invoice["CustomerRef"],
                "TotalAmt": amount,
                "Line": [{"Amount": amount, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}],
            }
            await _post(client, f"{url}/payment", payment)
        edited = open_invoices[3]
        line = next(one for one in edited["Line"] if one["DetailType"] == "SalesItemLineDetail")
        detail = line["SalesItemLineDetail"]
        detail["Qty"] = Decimal(detail.get("Qty", 1)) + 1
        line["Amount"] = line_amount(detail["Qty"], Decimal(detail["UnitPrice"]), _CURRENCY)
        await _post(client, f"{url}/invoice", edited)


async def _post(client: httpx2.AsyncClient, url: str, document: dict[str, Any]) -> None:
    headers = {"content-type": "application/json"}
    (await client.post(url, content=_ENCODER.encode(document), headers=headers)).raise_for_status()
