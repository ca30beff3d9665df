"""A company pair in virtual time: both sandboxes, their people and Tieout on one loop whose clock jumps.

For stories that hang on minutes or on what happens between two calls. People speak to the vendors' HTTP APIs in
process, where no fault touches them.
"""

import re
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec
from cryptography.fernet import Fernet, MultiFernet
from tests.simulation import loop

from tieout.actions import filters, mapping, settings
from tieout.actions.actor import Actor, Role
from tieout.actions.audit import audit
from tieout.actions.connect import SignInFile, connect
from tieout.actions.failures import WARNED, Case, cases, list_cases
from tieout.actions.fix import fix
from tieout.actions.history import Happening, history
from tieout.actions.home import Home
from tieout.actions.language import ENGLISH
from tieout.actions.lookup import connection
from tieout.actions.overview import Overview, overview
from tieout.actions.pause import exclude, resume
from tieout.actions.preflight import Check, preflight
from tieout.actions.prove import prove, prove_day
from tieout.actions.rehearse import Rehearsal, rehearse
from tieout.actions.sync import Synced, sync
from tieout.actions.undo import Undo, take_back
from tieout.proof.audit import Audit
from tieout.remote.inprocess import InProcess
from tieout.sandbox.caller import Caller
from tieout.sandbox.clock import Clock, LoopClock
from tieout.sandbox.faults import decode_plan
from tieout.sandbox.gate import Gate
from tieout.sandbox.log import Entry
from tieout.sandbox.pair import Pair, open_pair
from tieout.sandbox.quickbooks.regimes import Country
from tieout.store.database import Database

Json = dict[str, Any]

NAME = "nova"
BEGINNING = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
TODAY = "2026-03-10"
_CRM = "/crm/objects/2026-09"
_URLS = {"hubspot": "http://hubspot.test", "quickbooks": "http://quickbooks.test"}
_ME = Actor("ana", Role.OWNER)
_WRITES = re.compile(r"/(batch/(create|update|archive|upsert)|batch|invoice|customer|item|payment|creditmemo)$")


def in_virtual_time(
    folder: Path,
    story: Callable[["Shop"], Coroutine[None, None, None]],
    company: Country = "us-manual",
    wrong: Mapping[str, timedelta] = {},
) -> None:
    """Tell a story on a loop whose time jumps.

    company: whose books QuickBooks keeps. wrong: how far the clocks of `tieout`, `hubspot`, `quickbooks` are ahead.
    """

    async def tell() -> None:
        await story(Shop(folder, company, wrong))

    loop.run(tell())


class WrongClock:
    """A clock that goes as another does, but stands ahead of it, or behind."""

    def __init__(self, right: Clock, ahead: timedelta) -> None:
        self._right = right
        self._ahead = ahead

    def now(self) -> datetime:
        return self._right.now() + self._ahead

    async def sleep(self, seconds: float) -> None:
        await self._right.sleep(seconds)


class Sent(msgspec.Struct, frozen=True):
    """A request of Tieout's, as it left."""

    method: str
    path: str
    query: str
    body: bytes

    @property
    def writes(self) -> bool:
        """Whether it may change a record; annotations and the set-up of properties aside."""
        if self.method == "GET" or _WRITES.search(self.path) is None:
            return False
        if self.path.endswith("/batch") and "requestid=" not in self.query:
            return False  # it only asks
        return b'"tieout_' not in self.body.replace(b'"tieout_key"', b"")


