"""What was open on a day: every cent of both sides has its place, and none on one side alone goes without a reason."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tieout.proof.aging import OTHER_ENTRY, UNAPPLIED, Group, age
from tieout.proof.report import Entry, Report
from tieout.proof.sheet import open_amounts, separated
from tieout.proof.tieout import UNEXPLAINED, Known
from tieout.proof.totals import Receipt, Total, as_of

ZERO = Decimal(0)
DAY = date(2026, 3, 31)
CENTS = st.integers(0, 50_000).map(lambda minor: Decimal(minor).scaleb(-2))
REASONS = st.sampled_from(("", "in_sync", "accepted", "please_decide"))


def invoice(id_, open_="100.00", total=None, *, currency="USD", day=DAY, live=True):
    money = Decimal(open_)
    return Total(id_, f"INV-{id_}", currency, Decimal(total or open_), money, live, day, "7", "Nova Ltd")


def entry(id_, open_="100.00", *, type_="Invoice", home=None, currency="USD", customer="7", name="Nova Ltd"):
    return Entry(id_, type_, f"N-{id_}", DAY, customer, name, currency, Decimal(open_), Decimal(home or open_))


def report(*entries, off="0"):
    """A report whose summary says `off` more of Nova Ltd than its entries do."""
    owed = {}
    for one in entries:
        owed[one.customer] = (one.name, owed.get(one.customer, ("", ZERO))[1] + one.home)
    if Decimal(off):
        owed["7"] = ("Nova Ltd", owed.get("7", ("", ZERO))[1] + Decimal(off))
    return Report(DAY, "USD", sum((amount for _, amount in owed.values()), ZERO), owed, entries)


def known(links=None, reasons=None, settlements=None):
    return Known(links or {}, reasons or {}, settlements or {})


def listed(aging):
    return [(one.group, one.amount, one.reason) for one in aging.open]


def one_pair(ours, there, reason="in_sync", settlements=None, other=None):
    recorded = known({"1": "81"}, {("crm", "1"): reason, ("books", "81"): reason}, {"1": settlements or {}})
    return age([ours], [other or invoice("81", total=str(ours.total))], report(*there), recorded, {})


def test_an_invoice_that_agrees_is_in_both():
    aging = one_pair(invoice("1"), [entry("81")])
    assert aging.ties_out
    assert listed(aging) == [(Group.BOTH, "100.00", "")]


def test_a_credit_applied_in_quickbooks_leaves_the_rest_in_hubspot_with_its_reason():
    aging = one_pair(invoice("1"), [entry("81", "70.00")], settlements={"credit": Decimal("30.00")})
    assert aging.ties_out
    assert listed(aging) == [(Group.BOTH, "70.00", ""), (Group.CRM, "30.00", "credit")]


def test_money_that_hubspot_alone_has_leaves_the_rest_in_quickbooks():
    aging = one_pair(invoice("1", "0.00", "100.00"), [entry("81")], settlements={"pending": Decimal("-100.00")})
    assert aging.ties_out
    assert listed(aging) == [(Group.BOOKS, "100.00", "pending")]


def test_an_invoice_paid_in_quickbooks_alone_without_a_record_names_its_customer():
    aging = one_pair(invoice("1"), [])
    assert not aging.ties_out
    assert listed(aging) == [(Group.CRM, "100.00", UNEXPLAINED)]
    assert [(one.name, one.amount) for one in aging.unexplained] == [("Nova Ltd", "-100.00")]


def test_what_offsets_an_unexplained_part_does_not_hide_it():
    """A credit of 30.00 explains all but 20.00 too much: the whole difference of 10.00 has no reason."""
    aging = one_pair(invoice("1"), [entry("81", "90.00")], settlements={"credit": Decimal("30.00")})
    assert listed(aging) == [(Group.BOTH, "90.00", ""), (Group.CRM, "10.00", UNEXPLAINED)]


def test_a_charge_left_as_it_is_stands_with_its_difference():
    aging = one_pair(invoice("1", "200.00"), [entry("81", "300.00")], "accepted", other=invoice("81", "300.00"))
    assert aging.ties_out
    assert listed(aging) == [(Group.BOTH, "200.00", ""), (Group.BOOKS, "100.00", "accepted")]


def test_credits_and_other_entries_are_in_quickbooks_by_nature():
    aging = age([], [], report(entry("5", "-20.00", type_="Payment"), entry("6", "8.00", type_="Journal Entry")),
                known(), {})  # fmt: skip
    assert aging.ties_out
    assert listed(aging) == [(Group.CREDIT, "-20.00", UNAPPLIED), (Group.BOOKS, "8.00", OTHER_ENTRY)]
    assert aging.report == "-12.00"


def test_an_invoice_of_hubspot_alone_stands_with_the_customer_that_it_is_known_by():
    aging = age([invoice("1")], [], report(), known(reasons={("crm", "1"): "no_customer"}), {"1": ("", "Bo Li")})
    assert aging.ties_out
    assert [(one.name, one.sums.only_in_hubspot, one.report) for one in aging.customers] == [
        ("Bo Li", "100.00", "0.00")
    ]


def test_a_report_that_says_more_than_its_transactions_names_the_customer():
    aging = age([invoice("1")], [invoice("81")], report(entry("81"), off="5.00"), known({"1": "81"}), {})
    assert (aging.ties_out, aging.difference) == (False, "5.00")
    assert [(one.name, one.amount) for one in aging.unexplained] == [("Nova Ltd", "5.00")]
    assert [(one.report, one.difference) for one in aging.customers] == [("105.00", "5.00")]
    assert separated(open_amounts("2026-03-31", aging)).decode().splitlines()[-1] == (
        "2026-03-31,report,,,,,Nova Ltd,USD,5.00,USD,5.00,unexplained,,"
    )


def test_a_foreign_invoice_is_held_against_in_its_currency_and_counts_at_home():
    ours = invoice("1", "100.00", currency="EUR")
    there = entry("81", "60.00", home="66.67", currency="EUR")
    other = invoice("81", "100.00", currency="EUR")
    aging = one_pair(ours, [there], settlements={"credit": Decimal("40.00")}, other=other)
    assert aging.ties_out
    assert (aging.report, aging.sums.both, aging.difference) == ("66.67", "66.67", "0.00")
    assert aging.currencies["EUR"].both == "60.00"
    assert aging.currencies["EUR"].only_in_hubspot == "40.00"


def test_a_text_that_a_spreadsheet_would_run_is_quoted():
    aging = age([], [], report(entry("5", "8.00", type_="Journal Entry", name="=1+1")), known(), {})
    assert ",'=1+1,USD,8.00,USD,8.00," in separated(open_amounts("2026-03-31", aging)).decode()


def test_a_day_in_the_past_knows_no_later_payment():
    later, earlier = Receipt("1", date(2026, 4, 1), Decimal("60.00")), Receipt("1", DAY, Decimal("10.00"))
    paid = invoice("1", "30.00", "100.00")
    assert [one.open for one in as_of(DAY, [paid], [earlier, later])] == [Decimal("90.00")]
    assert [one.open for one in as_of(date(2026, 4, 1), [paid], [earlier, later])] == [Decimal("30.00")]
    assert as_of(date(2026, 3, 30), [paid], []) == []


@given(st.lists(st.tuples(CENTS, CENTS, REASONS, st.booleans()), max_size=5), CENTS, CENTS)
def test_every_cent_of_both_sides_has_its_place(pairs, credit, entered):
    crm, books, there, links, reasons = [], [], [], {}, {}
    for number, (ours, theirs, reason, linked) in enumerate(pairs):
        mine, other = str(number), str(80 + number)
        crm.append(invoice(mine, str(ours), "500.00"))
        books.append(invoice(other, total="500.00"))
        there += [entry(other, str(theirs))] if theirs else []
        links |= {mine: other} if linked else {}
        reasons |= {("crm", mine): reason, ("books", other): reason}
    there += [entry("900", str(-credit), type_="Credit Memo")] if credit else []
    there += [entry("901", str(entered), type_="Journal Entry")] if entered else []
    aging = age(crm, books, report(*there), known(links, reasons), {})
    sums = {group: sum((Decimal(o.amount) for o in aging.open if o.group is group), ZERO) for group in Group}
    assert sums[Group.BOTH] + sums[Group.BOOKS] + sums[Group.CREDIT] == sum((one.home for one in there), ZERO)
    assert sums[Group.BOTH] + sums[Group.CRM] == sum((one.open for one in crm), ZERO)
    assert aging.difference == "0.00"
    assert all(one.reason for one in aging.open if one.group is not Group.BOTH)
    assert aging.ties_out is all(one.reason != UNEXPLAINED for one in aging.open)
