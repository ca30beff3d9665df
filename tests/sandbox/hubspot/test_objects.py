"""Objects, one by one and in batches, and what HubSpot says when it refuses."""

import pytest


def codes(answer):
    return [(row["code"], row["context"]["propertyName"]) for row in answer["errors"]]


def test_create_answers_201_with_all_that_was_set(us):
    status, answer = us.call("POST", "/crm/v3/objects/contacts", {"properties": {"email": "ana@example.com"}})
    assert status == 201
    assert answer["properties"]["email"] == "ana@example.com"
    assert answer["archived"] is False
    assert list(answer["properties"]) == sorted(answer["properties"])


def test_update_answers_only_what_changed_and_the_dates(us):
    made = us.make("contacts", {"email": "ana@example.com", "firstname": "Ana"})
    answer = us.ok("PATCH", f"/crm/v3/objects/contacts/{made}", {"properties": {"firstname": "Anna"}})
    assert set(answer["properties"]) == {"firstname", "createdate", "hs_object_id", "lastmodifieddate"}


def test_read_without_wishes_answers_the_defaults(us):
    made = us.make("contacts", {"email": "ana@example.com"})
    answer = us.ok("GET", f"/crm/v3/objects/contacts/{made}")
    assert set(answer["properties"]) == {
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    }
    assert answer["properties"]["firstname"] is None


def test_unknown_properties_are_left_out_and_empty_ones_are_null(us):
    made = us.make("contacts", {"email": "ana@example.com"})
    found = us.read("contacts", made, "phone", "shoe_size")
    assert found["phone"] is None
    assert "shoe_size" not in found


def test_modified_date_moves_with_every_write_though_the_clock_stands(us):
    made = us.make("contacts", {"email": "ana@example.com"})
    url = f"/crm/v3/objects/contacts/{made}"
    seen = [us.ok("GET", url)["updatedAt"]]
    seen += [us.ok("PATCH", url, {"properties": {"phone": phone}})["updatedAt"] for phone in ("1", "2", "2")]
    assert len(set(seen)) == 4
    assert seen[0] == "2026-03-10T09:00:00Z"
    assert seen[1] == "2026-03-10T09:00:00.001Z"


def test_history_lists_values_newest_first_with_their_source(us):
    made = us.make("contacts", {"email": "ana@example.com", "phone": "1"})
    seller = us.sandbox.token("seller")
    us.ok("PATCH", f"/crm/v3/objects/contacts/{made}", {"properties": {"phone": "2"}}, token=seller)
    us.ok("PATCH", f"/crm/v3/objects/contacts/{made}", {"properties": {"phone": ""}})
    found = us.ok("GET", f"/crm/v3/objects/contacts/{made}?propertiesWithHistory=phone")
    rows = found["propertiesWithHistory"]["phone"]
    assert [(row["value"], row["sourceType"]) for row in rows] == [
        ("", "INTEGRATION"),
        ("2", "CRM_UI"),
        ("1", "INTEGRATION"),
    ]
    assert rows[1]["sourceId"] == "userId:seller"
    assert found["properties"]["phone"] is None


def test_stale_read_answers_the_version_before_the_last_write(us):
    made = us.make("contacts", {"email": "ana@example.com", "phone": "1"})
    us.ok("PATCH", f"/crm/v3/objects/contacts/{made}", {"properties": {"phone": "2"}})
    assert us.read("contacts", made, "phone", stale=True)["phone"] == "1"
    body = {"inputs": [{"id": made}], "properties": ["phone"]}
    answer = us.ok("POST", "/crm/v3/objects/contacts/batch/read", body, stale=True)
    assert answer["results"][0]["properties"]["phone"] == "1"
    assert us.read("contacts", made, "phone")["phone"] == "2"


def test_numbers_and_booleans_are_kept_as_text(us):
    made = us.make("line_items", {"name": "Work", "price": 10.10, "quantity": 3})
    assert (
        us.read("line_items", made, "price", "quantity", "amount").items()
        >= {"quantity": "3", "amount": "30.30"}.items()
    )


def test_dates_are_taken_as_days_or_milliseconds(us):
    line = us.make("line_items", {"name": "Work", "hs_recurring_billing_start_date": "1773100800000"})
    assert (
        us.read("line_items", line, "hs_recurring_billing_start_date")["hs_recurring_billing_start_date"]
        == "2026-03-10"
    )
    made = us.make("invoices", {"hs_currency": "USD", "hs_due_date": 1773100800000})
    assert us.read("invoices", made, "hs_due_date")["hs_due_date"] == "2026-03-10T00:00:00Z"


