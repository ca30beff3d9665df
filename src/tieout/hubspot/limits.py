"""HubSpot's limits, as data (HubSpot developer documentation, usage guidelines and CRM guides, 2026)."""

from tieout.remote.ports import Rate

PAGE = 100
BATCH = 100
HISTORY_BATCH = 50
SEARCH_PAGE = 200
ASSOCIATIONS_BATCH = 1000
LONGEST_TEXT = 65_536

LEAST_CALLS = 100
"""Calls in ten seconds that every account may make; more where the answers' headers say so."""

SEARCHES = Rate(bucket="search", per_second=4, burst=1)
"""Five searches a second for a whole account, apart from all other calls."""

ASSOCIATIONS = Rate(bucket="associations", per_second=9, burst=10)
"""A hundred calls of the associations API in ten seconds."""


def calls(in_ten_seconds: int) -> Rate:
    """The pace that makes at most `in_ten_seconds` calls in any ten seconds: a tenth at once, the rest evenly."""
    return Rate(bucket="calls", per_second=in_ten_seconds * 0.09, burst=max(1, in_ten_seconds // 10))
