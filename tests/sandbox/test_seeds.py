"""What `--seed demo` plants, read back through the vendors' own APIs."""

import random
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from tieout.sandbox.caller import Caller
from tieout.sandbox.pair import open_pair

NOON = datetime(2026, 5, 14, 12, tzinfo=UTC)


class Standstill:
    """A clock that stands still."""

    def now(self):
        return NOON

    async def sleep(self, seconds):
        raise AssertionError(f"Somebody waits {seconds} seconds.")


def planted(company="us-manual", *, quotas=True):
    return open_pair(clock=Standstill(), random=random.Random(7), company=company, quotas=quotas, seed="demo")


class Readers:
    """Reads everything of one kind on either side."""

    def __init__(self, pair):
        line = pair.sign_in("http://h", "http://q")
        self._crm = Caller(pair.hubspot.vendor, line["hubspot"]["access_token"])
        self._books = Caller(pair.quickbooks.vendor, line["quickbooks"]["access_token"])
        self._path = f"/v3/company/{line['quickbooks']['realm_id']}/query"

    def crm(self, kind, *properties, link=""):
        query = f"limit=100&properties={','.join(properties)}" + (f"&associations={link}" if link else "")
        found, after = [], ""
        while True:
            page = self._crm.call("GET", f"/crm/objects/2026-09/{kind}", query=query + after)
            found += page["results"]
            if "paging" not in page:
                return found
            after = f"&after={page['paging']['next']['after']}"

    def books(self, entity, where=""):
        text = f"select * from {entity} {where} maxresults 1000"
        answer = self._books.call("GET", self._path, query=f"query={quote(text)}&minorversion=75")
        return answer["QueryResponse"].get(entity, [])


@pytest.fixture(params=["us-manual", "us-ast", "uk", "fr"])
def readers(request):
    return Readers(planted(request.param))


def test_hubspot_has_invoices_in_every_state(readers):
    invoices = readers.crm("invoices", "hs_invoice_status", "hs_number", "hs_amount_billed")
    states = [invoice["properties"]["hs_invoice_status"] for invoice in invoices]
    assert {state: states.count(state) for state in states} == {"open": 147, "voided": 1, "draft": 2}
    numbers = [invoice["properties"]["hs_number"] for invoice in invoices if invoice["properties"]["hs_number"]]
    assert len(set(numbers)) == len(numbers) == 148


def test_one_draft_has_no_contact(readers):
    invoices = readers.crm("invoices", "hs_invoice_status", link="contacts")
    lonely = [invoice for invoice in invoices if not invoice.get("associations")]
    assert [invoice["properties"]["hs_invoice_status"] for invoice in lonely] == ["draft"]


def test_another_e_mail(readers):
    (contact,) = [
        row for row in readers.crm("contacts", "lastname", "email") if row["properties"]["lastname"] == "Ruiz"
    ]
    (customer,) = readers.books("Customer", "where DisplayName = 'Ana Ruiz'")
    assert contact["properties"]["email"] != customer["PrimaryEmailAddr"]["Address"]


def test_a_vendor_holds_the_name_of_a_company(readers):
    names = [row["properties"]["name"] for row in readers.crm("companies", "name")]
    assert [row["DisplayName"] for row in readers.books("Vendor")] == ["Bo Li"]
    assert "Bo Li" in names
    assert readers.books("Customer", "where DisplayName = 'Bo Li'") == []


def test_two_invoices_sell_what_wants_a_service_date():
    pair = planted()
    readers = Readers(pair)
    (item,) = readers.books("Item", "where Sku = 'RET-1'")
    assert pair.quickbooks.vendor.company()["service_date_items"] == [item["Id"]]
    sold = [row for row in readers.crm("line_items", "hs_sku") if row["properties"]["hs_sku"] == "RET-1"]
    assert len(sold) == 2


def test_a_credit_memo_of_somebody_else_holds_a_number_of_hubspot(readers):
    (memo,) = readers.books("CreditMemo")
    numbers = [row["properties"]["hs_number"] for row in readers.crm("invoices", "hs_number")]
    assert memo["DocNumber"] in numbers
    assert memo["CustomerRef"]["name"] == "Walk-in sales"


def test_an_item_is_inactive_and_a_period_closed():
    pair = planted()
    assert [row["Sku"] for row in Readers(pair).books("Item", "where Active = false")] == ["BACK-7"]
    assert pair.quickbooks.vendor.company()["closing_date"] == "2025-04-24"


def test_it_is_a_company_of_some_size_whose_two_lists_overlap(readers):
    companies = {row["properties"]["name"] for row in readers.crm("companies", "name")}
    customers = {row["DisplayName"] for row in readers.books("Customer")}
    assert len(companies) > 190
    assert len(customers) > 100
    assert len(companies & customers) > 40
    assert len({name.casefold() for name in companies} & {c.casefold().removesuffix(" ltd.") for c in customers}) > 90
    assert len(readers.crm("products")) == 60
    assert 30 < len(readers.books("Item", "where Active in (true, false)")) < 40


def test_it_has_sold_for_a_year(readers):
    days = sorted(row["properties"]["hs_invoice_date"][:10] for row in readers.crm("invoices", "hs_invoice_date"))
    months = {day[:7] for day in days if day > "2025-05"}
    assert len(months) >= 12


def test_planting_costs_no_quota():
    pair = planted(quotas=True)
    readers = Readers(pair)
    for _ in range(5):
        readers.books("Customer")
    assert pair.sign_in("http://h", "http://q")["quickbooks"]["quotas"] is True


def test_the_seeds_are_the_same_each_time():
    assert planted().dump() == planted().dump()
