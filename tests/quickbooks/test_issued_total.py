"""The issued total is the total: whatever rounding does over many lines, QuickBooks holds what HubSpot issued."""

import asyncio
from datetime import date
from decimal import Decimal
from random import Random

import msgspec
import pytest

from tieout.core.decide import World
from tieout.core.facts import CrmFacts, Facts, TaxRate
from tieout.core.money import line_amount
from tieout.core.records import Address, Kind
from tieout.core.settings import Settings
from tieout.core.warn import unheard
from tieout.kinds import issued
from tieout.kinds.copying import copy
from tieout.kinds.invoice import Invoice, Line
from tieout.kinds.taxing import map_rates
from tieout.remote.outcomes import Done
from tieout.remote.side import Operation
from tieout.sandbox.hubspot import arithmetic

from .conftest import Company

PERCENTS = ("20", "5.5", "9.375", "8.875", "0")
RATES = tuple(TaxRate(f"r{n}", f"Rate {percent}", Decimal(percent)) for n, percent in enumerate(PERCENTS))
EDGES = ("1.59", "0.335", "1.005", "2.675", "0.05", "10.125", "0.01", "99.995", "3.3333333", "0")


def made_in_hubspot(random: Random, currency: str, rates: tuple[TaxRate, ...]) -> Invoice:
    """An invoice of 200 lines whose amounts and taxes lie on the edges of rounding, as HubSpot sums it up."""
    lines = []
    for n in range(200):
        quantity, price = Decimal(random.choice(("1", "3", "7", "11", "0.5"))), Decimal(random.choice(EDGES))
        rate = random.choice((*rates, None))
        amount = line_amount(quantity, price, currency)
        lines.append(Line(f"h{n}", quantity=quantity, price=price, amount=amount, tax=rate.id if rate else ""))
    percents = {rate.id: rate.percent for rate in RATES} | {"": Decimal(0)}
    worths = [arithmetic.Line(line.amount, line.amount, percents[line.tax]) for line in lines]
    sums = arithmetic.totals(worths, currency=currency)
    return Invoice("77", date=date(2026, 3, 5), currency=currency, lines=tuple(lines), tax=sums.tax, total=sums.total)


async def mapped(company: Company, regime: str) -> World:
    """A world in which each rate has a code of its own in QuickBooks."""
    if regime != "us-ast":
        for rate in RATES:
            detail = {"TaxRateName": rate.name, "RateValue": float(rate.percent), "TaxAgencyId": "1"}
            await company.post("/taxservice/taxcode", {"TaxCode": rate.name, "TaxRateDetails": [detail]})
    facts = await company.side.facts()
    codes = {code.name: code.id for code in facts.tax_codes}
    untaxed = next((codes[name] for name in ("No VAT", "Hors champ") if name in codes), "")
    mapping = {rate.id: codes.get(rate.name, "") for rate in RATES}
    settings = Settings(tax_codes=mapping, untaxed_code=untaxed, rounding_item=await company.item("Rounding"))
    return World(settings, Facts(CrmFacts("1", facts.currency, "UTC", tax_rates=RATES), facts))


def booked(crm: Invoice, around: World, customer: str, item: str) -> Invoice:
    lines = list(crm.lines)
    code, problems = map_rates(crm, "", around, {}, lines)
    assert problems == []
    sent = tuple(msgspec.structs.replace(line, id="", item=item) for line in lines)
    place = Address(street="1 Main Street", city="Los Angeles", region="CA", postcode="90001", country="US")
    return msgspec.structs.replace(
        crm, id="", lines=sent, customer=customer, tax_code=code, ship_to=place, balance=crm.total
    )


async def sent(company: Company, operation: Operation) -> Invoice:
    prepared = await company.side.prepare([operation], company.unit_id)
    assert not prepared.impossible
    (outcome,) = await company.side.send(prepared.units[0], [operation], 30.0)
    assert isinstance(outcome, Done), outcome
    return outcome.row.record


def rates_of(regime: str, seed: int) -> tuple[TaxRate, ...]:
    """A document of a US company has one sales tax."""
    return (RATES[seed % 4],) if regime == "us-manual" else RATES


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("regime", ["us-manual", "us-ast", "uk", "fr"])
def test_two_hundred_lines_at_the_edges_of_rounding_come_to_the_issued_total(regime: str, seed: int) -> None:
    async def story() -> None:
        company = Company(regime)
        around = await mapped(company, regime)
        crm = made_in_hubspot(Random(seed), around.facts.books.currency, rates_of(regime, seed))
        wanted = booked(crm, around, await company.customer(), await company.item())
        made = await sent(company, Operation(f"{1:032x}", Kind.INVOICE, "create", record=wanted))
        assert (made.total, made.tax) == (crm.total, crm.tax)
        assert [line.amount for line in made.lines] == [line.amount for line in crm.lines]

    asyncio.run(story())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("regime", ["us-manual", "uk", "fr"])
def test_where_quickbooks_computes_the_tax_itself_one_line_holds_what_is_missing(regime: str, seed: int) -> None:
    async def story() -> None:
        company = Company(regime)
        await company.patch(tax_recomputed=True)
        around = await mapped(company, regime)
        crm = made_in_hubspot(Random(seed), around.facts.books.currency, rates_of(regime, seed))
        wanted = booked(crm, around, await company.customer(), await company.item())
        made = await sent(company, Operation(f"{1:032x}", Kind.INVOICE, "create", record=wanted))
        assert made.total != crm.total, "this seed rounds nothing"
        lines = dict(zip((line.id for line in crm.lines), (line.id for line in made.lines), strict=True))
        update = issued.evened_out(crm, made, lines, around)
        assert update is not None
        (change,) = update.changes
        written = Operation(
            f"{2:032x}", Kind.INVOICE, "update", record=change.record, fields=change.fields, base=made, target=made.id
        )
        even = await sent(company, written)
        assert even.total == crm.total
        assert len(even.lines) == len(crm.lines) + 1
        assert issued.evened_out(crm, even, lines, around) is None
        (told,) = issued.warnings(crm, even, around)
        assert Decimal(told.evidence["difference"]) == crm.total - made.total

    asyncio.run(story())


