"""The customer in HubSpot: a company with its people, or a contact. Each is made of stored parts.

Properties: HubSpot, "Companies" and "Contacts" guides.
"""

from collections.abc import Sequence
from typing import Literal

from tieout.hubspot.documents import Document
from tieout.hubspot.lens import values
from tieout.kinds.customer import Customer
from tieout.remote.ports import Part

Model = Literal["company", "contact"]

COMPANIES = "companies"
CONTACTS = "contacts"
PREFIXES = {COMPANIES: "company", CONTACTS: "contact"}
EMPLOYER_TYPE = 1
"""The association type from a contact to its primary company."""

_ADDRESS = ("address", "city", "state", "zip", "country")
PROPERTIES: dict[str, tuple[str, ...]] = {
    COMPANIES: (
        "name",
        "domain",
        "phone",
        "website",
        "address2",
        *_ADDRESS,
        "hs_merged_object_ids",
        values.KEY,
        "hs_lastmodifieddate",
    ),
    CONTACTS: (
        "email",
        "firstname",
        "lastname",
        "phone",
        "mobilephone",
        "company",
        "website",
        *_ADDRESS,
        "associatedcompanyid",
        "hs_merged_object_ids",
        values.KEY,
        "lastmodifieddate",
    ),
}

_OF_COMPANY = {"name": "name", "company": "name", "phone": "phone", "website": "website", "billing": ""}
_OF_PERSON = {"first": "firstname", "last": "lastname", "email": "email"}
_OF_CONTACT = {**_OF_PERSON, "company": "company", "phone": "phone", "website": "website", "billing": ""}


def version(document: Document) -> int:
    """Milliseconds of a record's last change (contacts name the property otherwise than all other types)."""
    properties = document.properties
    return values.milliseconds(
        properties.get("hs_lastmodifieddate") or properties.get("lastmodifieddate") or document.updated_at
    )


def part(type_: str, document: Document, mapped: Sequence[str] = ()) -> Part:
    """A company or contact as a stored part; a contact's parent is its primary company.

    mapped: properties that are kept although blank, so that a blank is told from what was not answered.
    """
    own = document.properties
    body = {name: own[name] for name in PROPERTIES[type_] if own.get(name)}
    body |= {name: own[name] or "" for name in mapped if name in own}
    return Part(
        type=type_,
        id=document.id,
        parent=body.get("associatedcompanyid") or "" if type_ == CONTACTS else "",
        version=version(document),
        body=body,
    )


def company(of: Part, people: Sequence[Part]) -> Customer:
    """The customer that a company is. people: its contacts by ascending id; the first supplies person and e-mail."""
    own = of.body
    person = people[0].body if people else {}
    name = values.text(own, "name")
    return Customer(
        id=f"company:{of.id}",
        name=name,
        company=name,
        first=values.text(person, "firstname"),
        last=values.text(person, "lastname"),
        email=values.text(person, "email"),
        phone=values.text(own, "phone") or values.text(person, "phone") or values.text(person, "mobilephone"),
        website=values.text(own, "website") or values.text(own, "domain"),
        billing=values.address(own),
        parts=(f"company:{of.id}", *(f"contact:{one.id}" for one in people[:1])),
        marker=values.text(own, values.KEY),
        formers=tuple(f"company:{one}" for one in values.formers(of.id, own)),
    )


def contact(of: Part, employer: Part | None, model: Model) -> Customer:
    """The customer that a contact is.

    employer: in the model *contact only* the contact's company, whose name stands in where the contact names none.
    """
    own = of.body
    named = values.text(own, "company")
    return Customer(
        id=f"contact:{of.id}",
        company=named or (values.text(employer.body, "name") if employer else ""),
        first=values.text(own, "firstname"),
        last=values.text(own, "lastname"),
        email=values.text(own, "email"),
        phone=values.text(own, "phone") or values.text(own, "mobilephone"),
        website=values.text(own, "website"),
        billing=values.address(own),
        member_of=f"company:{of.parent}" if of.parent and model == "company" else "",
        parts=(f"contact:{of.id}",),
        marker=values.text(own, values.KEY),
        formers=tuple(f"contact:{one}" for one in values.formers(of.id, own)),
    )


def created(record: Customer, key: str, model: Model) -> tuple[str, values.Creation]:
    """The type of the record that a customer of QuickBooks' becomes, and the input of a batch create.

    A company under the model *company first* where it names a company, or no person; its person follows as a contact
    of its own (`person_created`). key: our unique key, the id of the operation.
    """
    if model == "company" and (record.company or not (record.first or record.last)):
        firm = {"name": record.company or record.name, "phone": record.phone, "website": record.website}
        properties = firm | values.written_address(record.billing)
        return COMPANIES, values.creation(key, _clean(properties) | {values.KEY: key}, ())
    return CONTACTS, person_created(record, key, "")


def person_created(record: Customer, key: str, company_id: str) -> values.Creation:
    """The input of a batch create of a contact: a customer of its own, or the person of the company `company_id`."""
    person = {
        "email": record.email,
        "firstname": record.first,
        "lastname": record.last or ("" if record.first or company_id else record.name),
    }
    if not company_id:
        own = values.written_address(record.billing)
        own.pop("address2")
        person |= {"phone": record.phone, "website": record.website, "company": record.company} | own
    return values.creation(key, _clean(person) | {values.KEY: key}, ((company_id, EMPLOYER_TYPE),))


def _clean(properties: dict[str, str]) -> dict[str, str]:
    return {name: values.written_name(value) for name, value in properties.items()}


def part_of(record: Customer, type_: str) -> str:
    """The part of a customer that is of this type, `company:12` or `contact:34`. Raises KeyError where it has none."""
    prefix = f"{PREFIXES[type_]}:"
    part_ = next((one for one in record.parts if one.startswith(prefix)), "")
    if not part_:
        raise KeyError(type_)
    return part_


def written(record: Customer, fields: Sequence[str]) -> dict[str, dict[str, str]]:
    """The properties that `fields` are written to, by part (`company:12`, `contact:34`).

    A company's person is its contact; all other fields are the company's own. Raises KeyError for a field that
    HubSpot does not hold, or a person's field where there is no person.
    """
    is_company = any(one.startswith("company:") for one in record.parts)
    changes: dict[str, dict[str, str]] = {}
    for field in fields:
        of_person = not is_company or field in _OF_PERSON
        target = part_of(record, CONTACTS if of_person else COMPANIES)
        name = (_OF_CONTACT if of_person else _OF_COMPANY)[field]
        properties = (
            {name: values.written_name(getattr(record, field))} if name else values.written_address(record.billing)
        )
        if not name and of_person:
            properties.pop("address2")
        changes.setdefault(target, {}).update(properties)
    return changes
