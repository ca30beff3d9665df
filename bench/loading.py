"""A seller and a bookkeeper type a retailer's sales in, through the vendors' public APIs.

The seller makes each invoice of a customer at home in HubSpot and finalizes it; one without a customer stays a draft.
The bookkeeper makes the sales abroad and all credit notes in QuickBooks, where customers bear the same names and
mailboxes as in HubSpot.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bench.sales import Line, Sale
from bench.vendors import HubSpot, Json, QuickBooks

_CONTACT_TO_COMPANY = 1
_INVOICE_TO_CONTACT, _INVOICE_TO_COMPANY, _LINE_TO_INVOICE = 177, 179, 410
_TERM = timedelta(days=30)
_PENNY = Decimal("0.01")
_NOBODY = "Counter sales"
_NAME_LIMIT = 100


class Seller:
    """Works in HubSpot. numbers: HubSpot's id of each invoice by the number that the file gives it."""

    def __init__(self, hubspot: HubSpot) -> None:
        self._hubspot = hubspot
        self._customers: dict[str, tuple[str, str]] = {}
        self.numbers: dict[str, str] = {}
        self.lines = 0

    def sell(self, sales: Sequence[Sale]) -> None:
        """Make the invoices of customers at home, and the drafts. Raises VendorRefused."""
        mine = [sale for sale in sales if sale.is_sold_at_home or sale.is_draft]
        self._introduce([sale.customer for sale in mine if sale.is_sold_at_home])
        ids = self._hubspot.create("invoices", [self._invoice(sale) for sale in mine])
        self.numbers |= {sale.number: id_ for sale, id_ in zip(mine, ids, strict=True)}
        lines = [_hubspot_line(line, id_) for sale, id_ in zip(mine, ids, strict=True) for line in sale.lines]
        self._hubspot.create("line_items", lines)
        self.lines += len(lines)
        self._hubspot.update(
            "invoices", {self.numbers[sale.number]: {"hs_invoice_status": "open"} for sale in mine if not sale.is_draft}
        )

    def _introduce(self, customers: Iterable[str]) -> None:
        new = [customer for customer in dict.fromkeys(customers) if customer not in self._customers]
        companies = self._hubspot.create("companies", [{"properties": {"name": name(one)}} for one in new])
        people = [
            {
                "properties": {"email": mailbox(customer), "firstname": "Buyer", "lastname": customer},
                "associations": [(company, _CONTACT_TO_COMPANY)],
            }
            for customer, company in zip(new, companies, strict=True)
        ]
        contacts = self._hubspot.create("contacts", people)
        self._customers |= dict(zip(new, zip(companies, contacts, strict=True), strict=True))

    def _invoice(self, sale: Sale) -> Json:
        associations = []
        if sale.is_sold_at_home:
            company, contact = self._customers[sale.customer]
            associations = [(contact, _INVOICE_TO_CONTACT), (company, _INVOICE_TO_COMPANY)]
        properties = {
            "hs_currency": "GBP",
            "hs_title": sale.number,
            "hs_invoice_date": _midnight(sale.day),
            "hs_due_date": _midnight(sale.day + _TERM),
        }
        return {"properties": properties, "associations": associations}


