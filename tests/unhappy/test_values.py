"""Values that nobody expects: each flows as it was typed, or is a failure with its cause; the sound ones beside it flow."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
from tests.stories.virtual import Shop, in_virtual_time

from tieout.actions.errors import OutOfReach


class Mangled(httpx2.AsyncBaseTransport):
    """A vendor whose answers say something else than it meant."""

    def __init__(self, whole: httpx2.AsyncBaseTransport, old: bytes, new: bytes) -> None:
        self._whole = whole
        self._old = old
        self._new = new
        self.struck = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._whole.handle_async_request(request)
        body = await answer.aread()
        self.struck += body.count(self._old)
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        return httpx2.Response(answer.status_code, headers=headers, content=body.replace(self._old, self._new))


def told(tmp_path: Path, spoil: Callable[[Shop], object], check: Callable[[Shop], Awaitable[None]]) -> None:
    """A strange invoice beside a sound one of 7.00: the sound one is booked whatever becomes of the other."""

    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Sound Ltd", "tom@sound.example"), ("Advice", "1", "7.00"))
        spoil(shop)
        await shop.connect()
        await shop.sync(until_quiet=True)
        assert 7 in [one["TotalAmt"] for one in shop.bookkeeper.all("Invoice")]
        await check(shop)
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def sold(company: str, *lines: tuple[str, str, str]) -> Callable[[Shop], object]:
    return lambda shop: shop.seller.invoice(shop.seller.company(company, "ana@nova.example"), *lines)


def flows(total: str, company: str = "Nova Ltd", text: str = "Consulting") -> Callable[[Shop], Awaitable[None]]:
    """It stands in QuickBooks to the cent, under these names."""

    async def check(shop: Shop) -> None:
        assert shop.cases() == []
        booked = next(one for one in shop.bookkeeper.all("Invoice") if one["TotalAmt"] != 7)
        assert booked["TotalAmt"] == Decimal(total)
        assert booked["CustomerRef"]["name"] == company
        assert booked["Line"][0]["Description"] == text

    return check


def fails(cause: str, said: str, kind: str = "invoice") -> Callable[[Shop], Awaitable[None]]:
    """It is a failure with this cause, whose explanation holds these words; nothing of it stands in QuickBooks."""

    async def check(shop: Shop) -> None:
        (case,) = shop.cases()
        assert (case.failure.kind, case.failure.state, case.failure.cause) == (kind, "failing", cause)
        assert said in case.failure.explanation
        assert ".." not in case.failure.explanation
        assert len(case.failure.record.name) < 200
        assert len(shop.bookkeeper.all("Invoice")) == 1

    return check


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (
            sold(
                "Nova \N{CACTUS} \u202e\u05e9\u05dc\u05d5\u05dd\u202c",
                ("\u0645\u0631\u062d\u0628\u0627 \N{LEMON}", "1", "10.00"),
            ),
            flows(
                "10.00",
                "Nova \N{CACTUS} \u202e\u05e9\u05dc\u05d5\u05dd\u202c",
                "\u0645\u0631\u062d\u0628\u0627 \N{LEMON}",
            ),
        ),
        (sold("No\x00va\x1b\tLtd\r\n", ("Con\x07sult\x00ing", "1", "10.00")), flows("10.00")),
        (sold("Nova: Ltd", ("Con:sulting", "1", "10.00")), flows("10.00", "Nova Ltd", "Con:sulting")),
        (
            sold(
                "Nova Ltd",
                ("Consulting", "1", "0.123456789012345678901234567890"),
                ("Consulting", "0.333333333333333333333333333333", "10"),
                ("Consulting", "3", "3.333333333333333333333333333333"),
            ),
            flows("13.45"),
        ),
        (sold("Nova Ltd", ("Consulting", "1", "0")), flows("0.00")),
        (sold("Nova Ltd", ("Consulting", "1000000000", "0.0000001")), flows("100.00")),
    ],
    ids=["emoji and right to left", "control characters", "colons", "30 decimals", "nothing to pay", "tiny price"],
)
def test_a_strange_value_that_can_be_booked_is(
    tmp_path: Path, spoil: Callable[[Shop], object], check: Callable[[Shop], Awaitable[None]]
) -> None:
    told(tmp_path, spoil, check)


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (sold("N" * 60_000, ("Consulting", "1", "10.00")), fails("text_too_long", "at most 500", "customer")),
        (sold("Nova Ltd", ("C" * 60_000, "1", "10.00")), fails("text_too_long", "at most 100", "item")),
        (sold("Nova Ltd", ("Consulting", "1", "12345678901234567.89")), fails("unreadable", "amount of money")),
        (sold("Nova Ltd", ("Consulting", "-1", "10.00")), fails("negative_total", "below zero")),
    ],
    ids=["60,000 characters of company", "60,000 characters of item", "huge", "negative"],
)
def test_a_strange_value_that_cannot_be_booked_is_a_failure_with_its_cause(
    tmp_path: Path, spoil: Callable[[Shop], object], check: Callable[[Shop], Awaitable[None]]
) -> None:
    told(tmp_path, spoil, check)


def without_lines(shop: Shop) -> None:
    """HubSpot finalizes no invoice without lines, but lets the last one be deleted afterwards."""
    nova = shop.seller.company("Nova Ltd", "ana@nova.example")
    shop.seller.drop_line(shop.seller.invoice(nova, ("Consulting", "1", "10.00")))


@pytest.mark.cause("no_lines", foreseen="the invoice's lines")
def test_an_invoice_whose_last_line_is_gone_is_a_failure(tmp_path: Path) -> None:
    told(tmp_path, without_lines, fails("no_lines", "no line"))


@pytest.mark.parametrize(
    ("moment", "cause", "said"),
    [("0001-01-01T01:00:00Z", "unreadable", "0001-01-01"), ("9999-12-31T12:00:00Z", "bad_payload", "9999-12-31")],
    ids=["before the first day", "on the last day"],
)
def test_an_invoice_dated_at_the_end_of_all_days_is_a_failure(
    tmp_path: Path, moment: str, cause: str, said: str
) -> None:
    def spoil(shop: Shop) -> None:
        invoice = shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "1", "9.00"))
        shop.seller.change("invoices", invoice, hs_invoice_date=moment)

    told(tmp_path, spoil, fails(cause, said))


def test_an_invoice_in_sync_that_loses_its_last_line_is_a_failure_and_keeps_its_copy(tmp_path: Path) -> None:
    async def story(shop: Shop) -> None:
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        invoice = shop.seller.invoice(nova, ("Consulting", "1", "10.00"))
        await shop.connect()
        await shop.sync(until_quiet=True)
        shop.seller.drop_line(invoice)
        with shop.nothing_is_written():
            await shop.sync(until_quiet=True)
        assert [case.failure.cause for case in shop.cases()] == ["no_lines"]
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 10
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


def test_a_draft_without_lines_is_a_draft(tmp_path: Path) -> None:
    async def check(shop: Shop) -> None:
        assert shop.cases() == []
        assert len(shop.bookkeeper.all("Invoice")) == 1

    told(tmp_path, lambda shop: shop.seller.draft(shop.seller.company("Nova Ltd", "ana@nova.example")), check)


ANSWERS = [
    ("hubspot", b'"name":"Nova Ltd"', b'"name":"' + b"N" * 100_000 + b'"', "text_too_long", "100000"),
    ("hubspot", b'"name":"Consulting"', b'"name":"' + b"C" * 100_000 + b'"', "text_too_long", "100000"),
    ("hubspot", b'"price":"100.00"', b'"price":"NaN"', "unreadable", "NaN"),
    ("hubspot", b'"amount":"200.00"', b'"amount":"Infinity"', "unreadable", "Infinity"),
    ("hubspot", b'"hs_amount_billed":"200.00"', b'"hs_amount_billed":"1e999999999"', "unreadable", "1e999999999"),
    ("hubspot", b'"hs_invoice_date":"2026-03-10T', b'"hs_invoice_date":"2026-13-41T', "unreadable", "2026-13-41"),
    ("hubspot", b'"hs_invoice_status":"open"', b'"hs_invoice_status":"frozen"', "unreadable", "frozen"),
    ("hubspot", b'"hs_currency":"USD"', b'"hs_currency":"ZZZ"', "unreadable", "ZZZ"),
]


@pytest.mark.parametrize(
    ("side", "old", "new", "cause", "said"), ANSWERS, ids=[f"{a[0]} {a[2][:40].decode()}" for a in ANSWERS]
)
@pytest.mark.cause("unreadable")
def test_an_answer_that_makes_no_sense_is_a_failure_until_it_does(
    tmp_path: Path, side: str, old: bytes, new: bytes, cause: str, said: str
) -> None:
    async def story(shop: Shop) -> None:
        sound = shop.seller.invoice(shop.seller.company("Sound Ltd", "tom@sound.example"), ("Advice", "1", "7.00"))
        nova = shop.seller.company("Nova Ltd", "ana@nova.example")
        invoice = shop.seller.invoice(nova, ("Consulting", "2", "100.00"))
        await shop.connect()
        wire = shop.hubspot if side == "hubspot" else shop.quickbooks
        sense = wire.carry
        wire.carry = mangled = Mangled(sense, old, new)
        await shop.sync(until_quiet=True)
        assert mangled.struck
        assert {case.failure.cause for case in shop.cases()} == {cause}
        assert any(said in case.failure.explanation for case in shop.cases()), shop.cases()
        assert all(len(case.failure.explanation) < 1000 for case in shop.cases())
        assert all(one["TotalAmt"] == 7 for one in shop.bookkeeper.all("Invoice"))
        wire.carry = sense
        shop.seller.change("companies", nova[0], phone="+1 212 555 0001")
        for one in (sound, invoice):
            shop.seller.change("invoices", one, hs_comments="Thank you")
        await shop.sync(until_quiet=True)
        assert shop.cases() == []
        assert sorted(one["TotalAmt"] for one in shop.bookkeeper.all("Invoice")) == [7, 200]
        await shop.ends_well()

    in_virtual_time(tmp_path, story)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"TotalAmt":200.00', b'"TotalAmt":1e999999'),
        (b'"TotalAmt":200.00', b'"TotalAmt":NaN'),
        (b'"TotalAmt":200.00', b'"TotalAmt":"much"'),
        (b'"TxnDate":"2026-03-10"', b'"TxnDate":"10.3.2026"'),
        (b'"SyncToken":"0"', b'"SyncToken":"zero"'),
        (b'"Type":"Service"', b'"Type":"Wonder"'),
        (b'"TotalAmt":200.00', b'"TotalAmt":null'),
        (b'"DetailType":"SalesItemLineDetail"', b'"DetailType":"WonderLineDetail"'),
    ],
    ids=lambda value: value.decode() if isinstance(value, bytes) else "",
)
def test_whatever_quickbooks_answers_an_invoice_is_booked_once(tmp_path: Path, old: bytes, new: bytes) -> None:
    async def story(shop: Shop) -> None:
        shop.seller.invoice(shop.seller.company("Nova Ltd", "ana@nova.example"), ("Consulting", "2", "100.00"))
        await shop.connect()
        sense = shop.quickbooks.carry
        shop.quickbooks.carry = mangled = Mangled(sense, old, new)
        for _ in range(4):
            with suppress(OutOfReach):
                await shop.sync()
            await shop.clock.sleep(10)
        assert mangled.struck
        assert len(shop.bookkeeper.all("Invoice")) <= 1
        shop.quickbooks.carry = sense
        shop.bookkeeper.touch_everything()
        await shop.clock.sleep(30)
        await shop.sync(until_quiet=True)
        assert shop.cases() == []
        assert shop.bookkeeper.only("Invoice")["TotalAmt"] == 200
        assert len(shop.bookkeeper.all("Customer")) == len(shop.bookkeeper.all("Item")) == 1
        await shop.ends_well()

    in_virtual_time(tmp_path, story)
