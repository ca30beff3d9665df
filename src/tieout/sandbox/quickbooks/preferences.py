"""Changing the company's preferences through the API.

QuickBooks API reference, Preferences: few are writable, and BookCloseDate is not. What a client sends beside the
preferences that exist is ignored, since clients send whole sections with defaults of their own.
"""

from typing import Final

from tieout.sandbox.quickbooks import faults
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.wire import Json

_KEPT: Final = ("domain", "sparse", "Id", "SyncToken", "MetaData")
_READ_ONLY: Final = (
    "BookCloseDate", "HomeCurrency", "MultiCurrencyEnabled", "PartnerTaxEnabled", "CustomField",
    "DefaultDiscountAccount",
)  # fmt: skip


def update_preferences(company: Company, sent: Json) -> Row:
    """Store changed preferences. Raises FaultError: 2010 for an unknown section or a wrong type, 2020, 5010."""
    held = company.preferences()
    if sent.get("SyncToken") in (None, ""):
        raise faults.missing("SyncToken")
    if str(sent["SyncToken"]) != held["SyncToken"]:
        raise faults.stale()
    changes: dict[str, Json] = {}
    for section, values in sent.items():
        if section in _KEPT or values is None:
            continue
        if section not in held or not isinstance(values, dict):
            raise faults.unsupported_property()
        changes[section] = _changes(held[section], values)
    enabled = changes.get("ProductAndServicesPrefs", {}).get("RevenueRecognitionEnabled")
    row = company.set_preferences(changes)
    if enabled is False:
        company.settings.service_date_items = []
    return row


def _changes(held: Json, sent: Json) -> Json:
    changes = {}
    for name, value in sent.items():
        if name in held and name not in _READ_ONLY and value is not None:
            if isinstance(held[name], bool) and not isinstance(value, bool):
                raise faults.unsupported_property()
            changes[name] = value
    return changes
