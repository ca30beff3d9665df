"""The person who sells, in HubSpot."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from tests.simulation.desk import Desk, Json, Move
from tests.simulation.forms import smallest
from tests.simulation.stage import Stage

from tieout.core.records import Side

CRM = "/crm/objects/2026-09"
_FIRST = ("Ana", "Ben", "Mia", "Tom", "Zoë")
_LAST = ("Ruiz", "Ode", "Stone", "Hale", "Núñez")
_COMPANIES = ("Nova Ltd", "Harbour Foods", "Quill & Sons", "Café Olé", "Bo Li", "Orchard Clinic")
PRICES = ("100.00", "1.59", "9.99", "45.5", "0.333", "640")
_QUANTITIES = ("1", "2", "3", "0.5", "11", "1")
GOODS = ("Consulting", "Advice", "Poster A3", "Hosting")
_ABROAD = 0.45
"""How many of the invoices are in the second currency, where there is one."""
SHOWN = "properties=hs_number,hs_invoice_status,hs_amount_billed,hs_amount_paid,hs_balance_due,hs_currency"


class Seller(Desk):
    """Keeps contacts, companies, products and invoices."""

    def __init__(self, stage: Stage, random: Random) -> None:
        super().__init__(stage, Side.CRM, "seller", random)
        self.buyers: list[tuple[str, str]] = []
        self.products: list[str] = []
        self.invoices: list[str] = []
        self.lines: dict[str, list[str]] = {}
        self._serial = 0

    def moves(self) -> Sequence[tuple[int, Move]]:
        return (
            (2, self.meet_buyer),
            (1, self.add_product),
            (4, self.draft),
            (6, self.finalize),
            (3, self.finalize_in_one_go),
            (2, self.bill_several),
            (4, self.reprice),
            (3, self.add_line),
            (1, self.drop_line),
            (1, self.discount),
            (3, self.change_due_date),
            (3, self.change_memo),
            (2, self.change_contact),
            (1, self.take_contact_off),
            (2, self.void),
            (3, self.change_phone),
            (1, self.change_email),
            (1, self.note_payment),
            (1, self.edit_payment),
            (1, self.delete_payment),
            (1, self.delete_invoice),
        )

    def opening(self) -> list[Move]:
        """What is there before anybody connects anything."""
        return [
            *[self.meet_buyer] * self.random.randint(2, 4),
            *[self.add_product] * self.random.randint(1, 3),
            *[self.finalize_in_one_go] * self.random.randint(0, 2),
            *[self.bill_several] * self.random.randint(0, 1),
        ]

    def meet_buyer(self) -> bool:
        """A company with its contact, a second contact of a company, or somebody without company."""
        first, last = self.random.choice(_FIRST), self.random.choice(_LAST)
        self._serial += 1
        company, links = "", []
        shape = self.random.random()
        if shape < 0.55:
            name = self.random.choice(_COMPANIES)
            values = {"name": name, "domain": f"{name.split()[0].lower()}{self._serial}.example"}
            if self.random.random() < 0.6:
                values["phone"] = self._phone()
            company = self.create("companies", values)
        elif shape < 0.75 and (known := self.pick([b for b in self.buyers if b[0]])):
            company = known[0]
        if company:
            links = [link(company, 1)]
        values = {"firstname": first, "lastname": last, "email": f"{first.lower()}{self._serial}@crm.example"}
        if self.random.random() < 0.5:
            values["phone"] = self._phone()
        self.buyers.append((company, self.create("contacts", values, links)))
        return True

    def add_product(self) -> bool:
        self._serial += 1
        name = self.random.choice(GOODS)
        sku = f"{name[:4].upper()}-{self.random.randint(1, 3)}" if self.random.random() < 0.7 else ""
        values = {"name": name, "price": self.random.choice(PRICES)} | ({"hs_sku": sku} if sku else {})
        self.products.append(self.create("products", values))
        return True

    def draft(self) -> bool:
        buyer = self.pick(self.buyers)
        if buyer is None:
            return False
        currency = self._next_currency()
        lines = [self._new_line(currency) for _ in range(self.random.choice((1, 1, 2, 3)))]
        links = [link(line, 409) for line in lines]
        if self.random.random() < 0.93:
            links.append(link(buyer[1], 177))
            if buyer[0]:
                links.append(link(buyer[0], 179))
        day = self.random.choice((-20, -3, -1, 0, 0, 0))
        values = {
            "hs_currency": currency,
            "hs_invoice_status": "draft",
            "hs_invoice_date": self.day(day),
            "hs_due_date": self.day(day + 30),
        }
        if self.random.random() < 0.4:
            values["hs_comments"] = self.words()
        invoice = self.create("invoices", values, links)
        self.invoices.append(invoice)
        self.lines[invoice] = lines
        return True

    def finalize(self) -> bool:
        return self._set_status("draft", "open")

    def finalize_in_one_go(self) -> bool:
        if not self.draft():
            return False
        self.change("invoices", self.invoices[-1], {"hs_invoice_status": "open"})
        return True

    def bill_several(self) -> bool:
        """A billing run."""
        return all(self.finalize_in_one_go() for _ in range(self.random.randint(2, 4)))

    def void(self) -> bool:
        return self._set_status("open", "voided")

    def reprice(self) -> bool:
        line = self._line_of_open()
        if line is None:
            return False
        name = self.random.choice(("price", "quantity", "hs_discount_percentage"))
        value = {"price": PRICES, "quantity": _QUANTITIES, "hs_discount_percentage": ("10", "5")}[name]
        self.change("line_items", line, {name: self.random.choice(value)})
        return True

    def add_line(self) -> bool:
        invoice = self._invoice("open")
        if invoice is None:
            return False
        line = self._new_line(self._shown(invoice)["hs_currency"])
        self.call("PUT", f"{CRM}/line_items/{line}/associations/default/invoices/{invoice}")
        self.lines[invoice].append(line)
        return True

    def drop_line(self) -> bool:
        invoice = self._invoice("open")
        if invoice is None or len(self.lines[invoice]) < 2:
            return False
        line = self.random.choice(self.lines[invoice])
        self.call("DELETE", f"{CRM}/line_items/{line}")
        self.lines[invoice].remove(line)
        return True

    def discount(self) -> bool:
        """An order-level discount, on a draft or an open invoice."""
        invoice = self._invoice(self.random.choice(("draft", "open")))
        if invoice is None:
            return False
        values = {"hs_label": "Thanks", "hs_type": "FIXED", "hs_value": "0.25"}
        self.create("discounts", values, [link(invoice, 412)])
        return True

    def change_due_date(self) -> bool:
        invoice = self._invoice("open")
        if invoice is None:
            return False
        self.change("invoices", invoice, {"hs_due_date": self.day(self.random.randint(10, 60))})
        return True

    def change_memo(self) -> bool:
        invoice = self._invoice("open")
        if invoice is None:
            return False
        self.change("invoices", invoice, {"hs_comments": self.words()})
        return True

    def change_contact(self) -> bool:
        invoice, buyer = self._invoice("open"), self.pick(self.buyers)
        if invoice is None or buyer is None:
            return False
        self.take_off(invoice)
        self.put_on(invoice, buyer)
        return True

    def take_contact_off(self) -> bool:
        invoice = self._invoice("open")
        if invoice is None:
            return False
        self.take_off(invoice)
        return True

    def change_phone(self) -> bool:
        buyer = self.pick(self.buyers)
        if buyer is None:
            return False
        kind, id_ = ("companies", buyer[0]) if buyer[0] and self.random.random() < 0.7 else ("contacts", buyer[1])
        self.change(kind, id_, {"phone": self._phone()})
        return True

    def change_email(self) -> bool:
        buyer = self.pick(self.buyers)
        if buyer is None:
            return False
        self._serial += 1
        self.change("contacts", buyer[1], {"email": f"new{self._serial}@crm.example"})
        return True

    def note_payment(self) -> bool:
        """Record by hand, in HubSpot, money that the bookkeeper will book too."""
        invoice = self._invoice("open")
        if invoice is None:
            return False
        self.record_payment(invoice)
        return True

    def record_payment(self, invoice: str) -> None:
        shown = self._shown(invoice)
        values = {
            "hs_initial_amount": shown["hs_balance_due"] or "1.00",
            "hs_currency_code": shown["hs_currency"],
            "hs_latest_status": "succeeded",
            "hs_payment_method_type": "check",
            "hs_initiated_date": self.day(0),
        }
        self.create("commerce_payments", values, [link(invoice, 542)])

    def edit_payment(self) -> bool:
        payment = self._payment()
        if payment is None:
            return False
        query = "properties=hs_currency_code"
        shown = self.call("GET", f"{CRM}/commerce_payments/{payment}", query=query)["properties"]
        self.change("commerce_payments", payment, {"hs_initial_amount": str(77 * smallest(shown["hs_currency_code"]))})
        return True

    def delete_payment(self) -> bool:
        payment = self._payment()
        if payment is None:
            return False
        self.call("DELETE", f"{CRM}/commerce_payments/{payment}")
        return True

    def delete_invoice(self) -> bool:
        invoice = self.pick(self.invoices)
        if invoice is None:
            return False
        self.call("DELETE", f"{CRM}/invoices/{invoice}")
        self.invoices.remove(invoice)
        return True

    def _set_status(self, before: str, after: str) -> bool:
        invoice = self._invoice(before)
        if invoice is None:
            return False
        self.change("invoices", invoice, {"hs_invoice_status": after})
        return True

    def put_on(self, invoice: str, buyer: tuple[str, str]) -> None:
        self.call("PUT", f"{CRM}/invoices/{invoice}/associations/default/contacts/{buyer[1]}")
        if buyer[0]:
            self.call("PUT", f"{CRM}/invoices/{invoice}/associations/default/companies/{buyer[0]}")

    def take_off(self, invoice: str) -> None:
        for kind in ("contacts", "companies"):
            found = self.call("GET", f"{CRM}/invoices/{invoice}/associations/{kind}")
            for one in found["results"]:
                self.call("DELETE", f"{CRM}/invoices/{invoice}/associations/{kind}/{one['toObjectId']}")

    def _invoice(self, status: str) -> str | None:
        return self.pick([i for i in self.invoices if self._shown(i)["hs_invoice_status"] == status])

    def _line_of_open(self) -> str | None:
        invoice = self._invoice("open")
        return None if invoice is None else self.pick(self.lines[invoice])

    def _payment(self) -> str | None:
        found = self.call("GET", f"{CRM}/commerce_payments", query="limit=100")["results"]
        return self.pick([one["id"] for one in found])

    def _shown(self, invoice: str) -> Json:
        shown: Json = self.call("GET", f"{CRM}/invoices/{invoice}", query=SHOWN)["properties"]
        return shown

    def _next_currency(self) -> str:
        """What an invoice is in: the account's currency, or the second one where it has that."""
        own, *second = self.stage.crm.company()["currencies"]
        return str(second[0] if second and self.random.random() < _ABROAD else own)

    def _new_line(self, currency: str) -> str:
        values = {"quantity": self.random.choice(_QUANTITIES), "price": self.random.choice(PRICES)}
        if currency != self.stage.crm.company()["currency"]:
            values["hs_line_item_currency_code"] = currency
        product = self.pick(self.products)
        if product is not None and self.random.random() < 0.75:
            values["hs_product_id"] = product
        else:
            values["name"] = self.random.choice((*GOODS, "Travel"))
        return self.create("line_items", values)

    def create(self, kind: str, values: Json, links: Sequence[Json] = ()) -> str:
        made = self.call("POST", f"{CRM}/{kind}", {"properties": values, "associations": list(links)})
        return str(made["id"])

    def change(self, kind: str, id_: str, values: Json) -> None:
        self.call("PATCH", f"{CRM}/{kind}/{id_}", {"properties": values})

    def day(self, offset: int) -> str:
        return f"{(self.stage.clock.now() + timedelta(days=offset)).date()}T12:00:00Z"

    def _phone(self) -> str:
        return f"+1 212 555 {self.random.randint(1000, 9999)}"

    def words(self) -> str:
        return f"Thank you no. {self.random.randint(100, 999)}"


def link(to: str, type_id: int) -> Json:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]
    return {"to": {"id": to}, "types": types}
