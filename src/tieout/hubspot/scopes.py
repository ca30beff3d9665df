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
TO_MAKE_PRODUCTS = ("crm.objects.products.write", "crm.schemas.products.read", "crm.schemas.products.write")
"""What is needed besides where QuickBooks' items are made as products."""


def lacking(granted: frozenset[str] | None, refused: Iterable[str] = (), *, products: bool = False) -> tuple[str, ...]:
    """The scopes that a sign-in lacks, in the order of `NEEDED`.

    granted: what HubSpot says it has; None where HubSpot does not say. refused: those that a call was refused for.
    products: products are made too.
    """
    needed = NEEDED + (TO_MAKE_PRODUCTS if products else ())
    missing = [scope for scope in needed if granted is not None and scope not in granted]
    return tuple(dict.fromkeys([*missing, *refused]))
