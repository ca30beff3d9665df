"""One company: its ledger, its preferences, and the settings that the sandbox adds to them."""

import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from tieout.sandbox.clock import Clock
from tieout.sandbox.quickbooks import wire
from tieout.sandbox.quickbooks.currencies import CURRENCIES
from tieout.sandbox.quickbooks.ledger import Ledger, Row
from tieout.sandbox.quickbooks.regimes import REGIMES, Country, Regime
from tieout.sandbox.quickbooks.wire import Json
from tieout.sandbox.vendor import WrongSetting


class Settings(msgspec.Struct):
    """What the vendor has no preference for, or where its behaviour is not known.

    service_date_items: ids of items whose lines want a service date while RevenueRecognitionEnabled is true.
    batch_requestid: a batch with a known requestid is answered as before; false = its requestid is ignored.
    inactive_names_taken: an inactive holder keeps its name as it was, and it stays taken; false = it is renamed to
    `X (deleted)` and the name is free.
    commit_within_seconds: how long after the answer was due a write may still be committed; only told, for clients.
    void_paid_refused: an invoice with an applied payment cannot be voided; false = the payment becomes unapplied.
    duplicate_numbers_refused: 6140 for a document number that is taken; false = duplicates are accepted.
    prefixed_numbers_continue: after a document was made as `INV-7`, the next without number becomes `INV-8`; false =
    only numbers of digits move the company's own sequence.
    customers_currency_assumed: a document without CurrencyRef is in its customer's currency; false = in the home
    currency, and so refused for a customer abroad.
    tax_recomputed: the server's own tax stands whatever amount a client sets; false = the client's does.
    merged_become_inactive: a customer or item merged into another stays, inactive; false = it is deleted.
    merge_renews_documents: what named it gets a new version; false = it names the survivor without one.
    """

    service_date_items: list[str] = msgspec.field(default_factory=list)
    batch_requestid: bool = True
    inactive_names_taken: bool = False
    commit_within_seconds: int | float = 2
    void_paid_refused: bool = True
    duplicate_numbers_refused: bool = True
    prefixed_numbers_continue: bool = False
    customers_currency_assumed: bool = False
    tax_recomputed: bool = False
    merged_become_inactive: bool = False
    merge_renews_documents: bool = False


