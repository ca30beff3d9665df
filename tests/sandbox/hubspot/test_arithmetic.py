"""HubSpot's sums, to the cent."""

from decimal import Decimal

from tieout.sandbox.hubspot.arithmetic import Adjustment, Line, line, rounded, totals, written

D = Decimal


def one(quantity, price, *, discount="0", percent="0", rate="0", currency="USD"):
    return line(
        quantity=D(quantity),
        price=D(price),
        discount=D(discount),
        discount_percent=D(percent),
        rate=D(rate),
        currency=currency,
    )


def test_line_is_rounded_once_after_its_discount():
    assert one("3", "9.99", percent="10").net == D("26.97")
    assert one("3", "9.99", percent="10").gross == D("29.97")


def test_discount_is_for_each_unit():
    assert one("4", "10", discount="0.50").net == D("38.00")


def test_half_a_cent_goes_away_from_zero():
    assert one("1", "0.125").net == D("0.13")
    assert one("-1", "0.125").net == D("-0.13")


def test_many_decimals_keep_their_value_until_the_line_is_rounded():
    assert one("3", "0.3333333333333333333333333333335").net == D("1.00")


def test_yen_has_no_minor_unit_and_is_still_written_with_two_decimals():
    amount = one("3", "33.5", currency="JPY").net
    assert (amount, written(amount, "JPY")) == (D(101), "101.00")
    assert written(rounded(D("1.2345"), "KWD"), "KWD") == "1.235"


def test_zero_is_never_negative():
    assert written(one("-2", "0").net, "USD") == "0.00"


def test_tax_of_a_rate_is_taken_on_the_sum_of_its_lines():
    lines = [one("11" if number < 2 else "1", "1.59", rate="12", currency="GBP") for number in range(31)]
    found = totals(lines, currency="GBP")
    assert (found.subtotal, found.tax, found.total) == (D("81.09"), D("9.73"), D("90.82"))


def test_rates_are_summed_apart():
    lines = [one("1", "0.12", rate="20"), one("1", "0.12", rate="5"), one("1", "0.12")]
    assert totals(lines, currency="GBP").tax == D("0.03")


def test_discounts_come_first_then_fees_then_taxes():
    found = totals(
        [one("1", "100")],
        discounts=[Adjustment(True, D(10)), Adjustment(False, D(5))],
        fees=[Adjustment(False, D(15))],
        taxes=[Adjustment(True, D(8))],
        currency="USD",
    )
    assert (found.discount, found.fees, found.tax, found.total) == (D("15.00"), D("15.00"), D("8.00"), D("108.00"))


def test_order_discount_lowers_the_tax_of_lines():
    found = totals([one("1", "100", rate="20")], discounts=[Adjustment(True, D(50))], currency="GBP")
    assert (found.tax, found.total) == (D("10.00"), D("60.00"))


def test_invoice_without_lines_comes_to_nothing():
    assert totals([], currency="USD").total == 0


def test_large_amounts_lose_no_cent():
    lines = [Line(D(net), D(net), D(0)) for net in ("99999999999999999999999999999999.99", "0.01")]
    assert totals(lines, currency="USD").total == D("100000000000000000000000000000000.00")
