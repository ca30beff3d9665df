from quickbooks.objects import Invoice, Customer
from tests.stories.conftest import amount
from tests.stories.test_article import edited, sell, another_email, taken, total_of, booked_for
import pytest


def two_lines(world):
    item = world.bookkeeper.item("Consulting")
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    invoice = world.seller.invoice(world.seller.line("2", "100.00", name="Consulting"), world.seller.line("1", "50.00", name="Consulting"), contact=ana, due=world.day(30))
    world.connect()
    world.tieout.sync()
    (booked,) = world.bookkeeper.select("Invoice")
    return invoice, booked["Id"], item

def edit(world, booked, how, item):
    doc = Invoice.get(booked, qb=world.bookkeeper.client)
    if how == "added":
        doc.Line.insert(1, world.bookkeeper.line(item, "1", "5.00"))
    elif how == "removed":
        del doc.Line[1]
    elif how == "swapped":
        doc.Line[0].Id, doc.Line[1].Id = None, None
        doc.Line[0].SalesItemLineDetail.UnitPrice = 1.0
        doc.Line[0].Amount = 2.0
    elif how == "customer":
        doc.CustomerRef.value = world.bookkeeper.customer("Another")
        doc.CustomerRef.name = None
    elif how == "number":
        doc.DocNumber = "X-1"
    elif how == "date":
        doc.TxnDate = str(world.day(-2))
    elif how == "all removed":
        doc.Line = [world.bookkeeper.line(item, "1", "5.00")]
    doc.save(qb=world.bookkeeper.client)

@pytest.mark.parametrize("how", ["added", "removed", "swapped", "customer", "number", "date", "all removed"])
def test_edit(world, how):
    invoice, booked, item = two_lines(world)
    before = world.bookkeeper.raw("Invoice", booked)
    edit(world, booked, how, item)
    assert world.tieout.sync().wrote_nothing
    failure = world.tieout.failure("charge_edited_in_books")
    print(how, world.tieout.differences(failure))
    print(world.tieout.fix(failure, "put_back", "--preview"))
    world.tieout.fix(failure, "put_back")
    world.tieout.sync()
    assert world.tieout.failures() == []
    after = world.bookkeeper.raw("Invoice", booked)
    print([ (l.get("Id"), l["Amount"], l.get("SalesItemLineDetail",{}).get("ItemRef")) for l in after["Line"]])
    for key in ("TotalAmt", "CustomerRef", "DocNumber", "TxnDate", "DueDate"):
        assert before.get(key) == after.get(key), key
    world.rests()

def test_create_customer_meets_the_name(world):
    invoice, there, failure = another_email(world)
    world.tieout.fix(failure, "create_customer")
    world.tieout.sync()
    f = world.tieout.failure("duplicate_display_name")
    print(f)
    world.tieout.fix(f, "use_existing_customer", customer=there)
    world.tieout.sync()
    assert world.tieout.failures() == []
    world.rests()

def test_same_named_companies(world):
    world.bookkeeper.item("Consulting")
    for n in "ab":
        c = world.seller.company("Nova Ltd", domain=f"{n}.example")
        p = world.seller.contact(f"p@{n}.example", "P", n, company=c)
        world.seller.invoice(world.seller.line("1", "10.00", name="Consulting"), contact=p, company=c)
    world.connect()
    world.tieout.sync()
    f = world.tieout.failures()
    print(f)
    world.tieout.fix(f[0], "rename_by_pattern")
    world.tieout.sync()
    assert world.tieout.failures() == []
    print(booked_for(world))
    world.rests()

def test_number_taken_by_the_same_invoice(world):
    item = world.bookkeeper.item("Consulting")
    there = world.bookkeeper.customer("Ana Ode", "ana@nova.example")
    typed = world.bookkeeper.invoice(there, world.bookkeeper.line(item, "1", "100.00"), number="INV-1001", on=world.day())
    ana = world.seller.contact("ana@nova.example", "Ana", "Ode")
    sell(world, ana)
    world.connect()
    r = world.tieout.sync()
    print(r.standing("invoice"))
    f = world.tieout.failures()
    print(f)
    if f:
        world.tieout.fix(f[0], "use_existing", *( [] ), document=typed)
        world.tieout.sync()
    assert world.tieout.failures() == []
    assert len(world.bookkeeper.select("Invoice")) == 1
    world.rests()

def test_both_edit(world):
    invoice, booked, item = two_lines(world)
    world.bookkeeper.edit_line(booked, quantity="3")
    page = world.seller.client.crm.associations.v4.basic_api.get_page("invoices", invoice, "line_items")
    world.seller.change("line_items", page.results[1].to_object_id, price="60.00")
    world.tieout.sync()
    f = world.tieout.failure("charge_edited_in_books")
    print(world.tieout.differences(f))
    world.tieout.fix(f, "put_back")
    world.tieout.sync()
    assert world.tieout.failures() == []
    assert total_of(world, booked) == amount("260.00")
    world.rests()
