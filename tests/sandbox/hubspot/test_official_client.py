"""HubSpot's own Python client, unchanged, against the sandbox behind a real server."""

import pytest
from hubspot.crm import companies, contacts, line_items, objects, owners, products, properties
from hubspot.crm.associations.v4 import models as v4
from hubspot.crm.commerce import invoices

import hubspot


def link(to, type_id):
    return {"to": {"id": to}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]}


def contact(client, email, **more):
    wanted = contacts.SimplePublicObjectInputForCreate(properties={"email": email, **more}, associations=[])
    return client.crm.contacts.basic_api.create(wanted).id


def company(client, name):
    wanted = companies.SimplePublicObjectInputForCreate(properties={"name": name}, associations=[])
    return client.crm.companies.basic_api.create(wanted).id


def line(client, **more):
    wanted = line_items.SimplePublicObjectInputForCreate(properties={"name": "Work", **more}, associations=[])
    return client.crm.line_items.basic_api.create(wanted).id


def invoice(client, contact_id, *line_ids):
    wanted = invoices.SimplePublicObjectInputForCreate(
        properties={"hs_currency": "USD"}, associations=[link(contact_id, 177), *(link(one, 409) for one in line_ids)]
    )
    return client.crm.commerce.invoices.basic_api.create(wanted).id


def set_status(client, invoice_id, status):
    wanted = invoices.SimplePublicObjectInput(properties={"hs_invoice_status": status})
    return client.crm.commerce.invoices.basic_api.update(invoice_id, wanted)


def shown(client, invoice_id, *names):
    return client.crm.commerce.invoices.basic_api.get_by_id(invoice_id, properties=list(names)).properties


def test_contact_is_created_read_by_email_changed_and_archived(client):
    made = contact(client, "Ana@Example.com", firstname="Ana")
    found = client.crm.contacts.basic_api.get_by_id("ana@example.com", id_property="email", properties=["firstname"])
    assert (found.id, found.properties["firstname"]) == (made, "Ana")
    changed = client.crm.contacts.basic_api.update(
        made, contacts.SimplePublicObjectInput(properties={"firstname": "Anna"})
    )
    assert changed.updated_at > found.updated_at
    client.crm.contacts.basic_api.archive(made)
    with pytest.raises(contacts.ApiException) as refused:
        client.crm.contacts.basic_api.get_by_id(made)
    assert refused.value.status == 404
    assert client.crm.contacts.basic_api.get_by_id(made, archived=True).archived


def test_second_contact_with_an_email_is_a_409_that_names_the_first(client):
    first = contact(client, "twice@example.com")
    with pytest.raises(contacts.ApiException) as refused:
        contact(client, "TWICE@example.com")
    assert refused.value.status == 409
    assert f"Contact already exists. Existing ID: {first}" in refused.value.body


def test_get_all_pages_through_a_whole_list(client):
    wanted = {product(client, f"Paged {number}") for number in range(120)}
    assert wanted <= {one.id for one in client.crm.products.get_all()}


def product(client, name, **more):
    wanted = products.SimplePublicObjectInputForCreate(properties={"name": name, **more}, associations=[])
    return client.crm.products.basic_api.create(wanted).id


def test_line_item_copies_its_product(client):
    source = product(client, "Retainer", price="250", hs_sku="RET")
    made = client.crm.line_items.basic_api.create(
        line_items.SimplePublicObjectInputForCreate(
            properties={"hs_product_id": source, "quantity": "2"}, associations=[]
        )
    )
    assert (made.properties["name"], made.properties["price"], made.properties["hs_sku"]) == ("Retainer", "250", "RET")
    assert made.properties["amount"] == "500.00"


