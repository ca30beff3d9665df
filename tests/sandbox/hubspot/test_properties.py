"""Custom properties: every type, a thousand of them, archived and made again; by HubSpot's own client and plainly."""

import random

import pytest
from hubspot.crm import objects, properties

from tieout.sandbox.hubspot.app import HubSpotSandbox

GROUPS = {"contacts": "contactinformation", "companies": "companyinformation", "invoices": "invoiceinformation"}
BASIC = {"contacts": {"firstname": "Ana"}, "companies": {"name": "Nova Ltd"}, "invoices": {"hs_currency": "USD"}}
OPTIONS = [
    {"label": one.upper(), "value": one, "displayOrder": -1, "hidden": False} for one in ("north", "south", "east")
]
TYPES = {
    "string": ("text", "Zoë's order", "Zoë's order"),
    "number": ("number", "1234.5678", "1234.5678"),
    "date": ("date", "1773100800000", "2026-03-10"),
    "datetime": ("date", "2026-03-10T09:30:00Z", "2026-03-10T09:30:00Z"),
    "bool": ("booleancheckbox", True, "true"),
    "enumeration": ("checkbox", "north;south", "north;south"),
}


def definition(name, kind, type_="string", **more):
    options = OPTIONS if type_ == "enumeration" else []
    made = {"name": name, "label": name, "type": type_, "fieldType": TYPES[type_][0], "options": options}
    return {**made, "groupName": GROUPS[kind], **more}


def add(us, kind, name, type_="string", **more):
    return us.ok("POST", f"/crm/v3/properties/{kind}", definition(name, kind, type_, **more))


def change(us, kind, object_id, **values):
    return us.ok("PATCH", f"/crm/v3/objects/{kind}/{object_id}", {"properties": values})


@pytest.mark.parametrize("kind", list(GROUPS))
class TestByTheOfficialClient:
    def test_values_of_every_type_are_written_read_and_found(self, client, kind):
        for type_, (field_type, _, _) in TYPES.items():
            wanted = properties.PropertyCreate(
                name=f"any_{type_}",
                label=type_,
                type=type_,
                field_type=field_type,
                group_name=GROUPS[kind],
                options=OPTIONS if type_ == "enumeration" else [],
            )
            made = client.crm.properties.core_api.create(kind, wanted)
            assert (made.type, made.hubspot_defined, made.modification_metadata.archivable) == (type_, False, True)
        values = {f"any_{type_}": sent for type_, (_, sent, _) in TYPES.items()}
        wanted = objects.SimplePublicObjectInputForCreate(properties={**BASIC[kind], **values}, associations=[])
        object_id = client.crm.objects.basic_api.create(kind, wanted).id
        found = client.crm.objects.basic_api.get_by_id(kind, object_id, properties=list(values))
        expected = {f"any_{type_}": kept for type_, (_, _, kept) in TYPES.items()}
        assert {name: found.properties[name] for name in values} == expected
        for name, value in expected.items():
            operator = "CONTAINS_TOKEN" if name == "any_enumeration" else "EQ"
            wanted = value.split(";")[0]
            request = {"filters": [{"propertyName": name, "operator": operator, "value": wanted}]}
            hits = client.crm.objects.search_api.do_search(
                kind, objects.PublicObjectSearchRequest(filter_groups=[request], limit=10)
            )
            assert [one.id for one in hits.results] == [object_id]

    def test_a_thousand_properties_are_listed_written_and_read(self, client, kind):
        names = [f"many_{number:04}" for number in range(1000)]
        for start in range(0, 1000, 100):
            inputs = [definition(name, kind, "number") for name in names[start : start + 100]]
            client.crm.properties.batch_api.create(kind, {"inputs": inputs})
        listed = {one.name for one in client.crm.properties.core_api.get_all(kind).results}
        assert set(names) < listed
        values = {name: str(number) for number, name in enumerate(names)}
        wanted = objects.SimplePublicObjectInputForCreate(properties={**BASIC[kind], **values}, associations=[])
        object_id = client.crm.objects.basic_api.create(kind, wanted).id
        read = client.crm.objects.batch_api.read(
            kind, {"properties": names, "propertiesWithHistory": [], "inputs": [{"id": object_id}]}
        )
        shown = read.results[0].properties
        assert {name: shown[name] for name in names} == values


