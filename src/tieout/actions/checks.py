"""What preflight looks at: each thing with how it stands, what to do about it, and where."""

from collections.abc import Iterator
from urllib.parse import quote

from tieout.actions.check import Check, Level, Seen
from tieout.actions.language import Words
from tieout.actions.vocabulary import REGIMES, WHICH
from tieout.core.decide import World
from tieout.core.facts import BooksFacts, CrmFacts, Facts
from tieout.kinds.booking import closed_until
from tieout.kinds.currency import is_traded
from tieout.kinds.mapped import is_there
from tieout.store.connections import StoredConnection

_CLOCKS_APART = 120
"""Seconds by which a vendor's clock may differ from ours."""


class Checking:
    """All checks of one company pair, in the reader's words."""

    def __init__(
        self,
        stored: StoredConnection,
        crm: CrmFacts,
        books: BooksFacts,
        seen: Seen,
        series: tuple[str, str],
        words: Words,
    ) -> None:
        """Take all that is known. series: a number of QuickBooks' own with HubSpot's prefix, and one of HubSpot's."""
        self._crm, self._books, self._seen, self._series = crm, books, seen, series
        self._stored, self._settings, self._words = stored, stored.settings, words
        self._name = stored.name

    def all(self) -> Iterator[Check]:
        """Every check, what concerns both first."""
        yield from self._both()
        yield from self._hubspot()
        yield from self._company()
        yield from self._tax()
        yield from self._accounts()
        yield from self._forms()
        yield self._mapping()
        yield from self._people()
        yield self._review()

    def _both(self) -> Iterator[Check]:
        words, crm, books = self._words, self._crm, self._books
        yield self._check(
            "currency",
            "ok" if is_traded(crm.currency, books) else "blocks",
            words(
                "HubSpot works in {hubspot}, QuickBooks in {quickbooks}",
                hubspot=crm.currency,
                quickbooks=books.currency,
            ),
            words("Switch {code} on in QuickBooks; until then, invoices in it are held back.", code=crm.currency),
            words("QuickBooks: Account and settings, Advanced, Currency"),
            self._at_quickbooks("Advanced"),
        )
        if self._seen.other_sync:
            yield Check(
                "other_sync",
                "blocks",
                words("HubSpot's own sync made an invoice on {day}", day=self._seen.other_sync),
                words("Switch it off: two syncs of one pair write the same invoices twice. `tieout audit {name} "
                      "--take-over` takes its pairs over.", name=self._name),
                words("HubSpot: Settings, Integrations, Connected apps, QuickBooks Online"),
                f"https://{crm.ui}/connected-apps/{crm.portal}/installed",
            )  # fmt: skip
        else:
            yield Check("other_sync", "ok", words("HubSpot's own sync has made no invoice lately"))
        yield from self._clock("hubspot_clock", "HubSpot", self._seen.hubspot_ahead)
        yield from self._clock("quickbooks_clock", "QuickBooks", self._seen.quickbooks_ahead)
        yield self._check(
            "time_zone",
            "ok" if books.zone in ("", crm.zone) else "warning",
            words("Days are those of {zone}", zone=crm.zone)
            if books.zone in ("", crm.zone)
            else words("Days are those of {zone}, while QuickBooks is in {other}", zone=crm.zone, other=books.zone),
            words("An invoice made near midnight bears the day that its seller saw in HubSpot."),
            words("HubSpot: Settings, Account defaults, General"),
            self._at_hubspot(),
        )

    def _clock(self, check: str, side: str, ahead: int | None) -> Iterator[Check]:
        if ahead is None:
            return
        apart = abs(ahead) > _CLOCKS_APART
        yield self._check(
            check,
            "warning" if apart else "ok",
            self._words("The clock here and that of {side} are {n} seconds apart", side=side, n=abs(ahead))
            if apart
            else self._words("The clock here agrees with that of {side}", side=side),
            self._words("Set the clock of this machine by a time server, so that times in the history are right."),
        )

    def _hubspot(self) -> Iterator[Check]:
        words, crm = self._words, self._crm
        missing = ", ".join(crm.missing_scopes)
        yield self._check(
            "scopes",
            "blocks" if missing else "ok",
            words("HubSpot permissions: {missing}", missing=missing)
            if missing
            else words("HubSpot permissions: all there"),
            words("Grant them in the HubSpot app, and connect again."),
            words("HubSpot: Settings, Integrations, Private apps, Scopes"),
            f"https://{crm.ui}/private-apps/{crm.portal}",
        )
        strange = sorted(code for code in set(crm.currencies) if not is_traded(code, self._books))
        yield self._check(
            "currencies",
            "warning" if strange else "ok",
            words("Currencies in HubSpot: {currencies}", currencies=", ".join(crm.currencies) or crm.currency),
            words("QuickBooks does not work in {others}: invoices in them are held back until they are switched on "
                  "there. Multicurrency cannot be switched off again.", others=", ".join(strange)),
            words("QuickBooks: Account and settings, Advanced, Currency"),
            self._at_quickbooks("Advanced"),
        )  # fmt: skip
        yield Check(
            "invoice_editing",
            "ask",
            words("May finalized invoices be edited in HubSpot?"),
            words("HubSpot does not tell. An edit reaches QuickBooks only while the invoice is open there and the "
                  "period is not closed; otherwise you are asked."),
            words("HubSpot: Settings, Objects, Invoices"),
            self._at_hubspot(),
        )  # fmt: skip

    def _company(self) -> Iterator[Check]:
        words, books = self._words, self._books
        yield Check(
            "company",
            "ok",
            words("{company}, {country}, {plan}", company=books.company, country=books.country, plan=books.plan)
            if books.plan
            else words("{company}, {country}", company=books.company, country=books.country),
        )
        yield Check(
            "admin",
            "ok",
            words("The QuickBooks sign-in sees the company's settings"),
            words("It stops working when the person who connected is no administrator any more: then connect again."),
        )
        yield Check(
            "multicurrency",
            "ok",
            words("Multicurrency is on in QuickBooks; its own currency is {code}", code=books.currency)
            if books.multicurrency
            else words("QuickBooks keeps one currency: {code}", code=books.currency),
        )
        taken, example = self._series
        yield self._check(
            "numbers",
            "warning" if books.custom_numbers else "ok",
            words("Custom transaction numbers are on in QuickBooks")
            if books.custom_numbers
            else words("Custom transaction numbers are off in QuickBooks"),
            words("With custom numbers on, QuickBooks may go on with HubSpot's prefix and take its next number."),
            words("QuickBooks: Account and settings, Sales, Sales form content"),
            self._at_quickbooks("Sales"),
        )
        yield self._check(
            "number_series",
            "warning" if taken else "ok",
            words("QuickBooks gave the number {taken} itself, which continues HubSpot's {example}",
                  taken=taken.upper(), example=example)
            if taken
            else words("No number of QuickBooks' own continues HubSpot's"),
            words("Give QuickBooks' next invoice a number without HubSpot's prefix; it counts on from there."),
            words("QuickBooks: the number field of a new invoice"),
        )  # fmt: skip
        closed = closed_until(World(self._settings, Facts(self._crm, books)))
        yield Check(
            "closed_period",
            "ok",
            words("Closed up to {day}", day=closed.isoformat()) if closed else words("No closed period"),
            words("Nothing is written on or before that day; what changes there is held for the bookkeeper.")
            if closed
            else "",
            words("QuickBooks: Account and settings, Advanced, Accounting"),
            self._at_quickbooks("Advanced"),
        )
        yield self._check(
            "revenue_recognition",
            "warning" if books.revenue_recognition else "ok",
            words("Revenue recognition is on in QuickBooks")
            if books.revenue_recognition
            else words("Revenue recognition is off in QuickBooks"),
            words("Lines of some items will need a service date: `tieout set {name} service_date=invoice_date`",
                  name=self._name),
            link=self._here("settings#service_date"),
        )  # fmt: skip
        yield self._check(
            "auto_apply_credit",
            "warning" if books.auto_apply_credit else "ok",
            words("QuickBooks applies credits by itself")
            if books.auto_apply_credit
            else words("Credits are applied by hand"),
            words("A credit that QuickBooks applies by itself shows as credited, never as paid."),
            words("QuickBooks: Account and settings, Advanced, Automation"),
            self._at_quickbooks("Advanced"),
        )

    def _tax(self) -> Iterator[Check]:
        words, crm, books, settings = self._words, self._crm, self._books, self._settings
        codes = ", ".join(code.name for code in books.tax_codes)
        yield Check("tax_regime", "ok", words(REGIMES[books.regime]))
        if books.regime == "per-line":
            untaxed = bool(settings.untaxed_code or settings.tax_codes_by_country.get(""))
            yield self._check(
                "untaxed_code",
                "ok" if untaxed else "blocks",
                words("A code for lines without tax is chosen")
                if untaxed
                else words("No code for lines without tax is chosen"),
                words("`tieout set {name} untaxed_code=NAME`, one of: {codes}", name=self._name, codes=codes),
                link=self._here("settings#untaxed_code"),
            )
        for rate in crm.tax_rates:
            if rate.percent < 0:
                yield Check(
                    f"tax_code.{rate.name}",
                    "warning",
                    words("HubSpot's rate {rate} is a withholding", rate=rate.name),
                    words("Invoices with it are held back: QuickBooks has no tax code that takes money off."),
                )
                continue
            mapped = bool(settings.tax_codes.get(rate.id) or settings.tax_codes_by_country.get(rate.id))
            mapped = mapped or books.regime in ("none", "us-automated")
            yield self._check(
                f"tax_code.{rate.name}",
                "ok" if mapped else "blocks",
                words("HubSpot's rate {rate} is mapped", rate=rate.name)
                if mapped
                else words("HubSpot's rate {rate} is not mapped", rate=rate.name),
                words("`tieout set {name} 'tax_code.{rate}=NAME'`, one of: {codes}",
                      name=self._name, rate=rate.name, codes=codes),
                link=self._here(f"settings#tax_code.{rate.name}"),
            )  # fmt: skip

    def _accounts(self) -> Iterator[Check]:
        words, books, settings = self._words, self._books, self._settings
        wanted = bool(settings.income_account) or not settings.auto_create_items
        yield self._check(
            "income_account",
            "ok" if wanted else "blocks",
            words("An income account for new items is chosen")
            if settings.income_account
            else words("No income account is chosen"),
            words("`tieout set {name} income_account=NAME`, one of: {accounts}", name=self._name,
                  accounts=", ".join(account.name for account in books.income_accounts)),
            link=self._here("accounts#income_account"),
        )  # fmt: skip
        names = {account.id: account.name for account in books.accounts}
        if settings.book_hubspot_payments:
            account = names.get(settings.deposit_account, "")
            yield Check(
                "deposit_account",
                "ok",
                words("Payments go to {account}", account=account)
                if account
                else words("Payments go to Undeposited Funds"),
                words("A clearing account for each processor keeps card payments apart from cheques."),
                link=self._here("accounts#deposit_account"),
            )
        discount = names.get(books.discount_account, "")
        yield self._check(
            "discount_account",
            "ok" if books.discounts and discount else "warning",
            words("Discounts post to {account}", account=discount)
            if books.discounts and discount
            else words("QuickBooks' sales forms have no discount, or no account for it"),
            words("An invoice whose discount is a line of its own needs it; discounts within prices do not."),
            words("QuickBooks: Account and settings, Sales, Sales form content"),
            self._at_quickbooks("Sales"),
        )

    def _forms(self) -> Iterator[Check]:
        words, books = self._words, self._books
        sales = (words("QuickBooks: Account and settings, Sales, Sales form content"), self._at_quickbooks("Sales"))
        yield Check(
            "shipping",
            "ok",
            words("Shipping is on in QuickBooks' sales forms")
            if books.shipping
            else words("Shipping is off in QuickBooks' sales forms"),
            words("Shipping of HubSpot's invoices travels as a line with an item, so either will do."),
            *sales,
        )
        tracked = [
            *([words("a class for each document")] if books.class_tracking == "document" else []),
            *([words("a class for each line")] if books.class_tracking == "line" else []),
            *([words("a location")] if books.location_tracking else []),
        ]
        yield Check(
            "tracking",
            "ask" if tracked else "ok",
            words("QuickBooks keeps {tracked}", tracked=", ".join(tracked))
            if tracked
            else words("QuickBooks keeps neither class nor location"),
            words("QuickBooks does not tell whether they are required. They stay the bookkeeper's; new invoices come "
                  "without.") if tracked else "",
            words("QuickBooks: Account and settings, Advanced, Categories"),
            self._at_quickbooks("Advanced"),
        )  # fmt: skip
        fields = ", ".join(field.name or words("without a name") for field in books.custom_fields)
        yield Check(
            "custom_fields",
            "ok",
            words("Custom fields of sales forms: {fields}", fields=fields)
            if fields
            else words("No custom field of sales forms is in use"),
            "",
            *sales,
        )

    def _mapping(self) -> Check:
        words, settings = self._words, self._settings
        missing = ", ".join(
            one.name
            for one in settings.mapped
            if f"{one.type}.{one.crm}" in self._crm.missing_properties or not is_there(self._books, one.books)
        )
        return self._check(
            "mapping",
            "blocks" if missing else "ok",
            words("Mapped fields that are missing: {fields}", fields=missing)
            if missing
            else words("Mapped fields are all there"),
            words("Bring them back, or change the mapping: `tieout map {name}`", name=self._name),
            link=self._here("mapping"),
        )

    def _people(self) -> Iterator[Check]:
        words, settings = self._words, self._settings
        for key, answer, question, told in (
            ("who_sends", settings.who_sends, words("Who sends invoices to customers?"),
             words("Invoices made in HubSpot reach QuickBooks marked as not to be sent.")),
            ("who_collects", settings.who_collects, words("Who takes customers' payments online?"),
             words("Invoices made in HubSpot reach QuickBooks with online payment off, so that nobody pays twice.")),
            ("who_reminds", settings.who_reminds, words("Who reminds customers of what is due?"),
             words("Switch reminders off on the other side: both would write to the same customer.")),
        ):  # fmt: skip
            who = words(WHICH.get(answer, ""))
            yield Check(
                key,
                "ok" if answer else "ask",
                f"{question} {who}".strip(),
                told if answer else f"{told} " + words("Answer here: `tieout set {name} {key}=hubspot`",
                                                        name=self._name, key=key),
                link="" if answer else self._here(f"settings#{key}"),
            )  # fmt: skip

    def _review(self) -> Check:
        words, reviewed = self._words, self._stored.reviewed
        return self._check(
            "review",
            "ok" if reviewed else "warning",
            words("The first review of matches is finished")
            if reviewed
            else words("The first review of matches is not finished"),
            words("Nothing is created before: look at `tieout match {name}`, then `tieout match {name} --finish`",
                  name=self._name),
            link=self._here("matches"),
        )  # fmt: skip

    def _check(self, check: str, level: Level, title: str, remedy: str, where: str = "", link: str = "") -> Check:
        """What stands well needs no remedy."""
        return Check(check, level, title) if level == "ok" else Check(check, level, title, remedy, where, link)

    def _here(self, page: str) -> str:
        return f"/{quote(self._name, safe='')}/{page}"

    def _at_hubspot(self) -> str:
        return f"https://{self._crm.ui}/settings/{self._crm.portal}"

    def _at_quickbooks(self, panel: str) -> str:
        return f"{self._books.ui}/app/settings?p={panel}"
