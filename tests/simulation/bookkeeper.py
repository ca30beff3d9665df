"""The person who keeps the books, in QuickBooks."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random
from urllib.parse import quote

from tests.simulation.desk import Desk, Json, Move
from tests.simulation.forms import billed_to, currency_of, lines_of, part, smallest, sold
from tests.simulation.seller import GOODS, PRICES, SHOWN, Seller
from tests.simulation.stage import Stage

from tieout.core.records import Side


class Bookkeeper(Desk):
    """Keeps customers, items, invoices, payments and credit memos; knows what the seller does, as colleagues do."""

    def __init__(self, stage: Stage, random: Random, seller: Seller) -> None:
        super().__init__(stage, Side.BOOKS, "bookkeeper", random)
        self._path = f"/v3/company/{stage.realm}"
        self.seller = seller
        self._serial = 0
        self._charges: dict[str, list[Json]] = {}
        self.income = self.select("Account", "AccountType = 'Income'")[0]["Id"]
        codes = {row["Name"]: row["Id"] for row in self.select("TaxCode")}
        self.untaxed = codes.get("No VAT", "")
        self.taxed = codes.get("20.0% S", "")

    def moves(self) -> Sequence[tuple[int, Move]]:
        return (
            (8, self.receive_payment),
            (2, self.receive_for_several),
            (2, self.change_payment),
            (2, self.void_payment),
            (1, self.delete_payment),
            (4, self.recode),
            (4, self.edit_charge),
            (2, self.undo_charge_edit),
            (3, self.change_due_date),
            (3, self.change_memo),
            (3, self.change_phone),
            (2, self.credit),
            (1, self.apply_credit),
            (1, self.rename_customer),
            (1, self.renumber),
            (2, self.add_customer),
            (1, self.add_item),
            (2, self.type_invoice_by_hand),
            (1, self.inactivate),
            (1, self.reactivate),
            (1, self.void_invoice),
            (1, self.delete_invoice),
            (1, self.overwrite_marker),
            (1, self.mail),
            (1, self.want_service_dates),
            (1, self.close_period),
        )

    def opening(self) -> list[Move]:
        """What is there before anybody connects anything."""
        return [
            *[self.add_customer] * self.random.randint(1, 3),
            *[self.add_item] * self.random.randint(0, 2),
            *[self.credit] * self.random.randint(0, 1),
            *[self.type_invoice_by_hand] * self.random.randint(0, 1),
        ]

    def add_customer(self) -> bool:
        """By hand: somebody new, a vendor, or a buyer of the seller's with the same or another e-mail."""
        self._serial += 1
        buyer = self.pick(self.seller.buyers)
        entity, name, email = "Customer", f"Walk-in {self._serial}", f"walkin{self._serial}@books.example"
        if buyer is not None and self.random.random() < 0.8:
            shown = self.person(buyer)
            name = shown["company"] or shown["name"]
            email = shown["email"] if self.random.random() < 0.6 else email
            entity = "Vendor" if self.random.random() < 0.25 else "Customer"
        person: Json = {"DisplayName": name, "PrimaryEmailAddr": {"Address": email}}
        if self.stage.plan.currency and self.random.random() < 0.4:
            person["CurrencyRef"] = {"value": self.stage.plan.currency}
            person["DisplayName"] += self.random.choice(("", " abroad"))
        if self.random.random() < 0.4:
            person["PrimaryPhone"] = {"FreeFormNumber": self._phone()}
        self.write(entity, person)
        return True

    def add_item(self) -> bool:
        name = self.random.choice(GOODS)
        body: Json = {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": self.income}}
        if self.random.random() < 0.6:
            body["Sku"] = f"{name[:4].upper()}-{self.random.randint(1, 3)}"
        self.write("Item", body)
        return True

    def type_invoice_by_hand(self) -> bool:
        """The very invoice that the seller has just made, or one of the bookkeeper's own."""
        item = self.pick(self.select("Item"))
        if item is None:
            return False
        customer, amount, day = self.pick(self.select("Customer")), Decimal(self.random.choice(PRICES)), 0
        invoice = self.pick(self.seller.invoices)
        if invoice is not None and self.random.random() < 0.8:
            shown = self.seller.call("GET", f"/crm/objects/2026-09/invoices/{invoice}", query=SHOWN)["properties"]
            buyer = self.buyer_of(invoice)
            amount = Decimal(shown["hs_amount_billed"] or "1")
            person = self.person(buyer) if buyer else {}
            known = [
                row
                for row in self.select("Customer")
                if row["CurrencyRef"]["value"] == shown["hs_currency"]
                and (
                    row["DisplayName"] in (person.get("company"), person.get("name"))
                    or row.get("PrimaryEmailAddr", {}).get("Address") == person.get("email")
                )
            ]
            customer, day = self.pick(known) or customer, self.random.choice((0, -2))
        if customer is None:
            return False
        detail: Json = {"ItemRef": {"value": item["Id"]}}
        if self.untaxed:
            detail["TaxCodeRef"] = {"value": self.untaxed}
        amount = amount.quantize(smallest(currency_of(customer)))
        line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
        body = {**billed_to(customer), "TxnDate": self.day(day), "Line": [line]}
        if self.stage.plan.custom_numbers:
            self._serial += 1
            body["DocNumber"] = f"B-{self._serial}"
        self.write("Invoice", body)
        return True

    def receive_payment(self) -> bool:
        invoice = self._open_invoice()
        if invoice is None:
            return False
        balance = Decimal(invoice["Balance"])
        amount = balance if self.random.random() < 0.5 else part(balance, 3, currency_of(invoice))
        extra = Decimal(5) if self.random.random() < 0.15 else Decimal(0)
        self.receive(invoice, amount + extra, [(invoice["Id"], "Invoice", amount)])
        return True

    def receive_for_several(self) -> bool:
        first = self._open_invoice()
        if first is None:
            return False
        customer = first["CustomerRef"]["value"]
        several = [i for i in self.open_invoices() if i["CustomerRef"]["value"] == customer][:3]
        parts = [(i["Id"], "Invoice", part(Decimal(i["Balance"]), 2, currency_of(i))) for i in several]
        self.receive(first, sum((amount for _, _, amount in parts), Decimal(0)), parts)
        return True

    def change_payment(self) -> bool:
        """Less of it, or another day or reference."""
        payment = self.pick([p for p in self.select("Payment") if Decimal(p["TotalAmt"]) > 1])
        if payment is None:
            return False
        change: Json = {"PaymentRefNum": f"CHQ {self.random.randint(100, 999)}"}
        if self.random.random() < 0.5 and payment["Line"]:
            lines = [{"Amount": line["Amount"], "LinkedTxn": line["LinkedTxn"]} for line in payment["Line"]]
            lines[0]["Amount"] = part(Decimal(lines[0]["Amount"]), 2, currency_of(payment))
            change = {"Line": lines}
        elif self.random.random() < 0.5:
            change = {"TxnDate": self.day(-1)}
        self.patch(
            "Payment", payment, {"CustomerRef": payment["CustomerRef"], "TotalAmt": payment["TotalAmt"], **change}
        )
        return True

    def void_payment(self) -> bool:
        return self.end("Payment", "void")

    def delete_payment(self) -> bool:
        return self.end("Payment", "delete")

    def recode(self) -> bool:
        """Another item, text or service date; every amount stays."""
        invoice, item = self.pick(self.select("Invoice")), self.pick(self.select("Item"))
        if invoice is None or item is None:
            return False
        line = self.random.choice(sold(invoice))
        line["Description"] = f"Recoded {self.random.randint(10, 99)}"
        line["SalesItemLineDetail"]["ItemRef"] = {"value": item["Id"]}
        if self.random.random() < 0.4:
            line["SalesItemLineDetail"]["ServiceDate"] = self.day(-5)
        self.patch("Invoice", invoice, lines_of(invoice))
        return True

    def edit_charge(self) -> bool:
        invoice = self._open_invoice()
        if invoice is None:
            return False
        self._charges.setdefault(invoice["Id"], lines_of(invoice)["Line"])
        invoice = self.read("Invoice", invoice["Id"])
        line = self.random.choice(sold(invoice))
        line["Amount"] = Decimal(line["Amount"]) + 1
        for name in ("Qty", "UnitPrice"):
            line["SalesItemLineDetail"].pop(name, None)
        self.patch("Invoice", invoice, lines_of(invoice))
        return True

    def undo_charge_edit(self) -> bool:
        id_ = self.pick(list(self._charges))
        if id_ is None:
            return False
        self.patch("Invoice", self.read("Invoice", id_), {"Line": self._charges.pop(id_)})
        return True

    def change_due_date(self) -> bool:
        invoice = self.pick(self.select("Invoice"))
        if invoice is None:
            return False
        self.patch("Invoice", invoice, {"DueDate": self.day(self.random.randint(5, 50))})
        return True

    def change_memo(self) -> bool:
        invoice = self.pick(self.select("Invoice"))
        if invoice is None:
            return False
        self.patch("Invoice", invoice, {"CustomerMemo": {"value": f"Pay soon {self.random.randint(100, 999)}"}})
        return True

    def change_phone(self) -> bool:
        customer = self.pick(self.select("Customer"))
        if customer is None:
            return False
        self.patch("Customer", customer, {"PrimaryPhone": {"FreeFormNumber": self._phone()}})
        return True

    def credit(self) -> bool:
        """A credit memo, as likely as not with a number that the seller's next invoice will want."""
        customer, item = self.pick(self.select("Customer")), self.pick(self.select("Item"))
        if customer is None or item is None:
            return False
        detail: Json = {"ItemRef": {"value": item["Id"]}}
        if self.untaxed:
            detail["TaxCodeRef"] = {"value": self.untaxed}
        line = {"DetailType": "SalesItemLineDetail", "Amount": Decimal("20.00"), "SalesItemLineDetail": detail}
        body = {**billed_to(customer), "TxnDate": self.day(0), "Line": [line]}
        if self.random.random() < 0.5:
            company = self.stage.crm.company()
            body["DocNumber"] = f"{company['invoice_prefix']}{company['next_invoice_number']}"
        self.write("CreditMemo", body)
        return True

    def apply_credit(self) -> bool:
        memo = self.pick([m for m in self.select("CreditMemo") if Decimal(m["Balance"]) > 0])
        if memo is None:
            return False
        customer = memo["CustomerRef"]["value"]
        invoice = self.pick([i for i in self.open_invoices() if i["CustomerRef"]["value"] == customer])
        if invoice is None:
            return False
        amount = min(Decimal(memo["Balance"]), Decimal(invoice["Balance"]))
        parts = [(invoice["Id"], "Invoice", amount), (memo["Id"], "CreditMemo", amount)]
        self.receive(memo, Decimal(0), parts)
        return True

    def rename_customer(self) -> bool:
        customer = self.pick(self.select("Customer"))
        if customer is None:
            return False
        self._serial += 1
        self.patch("Customer", customer, {"DisplayName": f"{customer['DisplayName']} {self._serial}"})
        return True

    def renumber(self) -> bool:
        """The form whose number clashes gets another one; so, at times, does one of ours."""
        entity = self.random.choice(("CreditMemo", "CreditMemo", "Invoice"))
        form = self.pick(self.select(entity))
        if form is None:
            return False
        self._serial += 1
        self.patch(entity, form, {"DocNumber": f"R-{self._serial}"})
        return True

    def inactivate(self) -> bool:
        entity = self.random.choice(("Customer", "Item"))
        record = self.pick(self.select(entity))
        if record is None:
            return False
        self.patch(entity, record, {"Active": False})
        return True

    def reactivate(self) -> bool:
        entity = self.random.choice(("Customer", "Item"))
        record = self.pick(self.select(entity, "Active = false"))
        if record is None:
            return False
        self.patch(entity, record, {"Active": True})
        return True

    def void_invoice(self) -> bool:
        return self.end("Invoice", "void")

    def delete_invoice(self) -> bool:
        return self.end("Invoice", "delete")

    def overwrite_marker(self) -> bool:
        """Somebody needs the private note for something else; of a void one it says that it is void."""
        invoice = self._open_invoice()
        if invoice is None:
            return False
        self.patch("Invoice", invoice, {"PrivateNote": "Called, will pay on Friday"})
        return True

    def mail(self) -> bool:
        invoice = self._open_invoice()
        if invoice is None:
            return False
        self.call("POST", f"{self._path}/invoice/{invoice['Id']}/send", query="sendTo=office@crm.example")
        return True

    def want_service_dates(self) -> bool:
        """Switch revenue recognition on for an item, or off."""
        item = self.pick(self.select("Item"))
        on = item is not None and self.random.random() < 0.6
        self.stage.books.patch_company({"service_date_items": [item["Id"]] if item is not None and on else []})
        return True

    def close_period(self) -> bool:
        """Close the books until a day, or open them again."""
        day = self.random.choice((self.day(-25), self.day(-2), None))
        self.stage.books.patch_company({"closing_date": day})
        return True

    def receive(self, form: Json, total: Decimal, parts: Sequence[tuple[str, str, Decimal]]) -> None:
        """Book a payment of the customer that this form is on, in its currency."""
        lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for id_, kind, amount in parts]
        payer = {name: form[name] for name in ("CustomerRef", "CurrencyRef")}
        self.write("Payment", {**payer, "TotalAmt": total, "TxnDate": self.day(0), "Line": lines})

    def open_invoices(self) -> list[Json]:
        return [i for i in self.select("Invoice") if Decimal(i["Balance"]) > 0]

    def _open_invoice(self) -> Json | None:
        return self.pick(self.open_invoices())

    def end(self, entity: str, operation: str) -> bool:
        """Void or delete one of a kind."""
        row = self.pick(self.select(entity))
        if row is None:
            return False
        self.end_one(entity, row, operation)
        return True

    def end_one(self, entity: str, row: Json, operation: str) -> None:
        named = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
        self.call("POST", f"{self._path}/{entity.lower()}", named, query=f"operation={operation}")

    def patch(self, entity: str, row: Json, changes: Json) -> None:
        named = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
        if entity == "Invoice":
            named["CustomerRef"] = row["CustomerRef"]
        self.write(entity, {**named, **changes})

    def write(self, entity: str, body: Json) -> None:
        self.call("POST", f"{self._path}/{entity.lower()}", body)

    def read(self, entity: str, id_: str) -> Json:
        found: Json = self.call("GET", f"{self._path}/{entity.lower()}/{id_}")[entity]
        return found

    def select(self, entity: str, where: str = "") -> list[Json]:
        text = f"select * from {entity}{f' where {where}' if where else ''} orderby Id maxresults 1000"
        answer = self.call("GET", f"{self._path}/query", query=f"query={quote(text)}&minorversion=75")
        rows: list[Json] = answer["QueryResponse"].get(entity, [])
        return rows

    def person(self, buyer: tuple[str, str]) -> dict[str, str]:
        """What the seller's pages show of a buyer."""
        names = "properties=firstname,lastname,email"
        contact = self.seller.call("GET", f"/crm/objects/2026-09/contacts/{buyer[1]}", query=names)["properties"]
        company = ""
        if buyer[0]:
            path = f"/crm/objects/2026-09/companies/{buyer[0]}"
            company = self.seller.call("GET", path, query="properties=name")["properties"]["name"]
        return {"company": company, "name": f"{contact['firstname']} {contact['lastname']}", "email": contact["email"]}

    def buyer_of(self, invoice: str) -> tuple[str, str] | None:
        found = self.seller.call("GET", f"/crm/objects/2026-09/invoices/{invoice}/associations/contacts")["results"]
        contact = found[0]["toObjectId"] if found else ""
        return next((buyer for buyer in self.seller.buyers if buyer[1] == contact), None)

    def day(self, offset: int) -> str:
        return (self.stage.clock.now() + timedelta(days=offset)).date().isoformat()

    def _phone(self) -> str:
        return f"+1 212 555 {self.random.randint(1000, 9999)}"
