"""What a plain script does with both vendors' own clients, one record for each call: `python -m bench.plain`.

It knows nothing of journals, pairs or changes: it reads invoice after invoice, line after line, and makes on the other
side what is to be there. The same work is done by `tieout sync`; what both took is compared: on loopback, where a call
costs next to nothing, and with a tenth of the work where every call is answered later, as by a vendor.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from hubspot.crm import objects
from intuitlib.client import AuthClient
from quickbooks.objects import (
    Account,
    Customer,
    EmailAddress,
    Invoice,
    Item,
    Ref,
    SalesItemLine,
    SalesItemLineDetail,
    TaxCode,
)

import hubspot
from bench import retail
from bench.command import sandbox, set_index_lag, tieout
from bench.loading import Bookkeeper, Seller
from bench.sales import HOME, Line, Sale
from bench.vendors import HubSpot
from bench.vendors import QuickBooks as QuickBooksApi
from quickbooks import QuickBooks

NEAR = (400, 200, 0.0)
FAR = (40, 20, 0.05)
"""Invoices made in HubSpot, in QuickBooks, and the seconds after which a call is answered."""
_LINES, _CUSTOMERS, _ITEMS = 20, 100, 300
_INVOICE_TO_CONTACT, _INVOICE_TO_COMPANY, _LINE_TO_INVOICE, _CONTACT_TO_COMPANY = 177, 179, 410, 1


class Cost(NamedTuple):
    """What it took. records: made on the other side; lines are records in HubSpot."""

    seconds: float
    calls: int
    records: int

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds

    @property
    def each(self) -> float:
        """Calls for each record."""
        return self.calls / self.records


class Plain:
    """A script on one HubSpot account and one QuickBooks company."""

    def __init__(self, sign_in: Mapping[str, Any]) -> None:
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        crm, books = sign_in["hubspot"], sign_in["quickbooks"]
        self._hubspot = hubspot.Client.create(access_token=crm["access_token"], host=crm["base_url"])
        auth = AuthClient(
            books["client_id"],
            books["client_secret"],
            "http://127.0.0.1/callback",
            books["discovery_url"],
            access_token=books["access_token"],
            refresh_token=books["refresh_token"],
        )
        self._quickbooks = QuickBooks(
            auth_client=auth, refresh_token=auth.refresh_token, company_id=books["realm_id"], minorversion=75
        )
        self._quickbooks.api_url_v3 = f"{books['base_url']}/v3"
        self._income = Account.filter(Name="Sales of Product Income", qb=self._quickbooks)[0].to_ref()
        self._untaxed = _ref(TaxCode.filter(Name="No VAT", qb=self._quickbooks)[0].Id)
        self._customers: dict[str, Ref] = {}
        self._items: dict[str, Ref] = {}
        self.records = 0

    def to_quickbooks(self, invoices: Sequence[str]) -> None:
        """Make each of HubSpot's invoices in QuickBooks, with the customer and the items that it needs."""
        for id_ in invoices:
            number = self._read("invoices", id_, "hs_number", "hs_invoice_date")
            form = Invoice()
            form.CustomerRef = self._customer(self._linked("invoices", id_, "companies")[0])
            form.DocNumber = number["hs_number"]
            form.TxnDate = str(number["hs_invoice_date"])[:10]
            form.Line = [self._line(line) for line in self._linked("invoices", id_, "line_items")]
            form.save(qb=self._quickbooks)
            self.records += 1

    def to_hubspot(self, invoices: Sequence[str]) -> None:
        """Make a copy of each of QuickBooks' invoices in HubSpot, line by line."""
        for id_ in invoices:
            form = Invoice.get(id_, qb=self._quickbooks)
            customer = Customer.get(form.CustomerRef.value, qb=self._quickbooks)
            company = self._search("companies", "name", customer.CompanyName)
            contact = self._search("contacts", "email", customer.PrimaryEmailAddr.Address)
            links = [_link(contact, _INVOICE_TO_CONTACT), _link(company, _INVOICE_TO_COMPANY)]
            head = {
                "hs_invoice_billable": "false",
                "hs_currency": "GBP",
                "hs_invoice_date": f"{form.TxnDate}T12:00:00Z",
            }
            made = self._make("invoices", head, links)
            for line in form.Line:
                if line.DetailType == "SalesItemLineDetail":
                    detail = line.SalesItemLineDetail
                    own = {"name": line.Description, "quantity": str(detail.Qty), "price": str(detail.UnitPrice)}
                    self._make("line_items", own, [_link(made, _LINE_TO_INVOICE)])
            last = {"hs_number": form.DocNumber, "hs_amount_billed": str(form.TotalAmt), "hs_invoice_status": "open"}
            self._hubspot.crm.objects.basic_api.update(
                "invoices", made, objects.SimplePublicObjectInput(properties=last)
            )

    def _line(self, id_: str) -> SalesItemLine:
        shown = self._read("line_items", id_, "name", "hs_sku", "quantity", "price")
        line = SalesItemLine()
        line.Description = shown["name"]
        line.Amount = float(round(Decimal(shown["quantity"]) * Decimal(shown["price"]), 2))
        line.SalesItemLineDetail = SalesItemLineDetail()
        line.SalesItemLineDetail.ItemRef = self._item(shown["name"], shown["hs_sku"])
        line.SalesItemLineDetail.Qty = float(shown["quantity"])
        line.SalesItemLineDetail.UnitPrice = float(shown["price"])
        line.SalesItemLineDetail.TaxCodeRef = self._untaxed
        return line

    def _customer(self, company: str) -> Ref:
        if company not in self._customers:
            name = self._read("companies", company, "name")["name"]
            person = self._read("contacts", self._linked("companies", company, "contacts")[0], "email")
            found = Customer.filter(DisplayName=name, qb=self._quickbooks)
            if not found:
                customer = Customer()
                customer.DisplayName = customer.CompanyName = name
                customer.PrimaryEmailAddr = EmailAddress()
                customer.PrimaryEmailAddr.Address = person["email"]
                found = [customer.save(qb=self._quickbooks)]
                self.records += 1
            self._customers[company] = _ref(found[0].Id)
        return self._customers[company]

    def _item(self, name: str, sku: str) -> Ref:
        if sku not in self._items:
            found = Item.filter(Sku=sku, qb=self._quickbooks)
            if not found:
                item = Item()
                item.Name, item.Sku, item.Type, item.IncomeAccountRef = name, sku, "Service", self._income
                found = [item.save(qb=self._quickbooks)]
                self.records += 1
            self._items[sku] = _ref(found[0].Id)
        return self._items[sku]

    def _read(self, type_: str, id_: str, *names: str) -> dict[str, str]:
        found = self._hubspot.crm.objects.basic_api.get_by_id(type_, id_, properties=list(names))
        return dict(found.properties)

    def _linked(self, type_: str, id_: str, to: str) -> list[str]:
        page = self._hubspot.crm.associations.v4.basic_api.get_page(type_, id_, to, limit=500)
        return [str(one.to_object_id) for one in page.results]

    def _search(self, type_: str, name: str, value: str) -> str:
        same = {"propertyName": name, "operator": "EQ", "value": value}
        wanted = objects.PublicObjectSearchRequest(filter_groups=[{"filters": [same]}], limit=1)
        return str(self._hubspot.crm.objects.search_api.do_search(type_, wanted).results[0].id)

    def _make(self, type_: str, properties: Mapping[str, str], links: Sequence[object]) -> str:
        wanted = objects.SimplePublicObjectInputForCreate(properties=dict(properties), associations=list(links))
        self.records += 1
        return str(self._hubspot.crm.objects.basic_api.create(type_, wanted).id)


