"""Change data capture: what was written or deleted since a moment.

QuickBooks API reference, ChangeDataCapture: at most 1,000 objects in all and 30 days back; full objects, deleted
ones as stubs. The entities' answers do not come in the order of the request, and one without changes is `{}`.
"""

from datetime import timedelta
from typing import Final

import msgspec

from tieout.sandbox.quickbooks import faults, wire
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entities import BY_LOWER_NAME
from tieout.sandbox.quickbooks.wire import Json

LARGEST: Final = 1000
_FURTHEST: Final = timedelta(days=30)
_SLACK: Final = timedelta(days=1)


def changes(company: Company, names: str, since: str) -> list[Json]:
    """Return the members of the answer's QueryResponse, one for each entity.

    names: comma-separated entities. since: a date or date-time.
    Raises FaultError: 2020, 2060, 2190, 4001. What exceeds 1,000 objects is left out, the latest first kept.
    """
    if not names or not since:
        raise faults.missing("changedSince" if names else "entities")
    wanted = dict.fromkeys(name.strip() for name in names.split(",") if name.strip())
    groups: dict[str, list[msgspec.Raw]] = {}
    for name in wanted:
        entity = BY_LOWER_NAME.get(name.lower())
        if entity is None or not entity.captured:
            raise faults.invalid_query(f"Entity {name} is not supported by change data capture")
        groups[entity.name] = []
    try:
        moment = wire.moment(since)
    except ValueError:
        raise faults.bad_date(since, "changedSince") from None
    if moment < (company.clock.now() - _FURTHEST - _SLACK).timestamp():
        raise faults.bad_date_range()
    left = LARGEST
    for row in company.ledger.changed_since(moment):
        if left and row.entity in groups:
            groups[row.entity].append(msgspec.Raw(row.body))
            left -= 1
    return [_group(name, found) for name, found in reversed(groups.items())]


def _group(name: str, found: list[msgspec.Raw]) -> Json:
    if not found:
        return {}
    return {name: found, "startPosition": 1, "maxResults": len(found), "totalCount": len(found)}
