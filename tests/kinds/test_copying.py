"""What an invoice made in QuickBooks becomes in HubSpot: whatever its lines are, the copy adds up to its total."""

from datetime import date
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tieout.core.money import line_amount, minor_digits
from tieout.kinds.copying import REST, WHOLE, copy, placed, same_parts
from tieout.kinds.invoice import Invoice, Line

CURRENCIES = st.sampled_from(["USD", "GBP", "JPY", "KWD"])


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    """An invoice of QuickBooks': any lines, discount and tax, and a total that is not always their sum."""
    currency = draw(CURRENCIES)
    least = Decimal(1).scaleb(-minor_digits(currency))
    amounts = st.integers(-50_000, 200_000).map(lambda n: n * least)
    lines = []
    for position in range(draw(st.integers(0, 6))):
        quantity = Decimal(draw(st.sampled_from(["1", "2", "0.5", "3", "11", "0"])))
        amount = draw(amounts)
        price = draw(st.none() | st.just(amount / quantity if quantity else None))
        if price is not None and line_amount(quantity, price, currency) != amount:
            price = None
        lines.append(Line(str(position + 1), text=f"Line {position}", quantity=quantity, price=price, amount=amount))
    discount, tax = (draw(st.integers(0, 20_000)) * least for _ in range(2))
    summed = sum((line.amount for line in lines), Decimal(0)) - discount + tax
    total = max(draw(st.just(summed) | amounts), Decimal(0))
    tax = min(tax, total)
    return Invoice(
        "9", "1042", currency=currency, lines=tuple(lines), discount=discount, tax=tax, total=total, balance=total
    )


@given(invoices())
def test_the_parts_of_a_copy_always_come_to_the_total_of_the_invoice(books: Invoice) -> None:
    made = copy(books, "company:1", {})
    assert sum((line.amount for line in made.lines), Decimal(0)) - made.discount + made.tax == books.total == made.total


@given(invoices())
def test_hubspot_can_take_every_line_of_a_copy(books: Invoice) -> None:
    made = copy(books, "company:1", {})
    assert made.lines
    for line in made.lines:
        assert line.price is not None
        assert line.price >= 0
        assert line.quantity > 0
        assert line_amount(line.quantity, line.price, books.currency) == line.amount
    assert len({line.source for line in made.lines}) == len(made.lines)
    assert made.discount >= 0


def test_a_copy_has_no_service_date_since_hubspot_would_bill_by_it() -> None:
    line = Line("1", name="Hosting", price=Decimal(10), amount=Decimal(10), service_date=date(2026, 3, 5))
    made = copy(Invoice("9", "1042", currency="USD", lines=(line,), total=Decimal(10)), "company:1", {})
    assert [one.service_date for one in made.lines] == [None]


@given(invoices())
def test_a_copy_that_stands_as_it_shall_be_needs_no_change(books: Invoice) -> None:
    made = copy(books, "company:1", {})
    lines = tuple(msgspec.structs.replace(line, id=f"h{n}") for n, line in enumerate(made.lines))
    stands = msgspec.structs.replace(made, id="77", lines=lines)
    assert same_parts(stands, placed(made, stands))


def invoice(*amounts: str, total: str, discount: str = "0", tax: str = "0") -> Invoice:
    lines = tuple(Line(str(n), name=f"Item {n}", price=Decimal(a), amount=Decimal(a)) for n, a in enumerate(amounts, 1))
    return Invoice(
        "9", "1042", currency="USD", lines=lines, discount=Decimal(discount), tax=Decimal(tax), total=Decimal(total)
    )


def test_a_negative_line_becomes_a_discount() -> None:
    made = copy(invoice("100.00", "-15.00", total="85.00"), "company:1", {})
    assert ([line.amount for line in made.lines], made.discount) == ([Decimal("100.00")], Decimal("15.00"))


def test_an_invoice_that_takes_off_more_than_it_charges_before_tax_shows_its_total_alone() -> None:
    made = copy(invoice("10.00", "-12.00", total="3.00", tax="5.00"), "company:1", {})
    assert [(line.source, line.name, line.amount) for line in made.lines] == [(WHOLE, "1042", Decimal("3.00"))]
    assert (made.discount, made.tax) == (0, 0)


def test_what_the_lines_do_not_tell_is_a_line_of_its_own() -> None:
    made = copy(invoice("10.00", total="14.00"), "company:1", {})
    assert [(line.source, line.amount) for line in made.lines] == [("1", Decimal("10.00")), (REST, Decimal("4.00"))]


def test_a_line_whose_amount_no_price_reaches_is_sold_as_one() -> None:
    odd = Line("1", text="Three for ten", quantity=Decimal(0), amount=Decimal("10.00"))
    made = copy(Invoice("9", currency="USD", lines=(odd,), total=Decimal("10.00")), "company:1", {})
    assert [(line.quantity, line.price) for line in made.lines] == [(Decimal(1), Decimal("10.00"))]


def test_lines_keep_the_ids_that_hubspot_gave_them() -> None:
    made = copy(invoice("10.00", "20.00", total="30.00"), "company:1", {})
    stands = msgspec.structs.replace(made, id="77", lines=(msgspec.structs.replace(made.lines[1], id="h2"),))
    wanted = placed(made, stands)
    assert [line.id for line in wanted.lines] == ["", "h2"]
    assert not same_parts(stands, wanted)


def test_a_line_without_an_id_keeps_its_place_in_the_copy() -> None:
    books = invoice("10.00", "20.00", total="30.00")
    nameless = msgspec.structs.replace(books, lines=tuple(msgspec.structs.replace(one, id="") for one in books.lines))
    made = copy(nameless, "company:1", {})
    stands = msgspec.structs.replace(
        made, id="77", lines=tuple(msgspec.structs.replace(one, id=f"h{n}") for n, one in enumerate(made.lines))
    )
    assert same_parts(stands, placed(copy(nameless, "company:1", {}), stands))


def test_text_that_hubspot_cannot_hold_makes_no_difference() -> None:
    books = invoice("10.00", total="10.00")
    odd = (msgspec.structs.replace(books.lines[0], text="Nova\x92s lamp"),)
    made = copy(msgspec.structs.replace(books, lines=odd), "company:1", {})
    stands = msgspec.structs.replace(made, lines=(msgspec.structs.replace(made.lines[0], id="h1", text="Novas lamp"),))
    assert same_parts(stands, placed(made, stands))
