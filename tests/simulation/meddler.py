"""A seller who sees copies of invoices made in QuickBooks, and treats them like invoices of HubSpot's own."""

from collections.abc import Sequence

from tests.simulation.desk import Move
from tests.simulation.seller import CRM, Seller, link


class Meddler(Seller):
    """Edits, pays, voids and archives copies, and types in what is there already."""

    def moves(self) -> Sequence[tuple[int, Move]]:
        return (
            *super().moves(),
            (3, self.edit_line_of_copy),
            (1, self.add_to_copy),
            (2, self.edit_copy),
            (2, self.edit_header_of_copy),
            (1, self.put_another_on_copy),
            (1, self.pay_copy),
            (1, self.void_copy),
            (1, self.archive_copy),
        )

    def type_in(self, buyer: tuple[str, str], amount: str, currency: str) -> bool:
        """An invoice by hand, finished at once, with one line that is its total."""
        line = self.create("line_items", {"quantity": "1", "price": amount, "name": "As on paper"})
        links = [link(line, 409), link(buyer[1], 177), *([link(buyer[0], 179)] if buyer[0] else [])]
        values = {
            "hs_currency": currency,
            "hs_invoice_status": "open",
            "hs_invoice_date": self.day(0),
            "hs_due_date": self.day(30),
        }
        invoice = self.create("invoices", values, links)
        self.invoices.append(invoice)
        self.lines[invoice] = [line]
        return True

    def edit_line_of_copy(self) -> bool:
        copy = self._copy()
        line = None if copy is None else self.pick(self._parts(copy, "line_items"))
        if line is None:
            return False
        if self.random.random() < 0.2:
            self.call("DELETE", f"{CRM}/line_items/{line}")
        else:
            name = self.random.choice(("price", "quantity"))
            self.change("line_items", line, {name: self.random.choice(("3", "7.5"))})
        return True

    def add_to_copy(self) -> bool:
        """A line, a discount or a tax more."""
        copy = self._copy()
        if copy is None:
            return False
        match self.random.choice(("line_items", "discounts", "taxes")):
            case "line_items":
                self.create("line_items", {"quantity": "1", "price": "4", "name": "Travel"}, [link(copy, 410)])
            case kind:
                values = {"hs_label": "Mine", "hs_type": "FIXED", "hs_value": "0.25"}
                self.create(kind, values, [link(copy, 412 if kind == "discounts" else 416)])
        return True

    def edit_copy(self) -> bool:
        """Another number, day or total."""
        copy = self._copy()
        if copy is None:
            return False
        self._serial += 1
        values = (
            {"hs_number": f"S-{self._serial}"},
            {"hs_invoice_date": self.day(-6)},
            {"hs_amount_billed": "12.34"},
        )
        self.change("invoices", copy, self.random.choice(values))
        return True

    def edit_header_of_copy(self) -> bool:
        copy = self._copy()
        if copy is None:
            return False
        values = ({"hs_due_date": self.day(self.random.randint(10, 60))}, {"hs_comments": self.words()})
        self.change("invoices", copy, self.random.choice(values))
        return True

    def put_another_on_copy(self) -> bool:
        """One more buyer, or another in place of those that are on it."""
        copy, buyer = self._copy(), self.pick(self.buyers)
        if copy is None or buyer is None:
            return False
        if self.random.random() < 0.5:
            self.take_off(copy)
        self.put_on(copy, buyer)
        return True

    def pay_copy(self) -> bool:
        copy = self._copy("open")
        if copy is None:
            return False
        self.record_payment(copy)
        return True

    def void_copy(self) -> bool:
        copy = self._copy("open")
        if copy is None:
            return False
        self.change("invoices", copy, {"hs_invoice_status": "voided"})
        return True

    def archive_copy(self) -> bool:
        copy = self._copy()
        if copy is None:
            return False
        self.call("DELETE", f"{CRM}/invoices/{copy}")
        return True

    def _copy(self, status: str = "") -> str | None:
        """A copy of an invoice made in QuickBooks, at times one that is not finished yet."""
        shown = "limit=100&properties=hs_invoice_billable,hs_invoice_status"
        found = self.call("GET", f"{CRM}/invoices", query=shown)["results"]
        copies = [one for one in found if one["properties"]["hs_invoice_billable"] == "false"]
        drafts = [one["id"] for one in copies if one["properties"]["hs_invoice_status"] == "draft"]
        if drafts and not status and self.random.random() < 0.5:
            return self.pick(drafts)
        return self.pick([one["id"] for one in copies if status in ("", one["properties"]["hs_invoice_status"])])

    def _parts(self, invoice: str, kind: str) -> list[str]:
        found = self.call("GET", f"{CRM}/invoices/{invoice}/associations/{kind}")["results"]
        return [str(one["toObjectId"]) for one in found]