class Bookkeeper:
    """Works in QuickBooks. numbers: QuickBooks' id of each invoice made there, by its number."""

    def __init__(self, quickbooks: QuickBooks) -> None:
        self._quickbooks = quickbooks
        self._customers: dict[str, str] = {}
        self._items: dict[str, str] = {}
        self._item_names: set[str] = set()
        self._untaxed = next(code["Id"] for code in quickbooks.all("TaxCode") if code["Name"] == "No VAT")
        self._income = next(
            account["Id"] for account in quickbooks.all("Account") if account["Name"] == "Sales of Product Income"
        )
        self.numbers: dict[str, str] = {}

    def book(self, sales: Sequence[Sale]) -> None:
        """Make the invoices of customers abroad, and all credit notes. Raises VendorRefused."""
        abroad = [sale for sale in sales if sale.customer and not sale.is_sold_at_home and not sale.is_credit]
        given_back = [sale for sale in sales if sale.is_credit]
        self._introduce([sale.customer for sale in (*abroad, *given_back)])
        self._stock([line for sale in (*abroad, *given_back) for line in sale.lines])
        invoices = self._quickbooks.create("Invoice", [self._form(sale, 1) for sale in abroad])
        self.numbers |= {sale.number: made["Id"] for sale, made in zip(abroad, invoices, strict=True)}
        self._quickbooks.create("CreditMemo", [self._form(sale, -1) for sale in given_back])

    def receive(self, payments: Sequence[tuple[Sequence[Json], Sequence[Decimal]]], day: date) -> None:
        """Record payments: each the invoices of one customer and what it pays of each. Raises VendorRefused."""
        self._quickbooks.create(
            "Payment",
            [
                {
                    "CustomerRef": {"value": invoices[0]["CustomerRef"]["value"]},
                    "TxnDate": day.isoformat(),
                    "TotalAmt": sum(amounts, Decimal(0)),
                    "Line": [
                        {"Amount": amount, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
                        for invoice, amount in zip(invoices, amounts, strict=True)
                    ],
                }
                for invoices, amounts in payments
            ],
        )

    def _introduce(self, customers: Iterable[str]) -> None:
        """Make the customers that QuickBooks does not have yet, whoever made those that it has."""
        held = {one["DisplayName"]: one["Id"] for one in self._quickbooks.all("Customer")}
        new = [customer for customer in dict.fromkeys(customers) if name(customer) not in held]
        made = self._quickbooks.create(
            "Customer",
            [
                {
                    "DisplayName": name(customer),
                    "CompanyName": name(customer),
                    **({"PrimaryEmailAddr": {"Address": mailbox(customer)}} if customer else {}),
                }
                for customer in new
            ],
        )
        self._customers = held | {one["DisplayName"]: one["Id"] for one in made}

    def _stock(self, lines: Sequence[Line]) -> None:
        """Make an item for each stock code that QuickBooks has none for; item names are unique there."""
        for item in self._quickbooks.all("Item"):
            self._item_names.add(item["Name"].casefold())
            if item.get("Sku"):
                self._items.setdefault(item["Sku"], item["Id"])
        new: list[Json] = []
        for line in lines:
            if line.sku in self._items or any(line.sku == one["Sku"] for one in new):
                continue
            title = (line.name.replace(":", " ") or line.sku)[:_NAME_LIMIT]
            if title.casefold() in self._item_names:
                title = f"{title[: _NAME_LIMIT - 30]} ({line.sku}, {len(self._item_names)})"
            self._item_names.add(title.casefold())
            new.append(
                {"Name": title, "Sku": line.sku, "Type": "NonInventory", "IncomeAccountRef": {"value": self._income}}
            )
        made = self._quickbooks.create("Item", new)
        self._items |= {one["Sku"]: one["Id"] for one in made}

    def _form(self, sale: Sale, sign: int) -> Json:
        return {
            "DocNumber": sale.number,
            "TxnDate": sale.day.isoformat(),
            "CustomerRef": {"value": self._customers[name(sale.customer)]},
            "GlobalTaxCalculation": "TaxExcluded",
            "Line": [
                {
                    "Description": line.name,
                    "Amount": (sign * line.quantity * line.price).quantize(_PENNY, ROUND_HALF_UP),
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {
                        "ItemRef": {"value": self._items[line.sku]},
                        "Qty": sign * line.quantity,
                        "UnitPrice": line.price,
                        "TaxCodeRef": {"value": self._untaxed},
                    },
                }
                for line in sale.lines
            ],
        }


def name(customer: str) -> str:
    """Return the name of a customer on both sides."""
    return f"Customer {customer}" if customer else _NOBODY


def mailbox(customer: str) -> str:
    """Return the e-mail address of a customer on both sides."""
    return f"buyer.{customer}@retail.example"


def _hubspot_line(line: Line, invoice: str) -> Json:
    properties = {
        "name": line.name or line.sku,
        "hs_sku": line.sku,
        "quantity": format(line.quantity, "f"),
        "price": format(line.price, "f"),
    }
    return {"properties": properties, "associations": [(invoice, _LINE_TO_INVOICE)]}


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
