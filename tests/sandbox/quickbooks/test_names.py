"""Names: unique over three lists, freed by inactivation, restored by reactivation."""

import pytest

from .conftest import line


def set_active(books, name, identity, *, active):
    token = books.read(name, identity)["SyncToken"]
    return books.save(name, {"Id": identity, "SyncToken": token, "sparse": True, "Active": active})


@pytest.mark.parametrize("holder", ["Customer", "Vendor", "Employee"])
def test_a_name_is_taken_over_all_three_lists(books, holder):
    body = {"DisplayName": "Nova Ltd", "GivenName": "Nova"}
    held = books.save(holder, body)["Id"]
    refused = books.refused("Customer", {"DisplayName": "  nova LTD "})
    assert refused == {
        "Message": "Duplicate Name Exists Error",
        "Detail": f"The name supplied already exists. : Id={held}",
        "code": "6240",
        "element": "",
    }


def test_a_name_is_made_of_its_parts(books):
    made = books.save("Customer", {"GivenName": "Ana", "FamilyName": "Ruiz", "Title": "Dr"})
    assert (made["DisplayName"], made["PrintOnCheckName"]) == ("Dr Ana Ruiz", "Dr Ana Ruiz")
    assert books.refused("Customer", {"CompanyName": "Nova"})["code"] == "6080"


@pytest.mark.parametrize("name", ["Nova: North", "Nova\tNorth", "Nova\nNorth"])
def test_forbidden_characters_are_refused(books, name):
    assert books.refused("Customer", {"DisplayName": name})["code"] == "2040"
    assert books.refused("Item", {"Name": name, "IncomeAccountRef": {"value": "1"}})["code"] == "2040"


def test_emoji_and_right_to_left_names_are_kept(books):
    for name in ("Café 🦊", "شركة نوفا"):
        assert books.save("Customer", {"DisplayName": name})["DisplayName"] == name


def test_an_inactive_holder_is_renamed_and_its_name_is_free(books):
    first = books.customer("Nova Ltd")
    gone = set_active(books, "Customer", first, active=False)
    assert (gone["DisplayName"], gone["FullyQualifiedName"]) == ("Nova Ltd (deleted)", "Nova Ltd (deleted)")
    assert gone["PrintOnCheckName"] == "Nova Ltd"
    second = books.customer("Nova Ltd")
    assert set_active(books, "Customer", second, active=False)["DisplayName"] == "Nova Ltd (deleted 1)"
    assert set_active(books, "Customer", first, active=True)["DisplayName"] == "Nova Ltd"
    refused = books.refused("Customer", {"Id": second, "SyncToken": "1", "sparse": True, "Active": True})
    assert refused["code"] == "6240"


def test_an_inactive_holder_keeps_its_name_where_the_switch_says_so(books):
    early, late = books.customer("Early"), books.customer("Late")
    set_active(books, "Customer", early, active=False)
    books.sandbox.patch_company({"inactive_names_taken": True})
    set_active(books, "Customer", late, active=False)
    for name, identity in (("Early", early), ("Late", late)):
        assert books.read("Customer", identity)["DisplayName"] == name
        assert books.query(f"SELECT * FROM Customer WHERE DisplayName = '{name}' AND Active = false")["maxResults"] == 1
        assert books.refused("Customer", {"DisplayName": name})["Detail"].endswith(f"Id={identity}")
    assert books.read("Customer", early)["SyncToken"] == "1"
    assert set_active(books, "Customer", late, active=True)["DisplayName"] == "Late"
    books.sandbox.patch_company({"inactive_names_taken": False})
    assert books.read("Customer", early)["DisplayName"] == "Early (deleted)"
    assert books.customer("Early")


def test_an_inactive_object_can_still_be_changed(books):
    identity = books.item("Design")
    set_active(books, "Item", identity, active=False)
    changed = books.save("Item", {"Id": identity, "SyncToken": "1", "sparse": True, "Sku": "D-1"})
    assert (changed["Name"], changed["Sku"], changed["Active"]) == ("Design (deleted)", "D-1", False)
    assert set_active(books, "Item", identity, active=True)["Name"] == "Design"


def test_item_names_are_unique_and_article_codes_keep_their_case(books):
    books.item("85049G", Sku="85049G")
    assert books.refused("Item", {"Name": "85049g", "IncomeAccountRef": {"value": "1"}})["code"] == "6240"
    assert books.item("85049g candle", Sku="85049g")


def test_account_names_are_unique_below_one_parent(books):
    parent = books.save("Account", {"Name": "Clearing", "AccountType": "Bank"})
    assert (parent["Classification"], parent["FullyQualifiedName"]) == ("Asset", "Clearing")
    body = {"Name": "Cards", "AccountType": "Bank"}
    child = books.save("Account", body | {"ParentRef": {"value": parent["Id"]}})
    assert (child["FullyQualifiedName"], child["SubAccount"]) == ("Clearing:Cards", True)
    assert books.save("Account", body)["FullyQualifiedName"] == "Cards"
    assert books.refused("Account", body)["code"] == "6240"


def test_a_renamed_customer_shows_on_its_documents(books):
    customer = books.customer("Nova Ltd")
    invoice = books.invoice(customer, line(books.item(), 5))
    books.save("Customer", {"Id": customer, "SyncToken": "0", "sparse": True, "DisplayName": "Nova plc"})
    stored = books.read("Invoice", invoice["Id"])
    assert (stored["CustomerRef"]["name"], stored["SyncToken"]) == ("Nova plc", "0")


def test_classes_and_departments_are_used_on_documents(books):
    section = books.save("Class", {"Name": "North"})
    below = books.save("Class", {"Name": "Leeds", "ParentRef": {"value": section["Id"]}})
    place = books.save("Department", {"Name": "Shop"})
    sold = line(books.item(), 5, ClassRef={"value": below["Id"]})
    invoice = books.invoice(books.customer(), sold, DepartmentRef={"value": place["Id"]})
    assert invoice["Line"][0]["SalesItemLineDetail"]["ClassRef"]["name"] == "North:Leeds"
    assert invoice["DepartmentRef"]["name"] == "Shop"


def test_secrets_are_masked(books):
    made = books.save("Customer", {"DisplayName": "A", "PrimaryTaxIdentifier": "123456789"})
    assert made["PrimaryTaxIdentifier"] == "XXXXXX56789"
    assert books.save("Vendor", {"DisplayName": "B", "TaxIdentifier": "123456789"})["TaxIdentifier"] == "XXXXXX6789"
    assert books.save("Employee", {"GivenName": "C", "SSN": "123-45-6789"})["SSN"] == "XXX-XX-XXXX"
