"""What Tieout needs to be allowed in a HubSpot account, and what a sign-in lacks of it (HubSpot, "Scopes")."""

from collections.abc import Iterable

_READ = ("contacts", "companies", "products", "line_items", "invoices", "commercepayments")
_WRITTEN = ("contacts", "companies", "invoices", "commercepayments")
NEEDED = (
    *(f"crm.objects.{name}.read" for name in _READ),
    *(f"crm.objects.{name}.write" for name in (*_WRITTEN, "line_items")),
    *(f"crm.schemas.{name}.{right}" for name in _WRITTEN for right in ("read", "write")),
    "tax_rates.read",
)
"""Discounts, fees and taxes of an invoice are read, and written on copies, by the right to its line items."""


def lacking(granted: frozenset[str] | None, refused: Iterable[str] = ()) -> tuple[str, ...]:
    """The scopes that a sign-in lacks, in the order of `NEEDED`.

    granted: what HubSpot says it has; None where HubSpot does not say. refused: those that a call was refused for.
    """
    missing = [scope for scope in NEEDED if granted is not None and scope not in granted]
    return tuple(dict.fromkeys([*missing, *refused]))