def test_names_of_a_thousand_properties_do_not_fit_an_address(us):
    names = ",".join(f"many_properties_{number:04}" for number in range(1000))
    us.refused("GET", f"/crm/v3/objects/invoices?properties={names}", status=414)
    us.sandbox.patch_company({"longest_url": 30_000})
    us.ok("GET", f"/crm/v3/objects/invoices?properties={names}")


def test_archived_property_is_as_if_it_never_was(us):
    add(us, "invoices", "our_state")
    invoice = us.make("invoices", {"hs_currency": "USD", "our_state": "in sync"})
    us.ok("DELETE", "/crm/v3/properties/invoices/our_state")
    us.clock.advance(5)
    url = f"/crm/v3/objects/invoices/{invoice}"
    assert "our_state" not in us.read("invoices", invoice, "our_state", "hs_currency")
    assert "our_state" not in us.ok("GET", f"{url}?propertiesWithHistory=our_state").get("propertiesWithHistory", {})
    batch = {"inputs": [{"id": invoice}], "properties": ["our_state", "hs_currency"]}
    answer = us.ok("POST", "/crm/v3/objects/invoices/batch/read", batch)
    assert "our_state" not in answer["results"][0]["properties"]
    search = {"properties": ["our_state"], "filterGroups": []}
    found = us.ok("POST", "/crm/v3/objects/invoices/search", search)["results"][0]
    assert "our_state" not in found["properties"]
    refused = us.refused("PATCH", url, {"properties": {"our_state": "held"}})
    assert refused["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"
    rows = {"inputs": [{"id": invoice, "properties": {"our_state": "held"}}]}
    us.refused("POST", "/crm/v3/objects/invoices/batch/update", rows)
    filters = [{"propertyName": "our_state", "operator": "HAS_PROPERTY"}]
    us.refused("POST", "/crm/v3/objects/invoices/search", {"filters": filters})
    us.refused("POST", "/crm/v3/objects/invoices/search", {"sorts": ["our_state"]})


def test_archived_definition_is_a_404_and_stays_in_the_archived_list(us):
    add(us, "companies", "region", "enumeration")
    us.ok("DELETE", "/crm/v3/properties/companies/region")
    us.refused("GET", "/crm/v3/properties/companies/region", status=404)
    us.refused("PATCH", "/crm/v3/properties/companies/region", {"label": "x"}, status=404)
    us.refused("DELETE", "/crm/v3/properties/companies/region", status=404)
    kept = us.ok("GET", "/crm/v3/properties/companies/region?archived=true")
    assert (kept["archived"], kept["archivedAt"]) == (True, "2026-03-10T09:00:00Z")
    listed = us.ok("GET", "/crm/v3/properties/companies?archived=true")["results"]
    assert [one["name"] for one in listed] == ["region"]
    assert "region" not in {one["name"] for one in us.ok("GET", "/crm/v3/properties/companies")["results"]}
    body = {"archived": True, "inputs": [{"name": "region"}]}
    assert us.ok("POST", "/crm/v3/properties/companies/batch/read", body)["results"] == [kept]


def test_made_again_it_has_its_values_but_not_another_type(us):
    add(us, "companies", "size")
    company = us.make("companies", {"name": "Nova Ltd", "size": "large"})
    us.ok("DELETE", "/crm/v3/properties/companies/size")
    us.refused("POST", "/crm/v3/properties/companies", definition("size", "companies", "number"))
    add(us, "companies", "size")
    assert us.read("companies", company, "size")["size"] == "large"
    assert us.ok("GET", "/crm/v3/properties/companies?archived=true")["results"] == []


def test_unique_property_made_again_knows_who_holds_what_now(us):
    add(us, "companies", "our_key", hasUniqueValue=True)
    gone, merged, other = (us.make("companies", {"name": key, "our_key": key}) for key in "abc")
    us.ok("DELETE", "/crm/v3/properties/companies/our_key")
    us.refused("GET", "/crm/v3/objects/companies/a?idProperty=our_key")
    us.ok("DELETE", f"/crm/v3/objects/companies/{gone}")
    body = {"primaryObjectId": other, "objectIdToMerge": merged}
    survivor = us.ok("POST", "/crm/v3/objects/companies/merge", body)["id"]
    add(us, "companies", "our_key", hasUniqueValue=True)
    us.refused("GET", "/crm/v3/objects/companies/a?idProperty=our_key", status=404)
    us.refused("GET", "/crm/v3/objects/companies/b?idProperty=our_key", status=404)
    assert us.ok("GET", "/crm/v3/objects/companies/c?idProperty=our_key")["id"] == survivor


def test_archived_properties_survive_a_state_file(us, clock):
    add(us, "companies", "size")
    us.ok("DELETE", "/crm/v3/properties/companies/size")
    again = HubSpotSandbox(clock=clock, random=random.Random(2), quotas=False)
    again.load(us.sandbox.dump())
    us.sandbox = again
    assert us.ok("GET", "/crm/v3/properties/companies/size?archived=true")["archived"]


def test_multiple_checkbox_appends_what_begins_with_a_semicolon(us):
    add(us, "contacts", "regions", "enumeration")
    contact = us.make("contacts", {"firstname": "Ana", "regions": "north"})
    change(us, "contacts", contact, regions=";south;north")
    assert us.read("contacts", contact, "regions")["regions"] == "north;south"
    change(us, "contacts", contact, regions="east")
    assert us.read("contacts", contact, "regions")["regions"] == "east"


@pytest.mark.parametrize(
    ("type_", "value", "code"),
    [
        ("number", "12,5", "INVALID_INTEGER"),
        ("number", "1e5", "INVALID_INTEGER"),
        ("date", "2026-03-10T09:00:00Z", "INVALID_LONG"),
        ("datetime", "soon", "INVALID_LONG"),
        ("bool", "yes", "INVALID_OPTION"),
        ("enumeration", "west", "INVALID_OPTION"),
        ("enumeration", "North", "INVALID_OPTION"),
    ],
)
def test_value_of_another_type_is_refused(us, type_, value, code):
    add(us, "invoices", "ours", type_)
    answer = us.refused("POST", "/crm/v3/objects/invoices", {"properties": {"hs_currency": "USD", "ours": value}})
    assert answer["errors"][0]["code"] == code


def test_options_can_be_added_and_what_they_lose_is_refused(us):
    add(us, "contacts", "region", "enumeration", fieldType="select")
    contact = us.make("contacts", {"firstname": "Ana", "region": "north"})
    options = [{"label": "West", "value": "west", "displayOrder": 1, "hidden": False}]
    us.ok("PATCH", "/crm/v3/properties/contacts/region", {"options": options})
    assert us.read("contacts", contact, "region")["region"] == "north"
    us.refused("PATCH", f"/crm/v3/objects/contacts/{contact}", {"properties": {"region": "north"}})
    change(us, "contacts", contact, region="west")


def test_definition_cannot_claim_to_be_hubspots_own(us):
    made = add(us, "contacts", "ours", hubspotDefined=True, calculated=True)
    assert (made["hubspotDefined"], made["calculated"]) == (False, False)
    us.refused(
        "POST", "/crm/v3/properties/contacts", definition("more", "contacts", "enumeration", options=[{"label": "x"}])
    )
    us.refused("PATCH", "/crm/v3/properties/contacts/ours", {"groupName": "ghosts"})
    us.refused("PATCH", "/crm/v3/properties/contacts/ours", {"fieldType": "date"})
