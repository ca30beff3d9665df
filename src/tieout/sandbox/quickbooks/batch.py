"""Several writes and queries in one request, each on its own.

QuickBooks API reference, Batch: at most 30 items; an item's fault does not touch the others, and the answer's status is
200 all the same.
"""

from typing import Final

import msgspec

from tieout.sandbox.quickbooks import faults, search, writes
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entities import ENTITIES
from tieout.sandbox.quickbooks.wire import Json

LARGEST: Final = 30
_FRAME: Final = ("bId", "operation", "optionsData", "Query")


def run(company: Company, sent: object, *, stale: bool) -> list[Json]:
    """Carry out a batch; return the items of its answer. Raises FaultError: 1040, 2010 for the batch as a whole."""
    items = sent.get("BatchItemRequest") if isinstance(sent, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise faults.unsupported_property()
    if len(items) > LARGEST:
        raise faults.batch_too_large(LARGEST)
    return [_item(company, item, stale=stale) for item in items]


def _item(company: Company, item: Json, *, stale: bool) -> Json:
    mark = {"bId": item["bId"]} if "bId" in item else {}
    try:
        return _answer(company, item, stale=stale) | mark
    except faults.FaultError as refused:
        return {"Fault": refused.fault(company.regime.texts)} | mark


def _answer(company: Company, item: Json, *, stale: bool) -> Json:
    if "Query" in item:
        return {"QueryResponse": search.answer(company, str(item["Query"]), stale=stale)}
    names = [name for name in item if name not in _FRAME]
    if len(names) != 1 or names[0] not in ENTITIES:
        raise faults.unsupported_property()
    name = names[0]
    includes = frozenset(part.strip() for part in str(item.get("optionsData", "")).split(","))
    done = writes.perform(company, ENTITIES[name], item[name], str(item.get("operation", "")), includes)
    return {name: done.document if isinstance(done, writes.Stub) else msgspec.Raw(done.body)}