def test_invoice_goes_from_draft_over_open_to_paid_by_a_payment(client):
    made = invoice(client, contact(client, "payer@example.com"), line(client, price="100", quantity="2"))
    assert shown(client, made, "hs_invoice_status", "hs_number")["hs_number"] is None
    opened = set_status(client, made, "open")
    assert opened.properties["hs_number"].startswith("INV-")
    payment = client.crm.objects.basic_api.create(
        "commerce_payments",
        objects.SimplePublicObjectInputForCreate(
            properties={
                "hs_initial_amount": "200",
                "hs_initiated_date": "2026-03-10T12:00:00Z",
                "hs_latest_status": "succeeded",
            },
            associations=[link(made, 542)],
        ),
    )
    found = shown(client, made, "hs_invoice_status", "hs_amount_paid", "hs_balance_due")
    assert (found["hs_invoice_status"], found["hs_amount_paid"], found["hs_balance_due"]) == ("paid", "200.00", "0.00")
    client.crm.objects.basic_api.archive("commerce_payments", payment.id)
    assert shown(client, made, "hs_invoice_status")["hs_invoice_status"] == "open"


def test_unpaid_invoice_is_voided_and_keeps_its_lines(client):
    made = invoice(client, contact(client, "void@example.com"), line(client, price="10", quantity="1"))
    set_status(client, made, "open")
    set_status(client, made, "voided")
    found = client.crm.commerce.invoices.basic_api.get_by_id(
        made, properties=["hs_balance_due", "hs_amount_billed"], associations=["line_items"]
    )
    assert (found.properties["hs_balance_due"], found.properties["hs_amount_billed"]) == ("0.00", "10.00")
    assert len(found.associations["line items"].results) == 1


def test_associations_v4_associate_list_and_end(client):
    one, other = contact(client, "linked@example.com"), company(client, "Nova Ltd")
    api = client.crm.associations.v4
    both = api.basic_api.create_default("contacts", one, "companies", other)
    assert [spec.association_spec.association_type_id for spec in both.results] == [279, 280]
    listed = api.basic_api.get_page("contacts", one, "companies").results
    assert [(row.to_object_id, {kind.type_id for kind in row.association_types}) for row in listed] == [
        (other, {1, 279})
    ]
    api.basic_api.create("companies", other, "contacts", one, [v4.AssociationSpec("HUBSPOT_DEFINED", 930)])
    found = client.crm.contacts.basic_api.get_by_id(one, properties=["associatedcompanyid"], associations=["companies"])
    assert found.properties["associatedcompanyid"] == other
    assert "contact_to_company" in {row.type for row in found.associations["companies"].results}
    api.basic_api.archive("contacts", one, "companies", other)
    assert api.basic_api.get_page("contacts", one, "companies").results == []


def test_association_batch_read_says_of_each_lonely_contact_that_it_has_none(client):
    one, lonely = contact(client, "batch1@example.com"), contact(client, "batch2@example.com")
    other = company(client, "Batch Ltd")
    api = client.crm.associations.v4.batch_api
    api.create_default(
        "contacts",
        "companies",
        v4.BatchInputPublicDefaultAssociationMultiPost(
            [v4.PublicDefaultAssociationMultiPost(_from=v4.PublicObjectId(one), to=v4.PublicObjectId(other))]
        ),
    )
    read = api.get_page(
        "contacts",
        "companies",
        v4.BatchInputPublicFetchAssociationsBatchRequest(
            [v4.PublicFetchAssociationsBatchRequest(id=one), v4.PublicFetchAssociationsBatchRequest(id=lonely)]
        ),
    )
    assert [row.to[0].to_object_id for row in read.results] == [other]
    assert read.errors[0].sub_category == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_search_pages_with_a_filter_and_a_sort(client):
    for number in range(25):
        contact(client, f"search{number:02}@example.com", lastname="Searched", firstname=f"{number:02}")
    request = {
        "filterGroups": [{"filters": [{"propertyName": "lastname", "operator": "EQ", "value": "searched"}]}],
        "sorts": [{"propertyName": "firstname", "direction": "DESCENDING"}],
        "properties": ["firstname"],
        "limit": 10,
    }
    found, after = [], None
    while True:
        page = client.crm.contacts.search_api.do_search(
            contacts.PublicObjectSearchRequest(
                filter_groups=request["filterGroups"],
                sorts=request["sorts"],
                properties=request["properties"],
                limit=10,
                after=after,
            )
        )
        assert page.total == 25
        found += [one.properties["firstname"] for one in page.results]
        if page.paging is None:
            break
        after = page.paging.next.after
    assert found == [f"{number:02}" for number in range(24, -1, -1)]