@pytest.mark.parametrize(
    ("kind", "name", "value", "code"),
    [
        ("contacts", "shoe_size", "44", "PROPERTY_DOESNT_EXIST"),
        ("contacts", "email", "not an address", "INVALID_EMAIL"),
        ("contacts", "lifecyclestage", "friend", "INVALID_OPTION"),
        ("contacts", "associatedcompanyid", "1", "READ_ONLY_VALUE"),
        ("contacts", "firstname", "x" * 65_537, "VALUE_TOO_LONG"),
        ("line_items", "amount", "1", "READ_ONLY_VALUE"),
        ("line_items", "price", "1.2.3", "INVALID_INTEGER"),
        ("line_items", "price", "NaN", "INVALID_INTEGER"),
        ("line_items", "price", "-1", "INVALID_PRICE"),
        ("line_items", "hs_recurring_billing_start_date", "yesterday", "INVALID_LONG"),
        ("line_items", "hs_recurring_billing_start_date", "2026-03-10T09:00:00Z", "INVALID_LONG"),
        ("line_items", "hs_tax_rate_group_id", "7", "INVALID_OPTION"),
    ],
)
def test_bad_value_is_named_with_its_code(us, kind, name, value, code):
    answer = us.refused("POST", f"/crm/v3/objects/{kind}", {"properties": {name: value}})
    assert answer["category"] == "VALIDATION_ERROR"
    assert answer["message"].startswith('Property values were not valid: [{"isValid":false,')
    assert codes(answer) == [(code, [name])]


def test_create_without_what_it_needs_names_it(us):
    answer = us.refused("POST", "/crm/v3/objects/commerce_payments", {"properties": {}})
    assert "required properties were missing: [hs_initial_amount, hs_initiated_date]" in answer["message"]


def test_unknown_ids_and_types_have_their_own_words(us):
    assert us.refused("GET", "/crm/v3/objects/contacts/77", status=404)["message"] == "resource not found"
    answer = us.refused("GET", "/crm/v3/objects/contacts/ana", status=404)
    assert answer["message"] == "Object not found.  objectId are usually numeric."
    assert us.refused("GET", "/crm/v3/objects/ghosts/1")["message"] == "Unable to infer object type from: ghosts"


def test_malformed_body_is_located(us):
    answer = us.refused("POST", "/crm/v3/objects/contacts", b'{"properties":\n {')
    assert answer["message"].startswith("Invalid input JSON on line 2, column ")
    assert "category" not in answer


def test_value_of_another_object_is_refused_and_its_holder_named_second(us):
    first, second = (us.make("contacts", {"email": f"{name}@example.com"}) for name in ("ana", "ben"))
    answer = us.refused("PATCH", f"/crm/v3/objects/contacts/{second}", {"properties": {"email": "Ana@example.com"}})
    assert answer["message"] == (
        "Cannot set PropertyValueCoordinates{portalId=4700001, objectTypeId=ObjectTypeId{legacyObjectType=CONTACT}, "
        f"propertyName=email, value=ana@example.com}} on {second}. {first} already has that value."
    )


def test_archived_object_leaves_lists_frees_its_email_and_stays_readable_as_archived(us):
    made = us.make("contacts", {"email": "ana@example.com"})
    us.ok("DELETE", f"/crm/v3/objects/contacts/{made}")
    assert us.call("DELETE", f"/crm/v3/objects/contacts/{made}")[0] == 204
    assert us.ok("GET", "/crm/v3/objects/contacts")["results"] == []
    assert us.ok("GET", "/crm/v3/objects/contacts?archived=true")["results"][0]["archivedAt"]
    us.make("contacts", {"email": "ana@example.com"})


def test_list_pages_by_id_and_carries_associations(us):
    company = us.make("companies", {"name": "Nova Ltd"})
    ids = [us.make("contacts", {"firstname": str(number)}, (company, 279)) for number in range(5)]
    seen, url = [], "/crm/v3/objects/contacts?limit=2&associations=companies"
    while url:
        page = us.ok("GET", url)
        seen += [one["id"] for one in page["results"]]
        assert all(
            [row["type"] for row in one["associations"]["companies"]["results"]]
            == ["contact_to_company_unlabeled", "contact_to_company"]
            for one in page["results"]
        )
        url = page["paging"]["next"]["link"].removeprefix("https://api.hubapi.com") if "paging" in page else None
    assert seen == ids


