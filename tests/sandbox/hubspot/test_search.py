"""Search: operators, windows, pages, limits, and an index that lags behind."""

import pytest

URL = "/crm/v3/objects/contacts/search"


def where(*filters):
    return {"filterGroups": [{"filters": list(filters)}]}


def check(name, operator, value=None, **more):
    return {"propertyName": name, "operator": operator, **({} if value is None else {"value": value}), **more}


def names(us, body):
    found = us.ok("POST", URL, {"properties": ["firstname"], **body})
    return [one["properties"]["firstname"] for one in found["results"]]


@pytest.fixture
def people(us):
    """Four contacts, a second apart, all of them visible."""
    for name, city, days in (
        ("Ana", "Leeds", "3"),
        ("Ben", "York", "10"),
        ("Cleo", "York Town", "200"),
        ("Dan", "", ""),
    ):
        us.make("contacts", {"firstname": name, "email": f"{name}@example.com", "city": city, "fax": days})
        us.clock.advance(1)
    us.clock.advance(10)
    return us


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (check("city", "EQ", "york"), ["Ben"]),
        (check("city", "NEQ", "york"), ["Ana", "Cleo"]),
        (check("city", "HAS_PROPERTY"), ["Ana", "Ben", "Cleo"]),
        (check("city", "NOT_HAS_PROPERTY"), ["Dan"]),
        (check("city", "IN", values=["york", "leeds"]), ["Ana", "Ben"]),
        (check("city", "NOT_IN", values=["york"]), ["Ana", "Cleo"]),
        (check("city", "CONTAINS_TOKEN", "yo*"), ["Ben", "Cleo"]),
        (check("city", "NOT_CONTAINS_TOKEN", "town"), ["Ana", "Ben"]),
        (check("createdate", "GT", "2026-03-10T09:00:01Z"), ["Cleo", "Dan"]),
        (check("createdate", "GTE", "2026-03-10T09:00:01Z"), ["Ben", "Cleo", "Dan"]),
        (check("createdate", "LT", "1773133201000"), ["Ana"]),
        (check("createdate", "LTE", "1773133201000"), ["Ana", "Ben"]),
        (check("lastmodifieddate", "BETWEEN", "1773133201000", highValue="1773133202000"), ["Ben", "Cleo"]),
        (check("hs_object_id", "IN", values=["1001", "1004"]), ["Ana", "Dan"]),
    ],
)
def test_operator_finds(people, given, found):
    assert names(people, where(given)) == found


def test_groups_are_or_and_filters_are_and(people):
    body = {
        "filterGroups": [
            {"filters": [check("city", "EQ", "york"), check("firstname", "EQ", "ben")]},
            {"filters": [check("firstname", "EQ", "dan")]},
        ]
    }
    assert names(people, body) == ["Ben", "Dan"]


def test_query_looks_at_names_and_email(people):
    assert names(people, {"query": "cleo@"}) == ["Cleo"]


def test_window_on_modified_and_id_goes_on_exactly_where_the_last_ended(us):
    for number in range(7):
        us.make("contacts", {"firstname": str(number)})
    us.clock.advance(1)
    us.make("contacts", {"firstname": "later"})
    us.clock.advance(10)
    seen, groups = [], []
    while True:
        body = {
            "filterGroups": groups,
            "sorts": [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}],
            "properties": ["firstname"],
            "limit": 3,
        }
        page = us.ok("POST", URL, body)["results"]
        if not page:
            break
        seen += [one["properties"]["firstname"] for one in page]
        at, last = page[-1]["properties"]["lastmodifieddate"], page[-1]["id"]
        groups = [
            {"filters": [check("lastmodifieddate", "EQ", at), check("hs_object_id", "GT", last)]},
            {"filters": [check("lastmodifieddate", "GT", at)]},
        ]
    assert seen == ["0", "1", "2", "3", "4", "5", "6", "later"]


def test_window_with_another_filter_counts_the_same(people):
    window = check("lastmodifieddate", "GTE", "2026-03-10T09:00:01Z")
    body = {**where(window, check("city", "HAS_PROPERTY")), "sorts": ["-lastmodifieddate"]}
    assert names(people, body) == ["Cleo", "Ben"]


def test_search_by_association(people):
    company = people.make("companies", {"name": "Nova Ltd"})
    people.ok("PUT", f"/crm/v4/objects/contacts/1002/associations/default/companies/{company}")
    assert names(people, where(check("associations.company", "EQ", company))) == ["Ben"]


def test_index_lags_behind_values_and_existence(us):
    made = us.make("contacts", {"firstname": "Ana"})
    us.clock.advance(1.9)
    assert names(us, {}) == []
    us.clock.advance(0.1)
    assert names(us, {}) == ["Ana"]
    us.ok("PATCH", f"/crm/v3/objects/contacts/{made}", {"properties": {"firstname": "Anna"}})
    assert names(us, where(check("firstname", "EQ", "anna"))) == []
    us.clock.advance(2)
    assert names(us, where(check("firstname", "EQ", "anna"))) == ["Anna"]
    us.ok("DELETE", f"/crm/v3/objects/contacts/{made}")
    assert names(us, {}) == ["Anna"]
    us.clock.advance(2)
    assert names(us, {}) == []


def test_lag_is_a_setting(us):
    us.sandbox.patch_company({"index_lag_seconds": 0})
    us.make("contacts", {"firstname": "Ana"})
    assert names(us, {}) == ["Ana"]


def test_merged_contacts_leave_the_index_for_their_survivor(people):
    people.ok("POST", "/crm/v3/objects/contacts/merge", {"primaryObjectId": "1001", "objectIdToMerge": "1002"})
    people.clock.advance(2)
    assert names(people, {}) == ["Cleo", "Dan", "Ana"]


def test_pages_are_offsets(people):
    first = people.ok("POST", URL, {"limit": 3})
    assert (first["total"], first["paging"]["next"]["after"]) == (4, "3")
    assert len(people.ok("POST", URL, {"limit": 3, "after": "3"})["results"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "9990", "limit": 20},
        {"sorts": ["firstname", "lastname"]},
        {"filterGroups": [{"filters": [check("firstname", "EQ", "x")]}] * 6},
        {"filterGroups": [{"filters": [check("firstname", "EQ", "x")] * 7}]},
        {"query": "x" * 3_000},
        where(check("shoe_size", "EQ", "1")),
        where(check("firstname", "SOUNDS_LIKE", "1")),
        where(check("createdate", "GT", "soon")),
    ],
)
def test_beyond_a_limit_is_refused(us, body):
    assert us.refused("POST", URL, body)["category"] == "VALIDATION_ERROR"
