"""One bad object never stops the rest."""

import msgspec
import pytest

from tieout.core.records import Key, Kind
from tieout.quickbooks.client import Page
from tieout.quickbooks.rows import Reader

READER = Reader("USD", {})


def read(entity, *objects):
    return READER.rows([Page(entity, tuple(msgspec.Raw(o) for o in objects))])


@pytest.mark.parametrize(
    "broken",
    [
        b'{"Id":"2","SyncToken":"3","TotalAmt":"NaN"}',
        b'{"Id":"2","SyncToken":"3","TotalAmt":1e400}',
        b'{"Id":"2","SyncToken":"3","TotalAmt":{}}',
        b'{"Id":"2","SyncToken":"3","TxnDate":"yesterday"}',
        b'{"Id":"2","SyncToken":"3","Line":[{"Amount":0.' + b"1" * 60 + b',"DetailType":"SalesItemLineDetail"}]}',
    ],
)
def test_an_invoice_that_cannot_be_read_is_kept_raw_and_the_rest_goes_on(broken):
    found = read("Invoice", broken, b'{"Id":"5","SyncToken":"1","TotalAmt":12345678901234567.89}')
    assert [str(row.record.total) for row in found.rows] == ["12345678901234567.89"]
    (kept,) = found.unreadable
    assert (kept.kind, kept.id, kept.version, kept.raw) == (Kind.INVOICE, "2", 3, broken)


def test_an_object_without_id_is_kept_too():
    (kept,) = read("Customer", b"[]").unreadable
    assert (kept.id, kept.raw) == ("", b"[]")


def test_unknown_words_are_no_trouble():
    found = read(
        "Invoice", b'{"Id":"1","SyncToken":"0","EmailStatus":"Beamed","Line":[{"DetailType":"Hologram","New":{}}]}'
    )
    assert found.rows[0].record.lines == ()


def test_other_lists_hold_names_and_numbers():
    memo = b'{"Id":"7","SyncToken":"0","DocNumber":"INV-1004","CustomerRef":{"value":"3"},"RemainingCredit":80.00}'
    (row,) = read("CreditMemo", memo).keys
    assert (row.list, row.keys, row.customer, row.remaining) == (
        "credit_memo",
        (Key("number", "inv-1004"),),
        "3",
        "80.00",
    )
    (gone,) = read("CreditMemo", b'{"Id":"7","status":"Deleted"}').keys
    assert gone.keys == ()
    (vendor,) = read("Vendor", b'{"Id":"8","SyncToken":"2","DisplayName":"Bo  LI"}').keys
    assert (vendor.label, vendor.keys, vendor.version) == ("Bo  LI", (Key("display_name", "bo li"),), 2)


def test_entities_without_rows_are_passed_over():
    assert read("Preferences", b'{"Id":"1"}').rows == ()