def test_batch_create_with_trace_ids_reports_only_the_bad_one(client):
    answer = client.crm.contacts.batch_api.create(
        {
            "inputs": [
                {"properties": {"email": "good@example.com"}, "associations": [], "objectWriteTraceId": "a"},
                {"properties": {"email": "no email"}, "associations": [], "objectWriteTraceId": "b"},
            ]
        }
    )
    assert [one.properties["email"] for one in answer.results] == ["good@example.com"]
    assert answer.num_errors == 1
    assert answer.errors[0].context["objectWriteTraceId"] == ["b"]


def test_batch_read_names_the_ids_it_misses(client):
    one = contact(client, "there@example.com")
    answer = client.crm.contacts.batch_api.read(
        contacts.BatchReadInputSimplePublicObjectId(
            properties=["email"], properties_with_history=[], inputs=[{"id": one}, {"id": "999999"}]
        )
    )
    assert [row.id for row in answer.results] == [one]
    assert answer.errors[0].context["ids"] == ["999999"]


def test_custom_unique_property_identifies_an_object(client):
    client.crm.properties.groups_api.create("invoices", properties.PropertyGroupCreate(name="ours", label="Ours"))
    client.crm.properties.core_api.create(
        "invoices",
        properties.PropertyCreate(
            name="our_key",
            label="Our key",
            type="string",
            field_type="text",
            group_name="ours",
            has_unique_value=True,
        ),
    )
    with pytest.raises(properties.ApiException) as refused:
        client.crm.properties.groups_api.create("invoices", properties.PropertyGroupCreate(name="ours", label="Ours"))
    assert refused.value.status == 409
    wanted = invoices.SimplePublicObjectInputForCreate(
        properties={"hs_currency": "USD", "our_key": "k-1"}, associations=[]
    )
    made = client.crm.commerce.invoices.basic_api.create(wanted).id
    found = client.crm.commerce.invoices.basic_api.get_by_id("k-1", id_property="our_key", properties=["our_key"])
    assert found.id == made
    assert "our_key" in {one.name for one in client.crm.properties.core_api.get_all("invoice").results}


def test_merged_contacts_become_a_third_that_answers_for_both(client):
    first, second = (
        contact(client, "m1@example.com", firstname="Ana"),
        contact(client, "m2@example.com", lastname="Ruiz"),
    )
    merged = client.crm.contacts.basic_api.merge(
        contacts.PublicMergeInput(primary_object_id=first, object_id_to_merge=second)
    )
    assert merged.id not in (first, second)
    for old in (first, second, merged.id):
        found = client.crm.contacts.basic_api.get_by_id(
            old, properties=["email", "firstname", "lastname", "hs_merged_object_ids", "hs_additional_emails"]
        )
        assert found.id == merged.id
    assert found.properties["hs_merged_object_ids"] == f"{first};{second}"
    assert (found.properties["firstname"], found.properties["lastname"]) == ("Ana", "Ruiz")
    assert found.properties["hs_additional_emails"] == "m2@example.com"


def test_owners_and_account_are_there_from_the_start(client):
    assert client.crm.owners.get_all()[0].email == "owner@example.com"


def test_refresh_token_gives_a_new_access_token(served, client):
    signed_in = served.app.sign_in(served.base_url)
    given = client.oauth.tokens_api.create(
        grant_type="refresh_token",
        refresh_token=signed_in["refresh_token"],
        client_id=signed_in["client_id"],
        client_secret=signed_in["client_secret"],
    )
    assert given.refresh_token == signed_in["refresh_token"]
    other = hubspot.Client.create(access_token=given.access_token, host=served.base_url)
    assert isinstance(other.crm.owners.get_all(), list)


def test_client_that_forgot_its_token_is_told_so(served):
    stranger = hubspot.Client.create(access_token="nobody", host=served.base_url)
    with pytest.raises(owners.ApiException) as refused:
        stranger.crm.owners.owners_api.get_page()
    assert refused.value.status == 401
    assert "INVALID_AUTHENTICATION" in refused.value.body
