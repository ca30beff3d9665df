"""What a customer owes: how two readings of one charge differ."""

from datetime import date
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.kinds import worlds

from tieout.core.merge import Difference
from tieout.core.records import Side
from tieout.kinds.charge import differences
from tieout.kinds.invoice import Invoice, Line

replace = msgspec.structs.replace
BOOKS = Side.BOOKS


def line(id_: str, quantity: str, price: str, **more: object) -> Line:
    return Line(
        id_, quantity=Decimal(quantity), price=Decimal(price), amount=Decimal(quantity) * Decimal(price), **more
    )


BASE = Invoice(
    "1",
    number="INV-1",
    customer="5",
    date=date(2026, 1, 5),
    currency="USD",
    lines=(line("1", "2", "10.00", name="Lamp"), line("2", "1", "5.00", name="Desk")),
    tax=Decimal("2.00"),
    total=Decimal("27.00"),
)


@given(worlds.invoices())
def test_a_charge_does_not_differ_from_itself(invoice):
    assert differences(invoice, invoice, BOOKS) == ()


@given(worlds.invoices(), worlds.invoices(), st.sampled_from(Side))
def test_every_difference_names_its_side_and_two_values(base, now, side):
    for found in differences(base, now, side):
        assert found.side is side
        assert found.before != found.after


@given(worlds.invoices(), worlds.invoices())
def test_charges_differ_both_ways_or_not_at_all(one, other):
    there, back = differences(one, other, BOOKS), differences(other, one, BOOKS)
    assert bool(there) == bool(back)
    header = {(d.field, d.before, d.after) for d in there if not d.field.startswith("lines")}
    assert header == {(d.field, d.after, d.before) for d in back if not d.field.startswith("lines")}


@given(worlds.invoices(), st.data())
def test_coding_is_no_charge(invoice, data):
    recoded = tuple(
        replace(
            one,
            item=data.draw(worlds.ids),
            text=data.draw(worlds.texts),
            tax=data.draw(worlds.ids),
            service_date=data.draw(worlds.maybe_days),
            klass=data.draw(worlds.texts),
        )
        for one in invoice.lines
    )
    coded = replace(invoice, lines=recoded, memo="other", due=None, po="4711", email="ana@nova.example")
    assert differences(invoice, coded, BOOKS) == ()


@given(worlds.invoices(), st.randoms())
def test_the_order_of_lines_does_not_matter(invoice, random):
    lines = list(invoice.lines)
    random.shuffle(lines)
    assert differences(invoice, replace(invoice, lines=tuple(lines)), BOOKS) == ()


@given(worlds.invoices())
def test_lines_typed_anew_with_the_same_figures_are_the_same_charge(invoice):
    anew = tuple(replace(one, id=f"9{n}") for n, one in enumerate(invoice.lines))
    assert differences(invoice, replace(invoice, lines=anew), BOOKS) == ()
    unnamed = tuple(replace(one, id="") for one in invoice.lines)
    assert differences(invoice, replace(invoice, lines=unnamed), BOOKS) == ()


def test_two_new_lines_without_an_id_are_two_lines():
    more = (*BASE.lines, line("", "1", "3.00"), line("", "1", "4.00"))
    found = differences(BASE, replace(BASE, lines=more), BOOKS)
    assert [d.after for d in found] == ["1 × 3.00 = 3.00", "1 × 4.00 = 4.00"]  # noqa: RUF001 - as people write it


def test_a_changed_quantity_is_told_by_its_line():
    lines = (line("1", "3", "10.00", name="Lamp"), BASE.lines[1])
    found = differences(BASE, replace(BASE, lines=lines, total=Decimal("37.00")), BOOKS)
    assert found == (
        Difference("lines[1].quantity", "2", "3", BOOKS),
        Difference("lines[1].amount", "20.00", "30.00", BOOKS),
        Difference("total", "27.00", "37.00", BOOKS),
    )


def test_a_price_that_a_side_does_not_state_is_no_difference():
    lines = tuple(replace(one, price=None) for one in BASE.lines)
    assert differences(BASE, replace(BASE, lines=lines), BOOKS) == ()


def test_a_line_taken_away_and_a_line_put_in_are_told_as_such():
    swapped = replace(BASE, lines=(BASE.lines[0], line("3", "1", "6.00", name="Rug")))
    assert differences(BASE, swapped, BOOKS) == (
        Difference("lines[2]", "1 × 5.00 = 5.00 Desk", "", BOOKS),  # noqa: RUF001 - as people write it
        Difference("lines[+]", "", "1 × 6.00 = 6.00 Rug", BOOKS),  # noqa: RUF001 - as people write it
    )


def test_a_line_split_in_two_is_a_difference_though_the_total_stays():
    halves = (line("1", "1", "10.00"), line("3", "1", "10.00"), BASE.lines[1])
    assert differences(BASE, replace(BASE, lines=halves), BOOKS)


def test_another_customer_number_or_day_is_a_difference():
    moved = replace(BASE, customer="6", number="INV-2", date=date(2026, 1, 6))
    assert [d.field for d in differences(BASE, moved, BOOKS)] == ["customer", "number", "date"]


def test_what_is_told_to_be_ignored_is():
    assert differences(BASE, replace(BASE, number="INV-2"), BOOKS, ignore=("number",)) == ()


def test_equal_amounts_written_with_other_zeros_are_equal():
    assert differences(BASE, replace(BASE, total=Decimal("27.0000"), tax=Decimal(2)), BOOKS) == ()
