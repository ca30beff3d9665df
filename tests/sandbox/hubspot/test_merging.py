"""Merging contacts, companies and products, by HubSpot's own client and by plain calls."""

import itertools

import pytest
from hubspot.crm import companies, contacts

counter = itertools.count()


def make_company(client, name, **more):
    wanted = companies.SimplePublicObjectInputForCreate(properties={"name": name, **more}, associations=[])
    return client.crm.companies.basic_api.create(wanted).id


def make_contact(client, **more):
    email = f"merging{next(counter)}@example.com"
    wanted = contacts.SimplePublicObjectInputForCreate(properties={"email": email, **more}, associations=[])
    return client.crm.contacts.basic_api.create(wanted).id


def merge_companies(client, primary, other):
    wanted = companies.PublicMergeInput(primary_object_id=primary, object_id_to_merge=other)
    return client.crm.companies.basic_api.merge(wanted)


def searched(client, name):
    request = {"filterGroups": [{"filters": [{"propertyName": "name", "operator": "EQ", "value": name}]}]}
    found = client.crm.companies.search_api.do_search(
        companies.PublicObjectSearchRequest(filter_groups=request["filterGroups"], limit=100)
    )
    return [one.id for one in found.results]


def merge(us, kind, primary, other, *, path="/crm/v3/objects/{}/merge"):
    body = {"primaryObjectId": primary, "objectIdToMerge": other}
    return us.ok("POST", path.format(kind), body)["id"]


class TestByTheOfficialClient:
    def test_merged_companies_become_a_third_that_answers_for_both(self, client):
        first = make_company(client, "Nova Ltd", domain="nova.example")
        second = make_company(client, "Nova Limited", domain="nova-ltd.example", phone="7")
        merged = merge_companies(client, first, second)
        assert merged.id not in (first, second)
        names = ["name", "phone", "domain", "hs_additional_domains", "hs_merged_object_ids"]
        for old in (first, second, merged.id):
            found = client.crm.companies.basic_api.get_by_id(old, properties=names)
            assert found.id == merged.id
        assert [found.properties[name] for name in names] == [
            "Nova Ltd",
            "7",
            "nova.example",
            "nova-ltd.example",
            f"{first};{second}",
        ]

    def test_lists_searches_and_archived_lists_know_the_survivor_alone(self, client):
        first, second = make_company(client, "Twin A"), make_company(client, "Twin B")
        merged = merge_companies(client, first, second)
        listed = {one.id for one in client.crm.companies.get_all()}
        assert merged.id in listed
        assert listed.isdisjoint({first, second})
        assert {first, second}.isdisjoint(one.id for one in client.crm.companies.get_all(archived=True))
        assert searched(client, "twin a") == [merged.id]
        assert searched(client, "twin b") == []
        by_old_id = {"propertyName": "hs_merged_object_ids", "operator": "CONTAINS_TOKEN", "value": second}
        found = client.crm.companies.search_api.do_search(
            companies.PublicObjectSearchRequest(filter_groups=[{"filters": [by_old_id]}], limit=10)
        )
        assert [one.id for one in found.results] == [merged.id]

    def test_contacts_keep_their_labels_on_the_surviving_company(self, client):
        first, second = make_company(client, "Label A"), make_company(client, "Label B")
        api = client.crm.associations.v4.basic_api
        one, billed = make_contact(client), make_contact(client)
        api.create_default("contacts", one, "companies", first)
        spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 930}]
        api.create("companies", second, "contacts", billed, spec)
        merged = merge_companies(client, first, second)
        listed = api.get_page("companies", merged.id, "contacts").results
        types = {row.to_object_id: {kind.type_id for kind in row.association_types} for row in listed}
        assert types == {one: {280, 2}, billed: {280, 2, 930}}
        shown = client.crm.contacts.basic_api.get_by_id(billed, properties=["associatedcompanyid"])
        assert shown.properties["associatedcompanyid"] == merged.id


