"""What people write on QuickBooks' forms: lines, and amounts in the currency of the customer."""

from decimal import Decimal

from tests.simulation.desk import Json

_SMALLEST = {"JPY": Decimal(1), "KWD": Decimal("0.001")}
"""Of those currencies that are not divided into a hundred."""


def sold(invoice: Json) -> list[Json]:
    return [line for line in invoice["Line"] if line["DetailType"] == "SalesItemLineDetail"]


def currency_of(record: Json) -> str:
    """What a form, or a customer, is in."""
    return str(record["CurrencyRef"]["value"])


def billed_to(customer: Json) -> Json:
    """What a form on this customer begins with."""
    return {"CustomerRef": {"value": customer["Id"]}, "CurrencyRef": customer["CurrencyRef"]}


def part(amount: Decimal, parts: int, currency: str) -> Decimal:
    """One of so many equal parts of an amount, and never nothing."""
    least = smallest(currency)
    return max(least, (amount / parts).quantize(least))


def smallest(currency: str) -> Decimal:
    """The smallest amount that there is in a currency."""
    return _SMALLEST.get(currency, Decimal("0.01"))


def lines_of(invoice: Json) -> Json:
    return {"Line": [line for line in invoice["Line"] if line["DetailType"] != "SubTotalLineDetail"]}
