"""Preflight: what will fail, and what to set, before anything is synced."""

from random import SystemRandom
from typing import Literal

import msgspec

from tieout.actions.actor import Actor, Role
from tieout.actions.errors import OutOfReach, WrongUse
from tieout.actions.home import Home
from tieout.actions.lookup import connection
from tieout.core.facts import BooksFacts, CrmFacts
from tieout.core.settings import Settings
from tieout.engine.wiring import Transport, network, open_sides
from tieout.kinds.currency import is_traded
from tieout.remote.errors import Refusal, SignInTrouble, Unavailable

Level = Literal["ok", "warning", "blocks"]


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at. level: `blocks` = invoices will fail until it is set."""

    check: str
    level: Level
    title: str
    remedy: str = ""


async def preflight(home: Home, actor: Actor, name: str, *, transport: Transport = network) -> list[Check]:
    """Read both accounts afresh and check them against the settings. Raises WrongUse, OutOfReach."""
    actor.must_be(Role.VIEWER)
    with home.database.read() as tx:
        stored = connection(tx, name)
    try:
        async with open_sides(home.database, home.cipher, stored, home.clock, SystemRandom(), transport) as sides:
            crm = await sides.crm.facts()
            crm = msgspec.structs.replace(crm, missing_scopes=await sides.crm.missing_scopes())
            books = await sides.books.facts()
    except SignInTrouble as error:
        raise WrongUse(str(error)) from error
    except (Refusal, Unavailable) as error:
        raise OutOfReach(str(error)) from error
    review = _check(
        "review",
        stored.reviewed,
        "warning",
        "The first review of matches is " + ("finished" if stored.reviewed else "not finished"),
        f"Nothing is created before: look at tieout match {name}, then tieout match {name} --finish",
    )
    return [*checks(crm, books, stored.settings, name), review]


def checks(crm: CrmFacts, books: BooksFacts, settings: Settings, name: str) -> list[Check]:
    """What both accounts and the settings say. name: of the pair, for the commands in the remedies."""
    found = [
        _check("currency", is_traded(crm.currency, books), "blocks",
               f"HubSpot works in {crm.currency}, QuickBooks in {books.currency}",
               f"Switch {crm.currency} on in QuickBooks; until then, invoices in it are held back."),
        _check("scopes", not crm.missing_scopes, "blocks",
               f"HubSpot permissions: {', '.join(crm.missing_scopes) or 'all there'}",
               "Grant them in the HubSpot app, and connect again."),
        _check("income_account", bool(settings.income_account) or not settings.auto_create_items, "blocks",
               "An income account for new items" if settings.income_account else "No income account is chosen",
               f"tieout set {name} income_account=NAME, one of: " + _names(books)),
    ]  # fmt: skip
    untraded = [code for code in crm.currencies if code != crm.currency and not is_traded(code, books)]
    if untraded:
        found.append(
            Check("currencies", "warning", f"QuickBooks does not work in {', '.join(untraded)}, and HubSpot does",
                  "Switch them on in QuickBooks; until then, invoices in them are held back.")
        )  # fmt: skip
    found += _tax(crm, books, settings, name)
    found.append(
        _check("numbers", not books.custom_numbers, "warning",
               "Custom transaction numbers are " + ("on" if books.custom_numbers else "off") + " in QuickBooks",
               "With custom numbers on, QuickBooks may go on with HubSpot's prefix and take its next number.")
    )  # fmt: skip
    closed = max((d for d in (books.closing_date, settings.lock_date) if d is not None), default=None)
    found.append(Check("closed_period", "ok", f"Books closed until {closed}" if closed else "No closed period"))
    found.append(
        _check("revenue_recognition", not books.revenue_recognition, "warning",
               "Revenue recognition is " + ("on" if books.revenue_recognition else "off") + " in QuickBooks",
               f"Lines of some items will need a service date: tieout set {name} service_date=invoice_date")
    )  # fmt: skip
    found.append(
        _check("auto_apply_credit", not books.auto_apply_credit, "warning",
               "QuickBooks applies credits by itself" if books.auto_apply_credit else "Credits are applied by hand",
               "A credit that QuickBooks applies by itself shows as credited, never as paid.")
    )  # fmt: skip
    found.append(Check("time_zone", "ok", f"Days are those of {crm.zone}"))
    return found


def _tax(crm: CrmFacts, books: BooksFacts, settings: Settings, name: str) -> list[Check]:
    codes = ", ".join(code.name for code in books.tax_codes)
    found = [Check("tax_regime", "ok", f"Sales tax in QuickBooks: {books.regime}")]
    if books.regime == "per-line":
        untaxed = bool(settings.untaxed_code or settings.tax_codes_by_country.get(""))
        found.append(
            _check("untaxed_code", untaxed, "blocks",
                   ("A" if untaxed else "No") + " code for lines without tax is chosen",
                   f"tieout set {name} untaxed_code=NAME, one of: {codes}")
        )  # fmt: skip
    for rate in crm.tax_rates:
        if rate.percent < 0:
            found.append(
                Check(f"tax_code.{rate.name}", "warning", f"HubSpot's rate {rate.name} is a withholding",
                      "Invoices with it are held back: QuickBooks has no tax code that takes money off.")
            )  # fmt: skip
            continue
        mapped = bool(settings.tax_codes.get(rate.id) or settings.tax_codes_by_country.get(rate.id))
        mapped = mapped or books.regime in ("none", "us-automated")
        found.append(
            _check(f"tax_code.{rate.name}", mapped, "blocks",
                   f"HubSpot's rate {rate.name} " + ("is mapped" if mapped else "is not mapped"),
                   f"tieout set {name} 'tax_code.{rate.name}=NAME', one of: {codes}")
        )  # fmt: skip
    return found


def _names(books: BooksFacts) -> str:
    return ", ".join(account.name for account in books.income_accounts)


def _check(check: str, good: bool, otherwise: Level, title: str, remedy: str) -> Check:  # noqa: FBT001 - reads well
    return Check(check, "ok", title) if good else Check(check, otherwise, title, remedy)
