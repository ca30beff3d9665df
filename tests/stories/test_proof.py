"""The proof: what was owed on a day against QuickBooks' own A/R Aging, and a month that was signed."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from quickbooks.objects import CreditMemo, Customer, Invoice, Payment, PaymentLine
from quickbooks.objects.base import LinkedTxn
from tests.stories.conftest import World


class March:
    """A company with a March behind it: 11,900.00 open on both sides, 700.00 and a credit in QuickBooks alone."""

    def __init__(self, world: World) -> None:
        self.world = world
        today = world.day()
        self.year = today.year if today >= date(today.year, 4, 9) else today.year - 1
        self.end = self.day(3, 31)
        books, seller = world.bookkeeper, world.seller
        self.item = books.item("Consulting")
        self.nova = books.customer("Nova Ltd", "ana@nova.example")
        before = books.invoice(self.nova, books.line(self.item, "1", "700.00"), number="900", on=self.day(2, 10))
        books.receive(before, "700.00", on=self.day(4, 5))
        books.credit_memo(self.nova, books.line(self.item, "1", "200.00"), number="950", on=self.day(3, 10))
        ana = seller.contact("ana@nova.example", "Ana", "Ode")
        ben = seller.contact("ben@other.example", "Ben", "Stone")
        self.first = self.invoice("7500.00", ana, self.day(3, 3))
        self.second = self.invoice("4700.00", ben, self.day(3, 20))
        self.third = self.invoice("300.00", ana, self.day(3, 25))
        world.connect(start_date=self.day(3, 1).isoformat(), show_quickbooks_invoices="true")
        world.tieout.sync()
        books.receive(self.in_books(self.second), "600.00", on=self.day(3, 30))
        books.receive(self.in_books(self.second), "4100.00", on=self.day(4, 2))
        world.tieout.sync()

    def day(self, month: int, day: int) -> date:
        return date(self.year, month, day)

    def invoice(self, price: str, contact: str, on: date) -> str:
        seller = self.world.seller
        return seller.invoice(seller.line("1", price, name="Consulting"), contact=contact, on=on)

    def number(self, invoice: str) -> str:
        """The number of a HubSpot invoice, which is QuickBooks' too."""
        return str(self.world.seller.shown(invoice)["hs_number"])

    def in_books(self, invoice: str) -> str:
        """QuickBooks' id of a HubSpot invoice."""
        return str(self.world.bookkeeper.invoices()[self.number(invoice)]["Id"])

    def void(self, invoice: str) -> None:
        books = self.world.bookkeeper
        Invoice.get(self.in_books(invoice), qb=books.client).void(qb=books.client)

    def prove(self, *words: str, codes: tuple[int, ...] = (0,)) -> dict:
        tieout = self.world.tieout
        return dict(tieout.run("prove", tieout.name, "--as-of", self.end.isoformat(), *words, codes=codes))


@pytest.fixture
def march(worlds: Callable[..., World]) -> March:
    return March(worlds("us-manual"))


def test_story_36_the_books_tie_out_to_the_aging_report_of_a_day(march: March) -> None:
    proof = march.prove()
    assert (proof["ties_out"], proof["as_of"]) == (True, march.end.isoformat())
    aging = proof["aging"]
    assert aging["report"] == "12400.00"
    assert aging["sums"] == {
        "both": "11900.00",
        "only_in_hubspot": "0.00",
        "only_in_quickbooks": "700.00",
        "credits": "-200.00",
    }
    assert aging["difference"] == "0.00"
    alone = [(one["kind"], one["number"], one["amount"], one["reason"]) for one in aging["open"] if one["reason"]]
    assert alone == [("invoice", "900", "700.00", "before_start"), ("Credit Memo", "950", "-200.00", "unapplied")]
    months = {one["month"][-2:]: (one["sums"]["both"], one["sums"]["only_in_quickbooks"]) for one in aging["months"]}
    assert months == {"02": ("0.00", "700.00"), "03": ("11900.00", "0.00")}
    customers = {one["name"]: (one["report"], one["difference"]) for one in aging["customers"]}
    assert customers["Nova Ltd"] == ("8300.00", "0.00")
    assert sum(Decimal(report) for report, _ in customers.values()) == Decimal("12400.00")
    assert proof["currency"]["USD"]["crm"]["open"] == "11900.00"


def test_story_36_what_nobody_recorded_does_not_tie_out_and_names_the_customer(march: March) -> None:
    books = march.world.bookkeeper
    books.invoice(march.nova, books.line(march.item, "1", "5.00"), number="960", on=march.day(3, 12))
    proof = march.prove(codes=(1,))
    assert not proof["ties_out"]
    assert proof["aging"]["report"] == "12405.00"
    assert [(one["name"], one["amount"]) for one in proof["aging"]["unexplained"]] == [("Nova Ltd", "5.00")]
    assert march.prove("--sign", codes=(1,))["signed"] is False
    assert march.prove(codes=(1,))["months"] == []