def test_invoices_and_payments_of_both_companies_move_to_the_survivor(us):
    first, second = (us.make("companies", {"name": name}) for name in ("Nova Ltd", "Nova Limited"))
    invoices = [us.open_invoice({"price": 10}, email=f"{name}@example.com") for name in "ab"]
    for company, invoice in zip((first, second), invoices, strict=True):
        us.ok("PUT", f"/crm/v4/objects/companies/{company}/associations/default/invoices/{invoice}")
    payment = us.pay(invoices[1], "10")
    us.ok("PUT", f"/crm/v4/objects/companies/{second}/associations/default/commerce_payments/{payment}")
    survivor = merge(us, "companies", first, second)
    for kind, wanted in (("invoices", invoices), ("commerce_payments", [payment])):
        rows = us.ok("GET", f"/crm/v4/objects/companies/{survivor}/associations/{kind}")["results"]
        assert [str(row["toObjectId"]) for row in rows] == wanted
    shown = us.read("invoices", invoices[1], "hs_invoice_latest_company_name", "hs_invoice_status")
    assert (shown["hs_invoice_latest_company_name"], shown["hs_invoice_status"]) == ("Nova Ltd", "paid")
    for old in (first, second):
        rows = us.ok("GET", f"/crm/v3/objects/companies/{old}?associations=invoices")["associations"]["invoices"]
        assert [row["id"] for row in rows["results"]] == invoices


def test_the_latest_contact_of_an_invoice_is_who_it_was(us):
    merged, other, latest = (us.make("contacts", {"email": f"{name}@example.com"}) for name in "abc")
    invoice = us.make("invoices", {"hs_currency": "USD"}, (merged, 177), (latest, 177))
    before = us.ok("GET", f"/crm/v3/objects/invoices/{invoice}")
    survivor = merge(us, "contacts", merged, other)
    rows = us.ok("GET", f"/crm/v4/objects/invoices/{invoice}/associations/contacts")["results"]
    assert [str(row["toObjectId"]) for row in rows] == [survivor, latest]
    assert us.ok("GET", f"/crm/v3/objects/invoices/{invoice}") == before
    shown = us.read("invoices", invoice, "hs_invoice_latest_contact_email")
    assert shown["hs_invoice_latest_contact_email"] == "c@example.com"


def test_companies_above_and_below_a_merged_one_stay_so(us):
    above, below, other = (us.make("companies", {"name": name}) for name in "abc")
    spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 13}]
    us.ok("PUT", f"/crm/v4/objects/companies/{above}/associations/companies/{below}", spec)
    survivor = merge(us, "companies", below, other)
    rows = us.ok("GET", f"/crm/v4/objects/companies/{above}/associations/companies")["results"]
    assert [(str(row["toObjectId"]), [kind["typeId"] for kind in row["associationTypes"]]) for row in rows] == [
        (survivor, [450, 13])
    ]
    last = merge(us, "companies", above, survivor)
    assert us.ok("GET", f"/crm/v4/objects/companies/{last}/associations/companies")["results"] == []


def test_older_create_date_and_further_stage_survive(us):
    first = us.make("contacts", {"firstname": "Ana", "lifecyclestage": "customer"})
    us.clock.advance(60)
    second = us.make("contacts", {"firstname": "Ben", "lifecyclestage": "lead"})
    survivor = us.read("contacts", merge(us, "contacts", second, first), "firstname", "lifecyclestage", "createdate")
    assert (survivor["firstname"], survivor["lifecyclestage"]) == ("Ben", "customer")
    assert survivor["createdate"] == "2026-03-10T09:00:00Z"


def test_merged_again_every_former_id_leads_to_the_last(us):
    ids = [us.make("companies", {"name": name}) for name in "abc"]
    survivor = merge(us, "companies", merge(us, "companies", ids[0], ids[1]), ids[2])
    for old in ids:
        assert us.ok("GET", f"/crm/v3/objects/companies/{old}")["id"] == survivor
    body = {"inputs": [{"id": old} for old in ids]}
    assert [one["id"] for one in us.ok("POST", "/crm/v3/objects/companies/batch/read", body)["results"]] == [survivor]


def test_merge_sent_twice_is_refused(us):
    first, second = (us.make("companies", {"name": name}) for name in "ab")
    merge(us, "companies", first, second)
    us.refused("POST", "/crm/v3/objects/companies/merge", {"primaryObjectId": first, "objectIdToMerge": second})


