"""The feed: everything once, then what changes, in few calls."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from tieout.core.records import Kind
from tieout.sandbox.hubspot.object_types import LINE_ITEMS

WORK = {"price": "100.00", "quantity": "2"}


def test_an_empty_account_is_read_completely(world):
    batches = world.pull()
    assert batches[-1].complete
    assert not any(batch.rows for batch in batches)


def test_a_first_read_brings_every_record(world):
    company = world.make("companies", {"name": "Nova Ltd", "phone": "+1 212 555 0100"})
    contact = world.ana(company)
    product = world.make("products", {"name": "Consulting", "hs_sku": "C-1", "price": "100"})
    invoice = world.invoice(contact, {**WORK, "hs_product_id": product}, company=company, hs_invoice_date="2026-03-09")
    payment = world.make(
        "commerce_payments",
        {"hs_initial_amount": "50", "hs_initiated_date": "2026-03-10", "hs_latest_status": "succeeded"},
        (invoice, 542),
    )
    world.pull()
    firm = world.record(Kind.CUSTOMER, f"company:{company}")
    assert (firm.name, firm.email, firm.first, firm.phone) == ("Nova Ltd", "ana@nova.example", "Ana", "+1 212 555 0100")
    assert firm.parts == (f"company:{company}", f"contact:{contact}")
    assert world.record(Kind.CUSTOMER, f"contact:{contact}").member_of == f"company:{company}"
    assert world.record(Kind.ITEM, product).sku == "C-1"
    bill = world.record(Kind.INVOICE, invoice)
    assert (bill.status, bill.total, bill.balance, bill.tax) == ("open", Decimal(200), Decimal(150), 0)
    assert (bill.customer, bill.contact, bill.issued_here) == (f"company:{company}", f"contact:{contact}", True)
    assert bill.date == date(2026, 3, 9)
    (line,) = bill.lines
    assert (line.quantity, line.price, line.amount, line.item) == (Decimal(2), Decimal(100), Decimal(200), product)
    paid = world.record(Kind.SETTLEMENT, payment)
    assert (paid.invoice, paid.amount, paid.date, paid.marker) == (invoice, Decimal(50), date(2026, 3, 10), "")


def test_a_company_row_comes_once_and_with_its_person(world):
    company = world.make("companies", {"name": "Nova Ltd"})
    world.ana(company)
    rows = [row for batch in world.pull() for row in batch.rows if row.id == f"company:{company}"]
    assert [row.record.first for row in rows] == ["Ana"]


def test_an_idle_check_costs_six_calls(world):
    world.invoice(world.ana(), WORK)
    world.pull()
    world.clock.advance(200)
    world.pull()
    world.calls()
    batches = world.pull()
    assert world.calls() == 6
    assert [batch.rows for batch in batches] == [()]


def test_a_check_right_after_the_first_read_reads_nothing_again(world):
    world.invoice(world.ana(), WORK)
    world.pull()
    world.clock.advance(3)
    world.calls()
    assert not any(batch.rows for batch in world.pull())
    assert world.calls() == 6


def test_a_changed_record_comes_once(world):
    contact = world.ana()
    world.pull()
    world.clock.advance(60)
    world.edit("contacts", contact, phone="5550199")
    world.clock.advance(5)
    rows = [row for batch in world.pull() for row in batch.rows]
    assert [row.record.phone for row in rows] == ["5550199"]
    world.clock.advance(1)
    assert not any(batch.rows for batch in world.pull())


def test_a_change_that_the_index_shows_late_is_not_lost(world):
    ana, ben = world.ana(), world.ana(email="ben@nova.example")
    world.pull()
    world.clock.advance(300)
    world.edit("contacts", ana, phone="1")
    world.clock.advance(2)
    world.edit("contacts", ben, phone="2")
    world.pull()
    world.clock.advance(2.5)
    world.pull()
    assert world.record(Kind.CUSTOMER, f"contact:{ana}").phone == "1"
    assert world.record(Kind.CUSTOMER, f"contact:{ben}").phone == "2"


def test_a_changed_line_brings_its_invoice(world):
    invoice = world.invoice(world.ana(), WORK, {"price": "5"})
    world.pull()
    world.clock.advance(60)
    world.edit("line_items", world.lines(invoice)[0], description="for March")
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.INVOICE, invoice).lines[0].text == "for March"
    assert world.mirror[Kind.INVOICE, invoice].version > 0


def test_a_line_added_to_a_known_invoice_comes(world):
    invoice = world.invoice(world.ana(), WORK)
    world.pull()
    world.clock.advance(60)
    line = world.make("line_items", {"name": "More", "quantity": "1", "price": "50"})
    world.associate("invoices", invoice, "line_items", line)
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.INVOICE, invoice).total == Decimal(250)
    assert len(world.record(Kind.INVOICE, invoice).lines) == 2


def test_lines_of_deals_are_asked_about_once(world):
    world.make("line_items", {"name": "Offer", "quantity": "1", "price": "50"})
    world.pull()
    world.clock.advance(3)
    world.pull()
    world.calls()
    world.clock.advance(1)
    world.pull()
    assert world.calls() == 6


def test_our_annotations_come_back_as_nothing(world):
    invoice = world.invoice(world.ana(), WORK)
    world.pull()
    world.clock.advance(60)
    world.edit("invoices", invoice, tieout_state="In sync")
    world.clock.advance(5)
    world.calls()
    assert not any(batch.rows for batch in world.pull())
    assert world.calls() == 7
    world.clock.advance(1)
    world.pull()
    assert world.calls() == 6


def test_a_payment_on_an_invoice_brings_its_balance_without_its_lines(world):
    invoice = world.invoice(world.ana(), WORK)
    world.pull()
    before = world.record(Kind.INVOICE, invoice)
    world.clock.advance(60)
    paid = {"hs_initial_amount": "50", "hs_initiated_date": "2026-03-10", "hs_latest_status": "succeeded"}
    world.make("commerce_payments", paid, (invoice, 542))
    world.clock.advance(5)
    world.calls()
    world.pull()
    bill = world.record(Kind.INVOICE, invoice)
    assert (bill.balance, bill.lines) == (before.balance - 50, before.lines)
    # Six searches, the header, and the payment with what it is associated with.
    assert world.calls() == 6 + 1 + 1


def test_another_due_date_comes_without_the_lines(world):
    invoice = world.invoice(world.ana(), WORK)
    world.pull()
    world.clock.advance(60)
    world.edit("invoices", invoice, hs_due_date="2026-05-01")
    world.clock.advance(5)
    world.calls()
    world.pull()
    assert world.record(Kind.INVOICE, invoice).due == date(2026, 5, 1)
    assert world.calls() == 6 + 1


def test_a_line_that_changes_together_with_a_payment_is_read_all_the_same(world):
    invoice = world.invoice(world.ana(), WORK)
    world.pull()
    world.clock.advance(60)
    paid = {"hs_initial_amount": "50", "hs_initiated_date": "2026-03-10", "hs_latest_status": "succeeded"}
    world.edit("line_items", world.lines(invoice)[0], description="for March")
    world.make("commerce_payments", paid, (invoice, 542))
    world.clock.advance(5)
    world.pull()
    bill = world.record(Kind.INVOICE, invoice)
    assert (bill.balance, bill.lines[0].text) == (Decimal(150), "for March")


def test_a_balance_from_before_the_last_change_is_asked_for_again(world):
    invoice = world.invoice(world.ana(), WORK)
    world.pull()
    world.clock.advance(60)
    paid = {"hs_initial_amount": "50", "hs_initiated_date": "2026-03-10", "hs_latest_status": "succeeded"}
    world.make("commerce_payments", paid, (invoice, 542))
    world.clock.advance(5)
    world.pull()
    world.make("commerce_payments", paid, (invoice, 542))
    world.clock.advance(5)
    world.plan({"match": {"path": "invoices/batch/read"}, "nth": 1, "do": "stale_read"})
    world.pull()
    world.clock.advance(60)
    world.pull()
    assert world.record(Kind.INVOICE, invoice).balance == Decimal(100)


def test_the_associations_of_many_changed_invoices_are_asked_for_at_once(world):
    ana = world.ana()
    invoices = [world.invoice(ana, WORK) for _ in range(230)]
    world.pull()
    world.clock.advance(60)
    world.pull()
    world.clock.advance(60)
    for invoice in invoices:
        world.edit("invoices", invoice, hs_comments="Thank you")
    world.clock.advance(5)
    world.calls()
    world.pull()
    # Six searches and a second page, the invoices, six kinds of associations, and the lines of each hundred.
    assert world.calls() == 7 + 3 + 6 + 3
    assert {world.record(Kind.INVOICE, invoice).memo for invoice in invoices} == {"Thank you"}


def test_another_contact_on_an_invoice_is_seen(world):
    ana, ben = world.ana(), world.ana(email="ben@nova.example")
    invoice = world.invoice(ana, WORK)
    world.pull()
    world.clock.advance(60)
    world.dissociate("invoices", invoice, "contacts", ana)
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.INVOICE, invoice).customer == ""
    world.associate("invoices", invoice, "contacts", ben)
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.INVOICE, invoice).customer == f"contact:{ben}"


def test_a_contact_that_changes_company_changes_both(world):
    nova, rio = (world.make("companies", {"name": name}) for name in ("Nova Ltd", "Rio SA"))
    ana = world.ana(nova)
    world.pull()
    world.clock.advance(60)
    world.dissociate("contacts", ana, "companies", nova)
    world.associate("contacts", ana, "companies", rio)
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.CUSTOMER, f"company:{nova}").email == ""
    assert world.record(Kind.CUSTOMER, f"company:{rio}").email == "ana@nova.example"
    assert world.record(Kind.CUSTOMER, f"contact:{ana}").member_of == f"company:{rio}"


def test_contact_only_names_the_company_on_the_contact(worlds: Callable):
    world = worlds(model="contact")
    company = world.make("companies", {"name": "Nova Ltd"})
    ana = world.ana(company)
    invoice = world.invoice(ana, WORK, company=company)
    world.pull()
    assert world.record(Kind.CUSTOMER, f"contact:{ana}").company == "Nova Ltd"
    assert world.record(Kind.INVOICE, invoice).customer == f"contact:{ana}"
    assert (Kind.CUSTOMER, f"company:{company}") not in world.mirror
    world.clock.advance(60)
    world.edit("companies", company, name="Nova Group")
    world.clock.advance(5)
    world.pull()
    assert world.record(Kind.CUSTOMER, f"contact:{ana}").company == "Nova Group"


def test_more_changes_in_one_millisecond_than_a_page_holds_all_come(world):
    world.pull()
    world.clock.advance(60)
    for number in range(430):
        world.ana(email=f"buyer{number}@nova.example")
        world.clock.advance(-0.001)
    world.clock.advance(5)
    world.pull()
    assert sum(kind is Kind.CUSTOMER for kind, _ in world.mirror) == 430


def test_a_first_read_goes_on_where_it_stopped(world):
    for number in range(120):
        world.ana(email=f"buyer{number}@nova.example")

    async def first_batch() -> None:
        async for batch in world.side.feed(""):
            world.cursor = batch.cursor
            world.take(batch.rows)
            break

    world.run(first_batch())
    assert sum(kind is Kind.CUSTOMER for kind, _ in world.mirror) == 100
    assert world.pull()[-1].complete
    assert sum(kind is Kind.CUSTOMER for kind, _ in world.mirror) == 120


def test_a_batch_that_was_not_stored_comes_again(world):
    ana = world.ana()
    world.pull()
    world.clock.advance(60)
    world.edit("contacts", ana, phone="1")
    world.clock.advance(5)

    async def crash() -> None:
        async for _ in world.side.feed(world.cursor):
            break

    world.run(crash())
    world.pull()
    assert world.record(Kind.CUSTOMER, f"contact:{ana}").phone == "1"


def test_a_read_that_answers_from_before_the_change_is_made_again(world):
    ana = world.ana()
    world.pull()
    world.clock.advance(60)
    world.edit("contacts", ana, phone="1")
    world.clock.advance(5)
    world.plan({"match": {"path": "batch/read"}, "nth": 1, "do": "stale_read"})
    world.pull()
    world.clock.advance(60)
    world.pull()
    assert world.record(Kind.CUSTOMER, f"contact:{ana}").phone == "1"


def test_gone_records_say_so(world):
    ana, ben = world.ana(), world.ana(email="ben@nova.example")
    world.pull()
    world.archive("contacts", ana)

    async def read():
        return await world.side.read(Kind.CUSTOMER, [f"contact:{ana}", f"contact:{ben}", "contact:999999"])

    rows = {row.id: row for row in world.run(read())}
    assert rows[f"contact:{ana}"].gone == "archived"
    assert rows["contact:999999"].gone == "deleted"
    assert rows[f"contact:{ben}"].record.email == "ben@nova.example"


def test_an_invoice_with_an_absurd_number_is_kept_raw_and_the_rest_goes_on(world):
    good = world.invoice(world.ana(), WORK)
    bad = world.invoice(world.ana(email="ben@nova.example"), WORK)
    bad_line = world.lines(bad)[0]
    world.sandbox._portal.store.find(LINE_ITEMS, bad_line).values["quantity"] = "NaN"
    world.pull()
    assert world.record(Kind.INVOICE, good).total == Decimal(200)
    assert [one.id for one in world.unreadable] == [bad]
    assert "NaN" in world.unreadable[0].why


def test_amounts_beyond_all_money_are_kept_raw(world):
    bad = world.invoice(world.ana(), WORK)
    line = world.sandbox._portal.store.find(LINE_ITEMS, world.lines(bad)[0])
    line.values |= {"quantity": "1e9", "price": "1e9", "amount": "1e18"}
    world.pull()
    assert [one.id for one in world.unreadable] == [bad]


def test_many_changed_invoices_are_read_in_batches(world):
    invoices = [world.invoice(world.ana(email=f"buyer{n}@nova.example"), WORK) for n in range(30)]
    world.pull()
    world.clock.advance(60)
    for invoice in invoices:
        world.edit("invoices", invoice, hs_comments="Thank you")
    world.clock.advance(5)
    world.calls()
    world.pull()
    # Six searches, the invoices, six kinds of associations, their lines.
    assert world.calls() == 6 + 1 + 6 + 1
    assert {world.record(Kind.INVOICE, invoice).memo for invoice in invoices} == {"Thank you"}


def test_one_new_invoice_costs_two_reads(world):
    ana = world.ana()
    world.pull()
    world.clock.advance(60)
    invoice = world.invoice(ana, WORK)
    world.clock.advance(5)
    world.calls()
    world.pull()
    # Six searches, that invoice, its lines.
    assert world.calls() == 6 + 2
    assert world.record(Kind.INVOICE, invoice).total == Decimal(200)


def test_many_new_invoices_are_read_once_with_all_their_lines(world):
    ana = world.ana()
    world.pull()
    world.clock.advance(60)
    invoices = [world.invoice(ana, *[WORK] * 20) for _ in range(30)]
    world.clock.advance(5)
    world.calls()
    world.pull()
    # Six searches and three more pages of lines; the invoices, six kinds of associations, 600 lines in batches.
    assert world.calls() == 6 + 3 + 1 + 6 + 6
    assert {world.record(Kind.INVOICE, invoice).total for invoice in invoices} == {Decimal(4000)}


def test_a_company_that_a_search_has_not_shown_yet_is_read_with_its_invoice(world):
    world.pull()
    world.clock.advance(60)
    company = world.make("companies", {"name": "Nova Ltd"})
    ana = world.ana(company)
    invoice = world.invoice(ana, WORK)

    async def read():
        return await world.side.read(Kind.INVOICE, [invoice])

    rows = {row.id: row.record for row in world.run(read())}
    assert rows[invoice].customer == f"company:{company}"
    assert rows[f"company:{company}"].email == "ana@nova.example"


def test_a_payment_without_invoice_is_a_settlement_of_nothing(world):
    payment = world.make("commerce_payments", {"hs_initial_amount": "5", "hs_initiated_date": "2026-03-10"})
    world.pull()
    found = world.record(Kind.SETTLEMENT, payment)
    assert (found.invoice, found.status) == ("", "processing")


def test_a_company_is_read_with_its_person(world):
    company = world.make("companies", {"name": "Nova Ltd"})
    ana = world.ana(company)
    world.pull()
    world.edit("contacts", ana, email="ana@rio.example")

    async def read():
        return await world.side.read(Kind.CUSTOMER, [f"company:{company}"])

    rows = {row.id: row.record for row in world.run(read())}
    assert rows[f"company:{company}"].email == "ana@rio.example"


def test_a_merged_contact_is_told_from_a_deleted_one(world):
    ana, ben = world.ana(), world.ana(email="ben@nova.example")
    world.pull()
    world.call("POST", "/crm/v3/objects/contacts/merge", {"primaryObjectId": ana, "objectIdToMerge": ben})

    async def read():
        return await world.side.read(Kind.CUSTOMER, [f"contact:{ben}"])

    rows = {row.id: row for row in world.run(read())}
    assert rows[f"contact:{ben}"].gone == "merged"