class TestBatches:
    def test_one_bad_create_without_trace_ids_fails_all(self, us):
        inputs = [{"properties": {"email": "ana@example.com"}}, {"properties": {"email": "bad"}}]
        us.refused("POST", "/crm/v3/objects/contacts/batch/create", {"inputs": inputs})
        assert us.ok("GET", "/crm/v3/objects/contacts")["results"] == []

    def test_one_bad_create_with_trace_ids_fails_alone(self, us):
        us.make("contacts", {"email": "taken@example.com"})
        emails = ("ana@example.com", "taken@example.com", "ben@example.com")
        inputs = [{"properties": {"email": email}, "objectWriteTraceId": email} for email in emails]
        status, answer = us.call("POST", "/crm/v3/objects/contacts/batch/create", {"inputs": inputs})
        assert status == 207
        assert [one["objectWriteTraceId"] for one in answer["results"]] == ["ana@example.com", "ben@example.com"]
        assert answer["numErrors"] == 1
        assert answer["errors"][0]["category"] == "CONFLICT"
        assert answer["errors"][0]["context"]["objectWriteTraceId"] == ["taken@example.com"]

    def test_the_same_unique_value_twice_in_a_batch_is_refused(self, us):
        inputs = [{"properties": {"email": "ana@example.com"}}] * 2
        answer = us.refused("POST", "/crm/v3/objects/contacts/batch/create", {"inputs": inputs})
        assert codes(answer) == [("CONFLICTING_UNIQUE_VALUE", ["email"])]

    def test_missing_ids_do_not_fail_a_read_or_an_update(self, us):
        made = us.make("contacts", {"email": "ana@example.com"})
        for operation in ("read", "update"):
            inputs = [{"id": made, "properties": {"phone": "1"}}, {"id": "99", "properties": {}}]
            status, answer = us.call("POST", f"/crm/v3/objects/contacts/batch/{operation}", {"inputs": inputs})
            assert status == 207
            assert [one["id"] for one in answer["results"]] == [made]
            assert answer["errors"][0]["message"] == (
                "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid."
            )
            assert answer["errors"][0]["context"] == {"ids": ["99"]}

    def test_upsert_by_a_unique_property_says_what_is_new(self, us):
        us.ok("POST", "/crm/v3/properties/companies", unique("our_key", "companyinformation"))
        us.make("companies", {"name": "Nova Ltd", "our_key": "1"})
        inputs = [{"id": str(key), "idProperty": "our_key", "properties": {"name": f"No {key}"}} for key in (1, 2)]
        answer = us.ok("POST", "/crm/v3/objects/companies/batch/upsert", {"inputs": inputs})
        assert [(one["properties"]["name"], one["new"]) for one in answer["results"]] == [
            ("No 1", False),
            ("No 2", True),
        ]

    def test_merged_away_id_in_a_batch_update_answers_nothing_at_all(self, us):
        first, second = (us.make("contacts", {"email": f"{name}@example.com"}) for name in ("ana", "ben"))
        us.ok("POST", "/crm/v3/objects/contacts/merge", {"primaryObjectId": first, "objectIdToMerge": second})
        body = {"inputs": [{"id": first, "properties": {"phone": "1"}}]}
        answer = us.ok("POST", "/crm/v3/objects/contacts/batch/update", body)
        assert answer["results"] == []
        assert "errors" not in answer

    def test_batches_have_a_size(self, us):
        inputs = [{"properties": {"firstname": str(number)}} for number in range(101)]
        us.refused("POST", "/crm/v3/objects/contacts/batch/create", {"inputs": inputs})
        us.refused("POST", "/crm/v3/objects/contacts/batch/create", {"inputs": []})


def unique(name, group):
    return {
        "name": name,
        "label": name,
        "type": "string",
        "fieldType": "text",
        "groupName": group,
        "hasUniqueValue": True,
    }


