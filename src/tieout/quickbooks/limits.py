"""What QuickBooks allows: quotas, sizes of requests, lengths of fields.

Source: QuickBooks API reference, "Limits and throttles", and the attribute table of each entity.
"""

from typing import Final

from tieout.remote.ports import Rate

REQUESTS: Final = Rate("quickbooks.requests", per_second=7.5, burst=2)
"""A company allows 10 requests a second and 500 a minute; this stays a little below both in every window."""

BATCHES: Final = Rate("quickbooks.batches", per_second=0.6, burst=3)
"""Batches have a bucket of their own besides: 40 a minute."""

PAGE: Final = 1000
"""Rows of one query, and objects of one answer of change data capture."""

BATCH: Final = 30
"""Members of one batch."""

UNIT_BYTES: Final = 1_000_000
"""Bytes of one request's body; a single record may be larger."""

QUERY_CHARACTERS: Final = 1500
"""A longer query travels in a body instead of the address."""

CAPTURE_DAYS: Final = 29
"""How far back change data capture is asked for; QuickBooks refuses beyond 30 days."""

DISPLAY_NAME: Final = 500
PERSON_NAME: Final = 100
COMPANY_NAME: Final = 100
EMAIL: Final = 100
PHONE: Final = 30
WEBSITE: Final = 1000
TAX_NUMBER: Final = 30
STREET: Final = 500
PLACE: Final = 255
POSTCODE: Final = 30
ITEM_NAME: Final = 100
SKU: Final = 100
DESCRIPTION: Final = 4000
NUMBER: Final = 21
MEMO: Final = 1000
PRICE_DECIMALS: Final = 7
