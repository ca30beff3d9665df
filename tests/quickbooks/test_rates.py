"""QuickBooks' exchange rates: few calls, nothing where it knows none, and the currencies that it works in."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

DAY = date(2026, 3, 2)


async def trading(us, *codes: str):
    await us.patch(multi_currency=True)
    for code in codes:
        await us.post("/companycurrency", {"Code": code})


async def set_(us, code: str, rate: str, day: date) -> None:
    await us.post("/exchangerate", {"SourceCurrencyCode": code, "Rate": float(rate), "AsOfDate": day.isoformat()})


def test_the_currencies_that_the_company_works_in_are_known(us):
    async def story():
        before = await us.side.facts()
        await trading(us, "EUR", "GBP")
        return before, await us.side.facts()

    before, after = asyncio.run(story())
    assert (before.multicurrency, before.currencies) == (False, ())
    assert (after.multicurrency, after.currencies) == (True, ("EUR", "GBP"))


def test_each_rate_is_that_of_its_day_and_one_is_none(us):
    async def story():
        await trading(us, "EUR", "GBP", "JPY")
        await set_(us, "EUR", "1.0845", DAY)
        await set_(us, "EUR", "1.09", DAY + timedelta(days=2))
        await set_(us, "GBP", "1", DAY)
        wanted = {(code, DAY + timedelta(days=n)) for code in ("EUR", "GBP", "JPY", "CHF") for n in range(-1, 4)}
        return await us.side.rates(wanted)

    found = asyncio.run(story())
    assert found == {
        ("EUR", DAY): Decimal("1.0845"),
        ("EUR", DAY + timedelta(days=1)): Decimal("1.0845"),
        ("EUR", DAY + timedelta(days=2)): Decimal("1.09"),
        ("EUR", DAY + timedelta(days=3)): Decimal("1.09"),
    }


def test_thirty_days_are_one_call(us):
    async def story():
        await trading(us, "EUR", "GBP")
        await set_(us, "EUR", "1.08", DAY - timedelta(days=365))
        before = us.http.calls
        found = await us.side.rates({(code, DAY - timedelta(days=n)) for code in ("EUR", "GBP") for n in range(31)})
        return found, us.http.calls - before

    found, calls = asyncio.run(story())
    assert (len(found), calls) == (31, 2)
