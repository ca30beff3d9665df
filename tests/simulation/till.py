"""Money that reaches the seller: recorded in HubSpot, booked in QuickBooks by Tieout, or typed in there by hand too."""

from decimal import Decimal

from tests.simulation.bookkeeper import Bookkeeper
from tests.simulation.desk import Json
from tests.simulation.forms import part
from tests.simulation.seller import CRM, Seller, link
from tests.simulation.stage import Stage

from tieout.core.records import Kind, Side
from tieout.store import pairs

_SHOWN = (
    "properties=hs_initial_amount,hs_currency_code,hs_latest_status,hs_processor_type,tieout_key&associations=invoices"
)
_TO_INVOICE = 542


class Till:
    """Where both people meet over a payment: teaches the seller to take them, the bookkeeper to type them in."""

    def __init__(self, stage: Stage, seller: Seller, bookkeeper: Bookkeeper) -> None:
        self._stage = stage
        self._seller = seller
        self._bookkeeper = bookkeeper
        self._random = seller.random
        seller.learn(
            (
                (14, self.take_payment),
                (6, self.take_twice),
                (9, self.hear_of_payment),
                (2, self.give_money_back),
                (2, self.correct_payment),
                (1, self.take_payment_away),
                (4, self.note_what_is_booked),
            )
        )
        bookkeeper.learn(((7, self.type_payment_in), (2, self.deposit_elsewhere)))

    def take_payment(self) -> bool:
        """All that is open, a part of it, or more; at times it is still on its way."""
        invoice = self._payable()
        return invoice is not None and self._take(invoice)

    def take_twice(self) -> bool:
        """Two payments at once on one invoice: two halves, or the whole of it twice."""
        invoice = self._payable()
        if invoice is None:
            return False
        parts = self._random.choice((1, 2))
        return all(self._take(invoice, parts=parts, status="succeeded") for _ in range(2))

    def hear_of_payment(self) -> bool:
        """What was on its way arrives, or does not."""
        payment = self._recorded("processing")
        if payment is None:
            return False
        status = "succeeded" if self._random.random() < 0.75 else "failed"
        self._seller.change("commerce_payments", payment["id"], {"hs_latest_status": status})
        return True

    def give_money_back(self) -> bool:
        payment = self._recorded("succeeded")
        if payment is None:
            return False
        values = {"hs_latest_status": "refunded"}
        if self._random.random() < 0.5:
            half = part(Decimal(payment["hs_initial_amount"]), 2, payment["hs_currency_code"])
            values = {"hs_latest_status": "partially_refunded", "hs_refunds_amount": str(half)}
        self._seller.change("commerce_payments", payment["id"], values)
        return True

    def correct_payment(self) -> bool:
        """Another amount or day, after the fact."""
        payment = self._recorded("succeeded")
        if payment is None:
            return False
        amount = Decimal(payment["hs_initial_amount"])
        values: tuple[Json, ...] = (
            {"hs_initial_amount": str(part(amount, 2, payment["hs_currency_code"]))},
            {"hs_initiated_date": self._seller.day(-2)},
            {"hs_payment_method_type": "card"},
        )
        self._seller.change("commerce_payments", payment["id"], self._random.choice(values))
        return True

    def take_payment_away(self) -> bool:
        payment = self._recorded()
        if payment is None:
            return False
        self._seller.call("DELETE", f"{CRM}/commerce_payments/{payment['id']}")
        return True

    def note_what_is_booked(self) -> bool:
        """Record in HubSpot what the bookkeeper has booked already, of the same amount."""
        booked = [p for p in self._bookkeeper.select("Payment") if len(p["Line"]) == 1 and Decimal(p["TotalAmt"]) > 0]
        payment = self._bookkeeper.pick(booked)
        if payment is None:
            return False
        invoice = self._counterpart(Side.BOOKS, payment["Line"][0]["LinkedTxn"][0]["TxnId"])
        if not invoice:
            return False
        self._record(invoice, Decimal(payment["Line"][0]["Amount"]), "succeeded")
        return True

    def type_payment_in(self) -> bool:
        """The bookkeeper books by hand what the seller has recorded, or is about to hear of."""
        payment = self._recorded(self._random.choice(("succeeded", "succeeded", "processing")))
        invoice = "" if payment is None else self._counterpart(Side.CRM, payment["invoice"])
        if payment is None or not invoice:
            return False
        there = self._bookkeeper.read("Invoice", invoice)
        amount = Decimal(payment["hs_initial_amount"])
        applied = min(amount, Decimal(there["Balance"]))
        if applied <= 0:
            return False
        self._bookkeeper.receive(there, amount, [(invoice, "Invoice", applied)])
        return True

    def deposit_elsewhere(self) -> bool:
        """Put a payment of ours into the bank, with the reference that the bank tells."""
        ours = [p for p in self._bookkeeper.select("Payment") if p.get("PrivateNote", "").startswith("Tieout ")]
        payment, bank = self._bookkeeper.pick(ours), self._bookkeeper.select("Account", "AccountType = 'Bank'")
        if payment is None or not bank:
            return False
        changes = {
            "CustomerRef": payment["CustomerRef"],
            "DepositToAccountRef": {"value": bank[0]["Id"]},
            "PaymentRefNum": f"BANK {self._random.randint(100, 999)}",
        }
        self._bookkeeper.patch("Payment", payment, changes)
        return True

    def _take(self, invoice: str, *, parts: int = 0, status: str = "") -> bool:
        shown = self._shown(invoice)
        balance = Decimal(shown["hs_balance_due"] or 0)
        if balance <= 0:
            return False
        amount = part(balance, parts or self._random.choice((1, 1, 1, 2, 3)), shown["hs_currency"])
        if self._random.random() < 0.1:
            amount += 5
        self._record(invoice, amount, status or self._random.choice(("succeeded", "succeeded", "processing")))
        return True

    def _record(self, invoice: str, amount: Decimal, status: str) -> None:
        values = {
            "hs_initial_amount": str(amount),
            "hs_currency_code": self._shown(invoice)["hs_currency"],
            "hs_latest_status": status,
            "hs_payment_method_type": self._random.choice(("check", "card", "wire_transfer")),
            "hs_initiated_date": self._seller.day(self._random.choice((0, 0, -1))),
        }
        self._seller.create("commerce_payments", values, [link(invoice, _TO_INVOICE)])

    def _payable(self) -> str | None:
        """An open invoice, copies of QuickBooks' invoices included."""
        shown = "limit=100&properties=hs_invoice_status"
        found = self._seller.call("GET", f"{CRM}/invoices", query=shown)["results"]
        return self._seller.pick([one["id"] for one in found if one["properties"]["hs_invoice_status"] == "open"])

    def _shown(self, invoice: str) -> Json:
        query = "properties=hs_balance_due,hs_currency"
        shown: Json = self._seller.call("GET", f"{CRM}/invoices/{invoice}", query=query)["properties"]
        return shown

    def _recorded(self, status: str = "") -> Json | None:
        """A payment that the seller recorded, with the invoice that it pays."""
        found = self._seller.call("GET", f"{CRM}/commerce_payments", query=f"limit=100&{_SHOWN}")["results"]
        own = [
            {**one["properties"], "id": one["id"], "invoice": paid[0]["id"]}
            for one in found
            if not one["properties"].get("tieout_key")
            and status in ("", one["properties"]["hs_latest_status"])
            and (paid := one.get("associations", {}).get("invoices", {}).get("results"))
        ]
        return self._seller.pick(own)

    def _counterpart(self, side: Side, invoice: str) -> str:
        """The invoice that Tieout shows beside this one; empty where there is none."""
        with self._stage.database.read() as tx:
            stored = pairs.find(tx, self._stage.connection, Kind.INVOICE, side, invoice)
        if stored is None or stored.pair.bond is None or stored.pair.gone:
            return ""
        return stored.books_id if side is Side.CRM else stored.crm_id