class Wire(httpx2.AsyncBaseTransport):
    """The way from Tieout to one vendor: notes what leaves, and lets a test step in between.

    before: called with each request right before the vendor gets it. refused: what the vendor did not carry out, a
    batch with it where that is true of any of its members.
    """

    def __init__(self, gate: Gate) -> None:
        self.sent: list[Sent] = []
        self.refused: list[Sent] = []
        self.before: Callable[[Sent], None] | None = None
        self.carry: httpx2.AsyncBaseTransport = InProcess(gate)
        self._gate = gate

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        sent = Sent(request.method, request.url.path, request.url.query.decode(), await request.aread())
        self.sent.append(sent)
        if self.before is not None:
            self.before(sent)
        answer = await self.carry.handle_async_request(request)
        body = await answer.aread()
        if sent.writes and (answer.status_code >= 400 or b'"Fault":{' in body or b'"numErrors":' in body):
            self.refused.append(sent)
        return answer

    def writes(self, path: str = "", after: int = 0) -> list[Sent]:
        """What was sent to write, on paths that end like this one."""
        return [one for one in self.sent[after:] if one.writes and one.path.endswith(path)]

    def invoice_batches(self) -> list[Sent]:
        """The batches of invoices that were sent."""
        return [one for one in self.writes("/batch") if b'"Invoice":' in one.body]

    def company(self) -> Json:
        """The vendor's settings."""
        return self._gate.vendor.company()

    def struck(self) -> int:
        """How many requests a fault has struck."""
        return sum(1 for entry in self.log() if entry.fault)

    def log(self) -> Sequence[Entry]:
        """What the vendor itself has noted."""
        return self._gate.control.log.after(0)


class Seller:
    """Sells, in HubSpot."""

    def __init__(self, gate: Gate) -> None:
        self._caller = Caller(gate.vendor, gate.vendor.token("seller"))

    def company(self, name: str, email: str, phone: str = "") -> tuple[str, str]:
        """A company and its contact: their ids."""
        company = self.create("companies", {"name": name, "phone": phone})
        contact = self.create("contacts", {"email": email, "firstname": "Ana", "lastname": "Ruiz"}, [(company, 1)])
        return company, contact

    def invoice(
        self,
        buyer: tuple[str, str],
        *lines: tuple[str, str, str],
        due: str = "2026-04-09",
        currency: str = "USD",
        parts: Sequence[tuple[str, int]] = (),
    ) -> str:
        """A finalized invoice, of lines with name, quantity and price: its id. parts: what else belongs to it."""
        inputs = [{"name": n, "quantity": q, "price": p, "hs_line_item_currency_code": currency} for n, q, p in lines]
        made = [self.create("line_items", one) for one in inputs]
        links = [(buyer[0], 179), (buyer[1], 177), *((line, 409) for line in made), *parts]
        values = {
            "hs_currency": currency,
            "hs_invoice_status": "open",
            "hs_invoice_date": f"{TODAY}T12:00:00Z",
            "hs_due_date": f"{due}T12:00:00Z",
        }
        return self.create("invoices", values, links)

    def pay(self, invoice: str, amount: str, currency: str = "USD") -> str:
        """A payment that succeeded: its id."""
        values = {
            "hs_initial_amount": amount,
            "hs_currency_code": currency,
            "hs_initiated_date": f"{TODAY}T12:00:00Z",
            "hs_latest_status": "succeeded",
        }
        return self.create("commerce_payments", values, [(invoice, 542)])

    def all(self, kind: str, *names: str) -> list[Json]:
        """The properties of every record of a type."""
        wanted = f"limit=100&properties={','.join(names)}"
        return [one["properties"] for one in self._caller.call("GET", f"{_CRM}/{kind}", query=wanted)["results"]]

    def change(self, kind: str, id_: str, **values: str) -> None:
        """Edit a record."""
        self._caller.call("PATCH", f"{_CRM}/{kind}/{id_}", {"properties": values})

    def archive(self, kind: str, id_: str) -> None:
        """Delete a record, as a person does: it can be restored."""
        self._caller.call("DELETE", f"{_CRM}/{kind}/{id_}")

    def merge(self, kind: str, primary: str, other: str) -> str:
        """Merge a record into another: the id of what they became."""
        body = {"primaryObjectId": primary, "objectIdToMerge": other}
        return str(self._caller.call("POST", f"{_CRM}/{kind}/merge", body)["id"])

    def define(self, kind: str, name: str, type_: str = "string", options: Sequence[str] = ()) -> None:
        """Make a property of one's own; its options are written small where HubSpot keeps them."""
        listed = [
            {"label": one, "value": one.lower(), "displayOrder": place, "hidden": False}
            for place, one in enumerate(options)
        ]
        group = {"companies": "companyinformation", "contacts": "contactinformation", "invoices": "invoiceinformation"}
        field = {"string": "text", "enumeration": "select"}.get(type_, type_)
        body = {"name": name, "label": name, "type": type_, "fieldType": field, "groupName": group[kind]}
        self._caller.call("POST", f"/crm/properties/2026-09/{kind}", body | {"options": listed})

    def undefine(self, kind: str, name: str) -> None:
        """Delete a property."""
        self._caller.call("DELETE", f"/crm/properties/2026-09/{kind}/{name}")

    def draft(self, buyer: tuple[str, str]) -> str:
        """A draft without lines: its id."""
        values = {"hs_currency": "USD", "hs_invoice_status": "draft"}
        return self.create("invoices", values, [(buyer[0], 179), (buyer[1], 177)])

    def reprice(self, invoice: str, price: str) -> None:
        """Change the price of an invoice's first line."""
        self.change("line_items", self._first_line(invoice), price=price)

    def drop_line(self, invoice: str) -> None:
        """Delete an invoice's first line."""
        self._caller.call("DELETE", f"{_CRM}/line_items/{self._first_line(invoice)}")

    def hand_over(self, invoice: str, buyer: tuple[str, str]) -> None:
        """Put another company and its contact on an invoice, in place of those that are on it."""
        for (kind, type_), heir in zip((("companies", 179), ("contacts", 177)), buyer, strict=True):
            path = f"{_CRM}/invoices/{invoice}/associations/{kind}"
            for one in self._caller.call("GET", path)["results"]:
                self._caller.call("DELETE", f"{path}/{one['toObjectId']}")
            type_of = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_}]
            self._caller.call("PUT", f"{path}/{heir}", type_of)

    def archive_payments(self, invoice: str) -> int:
        """Archive all payments of an invoice; returns how many there were."""
        found = self.payments(invoice)
        for one in found:
            self._caller.call("DELETE", f"{_CRM}/commerce_payments/{one}")
        return len(found)

    def payments(self, invoice: str) -> list[str]:
        """The ids of an invoice's payments."""
        found = self._caller.call("GET", f"{_CRM}/invoices/{invoice}/associations/commerce_payments")["results"]
        return [str(one["toObjectId"]) for one in found]

    def _first_line(self, invoice: str) -> str:
        found = self._caller.call("GET", f"{_CRM}/invoices/{invoice}/associations/line_items")["results"]
        return str(found[0]["toObjectId"])

    def sees(self, kind: str, id_: str, name: str) -> str:
        """A value on the record's page."""
        shown = self._caller.call("GET", f"{_CRM}/{kind}/{id_}", query=f"properties={name}")
        return str(shown["properties"][name] or "")

    def finds(self, kind: str, id_: str, name: str) -> str:
        """The same value as HubSpot's search shows it."""
        wanted = {"filterGroups": [{"filters": [{"propertyName": "hs_object_id", "operator": "EQ", "value": id_}]}]}
        (shown,) = self._caller.call("POST", f"{_CRM}/{kind}/search", wanted | {"properties": [name]})["results"]
        return str(shown["properties"][name] or "")

    def create(self, kind: str, values: Json, links: Sequence[tuple[str, int]] = ()) -> str:
        """Make a record, associated with others by type: its id."""
        associations = [
            {"to": {"id": to}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_}]}
            for to, type_ in links
        ]
        made = self._caller.call("POST", f"{_CRM}/{kind}", {"properties": values, "associations": associations})
        return str(made["id"])


