"""The association types between the sandbox's object types.

Numbers: HubSpot, "Associations v4" guide, table of association type ids (March 2026).
"""

import msgspec

from tieout.sandbox.hubspot.object_types import (
    COMPANIES,
    CONTACTS,
    DISCOUNTS,
    FEES,
    INVOICES,
    LINE_ITEMS,
    PAYMENTS,
    TAXES,
    ObjectType,
)

HUBSPOT_DEFINED = "HUBSPOT_DEFINED"
USER_DEFINED = "USER_DEFINED"
CATEGORIES = (HUBSPOT_DEFINED, USER_DEFINED, "INTEGRATOR_DEFINED", "WORK")
FIRST_CUSTOM_ID = 10_001


class AssociationType(msgspec.Struct, frozen=True):
    """One type in one direction; `inverse` is the same association seen from the other end."""

    id: int
    source: str
    target: str
    inverse: int
    label: str | None = None
    category: str = HUBSPOT_DEFINED


def _pair(
    source: ObjectType, forth: int, target: ObjectType, back: int, label: str | None = None
) -> list[AssociationType]:
    made = [AssociationType(forth, source.name, target.name, back, label)]
    if forth != back:
        made.append(AssociationType(back, target.name, source.name, forth, label))
    return made


PRIMARY_COMPANY = 1
_DEFAULTS = [
    *_pair(CONTACTS, 449, CONTACTS, 449),
    *_pair(CONTACTS, 279, COMPANIES, 280),
    *_pair(CONTACTS, 178, INVOICES, 177),
    *_pair(CONTACTS, 388, PAYMENTS, 387),
    *_pair(COMPANIES, 450, COMPANIES, 450),
    *_pair(COMPANIES, 180, INVOICES, 179),
    *_pair(COMPANIES, 390, PAYMENTS, 389),
    *_pair(LINE_ITEMS, 410, INVOICES, 409),
    *_pair(LINE_ITEMS, 396, PAYMENTS, 395),
    *_pair(INVOICES, 541, PAYMENTS, 542),
    *_pair(INVOICES, 411, DISCOUNTS, 412),
    *_pair(INVOICES, 413, FEES, 414),
    *_pair(INVOICES, 415, TAXES, 416),
]
_LABELLED = [
    *_pair(CONTACTS, PRIMARY_COMPANY, COMPANIES, 2, "Primary"),
    *_pair(COMPANIES, 930, CONTACTS, 931, "Billing contact"),
    AssociationType(14, COMPANIES.name, COMPANIES.name, 13, "Child to parent"),
    AssociationType(13, COMPANIES.name, COMPANIES.name, 14, "Parent to child"),
]

STANDARD = {one.id: one for one in (*_DEFAULTS, *_LABELLED)}
DEFAULTS = {(one.source, one.target): one.id for one in _DEFAULTS}
