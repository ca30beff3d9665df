"""The demo's seeds: a company that has kept HubSpot and QuickBooks side by side, by hand.

Everything is made through the vendors' own APIs. The two lists overlap as in life, and a first sync meets each failure
that HubSpot's article on its QuickBooks data sync knows of, but the edit in QuickBooks, which needs an invoice that was
synced before; the tables say where. Around them stands a crowd in which nothing is wrong (`crowd`). Names, amounts and
days (counted from the clock's today) are always the same.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from tieout.sandbox import crowd
from tieout.sandbox.caller import Caller, Refused
from tieout.sandbox.cast import Buyer, Line, Product, Sale
from tieout.sandbox.clock import Clock
from tieout.sandbox.quickbooks.regimes import Country
from tieout.sandbox.vendor import Vendor

_CRM = "/crm/objects/2026-09"
_BATCH = 30
"""Documents that QuickBooks takes in one batch."""


_BUYERS: Mapping[str, Buyer] = {
    "nova": Buyer(
        "Nova Ltd",
        [("Ben", "Ode", "ben@nova.example"), ("Mia", "Stone", "mia@nova.example")],
        "Leeds",
        [("Nova Limited", "ben@nova.example")],
    ),
    # The same person with another e-mail: no certain customer.
    "ana": Buyer(None, [("Ana", "Ruiz", "ana@crm.example")], "Bath", [("Ana Ruiz", "ana.ruiz@books.example")]),
    # The name belongs to a vendor in QuickBooks: a duplicate display name.
    "bo": Buyer("Bo Li", [("Bo", "Li", "bo@boli.example")], "York"),
    "harbour": Buyer(
        "Harbour Foods", [("Tom", "Hale", "tom@harbour.example")], "Hull", [("Harbor Foods", "tom@harbour.example")]
    ),
    # Two customers with one e-mail: which one is a person's question.
    "lumen": Buyer(
        "Lumen Partners",
        [("Eva", "Lund", "eva@lumen.example")],
        "Bristol",
        [("Lumen Partners", "eva@lumen.example"), ("Lumen Partners (old)", "eva@lumen.example")],
    ),
    "orchard": Buyer(
        "Orchard Clinic", [("Sam", "Reed", "sam@orchard.example")], "Derby", [("Orchard Clinic", "sam@orchard.example")]
    ),
    "fenwick": Buyer(
        "Fenwick Studio", [("Lea", "Fenwick", "lea@fenwick.example")], "Oxford", [("Fenwick", "lea@fenwick.example")]
    ),
    # The same name with another e-mail: proposed, never certain.
    "marisol": Buyer(
        "Marisol Garden",
        [("Sol", "Vega", "sol@marisol.example")],
        "Exeter",
        [("Marisol Garden", "office@marisol-garden.example")],
    ),
    "ines": Buyer(
        None, [("Ines", "Duarte", "ines@duarte.example")], "Truro", [("Duarte, Ines", "ines@duarte.example")]
    ),
    "quill": Buyer("Quill & Sons", [("Max", "Quill", "max@quill.example")], "Durham"),
    "tidewater": Buyer("Tidewater Cafe", [("Joy", "Park", "joy@tidewater.example")], "Deal"),
    "ole": Buyer("Café Olé", [("Zoë", "Núñez", "zoe@cafe-ole.example")], "Brighton"),
}

_ONLY_IN_BOOKS = ("Walk-in sales", "desk@walk-in.example")

_PRODUCTS: Mapping[str, Product] = {
    "CONS-1": Product("Consulting", "100.00", "Consulting"),
    "ADV-1": Product("Advice", "120.00", "Advice"),
    "RET-1": Product("Retainer", "200.00", "Retainer"),
    "WEB-10": Product("Website care", "45.00", "Website maintenance"),
    "LOGO-2": Product("Logo design", "350.00", "Logo design"),
    "PRINT-A3": Product("Poster A3", "12.50", "A3 poster"),
    "HOST-1": Product("Hosting", "19.99", "Hosting"),
    "BACK-7": Product("Photo backdrop", "80.00", "Photo backdrop", active=False),
    "TRAIN-1": Product("Training day", "640.00", None),
    "STICK-50": Product("Sticker pack", "3.20", None),
}

_WANTS_SERVICE_DATE = "RET-1"
_NUMBER_TAKEN = "orchard advice"
_LONG_AGO = "closed period"

_SALES: Mapping[str, Sale] = {
    "care": Sale("nova", -3, [Line("CONS-1", "2"), Line("WEB-10", "1")]),
    "logo": Sale("nova", -2, [Line("LOGO-2", "1")], contact=1),
    "another e-mail": Sale("ana", -1, [Line("CONS-1", "1")]),
    "name of a vendor": Sale("bo", -1, [Line("PRINT-A3", "40")]),
    "hosting": Sale("harbour", -5, [Line("HOST-1", "12")]),
    "half a day": Sale("harbour", 0, [Line("CONS-1", "3.5")]),
    "two customers": Sale("lumen", -2, [Line("ADV-1", "2")]),
    "service date": Sale("orchard", -6, [Line("RET-1", "1")]),
    "service date again": Sale("fenwick", -4, [Line("RET-1", "1"), Line("WEB-10", "2")]),
    "training": Sale("quill", 0, [Line("TRAIN-1", "1")]),
    "stickers": Sale("tidewater", -1, [Line("STICK-50", "31", price="1.59")]),
    "name alone": Sale("marisol", -3, [Line("WEB-10", "6")]),
    "posters": Sale("quill", 0, [Line("LOGO-2", "1"), Line("PRINT-A3", "100", price="11.75")]),
    "opening": Sale("ole", -1, [Line("STICK-50", "250"), Line("PRINT-A3", "8")]),
    "a quarter": Sale("ines", -2, [Line("CONS-1", "0.75")]),
    _NUMBER_TAKEN: Sale("orchard", -1, [Line("ADV-1", "1")]),
    "inactive item": Sale("fenwick", -1, [Line("BACK-7", "1")]),
    "last month": Sale("orchard", -31, [Line("HOST-1", "1")]),
    _LONG_AGO: Sale("harbour", -400, [Line("ADV-1", "1")]),
    "typed twice": Sale("nova", -8, [Line("CONS-1", "4")]),
    "given up": Sale("tidewater", -7, [Line("STICK-50", "10")], status="voided"),
    "discount": Sale("fenwick", 0, [Line("WEB-10", "3", discount="10")]),
    "a tax nobody mapped": Sale("ines", 0, [Line("PRINT-A3", "4", taxed=True)]),
    "draft without customer": Sale(
        "ana", 0, [Line("TRAIN-1", "1"), Line(None, "1", price="75.00", text="Travel")], status="draft", contact=None
    ),
    "draft that is ready": Sale("orchard", 0, [Line("CONS-1", "2")], status="draft"),
}

_ALL_BUYERS = {**_BUYERS, **crowd.buyers()}
_ALL_PRODUCTS = {**_PRODUCTS, **crowd.products()}

_RATE_ID = "8001"
_RATE = {"id": _RATE_ID, "name": "City tax", "label": "City tax 8%", "percentageRate": 8}


_OUTSIDE_TAX: Mapping[Country, str] = {"uk": "No VAT", "fr": "Hors champ"}
"""Company → the code for what is outside the scope of tax, where each line names a code."""


def plant(hubspot: Vendor, quickbooks: Vendor, *, clock: Clock, company: Country) -> None:
    """Fill two new, empty sandboxes of this company, whose quotas are off. Raises Refused if a seed is refused."""
    today = clock.now().date()
    numbers = _Crm(hubspot, today).plant()
    _Books(quickbooks, today, untaxed=_OUTSIDE_TAX.get(company)).plant(taken=numbers[_NUMBER_TAKEN])


class _Crm:
    """HubSpot's half, in the currency of its account."""

    def __init__(self, hubspot: Vendor, today: date) -> None:
        self._caller = Caller(hubspot, hubspot.token("seller"))
        self._today = today
        hubspot.patch_company({"tax_rates": [_RATE]})
        self._currency = hubspot.company()["currencies"][0]

    def plant(self) -> dict[str, str]:
        """Make everything; return the number of each invoice by its name in the table, "" for a draft."""
        buyers = {key: self._buyer(buyer) for key, buyer in _ALL_BUYERS.items()}
        products = {
            sku: self._create("products", {"name": product.name, "hs_sku": sku, "price": product.price})
            for sku, product in _ALL_PRODUCTS.items()
        }
        sales = {**_SALES, **crowd.sales()}
        return {name: self._sale(sale, *buyers[sale.buyer], products) for name, sale in sales.items()}

    def _buyer(self, buyer: Buyer) -> tuple[str | None, list[str]]:
        """Return the ids of the company and of its contacts."""
        company = None
        links: list[dict[str, Any]] = []
        if buyer.company is not None:
            domain = buyer.contacts[0][2].partition("@")[2]
            company = self._create("companies", {"name": buyer.company, "domain": domain, "city": buyer.city})
            links = [_link(company, 1)]
        contacts = [
            self._create("contacts", {"firstname": first, "lastname": last, "email": email, "city": buyer.city}, links)
            for first, last, email in buyer.contacts
        ]
        return company, contacts

    def _sale(self, sale: Sale, company: str | None, contacts: list[str], products: Mapping[str, str]) -> str:
        links = [_link(self._line(line, products), 409) for line in sale.lines]
        if sale.contact is not None:
            links.append(_link(contacts[sale.contact], 177))
            if company is not None:
                links.append(_link(company, 179))
        day = self._today + timedelta(days=sale.day)
        values = {
            "hs_currency": self._currency,
            "hs_invoice_status": "draft",
            "hs_invoice_date": f"{day}T12:00:00Z",
            "hs_due_date": f"{day + timedelta(days=30)}T12:00:00Z",
        }
        invoice = self._create("invoices", values, links)
        for status in ("open", "voided"):
            if sale.status == status or (status == "open" and sale.status == "voided"):
                self._caller.call("PATCH", f"{_CRM}/invoices/{invoice}", {"properties": {"hs_invoice_status": status}})
        read = self._caller.call("GET", f"{_CRM}/invoices/{invoice}", query="properties=hs_number")
        return str(read["properties"]["hs_number"] or "")

    def _line(self, line: Line, products: Mapping[str, str]) -> str:
        values: dict[str, str | None] = {
            "hs_product_id": None if line.sku is None else products[line.sku],
            "name": line.text,
            "quantity": line.quantity,
            "price": line.price,
            "hs_discount_percentage": line.discount,
            "hs_tax_rate_group_id": _RATE_ID if line.taxed else None,
        }
        return self._create("line_items", {name: value for name, value in values.items() if value is not None})

    def _create(self, kind: str, values: Mapping[str, str], links: Sequence[Mapping[str, Any]] = ()) -> str:
        made = self._caller.call("POST", f"{_CRM}/{kind}", {"properties": values, "associations": links})
        return str(made["id"])


