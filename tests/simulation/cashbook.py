"""What a bookkeeper does with money that is booked: banks it, moves it to another invoice, takes credit off again."""

from decimal import Decimal

from tests.simulation.bookkeeper import Bookkeeper
from tests.simulation.desk import Json
from tests.simulation.forms import currency_of, part


class Cashbook:
    """Teaches a bookkeeper to deposit, to re-apply payments and credits, and to undo it all."""

    def __init__(self, bookkeeper: Bookkeeper) -> None:
        self._bookkeeper = bookkeeper
        bookkeeper.learn(
            (
                (3, self.deposit),
                (1, self.undo_deposit),
                (5, self.move_payment),
                (2, self.unapply_payment),
                (3, bookkeeper.credit),
                (6, bookkeeper.apply_credit),
                (2, self.take_credit_off),
                (2, bookkeeper.void_payment),
                (2, bookkeeper.void_invoice),
            )
        )

    def deposit(self) -> bool:
        """Take a payment to the bank; QuickBooks lets nobody change it from then on."""
        payment, bank = self._payment(), self._bookkeeper.select("Account", "AccountType = 'Bank'")
        if payment is None or not bank:
            return False
        line = {"Amount": payment["TotalAmt"], "LinkedTxn": [_named(payment["Id"], "Payment") | {"TxnLineId": "0"}]}
        body = {
            "DepositToAccountRef": {"value": bank[0]["Id"]},
            "CurrencyRef": payment["CurrencyRef"],
            "TxnDate": self._bookkeeper.day(0),
            "Line": [line],
        }
        self._bookkeeper.write("Deposit", body)
        return True

    def undo_deposit(self) -> bool:
        return self._bookkeeper.end("Deposit", "delete")

    def move_payment(self) -> bool:
        """All of it, or half, to another open invoice of the same customer."""
        payment = self._payment()
        if payment is None:
            return False
        there = {link["TxnId"] for line in payment["Line"] for link in line["LinkedTxn"]}
        others = [
            one
            for one in self._bookkeeper.open_invoices()
            if one["CustomerRef"]["value"] == payment["CustomerRef"]["value"] and one["Id"] not in there
        ]
        other = self._bookkeeper.pick(others)
        if other is None or not payment["Line"]:
            return False
        lines = _applied(payment)
        amount = Decimal(lines[0]["Amount"])
        moved = min(amount, Decimal(other["Balance"]))
        if self._bookkeeper.random.random() < 0.3:
            moved = part(moved, 2, currency_of(payment))
        lines[0]["Amount"] = amount - moved
        lines.append({"Amount": moved, "LinkedTxn": [_named(other["Id"], "Invoice")]})
        self._save(payment, [line for line in lines if Decimal(line["Amount"])])
        return True

    def unapply_payment(self) -> bool:
        """Leave the money with the customer."""
        payment = self._payment()
        if payment is None:
            return False
        self._save(payment, _applied(payment)[1:])
        return True

    def take_credit_off(self) -> bool:
        """Delete the payment of nothing that joins a credit to its invoice."""
        joins = [one for one in self._bookkeeper.select("Payment") if not Decimal(one["TotalAmt"]) and one["Line"]]
        join = self._bookkeeper.pick(joins)
        if join is None:
            return False
        self._bookkeeper.end_one("Payment", join, "delete")
        return True

    def _payment(self) -> Json | None:
        """A payment of money that is applied to invoices."""
        every = self._bookkeeper.select("Payment")
        return self._bookkeeper.pick([one for one in every if Decimal(one["TotalAmt"]) > 0 and one["Line"]])

    def _save(self, payment: Json, lines: list[Json]) -> None:
        kept = {name: payment[name] for name in ("CustomerRef", "TotalAmt")}
        self._bookkeeper.patch("Payment", payment, {**kept, "Line": lines})


def _applied(payment: Json) -> list[Json]:
    return [{"Amount": line["Amount"], "LinkedTxn": line["LinkedTxn"]} for line in payment["Line"]]


def _named(id_: str, kind: str) -> Json:
    return {"TxnId": id_, "TxnType": kind}