class Company:
    """The world that every write and every rule looks at."""

    def __init__(self, *, clock: Clock, dice: random.Random, country: Country) -> None:
        self.clock = clock
        self.dice = dice
        self.country: Country = country
        self.ledger = Ledger(clock)
        self.settings = Settings()
        self.last_numbers = {"sales": "1000", "estimates": "1000"}
        self.applied: dict[tuple[str, str], dict[str, Decimal]] = {}
        self._preferences: tuple[bytes, Json] = (b"", {})

    @property
    def regime(self) -> Regime:
        """What the company's country decides."""
        return REGIMES[self.country]

    @property
    def home_currency(self) -> str:
        """ISO code of the currency that the books are kept in."""
        return self.regime.currency

    @property
    def home_places(self) -> int:
        """The digits of the home currency."""
        return CURRENCIES[self.home_currency].places

    @property
    def multi_currency(self) -> bool:
        """Whether the company may trade in other currencies than its own."""
        return bool(self.preferences()["CurrencyPrefs"]["MultiCurrencyEnabled"])

    def foreign_currencies(self) -> set[str]:
        """Return the ISO codes of the active currencies beside the home currency."""
        return {row.read()["Code"] for row in self.ledger.rows("CompanyCurrency") if row.active}

    def trades_in(self, code: str) -> bool:
        """Whether documents may be in a currency: the home currency, or an active one."""
        return code == self.home_currency or (self.multi_currency and code in self.foreign_currencies())

    def currency(self, code: str = "") -> Json:
        """Return the reference to a currency, without a code to the home currency."""
        code = code or self.home_currency
        return {"value": code, "name": CURRENCIES[code].name}

    def name(self, english: str) -> str:
        """Return QuickBooks' own name of something in the company's language."""
        return self.regime.names.get(english, english)

    def today(self) -> date:
        """Return the server's calendar day, in Pacific time."""
        return self.clock.now().astimezone(wire.PACIFIC).date()

    def preferences(self) -> Json:
        """Return the Preferences object; not to be changed."""
        row = self._preferences_row()
        if self._preferences[0] is not row.body:
            self._preferences = (row.body, row.read())
        return self._preferences[1]

    def sales_preference(self, name: str) -> Any:  # noqa: ANN401 flags, texts and references
        """Return one of the preferences for sales forms, None if unset."""
        return self.preferences()["SalesFormsPrefs"].get(name)

    @property
    def closing_date(self) -> str | None:
        """The last day of the closed period."""
        closed: str | None = self.preferences()["AccountingInfoPrefs"].get("BookCloseDate")
        return closed

    @property
    def service_date_items(self) -> list[str]:
        """The items whose lines want a service date."""
        enabled = self.preferences()["ProductAndServicesPrefs"]["RevenueRecognitionEnabled"]
        return self.settings.service_date_items if enabled else []

    def set_preferences(self, changes: Mapping[str, Mapping[str, Any]]) -> Row:
        """Store changed sections of the preferences as a new version; None removes a preference."""
        row = self._preferences_row()
        document = row.read()
        for section, values in changes.items():
            held = document[section] | values
            document[section] = {name: value for name, value in held.items() if value is not None}
        return self.ledger.change(row, document)

    def show(self) -> Json:
        """Return the settings of `GET /_sandbox/company`."""
        return msgspec.structs.asdict(self.settings) | {
            "custom_transaction_numbers": self.sales_preference("CustomTxnNumbers"),
            "service_date_items": self.service_date_items,
            "closing_date": self.closing_date,
            "auto_apply_credit": self.sales_preference("AutoApplyCredit"),
            "multi_currency": self.multi_currency,
        }

    def patch(self, changes: Mapping[str, Any]) -> None:
        """Change settings, all or none. Raises WrongSetting."""
        readers = {
            "service_date_items": self._items,
            "closing_date": _closing_date,
            "commit_within_seconds": _seconds,
            "multi_currency": self._several,
        }
        read: Json = {}
        for name, value in changes.items():
            if name not in self.show():
                raise WrongSetting(f"There is no setting {name}; there are {', '.join(self.show())}.")
            read[name] = readers.get(name, partial(_switch, name))(value)
        preferences: dict[str, Json] = {}
        for name, value in read.items():
            match name:
                case "custom_transaction_numbers":
                    preferences.setdefault("SalesFormsPrefs", {})["CustomTxnNumbers"] = value
                case "auto_apply_credit":
                    preferences.setdefault("SalesFormsPrefs", {})["AutoApplyCredit"] = value
                case "multi_currency":
                    preferences["CurrencyPrefs"] = {"MultiCurrencyEnabled": value}
                case "closing_date":
                    preferences["AccountingInfoPrefs"] = {"BookCloseDate": value}
                case "service_date_items":
                    preferences["ProductAndServicesPrefs"] = {"RevenueRecognitionEnabled": bool(value)}
                    self.settings.service_date_items = value
                case _:
                    setattr(self.settings, name, value)
        before = self.preferences()
        if any(before[section] | values != before[section] for section, values in preferences.items()):
            self.set_preferences(preferences)

    def _items(self, value: object) -> list[str]:
        known = self.ledger.tables["Item"].rows
        if not isinstance(value, list) or any(not isinstance(item, str) or item not in known for item in value):
            there = ", ".join(known) or "none yet"
            raise WrongSetting(f"service_date_items takes a list of item ids; there are: {there}.")
        return [str(item) for item in value]

    def _several(self, value: object) -> bool:
        if self.multi_currency and value is not True:
            raise WrongSetting("multi_currency cannot be switched off again, as in QuickBooks.")
        return _switch("multi_currency", value)

    def _preferences_row(self) -> Row:
        return self.ledger.tables["Preferences"].rows["1"]


def _closing_date(value: object) -> str | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise WrongSetting("closing_date takes a day such as 2026-03-31, or null for none.") from None


def _seconds(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value < 0:
        raise WrongSetting("commit_within_seconds takes a number of seconds, 0 or more.")
    return value if isinstance(value, int) else float(value)


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongSetting(f"{name} takes true or false.")
    return value
