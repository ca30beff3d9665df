"""Invoices that the seller and the bookkeeper had both typed in before Tieout came."""

from decimal import Decimal

from tests.simulation.bookkeeper import Bookkeeper
from tests.simulation.desk import Json, Move
from tests.simulation.seller import SHOWN


def typed_again(bookkeeper: Bookkeeper) -> list[Move]:
    """What types each invoice that stands in HubSpot into QuickBooks as well."""
    return [_move(bookkeeper, invoice) for invoice in bookkeeper.seller.invoices]


def _move(bookkeeper: Bookkeeper, invoice: str) -> Move:
    def type_in_again() -> bool:
        return _type_in(bookkeeper, invoice)

    return type_in_again


def _type_in(bookkeeper: Bookkeeper, invoice: str) -> bool:
    """The invoice in one line, a day earlier, for the customer with the same e-mail address."""
    shown = bookkeeper.seller.call("GET", f"/crm/objects/2026-09/invoices/{invoice}", query=SHOWN)["properties"]
    buyer, items = bookkeeper.buyer_of(invoice), bookkeeper.select("Item")
    amount = Decimal(shown["hs_amount_billed"] or 0)
    if buyer is None or shown["hs_invoice_status"] == "draft" or amount <= 0:
        return False
    if not items:
        bookkeeper.add_item()
        items = bookkeeper.select("Item")
    detail: Json = {"ItemRef": {"value": items[0]["Id"]}}
    if bookkeeper.untaxed:
        detail["TaxCodeRef"] = {"value": bookkeeper.untaxed}
    line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
    customer = {"value": _customer(bookkeeper, buyer)}
    bookkeeper.write("Invoice", {"CustomerRef": customer, "TxnDate": bookkeeper.day(-1), "Line": [line]})
    return True


def _customer(bookkeeper: Bookkeeper, buyer: tuple[str, str]) -> str:
    person = bookkeeper.person(buyer)
    known = bookkeeper.select("Customer")
    for row in known:
        if row.get("PrimaryEmailAddr", {}).get("Address") == person["email"]:
            return str(row["Id"])
    name = f"Known {len(known)}"
    bookkeeper.write("Customer", {"DisplayName": name, "PrimaryEmailAddr": {"Address": person["email"]}})
    return next(str(row["Id"]) for row in bookkeeper.select("Customer") if row["DisplayName"] == name)
