"""Names: unique in their list, renamed when their holder is made inactive.

QuickBooks API reference, Customer and Item: a DisplayName is unique over customers, vendors and employees, an item's
name among items, without regard to case. An inactive object is answered as `X (deleted)` and its name is free again.
"""

from typing import Final

from tieout.sandbox.quickbooks import faults
from tieout.sandbox.quickbooks.company import Company
from tieout.sandbox.quickbooks.entities import ENTITIES, NAMES, SALES_FORMS
from tieout.sandbox.quickbooks.entity import Entity
from tieout.sandbox.quickbooks.ledger import Row
from tieout.sandbox.quickbooks.wire import Json

_FORBIDDEN: Final = (":", "\t", "\n", "\r")
_TREES: Final = ("Account", "Class", "Department")


def field_of(entity: Entity) -> str:
    """Return the field that holds an entity's name."""
    return "DisplayName" if "DisplayName" in entity.traits else "Name"


def tidy(field: str, name: str) -> str:
    """Return a name without outer space. Raises FaultError (2040) for a colon, tab or line break."""
    if any(sign in name for sign in _FORBIDDEN):
        raise faults.forbidden_characters(field)
    return name.strip()


def spell(company: Company, entity: Entity, content: Json, old: Row | None) -> str:
    """Put the name that is shown into `content`; return the plain one, to be remembered.

    content: the object to be, with the wanted name, Active and ParentRef.
    Raises FaultError: 2040 for a forbidden character, 6240 if another object holds the name.
    """
    field = field_of(entity)
    wanted = tidy(field, content[field])
    shown_before: str | None = old.read()[field] if old else None
    plain: str = old.memory.get("name", shown_before) if old and wanted == shown_before else wanted
    active = content["Active"]
    content[field] = plain
    if active or company.settings.inactive_names_taken:
        if (holder := _holder(company, entity, plain, content.get("ParentRef"), old)) is not None:
            raise faults.duplicate_name(holder.id)
    else:
        content[field] = _suffixed(company, entity, plain, old)
    qualify(company, entity, content)
    return plain


def qualify(company: Company, entity: Entity, content: Json) -> None:
    """Put FullyQualifiedName and Level in `content`, from its name and its parent."""
    if "FullyQualifiedName" not in entity.fields:
        return
    name = content[field_of(entity)]
    parent = company.ledger.find(entity.name, content["ParentRef"]["value"]) if content.get("ParentRef") else None
    above = parent.read() if parent else None
    content["FullyQualifiedName"] = f"{above['FullyQualifiedName']}:{name}" if above else name
    if above is not None and "Level" in entity.fields:
        content["Level"] = above.get("Level", 0) + 1


def respell(company: Company) -> None:
    """Show every inactive object as the setting `inactive_names_taken` wants it, without a new version."""
    for entity in ENTITIES.values():
        if "Active" not in entity.traits or not entity.operations:
            continue
        field = field_of(entity)
        for row in list(company.ledger.rows(entity.name)):
            if not row.active and "name" in row.memory:
                plain = row.memory["name"]
                content = row.read()
                taken = company.settings.inactive_names_taken
                content[field] = plain if taken else _suffixed(company, entity, plain, row)
                qualify(company, entity, content)
                company.ledger.correct(row, **content)


def rename_on_forms(company: Company, customer: Row, name: str) -> None:
    """Let a customer's documents show its new name, as they do in QuickBooks, without new versions."""
    for form in (*SALES_FORMS, "Payment"):
        for row in company.ledger.tables[form].named("CustomerRef", customer.id):
            company.ledger.correct(row, CustomerRef={"value": customer.id, "name": name})


def _suffixed(company: Company, entity: Entity, plain: str, own: Row | None) -> str:
    shown, count = f"{plain} (deleted)", 0
    while _holder(company, entity, shown, None, own, any_parent=True) is not None:
        count += 1
        shown = f"{plain} (deleted {count})"
    return shown


def _holder(
    company: Company, entity: Entity, name: str, parent: Json | None, own: Row | None, *, any_parent: bool = False
) -> Row | None:
    scope = NAMES if entity.name in NAMES else (entity.name,)
    for other in scope:
        for row in company.ledger.tables[other].named(field_of(entity), name.casefold()):
            if row is own:
                continue
            if any_parent or entity.name not in _TREES or _parent_of(row.read()) == _parent_of({"ParentRef": parent}):
                return row
    return None


def _parent_of(document: Json) -> str:
    return str((document.get("ParentRef") or {}).get("value", ""))
