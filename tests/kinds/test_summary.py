"""What lists and searches are given of a record."""

from decimal import Decimal

import pytest

from tieout.core.records import Address
from tieout.kinds.customer import Customer
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.item import Item
from tieout.kinds.settlement import Settlement
from tieout.kinds.summary import Summary, summary, words


def test_an_invoice_is_summed_up_in_minor_units_of_its_currency():
    of = Invoice("7", number="INV-7", customer="58", currency="KWD", total=Decimal("12.345"), balance=Decimal(2))
    assert summary(of) == Summary("inv-7", "58", "open", "KWD", 12345, 2000)


@pytest.mark.parametrize(("currency", "total"), [("", "1.00"), ("XXX", "1.00"), ("USD", "1.005"), ("USD", "1e30")])
def test_an_amount_that_cannot_be_kept_is_left_out(currency, total):
    found = summary(Invoice("7", currency=currency, total=Decimal(total)))
    assert (found.total, found.open) == (None, None)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (Customer("1", company="NOVA  Ltd", email="Ana@nova.example"), "nova ltd ana@nova.example"),
        (Customer("1", name="Ben Ruiz", first="Ben", last="Ruiz"), "ben ruiz"),
        (Customer("1", billing=Address(city="Gijón")), "gijón"),
        (Item("1", name="Bunting", sku="84029G", text="Red"), "bunting 84029g red"),
        (
            Invoice("1", number="INV-1", po="PO 9", memo="Thanks", lines=(Line("1", text="Advice"),)),
            "inv-1 po 9 thanks",
        ),
        (Settlement("1", reference="Cheque 12", method="check"), "cheque 12 check"),
        (Item("1"), ""),
    ],
)
def test_words_are_numbers_names_and_addresses_folded(of, said):
    assert words(of) == said


def test_words_have_an_end():
    assert len(words(Invoice("1", memo="long " * 1000))) == 400
