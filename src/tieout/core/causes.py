"""The catalogue of failures: one entry for each cause, with its class, its words and its fixes.

Words are English message ids with {placeholders}; other languages stand in their catalogues. A stored failure keeps
the code and the evidence, never a sentence.
"""

from tieout.core.cause import Cause
from tieout.core.foreign import FOREIGN
from tieout.core.foreseen import FORESEEN
from tieout.core.learned import LEARNED
from tieout.core.received import RECEIVED

CAUSES: dict[str, Cause] = {cause.code: cause for cause in (*FORESEEN, *FOREIGN, *RECEIVED, *LEARNED)}

REASONS: dict[str, str] = {
    "not_needed": "No invoice needs it",
    "merged": "Merged into another",
    "part_of_company": "Part of a company",
    "no_counterpart": "No counterpart in QuickBooks",
    "made_in_quickbooks": "Made in QuickBooks",
    "made_in_hubspot": "Made in HubSpot",
    "not_made_here": "Not made in HubSpot",
    "invoice_not_synced": "Its invoice is not synced",
    "credit": "A credit, not cash",
    "nothing_applied": "Nothing is applied",
    "not_yet_money": "Not received yet",
    "no_invoice": "Pays no invoice",
    "withdrawn": "Withdrawn",
    "void": "Voided before it was synced",
    "before_start": "Before the start",
    "filter": "Left out by a filter",
    "filtered_customer": "Its customer is left out by a filter",
    "by_you": "Left out by you",
    "taken_over": "Settled before the take-over",
    "undone": "Undone by you, and left out since",
    "ready": "Ready",
    "would_sync": "Nothing stands in its way",
}
"""Why a record is left out on purpose, or how a draft stands."""