def compare(home: int, abroad: int, delay: float) -> tuple[Cost, Cost]:
    """What the plain script and what Tieout took for the same work.

    home, abroad: invoices made in HubSpot and in QuickBooks. delay: seconds after which a call is answered.
    """
    with _loaded(home, abroad, delay) as shop:
        script = Plain(shop.sign_in)
        begun = time.monotonic()
        script.to_quickbooks(shop.home)
        script.to_hubspot(shop.abroad)
        plain = Cost(time.monotonic() - begun, shop.calls(), script.records)
    with _loaded(home, abroad, delay) as shop, tempfile.TemporaryDirectory() as folder:
        file, place = Path(folder) / "sign-in.json", Path(folder) / "home"
        file.write_bytes(msgspec.json.encode(shop.sign_in))
        tieout(place, "connect", retail.SHOP, "--from", str(file))
        tieout(place, "set", retail.SHOP, *retail.SETTINGS)
        shop.mark()
        ran = tieout(place, "sync", retail.SHOP, "--auto-match")
        operations = ran.answer["operations"]
        lines = abroad * _LINES  # one operation makes the lines of several copies
        made = operations["crm"]["create"] + operations["books"]["create"] + lines
        return plain, Cost(ran.seconds, shop.calls(), made)


class _Shop:
    """Both sides with their own invoices. home, abroad: their ids in HubSpot and in QuickBooks."""

    def __init__(self, sign_in: Mapping[str, Any], home: int, abroad: int) -> None:
        self.sign_in = sign_in
        self._vendors = HubSpot(sign_in["hubspot"]), QuickBooksApi(sign_in["quickbooks"])
        seller, bookkeeper = Seller(self._vendors[0]), Bookkeeper(self._vendors[1])
        theirs = [_sale(place, "France") for place in range(home, home + abroad)]
        seller.sell([_sale(place, HOME) for place in range(home)])
        seller.introduce([sale.customer for sale in theirs])
        bookkeeper.book(theirs, {})
        self.home, self.abroad = list(seller.ids.values()), list(bookkeeper.ids.values())
        self._marks = self._logged()

    def answer_later(self, seconds: float) -> None:
        """Let every call be answered so much later."""
        for vendor in self._vendors:
            vendor.caller.call("PUT", "/_sandbox/faults", {"rules": [{"do": "delay", "with": {"seconds": seconds}}]})

    def mark(self) -> None:
        """Count calls from now on."""
        self._marks = self._logged()

    def calls(self) -> int:
        """How many calls both vendors got since the mark."""
        return self._logged() - self._marks

    def _logged(self) -> int:
        return sum(len(vendor.caller.log()) for vendor in self._vendors)


