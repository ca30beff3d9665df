"""What a plain script does with both vendors' own clients, one record for each call: `python -m bench.plain`.

It knows nothing of journals, pairs or changes: it reads invoice after invoice, line after line, and makes on the other
side what is to be there. The same work is done by `tieout sync`; what both took is compared.
"""

import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
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
from bench.command import sandbox, tieout
from bench.loading import Bookkeeper, Seller
from bench.sales import HOME, Line, Sale
from bench.vendors import HubSpot
from bench.vendors import QuickBooks as QuickBooksApi
from quickbooks import QuickBooks

_HOME_INVOICES, _ABROAD_INVOICES, _LINES, _CUSTOMERS, _ITEMS = 400, 200, 20, 100, 300
_INVOICE_TO_CONTACT, _INVOICE_TO_COMPANY, _LINE_TO_INVOICE, _CONTACT_TO_COMPANY = 177, 179, 410, 1


class Cost(NamedTuple):
    """What it took. records: made on the other side; lines are records in HubSpot."""

    seconds: float
    calls: int
    records: int


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


def compare() -> tuple[Cost, Cost]:
    """What the plain script and what Tieout took for the same work, on sandboxes without quotas."""
    return _plain(), _tieout()


def _plain() -> Cost:
    with sandbox("--company", "uk", "--no-quotas") as sign_in:
        seller, bookkeeper, hubspot_, quickbooks = _loaded(sign_in)
        marks = [len(hubspot_.caller.log()), len(quickbooks.caller.log())]
        begun = time.monotonic()
        script = Plain(sign_in)
        script.to_quickbooks(list(seller.ids.values()))
        script.to_hubspot(list(bookkeeper.ids.values()))
        seconds = time.monotonic() - begun
        made = len(hubspot_.caller.log()) + len(quickbooks.caller.log()) - sum(marks)
        return Cost(seconds, made, script.records)


def _tieout() -> Cost:
    with sandbox("--company", "uk", "--no-quotas") as sign_in, tempfile.TemporaryDirectory() as folder:
        _, _, hubspot_, quickbooks = _loaded(sign_in)
        file, home = Path(folder) / "sign-in.json", Path(folder) / "home"
        file.write_bytes(msgspec.json.encode(sign_in))
        tieout(home, "connect", retail.SHOP, "--from", str(file))
        tieout(home, "set", retail.SHOP, *retail.SETTINGS)
        marks = [len(hubspot_.caller.log()), len(quickbooks.caller.log())]
        ran = tieout(home, "sync", retail.SHOP, "--until-quiet", "--auto-match")
        made = len(hubspot_.caller.log()) + len(quickbooks.caller.log()) - sum(marks)
        operations = ran.answer["operations"]
        lines = _ABROAD_INVOICES * _LINES  # one operation makes the lines of several copies
        return Cost(ran.seconds, made, operations["crm"]["create"] + operations["books"]["create"] + lines)


def _loaded(sign_in: Mapping[str, Any]) -> tuple[Seller, Bookkeeper, HubSpot, QuickBooksApi]:
    """Both sides with their own invoices; the customers of those made in QuickBooks are in HubSpot too."""
    hubspot_, quickbooks = HubSpot(sign_in["hubspot"]), QuickBooksApi(sign_in["quickbooks"])
    seller, bookkeeper = Seller(hubspot_), Bookkeeper(quickbooks)
    abroad = [_sale(place, "France") for place in range(_HOME_INVOICES, _HOME_INVOICES + _ABROAD_INVOICES)]
    seller.sell([_sale(place, HOME) for place in range(_HOME_INVOICES)])
    seller.introduce([sale.customer for sale in abroad])
    bookkeeper.book(abroad, {})
    return seller, bookkeeper, hubspot_, quickbooks


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
    for who, cost in zip(("plain script", "tieout"), compare(), strict=True):
        rate = cost.records / cost.seconds
        each = cost.calls / cost.records
        sys.stdout.write(
            f"{who}: {cost.records} records, {cost.calls} calls, {rate:.1f} records/s, {each:.3f} calls each\n"
        )
