"""Whatever a client sends is answered in HubSpot's envelope: each place of each good body is replaced by odd things."""

import copy

import msgspec
import pytest

ODD = (None, True, 5, -1, 10**40, 1.5, "", "x", "1001", "😀\u202e\x00", "1" * 99, [], [1], [[]], {}, {"a": 1}, [{}])
LINK = {"to": {"id": "1001"}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 177}]}
SPEC = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
PAIR = {"from": {"id": "1001"}, "to": {"id": "1001"}, "types": [SPEC]}
GOOD = [
    (
        "PATCH",
        "objects/commerce_payments/1001",
        {
            "properties": {
                "hs_initial_amount": 1,
                "hs_initiated_date": 1,
                "hs_refunds_amount": 1,
                "hs_currency_code": "USD",
            }
        },
    ),
    (
        "PATCH",
        "objects/line_items/1001",
        {"properties": {"price": 1, "quantity": 1, "hs_discount_percentage": 1, "hs_line_item_currency_code": "USD"}},
    ),
    ("PATCH", "objects/fees/1001", {"properties": {"hs_type": "FIXED", "hs_value": 1, "hs_sort_order": 1}}),
    ("POST", "objects/invoices", {"properties": {"hs_currency": "USD", "hs_due_date": 1}, "associations": [LINK]}),
    ("POST", "objects/line_items", {"properties": {"price": 1, "quantity": 1, "discount": 0, "hs_product_id": "1001"}}),
    ("POST", "objects/contacts", {"properties": {"email": "new@example.com", "lifecyclestage": "lead"}}),
    ("PATCH", "objects/invoices/1001", {"properties": {"hs_invoice_status": "open", "hs_amount_billed": "1"}}),
    ("PATCH", "objects/contacts/1001", {"properties": {"email": "ana@example.com"}}),
    (
        "POST",
        "objects/commerce_payments",
        {"properties": {"hs_initial_amount": 1, "hs_initiated_date": "2026-03-10", "hs_refunds_amount": 0}},
    ),
    (
        "POST",
        "objects/taxes",
        {"properties": {"hs_label": "x", "hs_type": "PERCENT", "hs_value": 1, "hs_sort_order": 1}},
    ),
    ("POST", "objects/contacts/merge", {"primaryObjectId": "1001", "objectIdToMerge": "1002"}),
    (
        "POST",
        "objects/contacts/batch/read",
        {"inputs": [{"id": "1001"}], "properties": ["email"], "idProperty": None, "propertiesWithHistory": ["email"]},
    ),
    ("POST", "objects/contacts/batch/create", {"inputs": [{"properties": {"phone": "1"}, "objectWriteTraceId": "1"}]}),
    ("POST", "objects/contacts/batch/update", {"inputs": [{"id": "1001", "properties": {"phone": "1"}}]}),
    (
        "POST",
        "objects/contacts/batch/upsert",
        {"inputs": [{"id": "up@example.com", "idProperty": "email", "properties": {"phone": "1"}}]},
    ),
    ("POST", "objects/products/batch/archive", {"inputs": [{"id": "1001"}]}),
    (
        "POST",
        "objects/contacts/search",
        {
            "filterGroups": [
                {
                    "filters": [
                        {"propertyName": "lastmodifieddate", "operator": "BETWEEN", "value": "1", "highValue": "2"},
                        {"propertyName": "email", "operator": "IN", "values": ["x"]},
                        {"propertyName": "associations.company", "operator": "EQ", "value": "1"},
                        {"propertyName": "email", "operator": "CONTAINS_TOKEN", "value": "x*"},
                    ]
                }
            ],
            "sorts": [{"propertyName": "email", "direction": "ASCENDING"}],
            "query": "x",
            "properties": ["email"],
            "limit": 10,
            "after": "0",
        },
    ),
    ("POST", "objects/contacts/search", {"filters": [{"propertyName": "hs_object_id", "operator": "GT", "value": 1}]}),
    (
        "POST",
        "properties/contacts",
        {
            "name": "ours",
            "label": "Ours",
            "type": "enumeration",
            "fieldType": "select",
            "groupName": "contactinformation",
            "options": [{"label": "A", "value": "a"}],
            "hasUniqueValue": False,
        },
    ),
    (
        "PATCH",
        "properties/contacts/mine",
        {"label": "Mine", "groupName": "contactinformation", "hasUniqueValue": False},
    ),
    ("POST", "properties/contacts/groups", {"name": "g", "label": "G"}),
    ("POST", "properties/contacts/batch/read", {"inputs": [{"name": "email"}]}),
    ("PUT", "objects/contacts/1001/associations/companies/1001", [SPEC]),
    ("POST", "associations/contacts/companies/batch/read", {"inputs": [{"id": "1001", "after": "0"}]}),
    ("POST", "associations/contacts/companies/batch/create", {"inputs": [PAIR]}),
    ("POST", "associations/contacts/companies/batch/archive", {"inputs": [{"from": {"id": "1"}, "to": [{"id": "1"}]}]}),
    ("POST", "associations/contacts/companies/batch/labels/archive", {"inputs": [PAIR]}),
    ("POST", "associations/contacts/companies/batch/associate/default", {"inputs": [PAIR]}),
    ("POST", "associations/contacts/companies/labels", {"label": "L", "name": "l", "inverseLabel": "M"}),
]


def places(value, path=()):
    """Yield the path of every place in a JSON value."""
    yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from places(inner, (*path, step))


def replaced(value, path, odd):
    if not path:
        return odd
    made = copy.deepcopy(value)
    at = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = odd
    return made


@pytest.mark.parametrize(("method", "path", "good"), GOOD, ids=lambda value: value if isinstance(value, str) else "")
def test_odd_bodies_are_answered_not_fatal(us, method, path, good):
    us.make("companies", {"name": "Nova Ltd"})
    us.make("products", {"name": "Work"})
    for invoice in (us.open_invoice({"price": 1}), us.open_invoice({"price": 2}, email="cleo@example.com")):
        us.make("fees", {"hs_label": "x", "hs_type": "FIXED", "hs_value": "1"}, (invoice, 414))
    us.pay(invoice, "3")
    version = "v4" if "associations" in path else "v3"
    wanted = {"name": "mine", "label": "x", "type": "string", "fieldType": "text", "groupName": "contactinformation"}
    us.ok("POST", "/crm/v3/properties/contacts", wanted)
    for place in places(good):
        for odd in ODD:
            body = replaced(good, place, odd)
            status, answer = us.call(method, f"/crm/{version}/{path}", msgspec.json.encode(body))
            assert 200 <= status < 500, (body, answer)
            if status >= 400:
                assert answer["status"] == "error", body
                assert answer["message"], body


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nonsense", b"\xff\xfe", b"[]", b"null", b'{"properties": {"price": 1e999999999}}']
)
def test_bytes_that_are_no_json_object_are_refused(us, body):
    us.refused("POST", "/crm/v3/objects/line_items", body)


@pytest.mark.parametrize("query", ["limit=x", "limit=101", "limit=-1", "after=x", "associations=ghosts"])
def test_odd_query_is_refused(us, query):
    us.make("contacts", {"email": "ana@example.com"})
    us.refused("GET", f"/crm/v3/objects/contacts?{query}")


@pytest.mark.parametrize("text", ["😀 Grüße", "\u202eevil\u202c", "a\tb\nc", "x" * 65_536])
def test_odd_text_is_kept_as_it_came(us, text):
    made = us.make("companies", {"name": text})
    assert us.read("companies", made, "name")["name"] == text
