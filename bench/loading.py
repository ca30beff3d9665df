"""A seller and a bookkeeper type a retailer's sales in, through the vendors' public APIs.

The seller makes each invoice of a customer at home in HubSpot and finalizes it; one without a customer stays a draft.
The bookkeeper makes the sales abroad and all credit notes in QuickBooks. What somebody types in on the other side too
is made there a second time; customers have one mailbox on both sides, but not always one name.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bench.names import mailbox, name, spelled
from bench.sales import Line, Sale
from bench.vendors import HubSpot, Json, QuickBooks

_CONTACT_TO_COMPANY = 1
_INVOICE_TO_CONTACT, _INVOICE_TO_COMPANY, _LINE_TO_INVOICE, _PAYMENT_TO_INVOICE = 177, 179, 410, 542
_TERM = timedelta(days=30)
_PENNY = Decimal("0.01")
_NAME_LIMIT = 100

Receipt = tuple[Sequence[Json], Sequence[Decimal]]
"""What one cheque pays: invoices of one customer in QuickBooks, and how much of each."""


class Seller:
    """Works in HubSpot. ids: HubSpot's id of each invoice by the number that the file gives it."""

    def __init__(self, hubspot: HubSpot) -> None:
        self._hubspot = hubspot
        self._customers: dict[str, tuple[str, str]] = {}
        self.ids: dict[str, str] = {}
        self.lines = 0

    def introduce(self, customers: Iterable[str]) -> None:
        """Make the companies that are not there yet, with a contact each. Raises VendorRefused."""
        new = [customer for customer in dict.fromkeys(customers) if customer and customer not in self._customers]
        companies = self._hubspot.create("companies", [{"properties": {"name": spelled(one)}} for one in new])
        people = [
            {
                "properties": {"email": mailbox(customer), "firstname": "Buyer", "lastname": customer},
                "associations": [(company, _CONTACT_TO_COMPANY)],
            }
            for customer, company in zip(new, companies, strict=True)
        ]
        contacts = self._hubspot.create("contacts", people)
        self._customers |= dict(zip(new, zip(companies, contacts, strict=True), strict=True))

    def sell(self, sales: Sequence[Sale]) -> None:
        """Make invoices and finalize those that name a customer. Raises VendorRefused."""
        self.introduce([sale.customer for sale in sales])
        ids = self._hubspot.create("invoices", [self._invoice(sale) for sale in sales])
        self.ids |= {sale.number: id_ for sale, id_ in zip(sales, ids, strict=True)}
        lines = [_hubspot_line(line, id_) for sale, id_ in zip(sales, ids, strict=True) for line in sale.lines]
        self._hubspot.create("line_items", lines)
        self.lines += len(lines)
        finalized = [sale for sale in sales if not sale.is_draft]
        self._hubspot.update("invoices", {self.ids[sale.number]: {"hs_invoice_status": "open"} for sale in finalized})

    def receive(self, amounts: Mapping[str, Decimal], day: date) -> None:
        """Record a payment that succeeded on each invoice, by the file's number. Raises VendorRefused."""
        self._hubspot.create(
            "commerce_payments",
            [
                {
                    "properties": {
                        "hs_initial_amount": format(amount, "f"),
                        "hs_currency_code": "GBP",
                        "hs_initiated_date": _midnight(day),
                        "hs_latest_status": "succeeded",
                    },
                    "associations": [(self.ids[number], _PAYMENT_TO_INVOICE)],
                }
                for number, amount in amounts.items()
            ],
        )

    def issued(self) -> dict[str, str]:
        """The number that HubSpot gave to each finalized invoice, by the file's. Raises VendorRefused."""
        given = {one["id"]: one["properties"].get("hs_number") for one in self._hubspot.all("invoices", "hs_number")}
        return {number: given[id_] for number, id_ in self.ids.items() if given.get(id_)}

    def _invoice(self, sale: Sale) -> Json:
        associations = []
        if sale.customer:
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
    """Works in QuickBooks. ids: QuickBooks' id of each document made there, by the number that the file gives it."""

    def __init__(self, quickbooks: QuickBooks) -> None:
        self._quickbooks = quickbooks
        self._customers: dict[str, str] = {}
        self._items: dict[str, str] = {}
        self._item_names: set[str] = set()
        self._untaxed = next(code["Id"] for code in quickbooks.all("TaxCode") if code["Name"] == "No VAT")
        self._income = next(
            account["Id"] for account in quickbooks.all("Account") if account["Name"] == "Sales of Product Income"
        )
        self.ids: dict[str, str] = {}

    def introduce(self, customers: Iterable[str]) -> None:
        """Make the customers that are not there yet, whoever made those that are. Raises VendorRefused."""
        wanted = dict.fromkeys(customers)
        held = {_mail(one) or one["DisplayName"]: one["Id"] for one in self._quickbooks.all("Customer")}
        new = [customer for customer in wanted if _called(customer) not in held]
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
        self._customers = held | {_called(one): its["Id"] for one, its in zip(new, made, strict=True)}

    def book(self, sales: Sequence[Sale], numbers: Mapping[str, str]) -> None:
        """Make invoices and credit notes. numbers: those that HubSpot gave, by the file's. Raises VendorRefused."""
        self.introduce([sale.customer for sale in sales])
        self._stock([line for sale in sales for line in sale.lines])
        sold = [sale for sale in sales if not sale.is_credit]
        made = self._quickbooks.create("Invoice", [self._form(sale, 1, numbers) for sale in sold])
        self.ids |= {sale.number: one["Id"] for sale, one in zip(sold, made, strict=True)}
        given_back = [sale for sale in sales if sale.is_credit]
        made = self._quickbooks.create("CreditMemo", [self._form(sale, -1, numbers) for sale in given_back])
        self.ids |= {sale.number: one["Id"] for sale, one in zip(given_back, made, strict=True)}

    def receive(self, receipts: Sequence[Receipt], day: date) -> None:
        """Record cheques. Raises VendorRefused."""
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
                for invoices, amounts in receipts
            ],
        )

    def credit(self, memo: Json, invoice: Json, amount: Decimal, day: date) -> None:
        """Apply an amount of a credit note to an invoice, by a payment of nothing. Raises VendorRefused."""
        joined = [(invoice["Id"], "Invoice"), (memo["Id"], "CreditMemo")]
        lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": type_}]} for id_, type_ in joined]
        customer = {"value": invoice["CustomerRef"]["value"]}
        payment = {"CustomerRef": customer, "TxnDate": day.isoformat(), "TotalAmt": 0, "Line": lines}
        self._quickbooks.create("Payment", [payment])

    def _stock(self, lines: Sequence[Line]) -> None:
        """Make an item for each stock code that QuickBooks has none for; item names are unique there."""
        for item in self._quickbooks.all("Item"):
            self._item_names.add(item["Name"].casefold())
            if item.get("Sku"):
                self._items.setdefault(item["Sku"], item["Id"])
        new: dict[str, Json] = {}
        for line in lines:
            if line.sku in self._items or line.sku in new:
                continue
            title = (line.name.replace(":", " ") or line.sku)[:_NAME_LIMIT]
            if title.casefold() in self._item_names:
                title = f"{title[: _NAME_LIMIT - 30]} ({line.sku}, {len(self._item_names)})"
            self._item_names.add(title.casefold())
            income = {"value": self._income}
            new[line.sku] = {"Name": title, "Sku": line.sku, "Type": "NonInventory", "IncomeAccountRef": income}
        made = self._quickbooks.create("Item", list(new.values()))
        self._items |= {one["Sku"]: one["Id"] for one in made}

    def _form(self, sale: Sale, sign: int, numbers: Mapping[str, str]) -> Json:
        return {
            "DocNumber": numbers.get(sale.number, sale.number),
            "TxnDate": sale.day.isoformat(),
            **({"DueDate": (sale.day + _TERM).isoformat()} if sign > 0 else {}),
            "CustomerRef": {"value": self._customers[_called(sale.customer)]},
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


def _mail(customer: Json) -> str:
    return str(customer.get("PrimaryEmailAddr", {}).get("Address") or "")


def _called(customer: str) -> str:
    return mailbox(customer) if customer else name(customer)


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