def test_more_than_250_identities_are_a_414(us):
    survivor = us.make("companies", {"name": "Nova Ltd"})
    for _ in range(125):
        survivor = merge(us, "companies", survivor, us.make("companies", {"name": "More"}))
    body = {"primaryObjectId": survivor, "objectIdToMerge": us.make("companies", {"name": "Last"})}
    answer = us.refused("POST", "/crm/v3/objects/companies/merge", body, 414)
    assert answer["message"] == "Cannot have more than 250 identities on a profile"


def test_old_ids_are_unknown_where_the_account_says_so(us):
    us.sandbox.patch_company({"merged_ids_found": ["contacts"]})
    first, second = (us.make("companies", {"name": name}) for name in "ab")
    survivor = merge(us, "companies", first, second)
    us.refused("GET", f"/crm/v3/objects/companies/{first}", status=404)
    us.refused("GET", f"/crm/v3/objects/companies/{first}?archived=true", status=404)
    status, read = us.call("POST", "/crm/v3/objects/companies/batch/read", {"inputs": [{"id": first}]})
    assert (status, read["errors"][0]["context"]["ids"]) == (207, [first])
    body = {"inputs": [{"id": first, "properties": {"phone": "1"}}]}
    answer = us.ok("POST", "/crm/v3/objects/companies/batch/update", body)
    assert (answer["results"], "errors" in answer) == ([], False)
    assert us.read("companies", survivor, "hs_merged_object_ids")["hs_merged_object_ids"] == f"{first};{second}"


def test_primary_keeps_its_id_in_the_beta(us):
    us.sandbox.patch_company({"merge_keeps_primary": True})
    first, second = (us.make("contacts", {"email": f"{name}@example.com", "phone": name}) for name in ("ana", "ben"))
    company = us.make("companies", {"name": "Nova Ltd"})
    us.ok("PUT", f"/crm/v4/objects/contacts/{second}/associations/default/companies/{company}")
    assert merge(us, "contacts", first, second) == first
    found = us.read("contacts", second, "phone", "hs_merged_object_ids", "hs_additional_emails", "associatedcompanyid")
    assert (found["hs_object_id"], found["phone"], found["hs_merged_object_ids"]) == (first, "ana", second)
    assert (found["hs_additional_emails"], found["associatedcompanyid"]) == ("ben@example.com", company)
    assert us.ok("GET", "/crm/v3/objects/contacts/ben@example.com?idProperty=email")["id"] == first


@pytest.mark.parametrize("path", ["/crm/objects/2025-09/{}/merge", "/crm/objects/2026-09/{}/merge"])
def test_products_merge_on_the_dated_paths_that_merge_more(us, path):
    first = us.make("products", {"name": "Retainer"})
    second = us.make("products", {"name": "Retainer old", "hs_sku": "RET-1"})
    line = us.make("line_items", {"hs_product_id": second})
    body = {"primaryObjectId": first, "objectIdToMerge": second}
    us.refused("POST", "/crm/objects/2026-03/products/merge", body)
    survivor = merge(us, "products", first, second, path=path)
    old_id = us.read("line_items", line, "hs_product_id")["hs_product_id"]
    found = us.read("products", old_id, "name", "hs_sku")
    assert (found["hs_object_id"], found["name"], found["hs_sku"]) == (survivor, "Retainer", "RET-1")


@pytest.mark.parametrize("kind", ["invoices", "commerce_payments", "line_items"])
def test_commerce_objects_are_never_merged(us, kind):
    body = {"primaryObjectId": "1", "objectIdToMerge": "2"}
    us.refused("POST", f"/crm/objects/2026-09/{kind}/merge", body)


def test_hubspot_needs_no_merge_in_its_pages(us):
    with pytest.raises(ValueError, match="HubSpot merges by its API: POST /crm/v3/objects/companies/merge, 1 into 2"):
        us.sandbox.merge("companies", "1", "2")


def test_type_that_does_not_exist_is_no_setting(us):
    with pytest.raises(ValueError, match="ghosts does not exist"):
        us.sandbox.patch_company({"merged_ids_found": ["ghosts"]})