@contextmanager
def _loaded(home: int, abroad: int, delay: float) -> Iterator[_Shop]:
    """A shop whose customers of QuickBooks' invoices are in HubSpot too."""
    with sandbox("--company", "uk", "--no-quotas") as sign_in:
        set_index_lag(sign_in, 0)
        shop = _Shop(sign_in, home, abroad)
        if delay:
            shop.answer_later(delay)
        yield shop


def _sale(place: int, country: str) -> Sale:
    lines = tuple(
        Line(f"SKU{item}", f"Article {item}", Decimal(1 + item % 7), Decimal(199 + item).scaleb(-2))
        for item in ((place * 7 + offset * 13) % _ITEMS for offset in range(_LINES))
    )
    # Customers with even numbers bear the same name on both sides.
    customer = str((20000 if country == HOME else 30000) + 6 * (place % _CUSTOMERS))
    return Sale(str(900000 + place), date(2026, 1, 1 + place % 28), customer, country, lines)


def _ref(id_: str) -> Ref:
    ref = Ref()
    ref.value = id_
    return ref


def _link(id_: str, type_: int) -> dict[str, object]:
    return {"to": {"id": id_}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_}]}


if __name__ == "__main__":
    for where, work in (("near", NEAR), ("far", FAR)):
        for who, cost in zip(("plain script", "tieout"), compare(*work), strict=True):
            sys.stdout.write(
                f"{where}, {who}: {cost.records} records, {cost.calls} calls, "
                f"{cost.rate:.1f} records/s, {cost.each:.3f} calls each\n"
            )