def test_a_warning_is_silent_once_it_is_acknowledged_until_the_tax_is_another() -> None:
    async def story() -> None:
        company = Company("uk")
        around = await mapped(company, "uk")
        crm = made_in_hubspot(Random(1), "GBP", RATES)
        wanted = booked(crm, around, await company.customer(), await company.item())
        made = await sent(company, Operation(f"{1:032x}", Kind.INVOICE, "create", record=wanted))
        (told,) = issued.warnings(crm, made, around)
        assert unheard((told,), {"acknowledge": told.mark}) == ()
        (later,) = issued.warnings(msgspec.structs.replace(crm, tax=crm.tax + 1), made, around)
        assert unheard((later,), {"acknowledge": told.mark}) == (later,)

    asyncio.run(story())


@pytest.mark.parametrize("recomputed", [False, True])
def test_a_document_that_the_bookkeeper_shows_with_tax_included_takes_a_new_price_to_the_cent(recomputed: bool) -> None:
    async def story() -> None:
        company = Company("uk")
        around = await mapped(company, "uk")
        line = Line("h1", quantity=Decimal(3), price=Decimal("9.99"), amount=Decimal("29.97"), tax="r0")
        other = msgspec.structs.replace(line, id="h2", quantity=Decimal(1), amount=Decimal("9.99"))
        crm = Invoice("77", date=date(2026, 3, 5), currency="GBP", lines=(line, other), tax=Decimal("7.99"))
        crm = msgspec.structs.replace(crm, total=Decimal("47.95"))
        wanted = booked(crm, around, await company.customer(), await company.item())
        made = await sent(company, Operation(f"{1:032x}", Kind.INVOICE, "create", record=wanted))
        raw = await company.get("invoice", made.id)
        for entry in raw["Line"]:
            if "SalesItemLineDetail" in entry:
                entry["SalesItemLineDetail"]["TaxInclusiveAmt"] = round(entry["Amount"] * 1.2, 2)
        shown = await company.post("/invoice", {**raw, "GlobalTaxCalculation": "TaxInclusive"})
        await company.patch(tax_recomputed=recomputed)
        assert (shown["GlobalTaxCalculation"], shown["TotalAmt"]) == ("TaxInclusive", 47.95)
        before = company.side.read(Kind.INVOICE, [made.id])
        (row,) = await before
        first = msgspec.structs.replace(row.record.lines[0], quantity=Decimal(4), amount=Decimal("39.96"))
        after = msgspec.structs.replace(
            row.record, lines=(first, row.record.lines[1]), tax=Decimal("9.99"), total=Decimal("59.94")
        )
        update = Operation(
            f"{2:032x}", Kind.INVOICE, "update", record=after, fields=("lines", "discount", "tax"), base=row.record,
            target=made.id,
        )  # fmt: skip
        even = await sent(company, update)
        assert (even.total, even.tax, even.lines[0].amount) == (Decimal("59.94"), Decimal("9.99"), Decimal("39.96"))

    asyncio.run(story())


@pytest.mark.parametrize("calculation", ["TaxInclusive", "TaxExcluded", "NotApplicable"])
@pytest.mark.parametrize("seed", range(4))
def test_the_copy_of_a_document_comes_to_its_total_whether_its_amounts_include_the_tax_or_not(
    calculation: str, seed: int
) -> None:
    async def story() -> None:
        company, random = Company("uk"), Random(seed)
        customer, item = await company.customer(), await company.item()
        codes = [code.id for code in (await company.side.facts()).tax_codes]
        lines = []
        for _ in range(40):
            detail = {"ItemRef": {"value": item}, "TaxCodeRef": {"value": random.choice(codes)}}
            quantity, price = random.choice((1, 3, 7)), Decimal(random.choice(EDGES))
            amount = line_amount(Decimal(quantity), price, "GBP")
            if random.random() < 0.8:
                detail |= {"Qty": quantity, "UnitPrice": float(price)}
            sign = random.choice((1, 1, 1, -1)) if "Qty" not in detail else 1
            body = {"Amount": float(amount * sign), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
            lines.append(body)
        whole = {"ItemRef": {"value": item}, "TaxCodeRef": {"value": codes[0]}}
        lines.append({"Amount": 500, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": whole})
        form = {"CustomerRef": {"value": customer}, "Line": lines, "GlobalTaxCalculation": calculation}
        made = await company.post("/invoice", form)
        (row,) = await company.side.read(Kind.INVOICE, [made["Id"]])
        shown = copy(row.record, "company:1", {})
        assert shown.total == Decimal(str(made["TotalAmt"]))
        assert sum((line.amount for line in shown.lines), shown.tax - shown.discount) == shown.total
        assert shown.tax == row.record.tax == Decimal(str(made["TxnTaxDetail"].get("TotalTax", 0)))
        for line in shown.lines:
            assert line_amount(line.quantity, line.price, "GBP") == line.amount >= 0

    asyncio.run(story())