class Bookkeeper:
    """Keeps the books, in QuickBooks."""

    def __init__(self, gate: Gate) -> None:
        self._caller = Caller(gate.vendor, gate.vendor.token("bookkeeper"))
        self._path = f"/v3/company/{gate.vendor.sign_in('')['realm_id']}"

    def all(self, entity: str) -> list[Json]:
        """Every record of an entity."""
        text = quote(f"select * from {entity} orderby Id maxresults 1000")
        answer = self._caller.call("GET", f"{self._path}/query", query=f"query={text}&minorversion=75")
        found: list[Json] = answer["QueryResponse"].get(entity, [])
        return found

    def only(self, entity: str) -> Json:
        """The one record of an entity."""
        (found,) = self.all(entity)
        return found

    def change(self, entity: str, row: Json, **values: Any) -> None:
        """Edit some members of an object."""
        self._caller.call("POST", f"{self._path}/{entity.lower()}", {**row, "sparse": True, **values})

    def reprice(self, invoice: Json, price: str) -> None:
        """Change the price of an invoice's first line."""
        lines = [line for line in invoice["Line"] if line["DetailType"] == "SalesItemLineDetail"]
        detail = lines[0]["SalesItemLineDetail"]
        detail["UnitPrice"] = Decimal(price)
        lines[0]["Amount"] = Decimal(price) * detail["Qty"]
        self.change("Invoice", invoice, Line=lines)

    def touch_everything(self) -> None:
        """Save every record once more, with a word changed that does not matter."""
        for entity, name in (("Customer", "Notes"), ("Item", "Description"), ("Invoice", "PrivateNote")):
            for row in self.all(entity):
                self.change(entity, row, **{name: f"{row.get(name, '')} "})

    def receive(self, invoice: Json, amount: str, **more: Any) -> None:
        """Receive a payment for an invoice."""
        linked = [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
        line = {"Amount": Decimal(amount), "LinkedTxn": linked}
        owner = {"CustomerRef": invoice["CustomerRef"], "CurrencyRef": invoice["CurrencyRef"]}
        self.create("Payment", **owner, TotalAmt=Decimal(amount), Line=[line], **more)

    def move_payment(self, invoice: Json) -> None:
        """Apply the one payment there is to another invoice, with all of its amount."""
        payment = self.only("Payment")
        linked = [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
        self.change("Payment", payment, Line=[{"Amount": payment["TotalAmt"], "LinkedTxn": linked}])

    def create(self, entity: str, **values: Any) -> Json:
        """Make an object."""
        made: Json = self._caller.call("POST", f"{self._path}/{entity.lower()}", values)
        return dict(made[entity])

    def deposit(self, payment: Json) -> None:
        """Take a payment to the bank."""
        linked = [{"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}]
        lines = [{"Amount": payment["TotalAmt"], "LinkedTxn": linked}]
        self.create("Deposit", DepositToAccountRef={"value": self.account("Bank")}, Line=lines)

    def account(self, kind: str) -> str:
        """The id of the first account of a type."""
        return next(str(one["Id"]) for one in self.all("Account") if one["AccountType"] == kind)

    def item(self, name: str, **more: Any) -> Json:
        """Make a service that posts to *Services*."""
        (account,) = [one for one in self.all("Account") if one["Name"] == "Services"]
        return self.create("Item", Name=name, Type="Service", IncomeAccountRef={"value": account["Id"]}, **more)

    def bill(self, owner: Json, item: Json, price: str, **more: Any) -> Json:
        """Make an invoice of one line for a customer."""
        detail = {"ItemRef": {"value": item["Id"]}, "Qty": 1, "UnitPrice": Decimal(price)}
        line = {"Amount": Decimal(price), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        values = {"CustomerRef": {"value": owner["Id"]}, "CurrencyRef": owner["CurrencyRef"], "Line": [line]}
        return self.create("Invoice", **values | more)

    def credit(self, invoice: Json, amount: str) -> None:
        """Make a credit memo and apply it to an invoice, by a payment of nothing."""
        line = next(line for line in invoice["Line"] if line["DetailType"] == "SalesItemLineDetail")
        detail = {"ItemRef": line["SalesItemLineDetail"]["ItemRef"], "Qty": 1, "UnitPrice": Decimal(amount)}
        owner = {"CustomerRef": invoice["CustomerRef"]}
        of_memo = {"Amount": Decimal(amount), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        memo = self.create("CreditMemo", **owner, Line=[of_memo])
        applied = [
            {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": one["Id"], "TxnType": type_}]}
            for one, type_ in ((invoice, "Invoice"), (memo, "CreditMemo"))
        ]
        self.create("Payment", **owner, TotalAmt=0, Line=applied)

    def prefer(self, section: str, **values: Any) -> None:
        """Change preferences of the company."""
        preferences = self.only("Preferences")
        self.change("Preferences", preferences, **{section: preferences[section] | values})

    def tax(self, name: str, percent: str) -> None:
        """Set up a sales tax of one rate."""
        agency = self.all("TaxAgency")[0]["Id"]
        rate = {"TaxRateName": name, "RateValue": percent, "TaxAgencyId": agency, "TaxApplicableOn": "Sales"}
        self._caller.call("POST", f"{self._path}/taxservice/taxcode", {"TaxCode": name, "TaxRateDetails": [rate]})

    def delete(self, entity: str, row: Json) -> None:
        """Delete a transaction."""
        self._caller.call("POST", f"{self._path}/{entity.lower()}", row, query="operation=delete")

    def delete_payment(self) -> None:
        """Delete the one payment there is."""
        self.delete("Payment", self.only("Payment"))


class Shop:
    """Everything of one story."""

    def __init__(self, folder: Path, company: Country = "us-manual", wrong: Mapping[str, timedelta] = {}) -> None:
        self.clock = LoopClock(BEGINNING)
        clocks = {name: WrongClock(self.clock, wrong.get(name, timedelta())) for name in (*_URLS, "tieout")}
        pairs = {name: open_pair(clock=clocks[name], random=Random(7), company=company, quotas=False) for name in _URLS}
        pair = Pair(self.clock, pairs["hubspot"].hubspot, pairs["quickbooks"].quickbooks)
        self._pair, self._random = pair, Random(11)
        self._gates = {"hubspot": pair.hubspot, "quickbooks": pair.quickbooks}
        self.hubspot, self.quickbooks = Wire(pair.hubspot), Wire(pair.quickbooks)
        self.seller, self.bookkeeper = Seller(pair.hubspot), Bookkeeper(pair.quickbooks)
        database = Database(None)
        database.migrate()
        self.home = Home(folder, database, MultiFernet([Fernet(Fernet.generate_key())]), clocks["tieout"])

    async def connect(self, *, commit_within: float = 2.0, index_lag: float = 2.0, **chosen: str) -> None:
        """Pair both accounts, from today on; by then HubSpot's search shows what was there before."""
        self.set_hubspot(commit_within_seconds=commit_within, index_lag_seconds=index_lag)
        self.set_quickbooks(commit_within_seconds=commit_within)
        await self.connect_with({})
        settings.change(self.home, _ME, NAME, {"income_account": "Services", **chosen})
        await self.clock.sleep(index_lag + 1)

    async def connect_with(self, hubspot: Json, quickbooks: Json | None = None) -> None:
        """Pair both accounts, with other values in the sign-ins."""
        file = self._pair.sign_in(_URLS["hubspot"], _URLS["quickbooks"])
        file["hubspot"] |= hubspot
        file["quickbooks"] |= quickbooks or {}
        await connect(self.home, _ME, NAME, msgspec.convert(file, SignInFile), transport=self._transport)

    def _transport(self, url: str) -> httpx2.AsyncBaseTransport:
        return self.hubspot if url == _URLS["hubspot"] else self.quickbooks

    def plan(self, side: str, *rules: Json) -> None:
        """What goes wrong from now on at a vendor; nothing without rules."""
        gate = self._gates[side]
        gate.control.faults = decode_plan(msgspec.json.encode({"rules": rules}), check=gate.vendor.fault)

    def set_hubspot(self, **settings_: object) -> None:
        """Change the HubSpot account."""
        self._gates["hubspot"].vendor.patch_company(settings_)

    def set_quickbooks(self, **settings_: object) -> None:
        """Change the QuickBooks company."""
        self._gates["quickbooks"].vendor.patch_company(settings_)

    def dump_quickbooks(self) -> bytes:
        """All that the QuickBooks company holds."""
        return self._gates["quickbooks"].vendor.dump()

    def merge_in_quickbooks(self, entity: str, source: str, target: str) -> None:
        """Merge a record into another, as a person does on QuickBooks' pages."""
        self._gates["quickbooks"].vendor.merge(entity, source, target)

    def load_quickbooks(self, state: bytes) -> None:
        """Put the QuickBooks company back to what it held, as a wipe or a restored backup does."""
        self._gates["quickbooks"].vendor.load(state)

    def overview(self) -> Overview:
        """The company pair at a glance."""
        return overview(self.home, NAME)

    def accept_gone(self) -> int:
        """Say that the records that are gone are gone on purpose; returns how many."""
        return resume(self.home, _ME, NAME, accept_gone=True)

    def since(self, moment: datetime) -> float:
        """Seconds from a moment until now."""
        return (self.clock.now() - moment).total_seconds()

    async def sync(self, *, until_quiet: bool = False, auto_match: bool = True) -> Synced:
        """One pass, or passes until all is quiet; with automatic matching."""
        return await sync(
            self.home,
            _ME,
            NAME,
            until_quiet=until_quiet,
            auto_match=auto_match,
            transport=self._transport,
            random=self._random,
        )

    async def preflight(self) -> list[Check]:
        """What will fail, and what to set."""
        return await preflight(self.home, _ME, NAME, transport=self._transport)

    async def rehearse(self) -> Rehearsal:
        """The whole plan, without writing."""
        return await rehearse(self.home, _ME, NAME, transport=self._transport)

    async def audit(self) -> Audit:
        """What is missing, doubled or different."""
        return await audit(self.home, _ME, NAME, transport=self._transport)

    def cases(self) -> list[Case]:
        """What needs a person."""
        return list_cases(self.home, NAME)

    def warned(self) -> list[Case]:
        """What is in sync with warnings."""
        with self.home.database.read() as tx:
            return cases(tx, connection(tx, NAME), WARNED, ENGLISH)

    def history(self) -> tuple[Happening, ...]:
        """What happened, newest first."""
        return history(self.home, NAME).entries

    def fix(self, fix_: str, *, failure: str | None = None, **values: str) -> None:
        """Apply a fix to the one failure that stands, or to another."""
        if failure is None:
            (case,) = self.cases()
            failure = case.failure.id
        fix(self.home, _ME, NAME, failure, fix_, values=values)

    def leave_out(self, record: str, *, include: bool = False) -> None:
        """Leave a record out, or take it in again."""
        exclude(self.home, _ME, NAME, record, include=include)

    def undo(self, what: str, *, preview: bool = False) -> Undo:
        """Take back one write, or `first-sync`."""
        return take_back(self.home, _ME, NAME, what, preview=preview)

    async def sign(self, day: date) -> bool:
        """Sign the tie-out of a day, if it ties out."""
        proved = await prove_day(self.home, _ME, NAME, day, sign=True, transport=self._transport)
        return proved.signed

    def wrote(self, what: str) -> str:
        """The id of the newest write that the history tells like this."""
        return next(one.id for one in self.history() if one.what == what and one.state == "done")

    def set(self, **given: str) -> None:
        """Change settings."""
        settings.change(self.home, _ME, NAME, given)

    async def map(self, crm: str, books: str, **more: Any) -> mapping.Field:
        """Map a property of HubSpot's to a field of QuickBooks'."""
        return await mapping.add(self.home, _ME, NAME, mapping.New(crm, books, **more), transport=self._transport)

    def remap(self, field: str, **more: Any) -> mapping.Field:
        """Change which way a field flows, or who wins."""
        return mapping.change(self.home, _ME, NAME, field, **more)

    def unmap(self, field: str) -> None:
        """Take a mapping out."""
        mapping.remove(self.home, _ME, NAME, field)

    async def filter(self, side: str, field: str, test: str, *values: str, preview: bool = False) -> filters.Counted:
        """Set a filter, or count what it would let pass."""
        asked = filters.Asked(side, field, test, values)
        return await filters.add(self.home, _ME, NAME, asked, preview=preview, transport=self._transport)

    def settings(self) -> dict[str, str]:
        """All settings."""
        return {one.key: one.value for one in settings.settings(self.home, _ME, NAME)}

    @contextmanager
    def nothing_is_written(self) -> Iterator[None]:
        """Hold that in the meantime nothing is written on either side, annotations aside."""
        before = len(self.hubspot.sent), len(self.quickbooks.sent)
        yield
        written = self.hubspot.writes(after=before[0]) + self.quickbooks.writes(after=before[1])
        assert not written, written

    async def ends_well(self) -> None:
        """One more sync writes nothing, annotations included; and both sides tie out."""
        again = await self.sync(until_quiet=True)
        assert again.operations == {
            "crm": {"create": 0, "update": 0, "void": 0, "annotate": 0},
            "books": {"create": 0, "update": 0, "void": 0},
        }
        proof = await prove(self.home, _ME, NAME, transport=self._transport)
        assert proof.ties_out, proof
