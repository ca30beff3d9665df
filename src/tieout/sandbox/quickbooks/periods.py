"""The closed period: no posting on or before the closing date.

QuickBooks API reference, error 6210: neither the old nor the new date of a transaction may lie in it.
"""

from tieout.sandbox.quickbooks import faults
from tieout.sandbox.quickbooks.company import Company


def check_open(company: Company, *days: str | None) -> None:
    """Refuse a posting with one of these ISO days in the closed period. Raises FaultError (6210)."""
    closed = company.closing_date
    if closed is not None and any(day is not None and day <= closed for day in days):
        raise faults.period_closed()
