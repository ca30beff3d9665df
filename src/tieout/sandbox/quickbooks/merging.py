"""Merging one customer, or one item, into another, as a person does in QuickBooks' pages by giving both one name.

The API has no call for it: it refuses the name (6240). Change data capture tells the survivor as changed and the other
as deleted; whatever named the other names the survivor from then on. What is not known about it is a setting.
"""

from decimal import Decimal
from typing import Final

from tieout.sandbox.quickbooks import names, references
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entities import ENTITIES
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.wire import Json
from tieout.sandbox.vendor import WrongSetting

_ALIKE: Final = {"Customer": "CurrencyRef", "Item": "Type"}
"""What can be merged, and the field in which both must agree."""

_ANY_NAME: Final = ("Entity", "EntityRef")
"""References to customers, vendors and employees alike, whose ids are of one sequence."""


def merge(company: Company, entity: str, source: str, target: str) -> None:
    """Merge the object with the id `source` into the one with the id `target`. Raises WrongSetting."""
    gone, survivor = _pair(company, entity, source, target)
    if entity == "Customer":
        _hand_over(company, gone, survivor)
    for table in company.ledger.tables.values():
        for row in list(table.rows.values()):
            if row is not gone:
                _lead_on(company, row, gone, survivor)
    _qualify_below(company, survivor)
    _take_away(company, gone)
    company.ledger.change(survivor, survivor.read())
    wanted = company.settings.service_date_items
    if entity == "Item" and source in wanted:
        company.settings.service_date_items = list(dict.fromkeys(target if one == source else one for one in wanted))


def _pair(company: Company, entity: str, source: str, target: str) -> tuple[Row, Row]:
    if entity not in _ALIKE:
        raise WrongSetting(f"A merge takes {' or '.join(_ALIKE)} as entity, not {entity}.")
    gone, survivor = (company.ledger.find(entity, identity) for identity in (source, target))
    if gone is None or survivor is None:
        raise WrongSetting(f"There is no {entity} {source if gone is None else target}.")
    if gone is survivor or not survivor.active:
        raise WrongSetting(f"{entity} {source} can be merged into another, active one only.")
    field = _ALIKE[entity]
    one, other = gone.read().get(field), survivor.read().get(field)
    if one != other:
        raise WrongSetting(f"{entity} {source} and {target} differ in {field}; QuickBooks does not merge them.")
    above: Row | None = survivor
    while above is not None:
        parent = (above.read().get("ParentRef") or {}).get("value")
        if parent == source:
            raise WrongSetting(f"{entity} {target} is below {source}; a parent is not merged into its own part.")
        above = company.ledger.find(entity, parent) if parent else None
    return gone, survivor


def _hand_over(company: Company, gone: Row, survivor: Row) -> None:
    """Let the survivor owe what the other and its sub-customers owe; their parents see it in BalanceWithJobs."""
    document = gone.read()
    own, with_jobs = Decimal(document["Balance"]), Decimal(document["BalanceWithJobs"])
    customers = company.ledger.tables["Customer"].rows
    for customer, sign in ((gone, -1), (survivor, 1)):
        company.ledger.correct(customer, Balance=Decimal(customer.read()["Balance"]) + sign * own)
        row: Row | None = customer
        while row is not None:
            both = Decimal(row.read()["BalanceWithJobs"]) + sign * with_jobs
            company.ledger.correct(row, BalanceWithJobs=both)
            parent = row.keys.get("ParentRef")
            row = customers[parent["value"]] if parent else None


def _lead_on(company: Company, row: Row, gone: Row, survivor: Row) -> None:
    """Let an object name the survivor where it named the one that goes."""
    if f'"value":"{gone.id}"'.encode() not in row.body:
        return
    document = row.read()
    if not _renamed(document, row.entity, gone, {"value": survivor.id, "name": references.name_of(survivor)}):
        return
    if company.settings.merge_renews_documents:
        company.ledger.change(row, document)
    else:
        company.ledger.correct(row, **document)


def _renamed(node: object, holder: str, gone: Row, new: Json) -> bool:
    """Replace all references to an object, in place; return whether there was one."""
    if isinstance(node, list):
        return sum(_renamed(entry, holder, gone, new) for entry in node) > 0
    if not isinstance(node, dict):
        return False
    found = False
    for field, value in node.items():
        target = holder if field == "ParentRef" else "Customer" if field in _ANY_NAME else references.TARGETS.get(field)
        if target == gone.entity and isinstance(value, dict) and value.get("value") == gone.id:
            value |= {part: new[part] for part in value.keys() & new.keys()}
            found = True
        else:
            found = _renamed(value, holder, gone, new) or found
    return found


def _qualify_below(company: Company, parent: Row) -> None:
    """Let everything below an object show the names and levels above it."""
    entity = ENTITIES[parent.entity]
    for row in list(company.ledger.rows(parent.entity)):
        document = row.read()
        if (document.get("ParentRef") or {}).get("value") == parent.id:
            names.qualify(company, entity, document)
            company.ledger.correct(row, **document)
            _qualify_below(company, row)


def _take_away(company: Company, gone: Row) -> None:
    if not company.settings.merged_become_inactive:
        company.ledger.remove(gone)
        return
    document = gone.read() | {"Active": False}
    gone.memory["name"] = names.spell(company, ENTITIES[gone.entity], document, gone)
    company.ledger.change(gone, document)