def _link(to: str, type_id: int) -> dict[str, Any]:
    return {
        "to": {"id": to},
        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}],
    }


class _Books:
    """QuickBooks' half, in the company's own currency; sales are outside VAT where the company has it."""

    def __init__(self, quickbooks: Vendor, today: date, *, untaxed: str | None) -> None:
        self._vendor = quickbooks
        self._caller = Caller(quickbooks, quickbooks.token("bookkeeper"))
        self._path = f"/v3/company/{quickbooks.sign_in('http://quickbooks')['realm_id']}"
        self._today = today
        self._vat_code: str | None = None
        if untaxed is not None:
            codes = self._select("select * from TaxCode", "TaxCode")
            self._vat_code = next(code["Id"] for code in codes if code["Name"] == untaxed)

    def plant(self, *, taken: str) -> None:
        """Make everything. taken: a number of HubSpot's that a credit memo here holds already."""
        names = [_ONLY_IN_BOOKS, *(customer for buyer in _ALL_BUYERS.values() for customer in buyer.books)]
        made = self._create(
            ("Vendor", _person("Bo Li", "bo@boli.example")), *(("Customer", _person(*name)) for name in names)
        )
        customers = {row["DisplayName"]: row["Id"] for row in made}
        items = self._items()
        self._vendor.patch_company({"custom_transaction_numbers": True})
        self._create(
            ("CreditMemo", self._sale(customers["Walk-in sales"], taken, -20, (items["ADV-1"], "1", "60.00"))),
            ("Invoice", self._sale(customers["Nova Limited"], "1042", -6, (items["CONS-1"], "4", "100.00"))),
            ("Invoice", self._sale(customers["Orchard Clinic"], "1043", -40, (items["LOGO-2"], "1", "350.00"))),
        )
        closed = self._today + timedelta(days=_SALES[_LONG_AGO].day + 15)
        self._vendor.patch_company({"service_date_items": [items[_WANTS_SERVICE_DATE]], "closing_date": str(closed)})

    def _items(self) -> dict[str, str]:
        found = self._select("select * from Account where AccountType = 'Income'", "Account")
        account = next((row for row in found if row["AccountSubType"] == "ServiceFeeIncome"), found[0])
        known = {sku: product for sku, product in _ALL_PRODUCTS.items() if product.books is not None}
        made = self._create(
            *(
                (
                    "Item",
                    {
                        "Name": product.books,
                        "Sku": sku,
                        "Type": "Service",
                        "UnitPrice": Decimal(product.price),
                        "IncomeAccountRef": {"value": account["Id"]},
                    },
                )
                for sku, product in known.items()
            )
        )
        self._create(
            *(
                ("Item", {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, "Active": False})
                for row in made
                if not known[row["Sku"]].active
            ),
            operation="update",
        )
        return {row["Sku"]: row["Id"] for row in made}

    def _sale(self, customer: str, number: str, day: int, sold: tuple[str, str, str]) -> dict[str, Any]:
        item, quantity, price = sold[0], Decimal(sold[1]), Decimal(sold[2])
        detail: dict[str, Any] = {"ItemRef": {"value": item}, "Qty": quantity, "UnitPrice": price}
        document = {
            "CustomerRef": {"value": customer},
            "DocNumber": number,
            "TxnDate": str(self._today + timedelta(days=day)),
            "Line": [{"DetailType": "SalesItemLineDetail", "Amount": quantity * price, "SalesItemLineDetail": detail}],
        }
        if self._vat_code is not None:
            detail["TaxCodeRef"] = {"value": self._vat_code}
            document["GlobalTaxCalculation"] = "TaxExcluded"
        return document

    def _select(self, text: str, entity: str) -> list[dict[str, Any]]:
        answer = self._caller.call("GET", f"{self._path}/query", query=f"query={quote(text)}&minorversion=75")
        rows: list[dict[str, Any]] = answer["QueryResponse"].get(entity, [])
        return rows

    def _create(self, *documents: tuple[str, Mapping[str, Any]], operation: str = "create") -> list[dict[str, Any]]:
        """Send (entity, document) in batches; return what came of them, in their order. Raises Refused."""
        made: list[dict[str, Any]] = []
        for start in range(0, len(documents), _BATCH):
            made += self._batch(documents[start : start + _BATCH], operation)
        return made

    def _batch(self, documents: Sequence[tuple[str, Mapping[str, Any]]], operation: str) -> list[dict[str, Any]]:
        requests = [
            {"bId": str(index), "operation": operation, entity: document}
            for index, (entity, document) in enumerate(documents)
        ]
        path = f"{self._path}/batch"
        answer = self._caller.call("POST", path, {"BatchItemRequest": requests}, query="minorversion=75")
        answers = {int(part["bId"]): part for part in answer["BatchItemResponse"]}
        for part in answers.values():
            if "Fault" in part:
                raise Refused(f"A seed was refused: {part['Fault']}")
        return [answers[index][entity] for index, (entity, _) in enumerate(documents)]


def _person(name: str, email: str) -> dict[str, Any]:
    return {"DisplayName": name, "PrimaryEmailAddr": {"Address": email}}
