"""The account's settings: what its owner, and the tests, may change."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tieout.sandbox.hubspot.object_types import ALL, BY_NAME
from tieout.sandbox.vendor import WrongSetting

TIERS = ("free", "starter", "professional", "enterprise")
SCOPES = tuple(
    sorted(
        {
            f"crm.{area}.{kind.scope}.{right}"
            for kind in ALL
            for area in ("objects", "schemas")
            for right in ("read", "write")
        }
        | {"crm.objects.owners.read", "tax_rates.read", "settings.currencies.read", "oauth"}
    )
)


class TaxRate(msgspec.Struct, forbid_unknown_fields=True):
    """One rate of the account's tax library."""

    id: str
    name: str
    label: str
    percentageRate: Decimal  # noqa: N815 (the vendor's spelling)
    active: bool = True


class Company(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=False):
    """Settings of one account; `currencies` are all it may bill in, its own first, whether or not it was listed."""

    time_zone: str
    currency: str
    currencies: list[str] = []
    tier: str = "professional"
    tax_rates: list[TaxRate] = []
    index_lag_seconds: float = 2.0
    commit_within_seconds: float = 2.0
    settling_seconds: float = 0.0
    longest_url: int = 16_000
    edit_invoices: bool = True
    apps_edit_lines: bool = True
    issued_writes_refused: bool = True
    written_total_kept: bool = True
    non_billable_needs_lines: bool = False
    non_billable_steps_refused: bool = False
    payments_pay_non_billable: bool = True
    partial_payment_pays: bool = False
    disputed_payments_count: bool = False
    payments_over_invoices: bool = False
    merged_ids_found: list[str] = msgspec.field(default_factory=lambda: ["contacts", "companies", "products"])
    merge_keeps_primary: bool = False
    invoice_prefix: str = "INV-"
    next_invoice_number: int = 1001
    scopes: list[str] = msgspec.field(default_factory=lambda: list(SCOPES))

    def __post_init__(self) -> None:
        self.currencies = list(dict.fromkeys((self.currency, *self.currencies)))

    def rate(self, rate_id: str) -> TaxRate | None:
        """Return a tax rate of the library."""
        return next((rate for rate in self.tax_rates if rate.id == rate_id), None)

    def shown(self) -> dict[str, Any]:
        """Return the settings as JSON values, percentages as text."""
        shown: dict[str, Any] = msgspec.to_builtins(self)
        return shown

    def patched(self, changes: Mapping[str, Any]) -> "Company":
        """Return the settings with changes. Raises WrongSetting, which names what is possible."""
        unknown = sorted(set(changes) - set(self.__struct_fields__))
        if unknown:
            raise WrongSetting(f"{unknown[0]} is no setting here. Settings: {', '.join(self.__struct_fields__)}.")
        try:
            made = msgspec.convert({**self.shown(), **msgspec.to_builtins(changes)}, Company, strict=True)
        except msgspec.ValidationError as error:
            raise WrongSetting(f"{error} (of the HubSpot account's settings).") from None
        made.check()
        return made

    def check(self) -> None:
        """Refuse values of the right type that mean nothing. Raises WrongSetting."""
        if self.tier not in TIERS:
            raise WrongSetting(f"tier {self.tier} does not exist. Tiers: {', '.join(TIERS)}.")
        wrong = [code for code in self.currencies if not (len(code) == 3 and code.isascii() and code.isupper())]
        if wrong:
            raise WrongSetting(f"currencies takes three-letter codes such as EUR; got {wrong[0]}.")
        foreign = sorted(set(self.scopes) - set(SCOPES))
        if foreign:
            raise WrongSetting(f"scope {foreign[0]} does not exist. Scopes: {', '.join(SCOPES)}.")
        if unknown := sorted(set(self.merged_ids_found) - set(BY_NAME)):
            raise WrongSetting(f"object type {unknown[0]} does not exist. Types: {', '.join(BY_NAME)}.")
        for name in (
            "index_lag_seconds",
            "commit_within_seconds",
            "settling_seconds",
            "next_invoice_number",
            "longest_url",
        ):
            if getattr(self, name) < 0:
                raise WrongSetting(f"{name} takes a number from 0 up; got {getattr(self, name)}.")
        try:
            self.zone()
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise WrongSetting(f"time_zone takes a name such as America/New_York; got {self.time_zone}.") from None
        rates = [rate.id for rate in self.tax_rates]
        if len(set(rates)) < len(rates):
            raise WrongSetting(f"tax_rates has an id twice: {rates}.")

    def zone(self) -> ZoneInfo:
        """Return the account's time zone."""
        return ZoneInfo(self.time_zone)
