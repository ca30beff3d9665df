"""The person who sells, in HubSpot, through HubSpot's own Python client."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import httpx2
from hubspot.crm import companies, objects
from hubspot.crm.associations.v4.models import AssociationSpec

import hubspot

CONTACT, COMPANY, LINE, DISCOUNT, PAYMENT = 177, 179, 409, 412, 542
"""Association types from an invoice to what it is made of, and from a payment to its invoice."""
_EMPLOYER = 1

SHOWN = (
    "hs_number",
    "hs_invoice_status",
    "hs_invoice_date",
    "hs_due_date",
    "hs_amount_billed",
    "hs_amount_paid",
    "hs_balance_due",
    "hs_comments",
    "tieout_state",
    "tieout_reason",
    "tieout_number",
    "tieout_link",
    "tieout_received",
    "tieout_credited",
)


class Seller:
    """Keeps contacts, companies, products and invoices. Ids are HubSpot's; amounts are decimal texts."""

    def __init__(self, base_url: str, access_token: str, currency: str) -> None:
        self.client = hubspot.Client.create(access_token=access_token, host=base_url)
        headers = {"Authorization": f"Bearer {access_token}"}
        self._http = httpx2.Client(base_url=base_url, headers=headers, timeout=30, trust_env=False)
        self._currency = currency

    def contact(self, email: str, first: str = "", last: str = "", *, company: str = "", **more: str) -> str:
        links = [linked(company, _EMPLOYER)] if company else []
        return self.make("contacts", {"email": email, "firstname": first, "lastname": last} | more, links)

    def contacts(self, people: Sequence[Mapping[str, str]]) -> list[str]:
        """Import many contacts, a hundred a call."""
        made: list[str] = []
        for start in range(0, len(people), 100):
            inputs = [
                objects.SimplePublicObjectBatchInputForCreate(properties=dict(one), associations=[])
                for one in people[start : start + 100]
            ]
            answer = self.client.crm.objects.batch_api.create(
                "contacts", objects.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs)
            )
            by_email = {one.properties["email"]: one.id for one in answer.results}
            made += [by_email[one["email"]] for one in people[start : start + 100]]
        return made

    def company(self, name: str, **more: str) -> str:
        return self.make("companies", {"name": name} | more)

    def product(self, name: str, price: str, sku: str = "") -> str:
        return self.make("products", {"name": name, "price": price} | ({"hs_sku": sku} if sku else {}))

    def line(self, quantity: str, price: str, *, product: str = "", name: str = "", **more: str) -> str:
        what = {"hs_product_id": product} if product else {"name": name or "Consulting"}
        return self.make("line_items", what | {"quantity": quantity, "price": price} | more)

    def draft(
        self,
        *lines: str,
        contact: str = "",
        company: str = "",
        on: date | None = None,
        due: date | None = None,
        **more: str,
    ) -> str:
        links = [linked(one, LINE) for one in lines]
        links += [linked(contact, CONTACT)] if contact else []
        links += [linked(company, COMPANY)] if company else []
        values = {"hs_currency": self._currency, "hs_invoice_status": "draft"} | more
        values |= {"hs_invoice_date": noon(on)} if on else {}
        values |= {"hs_due_date": noon(due)} if due else {}
        return self.make("invoices", values, links)

    def discount(self, invoice: str, amount: str) -> str:
        """Take an amount off a whole invoice."""
        values = {"hs_label": "Thanks", "hs_type": "FIXED", "hs_value": amount}
        return self.make("discounts", values, [linked(invoice, DISCOUNT)])

    def finalize(self, invoice: str) -> str:
        """Finalize a draft; return its number."""
        self.change("invoices", invoice, hs_invoice_status="open")
        return str(self.shown(invoice)["hs_number"])

    def invoice(self, *lines: str, **more: Any) -> str:
        """Make an invoice and finalize it."""
        made = self.draft(*lines, **more)
        self.finalize(made)
        return made

    def add_line(self, invoice: str, line: str) -> None:
        self.client.crm.associations.v4.basic_api.create("invoices", invoice, "line_items", line, [_spec(LINE)])

    def put_contact(self, invoice: str, contact: str) -> None:
        """Put a contact on an invoice, in place of those that are on it."""
        self.take_contacts_off(invoice)
        self.add_contact(invoice, contact)

    def add_contact(self, invoice: str, contact: str) -> None:
        """Put one more contact on an invoice."""
        self.client.crm.associations.v4.basic_api.create("invoices", invoice, "contacts", contact, [_spec(CONTACT)])

    def named(self, invoice: str) -> tuple[list[str], list[str]]:
        """The names of the companies, and the addresses of the contacts, that an invoice is associated with."""
        associations = self.client.crm.associations.v4.basic_api
        companies, contacts = (
            sorted(
                self.read(kind, str(one.to_object_id), name)[name]
                for one in associations.get_page("invoices", invoice, kind).results
            )
            for kind, name in (("companies", "name"), ("contacts", "email"))
        )
        return companies, contacts

    def take_contacts_off(self, invoice: str) -> None:
        associations = self.client.crm.associations.v4.basic_api
        for one in associations.get_page("invoices", invoice, "contacts").results:
            associations.archive("invoices", invoice, "contacts", one.to_object_id)

    def pay(self, invoice: str, amount: str, on: date, *, currency: str = "") -> str:
        """Record a payment that succeeded."""
        values = {
            "hs_initial_amount": amount,
            "hs_currency_code": currency or self._currency,
            "hs_initiated_date": noon(on),
            "hs_latest_status": "succeeded",
        }
        return self.make("commerce_payments", values, [linked(invoice, PAYMENT)])

    def payments(self, invoice: str) -> list[Decimal]:
        """The amounts of the payments on an invoice, smallest first."""
        page = self.client.crm.associations.v4.basic_api.get_page("invoices", invoice, "commerce_payments")
        shown = [self.read("commerce_payments", one.to_object_id, "hs_initial_amount") for one in page.results]
        return sorted(Decimal(one["hs_initial_amount"]) for one in shown)

    def shown(self, invoice: str) -> dict[str, Any]:
        """What stands on the invoice's record."""
        return self.read("invoices", invoice, *SHOWN)

    def invoices(self) -> list[dict[str, Any]]:
        """All invoices as they stand on their records, oldest first, with their ids."""
        page = self.client.crm.objects.basic_api.get_page("invoices", limit=100, properties=list(SHOWN))
        return [dict(one.properties) | {"id": one.id} for one in page.results]

    def lines(self, invoice: str) -> list[tuple[str, Decimal, Decimal]]:
        """Name, quantity and amount of an invoice's lines, in their order."""
        page = self.client.crm.associations.v4.basic_api.get_page("invoices", invoice, "line_items")
        names = ("name", "quantity", "amount", "hs_position_on_quote")
        shown = [self.read("line_items", str(one.to_object_id), *names) for one in page.results]
        shown.sort(key=lambda one: Decimal(one["hs_position_on_quote"] or 0))
        return [(one["name"], Decimal(one["quantity"]), Decimal(one["amount"])) for one in shown]

    def make(self, kind: str, values: Mapping[str, str], links: Sequence[Any] = ()) -> str:
        wanted = objects.SimplePublicObjectInputForCreate(properties=dict(values), associations=list(links))
        return str(self.client.crm.objects.basic_api.create(kind, wanted).id)

    def change(self, kind: str, id_: str, **values: str) -> None:
        self.client.crm.objects.basic_api.update(kind, id_, objects.SimplePublicObjectInput(properties=values))

    def read(self, kind: str, id_: str, *names: str) -> dict[str, Any]:
        return dict(self.client.crm.objects.basic_api.get_by_id(kind, id_, properties=list(names)).properties)

    def merge(self, kind: str, primary: str, other: str) -> str:
        """Merge two companies, contacts or products; returns the id of what they became."""
        if kind == "products":  # the client has no method for them
            body = {"primaryObjectId": primary, "objectIdToMerge": other}
            path = f"/crm/objects/2026-09/{kind}/merge"
            answer = self._http.post(path, json=body)
            answer.raise_for_status()
            return str(answer.json()["id"])
        wanted = companies.PublicMergeInput(primary_object_id=primary, object_id_to_merge=other)
        return str(getattr(self.client.crm, kind).basic_api.merge(wanted).id)

    def void(self, invoice: str) -> None:
        self.change("invoices", invoice, hs_invoice_status="voided")

    def archive(self, kind: str, id_: str) -> None:
        self.client.crm.objects.basic_api.archive(kind, id_)


def noon(day: date) -> str:
    """A day as HubSpot takes it in a date and time, so that no zone moves it."""
    return f"{day.isoformat()}T12:00:00Z"


def _spec(type_id: int) -> AssociationSpec:
    return AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=type_id)


def linked(to: str, type_id: int) -> objects.PublicAssociationsForObject:
    spec = objects.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=type_id)
    return objects.PublicAssociationsForObject(to=objects.PublicObjectId(id=to), types=[spec])
