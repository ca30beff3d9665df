"""Records as bytes: what comes out is what went in, to the last digit."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kinds import worlds

from tieout.core.records import Kind
from tieout.kinds.invoice import Invoice
from tieout.kinds.item import Item
from tieout.store.codec import decode, decode_record, encode

kinds = pytest.mark.parametrize("kind", list(Kind))


@kinds
@given(data=st.data())
def test_a_record_comes_out_as_it_went_in(kind, data):
    record = data.draw(worlds.records[kind])
    assert decode_record(kind, encode(record)) == record


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_money_keeps_every_digit_and_is_never_a_json_number(total):
    body = encode(Invoice("1", total=total))
    kept = decode_record(Kind.INVOICE, body).total
    assert kept.as_tuple() == total.as_tuple() or (total == 0 and kept == 0)
    assert b'"total":' not in body or b'"total":"' in body


def test_large_amounts_keep_their_cents():
    total = Decimal("12345678901234567.89")
    assert decode_record(Kind.INVOICE, encode(Invoice("1", total=total))).total == total


def test_a_record_of_another_kind_is_refused():
    with pytest.raises(msgspec.ValidationError):
        decode_record(Kind.INVOICE, encode(Item("1")))


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8)))
def test_plain_mappings_come_back(value):
    assert decode(encode(value), dict[str, str]) == value
