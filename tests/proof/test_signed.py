"""A signed month: whatever changes in it later is told once, with its amount."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from tieout.proof.report import Entry
from tieout.proof.signed import INVOICE, Found, changes, documents
from tieout.proof.totals import Total

DAY = date(2026, 3, 31)


def invoice(id_, total="300.00", *, day=date(2026, 3, 12), live=True):
    return Total(id_, f"10{id_}", "USD", Decimal(total), Decimal(total), live, day, "7", "Nova Ltd")


def entry(id_, open_="300.00", type_="Invoice", day=date(2026, 3, 12)):
    return Entry(id_, type_, f"10{id_}", day, "7", "Nova Ltd", "USD", Decimal(open_), Decimal(open_))


CRM, BOOKS = [invoice("1")], [invoice("17"), invoice("18", "50.00")]
ENTRIES = [entry("17"), entry("30", "-20.00", "Payment")]
SIGNED = documents(DAY, CRM, BOOKS, ENTRIES)


def told(crm=CRM, books=BOOKS, entries=ENTRIES, *, gone=(), links=None):
    totals = {("crm", one.id): one for one in crm} | {("books", one.id): one for one in books}
    totals |= dict.fromkeys(gone)
    found = changes(DAY, SIGNED, Found(totals, entries, links if links is not None else {"1": "17"}))
    return [(one.what, one.side, one.number, one.amount) for one in found]


def changed(of, **values):
    return msgspec.structs.replace(of, **values)


def test_a_signature_holds_the_month_and_whatever_else_was_open():
    old, paid = invoice("5", day=date(2026, 1, 9)), invoice("6", day=date(2026, 1, 9))
    held = documents(DAY, [], [old, paid, invoice("7", day=date(2026, 4, 1))], [entry("5")])
    assert [(one.kind, one.id, one.open) for one in held] == [(INVOICE, "5", "300.00")]


def test_nothing_changed():
    assert told() == []


@pytest.mark.parametrize(
    ("values", "what", "amount"),
    [
        ({"live": False, "total": Decimal(0)}, "voided", "-300.00"),
        ({"total": Decimal("320.00")}, "changed", "20.00"),
        ({"day": date(2026, 4, 2)}, "moved", "-300.00"),
        ({"day": date(2026, 2, 2)}, "moved", "0.00"),
    ],
)
def test_an_invoice_of_the_month_changed(values, what, amount):
    books = [changed(BOOKS[0], **values), BOOKS[1]]
    assert told(books=books) == [(what, "books", "1017", amount)]


def test_an_invoice_of_the_month_is_gone():
    assert told(books=BOOKS[1:], gone=[("books", "17")]) == [("deleted", "books", "1017", "-300.00")]


def test_what_was_not_looked_at_is_not_gone():
    assert told(books=BOOKS[1:], entries=None) == []


def test_both_sides_tell_the_same_thing_once():
    dead = {"live": False, "total": Decimal(0)}
    assert told([changed(CRM[0], **dead)], [changed(BOOKS[0], **dead), BOOKS[1]]) == [
        ("voided", "books", "1017", "-300.00")
    ]
    assert told([changed(CRM[0], **dead)]) == [("voided", "crm", "101", "-300.00")]


def test_an_invoice_was_added_to_the_month():
    assert told(books=[*BOOKS, invoice("19", "5.00")]) == [("added", "books", "1019", "5.00")]
    assert told(books=[*BOOKS, invoice("19", "5.00", day=date(2026, 4, 1))]) == []


def test_a_copy_in_hubspot_of_what_was_signed_is_no_change():
    assert told([*CRM, invoice("2", "50.00")], links={"1": "17", "2": "18"}) == []


def test_a_payment_of_the_month_was_taken_back():
    entries = [*ENTRIES, entry("18", "50.00")]
    assert told(entries=entries) == [("open", "books", "1018", "50.00")]


def test_an_older_invoice_is_open_again():
    books = [*BOOKS, invoice("4", day=date(2026, 1, 9))]
    assert told(books=books, entries=[*ENTRIES, entry("4", day=date(2026, 1, 9))]) == [
        ("open", "books", "104", "300.00")
    ]


def test_a_credit_of_the_month_was_applied_or_appeared():
    assert told(entries=ENTRIES[:1]) == [("open", "books", "1030", "20.00")]
    assert told(entries=[*ENTRIES, entry("31", "-9.00", "Credit Memo")]) == [("open", "books", "1031", "-9.00")]


def test_a_sync_that_saw_invoices_alone_says_nothing_of_the_rest():
    assert told(entries=None) == []