class TestProperties:
    def test_unique_property_finds_and_refuses(self, us):
        us.ok("POST", "/crm/v3/properties/invoices", unique("our_key", "invoiceinformation"))
        made = us.make("invoices", {"hs_currency": "USD", "our_key": "k1"})
        body = {"idProperty": "our_key", "inputs": [{"id": "k1"}, {"id": "k2"}], "properties": ["our_key"]}
        status, answer = us.call("POST", "/crm/v3/objects/invoices/batch/read", body)
        assert (status, [one["id"] for one in answer["results"]]) == (207, [made])
        again = us.refused("POST", "/crm/v3/objects/invoices", {"properties": {"hs_currency": "USD", "our_key": "k1"}})
        assert codes(again) == [("CONFLICTING_UNIQUE_VALUE", ["our_key"])]

    def test_existing_property_and_group_are_409(self, us):
        wanted = unique("our_key", "invoiceinformation")
        us.ok("POST", "/crm/v3/properties/invoices", wanted)
        assert us.refused("POST", "/crm/v3/properties/invoices", wanted, 409)["category"] == "CONFLICT"
        group = {"name": "ours", "label": "Ours"}
        us.ok("POST", "/crm/v3/properties/invoices/groups", group)
        us.refused("POST", "/crm/v3/properties/invoices/groups", group, 409)

    def test_at_most_ten_properties_are_unique(self, us):
        for number in range(10):
            us.ok("POST", "/crm/v3/properties/contacts", unique(f"key_{number}", "contactinformation"))
        us.refused("POST", "/crm/v3/properties/contacts", unique("key_10", "contactinformation"))

    def test_definition_must_fit_its_type_and_group(self, us):
        wanted = unique("our_key", "invoiceinformation")
        us.refused("POST", "/crm/v3/properties/invoices", {**wanted, "fieldType": "date"})
        us.refused("POST", "/crm/v3/properties/invoices", {**wanted, "groupName": "ghosts"})
        us.refused("POST", "/crm/v3/properties/invoices", {**wanted, "name": "Our key"})

    def test_custom_property_can_go_and_come_back(self, us):
        us.ok("POST", "/crm/v3/properties/invoices", unique("our_key", "invoiceinformation"))
        us.ok("PATCH", "/crm/v3/properties/invoices/our_key", {"label": "Key"})
        assert us.ok("GET", "/crm/v3/properties/invoices/our_key")["label"] == "Key"
        us.ok("DELETE", "/crm/v3/properties/invoices/our_key")
        us.refused("GET", "/crm/v3/properties/invoices/our_key", status=404)
        us.refused("DELETE", "/crm/v3/properties/invoices/hs_number")


class TestMerge:
    def test_old_ids_lead_to_a_third_object_that_keeps_all_associations(self, us):
        company = us.make("companies", {"name": "Nova Ltd"})
        first = us.make("contacts", {"email": "ana@example.com"})
        second = us.make("contacts", {"email": "ben@example.com", "phone": "2"}, (company, 279))
        invoice = us.make("invoices", {"hs_currency": "USD"}, (second, 177))
        merged = us.ok("POST", "/crm/v3/objects/contacts/merge", {"primaryObjectId": first, "objectIdToMerge": second})
        assert merged["id"] not in (first, second)
        assert (
            us.read("contacts", second, "phone", "associatedcompanyid", "email").items()
            >= {
                "phone": "2",
                "associatedcompanyid": company,
                "email": "ana@example.com",
            }.items()
        )
        shown = us.read("invoices", invoice, "hs_invoice_latest_contact_email")
        assert shown["hs_invoice_latest_contact_email"] == "ana@example.com"

    def test_email_of_the_other_still_identifies_and_is_still_taken(self, us):
        first, second = (us.make("contacts", {"email": f"{name}@example.com"}) for name in ("ana", "ben"))
        merged = us.ok("POST", "/crm/v3/objects/contacts/merge", {"primaryObjectId": first, "objectIdToMerge": second})
        found = us.ok("GET", "/crm/v3/objects/contacts/ben@example.com?idProperty=email")
        assert found["id"] == merged["id"]
        us.refused("POST", "/crm/v3/objects/contacts", {"properties": {"email": "ben@example.com"}}, 409)

    def test_nothing_but_contacts_and_companies_merges(self, us):
        first, second = (us.make("products", {"name": name}) for name in "ab")
        us.refused("POST", "/crm/v3/objects/products/merge", {"primaryObjectId": first, "objectIdToMerge": second})
