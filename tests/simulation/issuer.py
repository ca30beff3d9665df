"""A bookkeeper who writes invoices in QuickBooks, which HubSpot then shows."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from tests.simulation.bookkeeper import Bookkeeper
from tests.simulation.desk import Json, Move
from tests.simulation.forms import billed_to, currency_of, lines_of, smallest, sold
from tests.simulation.meddler import Meddler
from tests.simulation.seller import PRICES
from tests.simulation.stage import Stage


class Issuer(Bookkeeper):
    """Writes invoices of every shape, and changes them."""

    def __init__(self, stage: Stage, random: Random, seller: Meddler) -> None:
        super().__init__(stage, random, seller)
        self._colleague = seller

    def moves(self) -> Sequence[tuple[int, Move]]:
        return (
            *super().moves(),
            (7, self.issue),
            (5, self.rewrite_lines),
            (2, self.redate),
            (2, self.renumber),
            (3, self.move_to_another_customer),
            (1, self.void_invoice),
            (1, self.delete_invoice),
            (2, self.hand_over),
        )

    def opening(self) -> list[Move]:
        return [*super().opening(), *[self.issue] * self.random.randint(0, 3)]

    def issue(self) -> bool:
        """An invoice of QuickBooks' own: several lines, some of which take off, a discount, a tax."""
        customer, items = self.pick(self.select("Customer")), self.select("Item")
        if customer is None or not items:
            return False
        lines = [self._line(items, currency_of(customer)) for _ in range(self.random.choice((1, 1, 2, 3, 5)))]
        if self.random.random() < 0.25:
            lines.append(self._line(items, currency_of(customer), off=True))
        if self.random.random() < 0.2:
            detail = {"PercentBased": True, "DiscountPercent": self.random.choice((5, 12))}
            lines.append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail})
        body: Json = {**billed_to(customer), "TxnDate": self.day(-1), "Line": lines}
        if not self.untaxed and self.random.random() < 0.2:
            body["TxnTaxDetail"] = {"TotalTax": Decimal("3.21")}
        if self.random.random() < 0.3:
            body["CustomerMemo"] = {"value": f"Made here {self.random.randint(100, 999)}"}
        if self.stage.plan.custom_numbers:
            self._serial += 1
            body["DocNumber"] = f"Q-{self._serial}"
        self.write("Invoice", body)
        return True

    def rewrite_lines(self) -> bool:
        """A line more, a line less, another quantity, or one that takes off."""
        invoice, items = self._issued(), self.select("Item")
        if invoice is None or not items:
            return False
        lines: list[Json] = lines_of(invoice)["Line"]
        deed = self.random.choice(("more", "less", "another", "off"))
        if deed == "less" and len(sold(invoice)) > 1:
            lines.remove(self.random.choice(sold(invoice)))
        elif deed == "another":
            line = self.random.choice(sold(invoice))
            line |= {"Amount": Decimal("12.50"), "Description": f"Twelve fifty {self.random.randint(10, 99)}"}
            line["SalesItemLineDetail"] |= {"Qty": Decimal("2.5"), "UnitPrice": Decimal(5)}
        else:
            lines.append(self._line(items, currency_of(invoice), off=deed == "off"))
        self.patch("Invoice", invoice, {"Line": lines})
        return True

    def redate(self) -> bool:
        invoice = self._issued()
        if invoice is None:
            return False
        self.patch("Invoice", invoice, {"TxnDate": self.day(self.random.choice((-4, -2, 0)))})
        return True

    def move_to_another_customer(self) -> bool:
        invoice, customer = self._issued(), self.pick(self.select("Customer"))
        if invoice is None or customer is None or Decimal(invoice["Balance"]) != Decimal(invoice["TotalAmt"]):
            return False
        named = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"], "sparse": True}
        self.write("Invoice", {**named, "CustomerRef": {"value": customer["Id"]}})
        return True

    def hand_over(self) -> bool:
        """The seller types an invoice of QuickBooks' in by hand."""
        invoice = self._issued()
        if invoice is None or Decimal(invoice["TotalAmt"]) <= 0:
            return False
        customer = self.read("Customer", invoice["CustomerRef"]["value"])
        names = (customer["DisplayName"], customer.get("PrimaryEmailAddr", {}).get("Address"))
        known = [b for b in self.seller.buyers if not {*self.person(b).values()}.isdisjoint(names)]
        buyer = self.pick(known) or self.pick(self.seller.buyers)
        return buyer is not None and self._colleague.type_in(buyer, str(invoice["TotalAmt"]), currency_of(invoice))

    def _issued(self) -> Json | None:
        """An invoice that was not made in HubSpot, and is not void."""
        own = [i for i in self.select("Invoice") if not i.get("PrivateNote", "").startswith(("Tieout", "Voided"))]
        return self.pick(own)

    def _line(self, items: Sequence[Json], currency: str, *, off: bool = False) -> Json:
        price, quantity = Decimal(self.random.choice(PRICES)), Decimal(self.random.choice(("1", "2", "0.5", "11")))
        if off:
            price, quantity = Decimal("-1.50"), Decimal(1)
        detail: Json = {"ItemRef": {"value": self.random.choice(items)["Id"]}, "Qty": quantity, "UnitPrice": price}
        if self.untaxed:
            detail["TaxCodeRef"] = {"value": self.random.choice((self.untaxed, self.taxed))}
        amount = (price * quantity).quantize(smallest(currency), ROUND_HALF_UP)
        line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
        if self.random.random() < 0.5:
            line["Description"] = f"What was agreed {self.random.randint(10, 99)}"
        return line