def test_story_37_a_signed_month_tells_what_changed_in_it(march: March) -> None:
    tieout = march.world.tieout
    number = march.number(march.third)
    assert march.prove("--sign")["signed"] is True
    assert next(one["value"] for one in tieout.set() if one["key"] == "lock_date") == march.end.isoformat()
    assert tieout.history("signed")[0]["what"] == "Tie-out signed"
    march.void(march.third)
    month = march.end.strftime("%B" if march.year == march.world.day().year else "%B %Y")
    said = f"{month} changed since you signed: \N{MINUS SIGN}300.00, invoice {number} voided"
    proof = march.prove(codes=(0, 1))
    assert [one["message"] for one in proof["months"]] == [said]
    assert proof["aging"]["report"] == "12100.00"
    status = tieout.run("status", tieout.name)
    assert [(one["as_of"], one["report"], one["message"]) for one in status["signed"]] == [
        (march.end.isoformat(), "12400.00", said)
    ]


def test_story_37_a_sync_alone_notices_it_too(march: March) -> None:
    tieout = march.world.tieout
    march.prove("--sign")
    tieout.sync()
    assert [one["message"] for one in tieout.run("status", tieout.name)["signed"]] == [""]
    number = march.number(march.third)
    march.void(march.third)
    tieout.sync()
    told = tieout.run("status", tieout.name)["signed"][0]["message"]
    assert told.endswith(f"changed since you signed: \N{MINUS SIGN}300.00, invoice {number} voided")


def test_a_credit_of_march_that_is_applied_in_april_was_open_at_the_end_of_march(march: March) -> None:
    books = march.world.bookkeeper
    memo = CreditMemo.filter(DocNumber="950", qb=books.client)[0]
    joined = Payment()
    joined.CustomerRef, joined.TotalAmt, joined.TxnDate = memo.CustomerRef, 0.0, march.day(4, 7).isoformat()
    joined.Line = [PaymentLine(), PaymentLine()]
    ends = ((march.in_books(march.first), "Invoice"), (str(memo.Id), "CreditMemo"))
    for line, (id_, type_) in zip(joined.Line, ends, strict=True):
        line.Amount = 200.0
        linked = LinkedTxn()
        linked.TxnId, linked.TxnType = id_, type_
        line.LinkedTxn = [linked]
    joined.save(qb=books.client)
    march.world.tieout.sync()
    assert march.prove()["aging"]["sums"]["credits"] == "-200.00"
    tieout = march.world.tieout
    later = tieout.run("prove", tieout.name, "--as-of", march.day(4, 8).isoformat(), codes=(0,))["aging"]
    alone = [(one["group"], one["amount"], one["reason"]) for one in later["open"] if one["reason"]]
    assert alone == [("only_in_hubspot", "200.00", "credit")]
    assert (later["report"], later["sums"]["both"]) == ("7600.00", "7600.00")


def test_a_tie_out_is_a_table_whose_sum_is_the_report(march: March, tmp_path) -> None:
    file = tmp_path / "march.csv"
    march.prove("--csv", str(file))
    with file.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    assert sum(Decimal(row["amount in company's currency"]) for row in rows) == Decimal("12400.00")
    assert {row["where"] for row in rows} == {"both", "only_in_quickbooks", "credit"}


def test_amounts_in_another_currency_count_at_quickbooks_own_rate(world: World) -> None:
    books, day = world.bookkeeper, world.day(-3)
    world.quickbooks.company(multi_currency=True)
    euro = {"CurrencyRef": {"value": "EUR"}}
    berg = books.customer("Berg GmbH", **euro)
    item = books.item("Consulting")
    sold = Invoice()
    sold.CustomerRef, sold.Line = Customer.get(berg, qb=books.client).to_ref(), [books.line(item, "1", "100.00")]
    sold.CurrencyRef, sold.ExchangeRate, sold.TxnDate = sold.CustomerRef.__class__(), 1.1, day.isoformat()
    sold.CurrencyRef.value = "EUR"
    sold.save(qb=books.client)
    world.connect()
    world.tieout.sync()
    proof = world.tieout.run("prove", world.tieout.name, "--as-of", day.isoformat())
    aging = proof["aging"]
    assert (aging["report"], aging["sums"]["only_in_quickbooks"]) == ("110.00", "110.00")
    assert aging["currencies"]["EUR"]["only_in_quickbooks"] == "100.00"
    assert proof["ties_out"], aging["unexplained"]


def test_a_day_that_is_none_or_still_to_come_is_refused(march: March) -> None:
    tieout, tomorrow = march.world.tieout, march.world.day(2)
    refused = tieout.run("prove", tieout.name, "--as-of", "31.3.2026", codes=(2,))
    assert "31.3.2026" in refused["error"]["message"]
    refused = tieout.run("prove", tieout.name, "--as-of", tomorrow.isoformat(), "--sign", codes=(2,))
    assert "cannot be signed" in refused["error"]["message"]


def test_without_options_a_tie_out_has_no_more_keys_than_before(march: March) -> None:
    march.prove("--sign")
    assert set(march.world.tieout.prove()) == {"ties_out", "currency", "exceptions"}
