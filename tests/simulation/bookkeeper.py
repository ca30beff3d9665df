"""The person who keeps the books, in QuickBooks."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from urllib.parse import quote

from tests.simulation.desk import Desk, Json, Move
from tests.simulation.seller import GOODS, PRICES, SHOWN, Seller
from tests.simulation.stage import Stage

from tieout.core.records import Side

_CENT = Decimal("0.01")


class Bookkeeper(Desk):
    """Keeps customers, items, invoices, payments and credit memos; knows what the seller does, as colleagues do."""

    def __init__(self, stage: Stage, random: Random, seller: Seller) -> None:
        super().__init__(stage, Side.BOOKS, "bookkeeper", random)
        self._path = f"/v3/company/{stage.realm}"
        self._seller = seller
        self._serial = 0
        self._charges: dict[str, list[Json]] = {}
        self.income = self._select("Account", "AccountType = 'Income'")[0]["Id"]
        codes = {row["Name"]: row["Id"] for row in self._select("TaxCode")}
        self.untaxed = codes.get("No VAT", "")
        self.taxed = codes.get("20.0% S", "")

    def moves(self) -> Sequence[tuple[int, Move]]:
        return (*self._usual(), *(self._issuing() if self.stage.plan.show_quickbooks_invoices else ()))

    def _usual(self) -> Sequence[tuple[int, Move]]:
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

    def _issuing(self) -> Sequence[tuple[int, Move]]:
        """Invoices of QuickBooks' own, where HubSpot shows them."""
        return (
            (7, self.issue),
            (5, self.rewrite_lines),
            (2, self.redate),
            (2, self.renumber),
            (1, self.move_to_another_customer),
            (1, self.void_invoice),
            (1, self.delete_invoice),
            (2, self.hand_over),
        )

    def opening(self) -> list[Move]:
        """What is there before anybody connects anything."""
        return [
            *[self.add_customer] * self.random.randint(1, 3),
            *[self.add_item] * self.random.randint(0, 2),
            *[self.credit] * self.random.randint(0, 1),
            *[self.type_invoice_by_hand] * self.random.randint(0, 1),
            *[self.issue] * (self.random.randint(0, 3) if self.stage.plan.show_quickbooks_invoices else 0),
        ]

    def add_customer(self) -> bool:
        """By hand: somebody new, a vendor, or a buyer of the seller's with the same or another e-mail."""
        self._serial += 1
        buyer = self.pick(self._seller.buyers)
        entity, name, email = "Customer", f"Walk-in {self._serial}", f"walkin{self._serial}@books.example"
        if buyer is not None and self.random.random() < 0.8:
            shown = self._person(buyer)
            name = shown["company"] or shown["name"]
            email = shown["email"] if self.random.random() < 0.6 else email
            entity = "Vendor" if self.random.random() < 0.25 else "Customer"
        person = {"DisplayName": name, "PrimaryEmailAddr": {"Address": email}}
        if self.random.random() < 0.4:
            person["PrimaryPhone"] = {"FreeFormNumber": self._phone()}
        self._write(entity, person)
        return True

    def add_item(self) -> bool:
        name = self.random.choice(GOODS)
        body: Json = {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": self.income}}
        if self.random.random() < 0.6:
            body["Sku"] = f"{name[:4].upper()}-{self.random.randint(1, 3)}"
        self._write("Item", body)
        return True

    def type_invoice_by_hand(self) -> bool:
        """The very invoice that the seller has just made, or one of the bookkeeper's own."""
        item = self.pick(self._select("Item"))
        if item is None:
            return False
        customer, amount, day = self.pick(self._select("Customer")), Decimal(self.random.choice(PRICES)), 0
        invoice = self.pick(self._seller.invoices)
        if invoice is not None and self.random.random() < 0.8:
            shown = self._seller.call("GET", f"/crm/objects/2026-09/invoices/{invoice}", query=SHOWN)["properties"]
            buyer = self._buyer_of(invoice)
            amount = Decimal(shown["hs_amount_billed"] or "1")
            person = self._person(buyer) if buyer else {}
            known = [
                row
                for row in self._select("Customer")
                if row["DisplayName"] in (person.get("company"), person.get("name"))
                or row.get("PrimaryEmailAddr", {}).get("Address") == person.get("email")
            ]
            customer, day = self.pick(known) or customer, self.random.choice((0, -2))
        if customer is None:
            return False
        detail: Json = {"ItemRef": {"value": item["Id"]}}
        if self.untaxed:
            detail["TaxCodeRef"] = {"value": self.untaxed}
        amount = amount.quantize(_CENT)
        line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
        body = {"CustomerRef": {"value": customer["Id"]}, "TxnDate": self._day(day), "Line": [line]}
        if self.stage.plan.custom_numbers:
            self._serial += 1
            body["DocNumber"] = f"B-{self._serial}"
        self._write("Invoice", body)
        return True

    def issue(self) -> bool:
        """An invoice of QuickBooks' own: several lines, some of which take off, a discount, a tax."""
        customer, items = self.pick(self._select("Customer")), self._select("Item")
        if customer is None or not items:
            return False
        lines = [self._line(items) for _ in range(self.random.choice((1, 1, 2, 3, 5)))]
        if self.random.random() < 0.25:
            lines.append(self._line(items, off=True))
        if self.random.random() < 0.2:
            detail = {"PercentBased": True, "DiscountPercent": self.random.choice((5, 12))}
            lines.append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail})
        body: Json = {"CustomerRef": {"value": customer["Id"]}, "TxnDate": self._day(-1), "Line": lines}
        if not self.untaxed and self.random.random() < 0.2:
            body["TxnTaxDetail"] = {"TotalTax": Decimal("3.21")}
        if self.random.random() < 0.3:
            body["CustomerMemo"] = {"value": f"Made here {self.random.randint(100, 999)}"}
        if self.stage.plan.custom_numbers:
            self._serial += 1
            body["DocNumber"] = f"Q-{self._serial}"
        self._write("Invoice", body)
        return True

    def rewrite_lines(self) -> bool:
        """A line more, a line less, another quantity, or one that takes off."""
        invoice, items = self._issued(), self._select("Item")
        if invoice is None or not items:
            return False
        lines: list[Json] = _lines_of(invoice)["Line"]
        deed = self.random.choice(("more", "less", "another", "off"))
        if deed == "less" and len(_sold(invoice)) > 1:
            lines.remove(self.random.choice(_sold(invoice)))
        elif deed == "another":
            line = self.random.choice(_sold(invoice))
            line |= {"Amount": Decimal("12.50"), "Description": f"Twelve fifty {self.random.randint(10, 99)}"}
            line["SalesItemLineDetail"] |= {"Qty": Decimal("2.5"), "UnitPrice": Decimal(5)}
        else:
            lines.append(self._line(items, off=deed == "off"))
        self._patch("Invoice", invoice, {"Line": lines})
        return True

    def redate(self) -> bool:
        invoice = self._issued()
        if invoice is None:
            return False
        self._patch("Invoice", invoice, {"TxnDate": self._day(self.random.choice((-4, -2, 0)))})
        return True

    def move_to_another_customer(self) -> bool:
        invoice, customer = self._issued(), self.pick(self._select("Customer"))
        if invoice is None or customer is None or Decimal(invoice["Balance"]) != Decimal(invoice["TotalAmt"]):
            return False
        named = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"], "sparse": True}
        self._write("Invoice", {**named, "CustomerRef": {"value": customer["Id"]}})
        return True

    def hand_over(self) -> bool:
        """The seller types an invoice of QuickBooks' in by hand."""
        invoice = self._issued()
        if invoice is None or Decimal(invoice["TotalAmt"]) <= 0:
            return False
        customer = self._read("Customer", invoice["CustomerRef"]["value"])
        names = (customer["DisplayName"], customer.get("PrimaryEmailAddr", {}).get("Address"))
        known = [b for b in self._seller.buyers if not {*self._person(b).values()}.isdisjoint(names)]
        buyer = self.pick(known) or self.pick(self._seller.buyers)
        return buyer is not None and self._seller.type_in(buyer, str(invoice["TotalAmt"]))

    def receive_payment(self) -> bool:
        invoice = self._open_invoice()
        if invoice is None:
            return False
        balance = Decimal(invoice["Balance"])
        amount = balance if self.random.random() < 0.5 else max(_CENT, (balance / 3).quantize(_CENT))
        extra = Decimal(5) if self.random.random() < 0.15 else Decimal(0)
        self._receive(invoice["CustomerRef"]["value"], amount + extra, [(invoice["Id"], "Invoice", amount)])
        return True

    def receive_for_several(self) -> bool:
        first = self._open_invoice()
        if first is None:
            return False
        customer = first["CustomerRef"]["value"]
        several = [i for i in self._open_invoices() if i["CustomerRef"]["value"] == customer][:3]
        parts = [(i["Id"], "Invoice", max(_CENT, (Decimal(i["Balance"]) / 2).quantize(_CENT))) for i in several]
        self._receive(customer, sum((part[2] for part in parts), Decimal(0)), parts)
        return True

    def change_payment(self) -> bool:
        """Less of it, or another day or reference."""
        payment = self.pick([p for p in self._select("Payment") if Decimal(p["TotalAmt"]) > 1])
        if payment is None:
            return False
        change: Json = {"PaymentRefNum": f"CHQ {self.random.randint(100, 999)}"}
        if self.random.random() < 0.5 and payment["Line"]:
            lines = [{"Amount": line["Amount"], "LinkedTxn": line["LinkedTxn"]} for line in payment["Line"]]
            lines[0]["Amount"] = max(_CENT, (Decimal(lines[0]["Amount"]) / 2).quantize(_CENT))
            change = {"Line": lines}
        elif self.random.random() < 0.5:
            change = {"TxnDate": self._day(-1)}
        self._patch(
            "Payment", payment, {"CustomerRef": payment["CustomerRef"], "TotalAmt": payment["TotalAmt"], **change}
        )
        return True

    def void_payment(self) -> bool:
        return self._end("Payment", "void")

    def delete_payment(self) -> bool:
        return self._end("Payment", "delete")

    def recode(self) -> bool:
        """Another item, text or service date; every amount stays."""
        invoice, item = self.pick(self._select("Invoice")), self.pick(self._select("Item"))
        if invoice is None or item is None:
            return False
        line = self.random.choice(_sold(invoice))
        line["Description"] = f"Recoded {self.random.randint(10, 99)}"
        line["SalesItemLineDetail"]["ItemRef"] = {"value": item["Id"]}
        if self.random.random() < 0.4:
            line["SalesItemLineDetail"]["ServiceDate"] = self._day(-5)
        self._patch("Invoice", invoice, _lines_of(invoice))
        return True

    def edit_charge(self) -> bool:
        invoice = self._open_invoice()
        if invoice is None:
            return False
        self._charges.setdefault(invoice["Id"], _lines_of(invoice)["Line"])
        invoice = self._read("Invoice", invoice["Id"])
        line = self.random.choice(_sold(invoice))
        line["Amount"] = Decimal(line["Amount"]) + 1
        for name in ("Qty", "UnitPrice"):
            line["SalesItemLineDetail"].pop(name, None)
        self._patch("Invoice", invoice, _lines_of(invoice))
        return True

    def undo_charge_edit(self) -> bool:
        id_ = self.pick(list(self._charges))
        if id_ is None:
            return False
        self._patch("Invoice", self._read("Invoice", id_), {"Line": self._charges.pop(id_)})
        return True

    def change_due_date(self) -> bool:
        invoice = self.pick(self._select("Invoice"))
        if invoice is None:
            return False
        self._patch("Invoice", invoice, {"DueDate": self._day(self.random.randint(5, 50))})
        return True

    def change_memo(self) -> bool:
        invoice = self.pick(self._select("Invoice"))
        if invoice is None:
            return False
        self._patch("Invoice", invoice, {"CustomerMemo": {"value": f"Pay soon {self.random.randint(100, 999)}"}})
        return True

    def change_phone(self) -> bool:
        customer = self.pick(self._select("Customer"))
        if customer is None:
            return False
        self._patch("Customer", customer, {"PrimaryPhone": {"FreeFormNumber": self._phone()}})
        return True

    def credit(self) -> bool:
        """A credit memo, as likely as not with a number that the seller's next invoice will want."""
        customer, item = self.pick(self._select("Customer")), self.pick(self._select("Item"))
        if customer is None or item is None:
            return False
        detail: Json = {"ItemRef": {"value": item["Id"]}}
        if self.untaxed:
            detail["TaxCodeRef"] = {"value": self.untaxed}
        line = {"DetailType": "SalesItemLineDetail", "Amount": Decimal("20.00"), "SalesItemLineDetail": detail}
        body = {"CustomerRef": {"value": customer["Id"]}, "TxnDate": self._day(0), "Line": [line]}
        if self.random.random() < 0.5:
            company = self.stage.crm.company()
            body["DocNumber"] = f"{company['invoice_prefix']}{company['next_invoice_number']}"
        self._write("CreditMemo", body)
        return True

    def apply_credit(self) -> bool:
        memo = self.pick([m for m in self._select("CreditMemo") if Decimal(m["Balance"]) > 0])
        if memo is None:
            return False
        customer = memo["CustomerRef"]["value"]
        invoice = self.pick([i for i in self._open_invoices() if i["CustomerRef"]["value"] == customer])
        if invoice is None:
            return False
        amount = min(Decimal(memo["Balance"]), Decimal(invoice["Balance"]))
        parts = [(invoice["Id"], "Invoice", amount), (memo["Id"], "CreditMemo", amount)]
        self._receive(customer, Decimal(0), parts)
        return True

    def rename_customer(self) -> bool:
        customer = self.pick(self._select("Customer"))
        if customer is None:
            return False
        self._serial += 1
        self._patch("Customer", customer, {"DisplayName": f"{customer['DisplayName']} {self._serial}"})
        return True

    def renumber(self) -> bool:
        """The form whose number clashes gets another one; so, at times, does one of ours."""
        entity = self.random.choice(("CreditMemo", "CreditMemo", "Invoice"))
        form = self.pick(self._select(entity))
        if form is None:
            return False
        self._serial += 1
        self._patch(entity, form, {"DocNumber": f"R-{self._serial}"})
        return True

    def inactivate(self) -> bool:
        entity = self.random.choice(("Customer", "Item"))
        record = self.pick(self._select(entity))
        if record is None:
            return False
        self._patch(entity, record, {"Active": False})
        return True

    def reactivate(self) -> bool:
        entity = self.random.choice(("Customer", "Item"))
        record = self.pick(self._select(entity, "Active = false"))
        if record is None:
            return False
        self._patch(entity, record, {"Active": True})
        return True

    def void_invoice(self) -> bool:
        return self._end("Invoice", "void")

    def delete_invoice(self) -> bool:
        return self._end("Invoice", "delete")

    def overwrite_marker(self) -> bool:
        """Somebody needs the private note for something else; of a void one it says that it is void."""
        invoice = self._open_invoice()
        if invoice is None:
            return False
        self._patch("Invoice", invoice, {"PrivateNote": "Called, will pay on Friday"})
        return True

    def mail(self) -> bool:
        invoice = self._open_invoice()
        if invoice is None:
            return False
        self.call("POST", f"{self._path}/invoice/{invoice['Id']}/send", query="sendTo=office@crm.example")
        return True

    def want_service_dates(self) -> bool:
        """Switch revenue recognition on for an item, or off."""
        item = self.pick(self._select("Item"))
        on = item is not None and self.random.random() < 0.6
        self.stage.books.patch_company({"service_date_items": [item["Id"]] if item is not None and on else []})
        return True

    def close_period(self) -> bool:
        """Close the books until a day, or open them again."""
        day = self.random.choice((self._day(-25), self._day(-2), None))
        self.stage.books.patch_company({"closing_date": day})
        return True

    def _issued(self) -> Json | None:
        """An invoice that was not made in HubSpot, and is not void."""
        own = [i for i in self._select("Invoice") if not i.get("PrivateNote", "").startswith(("Tieout", "Voided"))]
        return self.pick(own)

    def _line(self, items: Sequence[Json], *, off: bool = False) -> Json:
        price, quantity = Decimal(self.random.choice(PRICES)), Decimal(self.random.choice(("1", "2", "0.5", "11")))
        if off:
            price, quantity = Decimal("-1.50"), Decimal(1)
        detail: Json = {"ItemRef": {"value": self.random.choice(items)["Id"]}, "Qty": quantity, "UnitPrice": price}
        if self.untaxed:
            detail["TaxCodeRef"] = {"value": self.random.choice((self.untaxed, self.taxed))}
        amount = (price * quantity).quantize(_CENT, ROUND_HALF_UP)
        line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
        if self.random.random() < 0.5:
            line["Description"] = f"What was agreed {self.random.randint(10, 99)}"
        return line

    def _receive(self, customer: str, total: Decimal, parts: Sequence[tuple[str, str, Decimal]]) -> None:
        lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for id_, kind, amount in parts]
        body = {"CustomerRef": {"value": customer}, "TotalAmt": total, "TxnDate": self._day(0), "Line": lines}
        self._write("Payment", body)

    def _open_invoices(self) -> list[Json]:
        return [i for i in self._select("Invoice") if Decimal(i["Balance"]) > 0]

    def _open_invoice(self) -> Json | None:
        return self.pick(self._open_invoices())

    def _end(self, entity: str, operation: str) -> bool:
        row = self.pick(self._select(entity))
        if row is None:
            return False
        named = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
        self.call("POST", f"{self._path}/{entity.lower()}", named, query=f"operation={operation}")
        return True

    def _patch(self, entity: str, row: Json, changes: Json) -> None:
        named = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
        if entity == "Invoice":
            named["CustomerRef"] = row["CustomerRef"]
        self._write(entity, {**named, **changes})

    def _write(self, entity: str, body: Json) -> None:
        self.call("POST", f"{self._path}/{entity.lower()}", body)

    def _read(self, entity: str, id_: str) -> Json:
        found: Json = self.call("GET", f"{self._path}/{entity.lower()}/{id_}")[entity]
        return found

    def _select(self, entity: str, where: str = "") -> list[Json]:
        text = f"select * from {entity}{f' where {where}' if where else ''} orderby Id maxresults 1000"
        answer = self.call("GET", f"{self._path}/query", query=f"query={quote(text)}&minorversion=75")
        rows: list[Json] = answer["QueryResponse"].get(entity, [])
        return rows

    def _person(self, buyer: tuple[str, str]) -> dict[str, str]:
        """What the seller's pages show of a buyer."""
        names = "properties=firstname,lastname,email"
        contact = self._seller.call("GET", f"/crm/objects/2026-09/contacts/{buyer[1]}", query=names)["properties"]
        company = ""
        if buyer[0]:
            path = f"/crm/objects/2026-09/companies/{buyer[0]}"
            company = self._seller.call("GET", path, query="properties=name")["properties"]["name"]
        return {"company": company, "name": f"{contact['firstname']} {contact['lastname']}", "email": contact["email"]}

    def _buyer_of(self, invoice: str) -> tuple[str, str] | None:
        found = self._seller.call("GET", f"/crm/objects/2026-09/invoices/{invoice}/associations/contacts")["results"]
        contact = found[0]["toObjectId"] if found else ""
        return next((buyer for buyer in self._seller.buyers if buyer[1] == contact), None)

    def _day(self, offset: int) -> str:
        return (self.stage.clock.now() + timedelta(days=offset)).date().isoformat()

    def _phone(self) -> str:
        return f"+1 212 555 {self.random.randint(1000, 9999)}"


def _sold(invoice: Json) -> list[Json]:
    return [line for line in invoice["Line"] if line["DetailType"] == "SalesItemLineDetail"]


def _lines_of(invoice: Json) -> Json:
    return {"Line": [line for line in invoice["Line"] if line["DetailType"] != "SubTotalLineDetail"]}
