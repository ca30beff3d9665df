"""Whose a copy is: contacts and companies are put on it and taken off, found again after a lost answer."""

from decimal import Decimal

import msgspec
import pytest

from tieout.core.records import Kind
from tieout.kinds.invoice import Invoice
from tieout.kinds.owner import ordered
from tieout.remote.outcomes import Absent, Done, Landed, Moot, Refused, Unknown
from tieout.remote.side import Operation
from tieout.sandbox.hubspot import edges

replace = msgspec.structs.replace
LOST_BEFORE, LOST_AFTER = "drop_before", "drop_after"


class Copy:
    """A copy for Nova Ltd with Ana, and Ode Ltd with Ben, who is to have it."""

    def __init__(self, world) -> None:
        self.world = world
        self.nova, self.ode = (world.make("companies", {"name": name}) for name in ("Nova Ltd", "Ode Ltd"))
        self.ana, self.ben = world.ana(self.nova), world.ana(self.ode, "ben@ode.example")
        world.pull()
        self._operations = 0
        self.id = self.another(1)

    def another(self, number: int) -> str:
        """One more copy for Nova Ltd: its id."""
        made = Invoice("", "1042", issued_here=False, currency="USD", customer=f"company:{self.nova}", total=Decimal(1))
        (done,) = self.world.write(Operation(f"c{number:031x}", Kind.INVOICE, "create", record=made))
        return done.id

    @property
    def stands(self) -> Invoice:
        return self.world.record(Kind.INVOICE, self.id)

    def given(self, company: str = "", contact: str = "") -> Operation:
        """The next step by which it comes to be Ode's, or another company's."""
        self._operations += 1
        left = {*self.stands.parties} - {f"company:{self.nova}", f"contact:{self.ana}"}
        owner, person = f"company:{company or self.ode}", f"contact:{contact or self.ben}"
        wanted = replace(self.stands, customer=owner, contact=person, parties=ordered({*left, owner, person}))
        id_ = f"{self._operations:032x}"
        return Operation(id_, Kind.INVOICE, "update", self.id, wanted, self.stands, ("parties",))

    def linked(self, type_: str) -> set[str]:
        found = self.world.call("GET", f"/crm/v4/objects/invoices/{self.id}/associations/{type_}")
        return {str(one["toObjectId"]) for one in found["results"]}


@pytest.fixture
def copy(world) -> Copy:
    return Copy(world)


def test_a_new_copy_knows_whom_it_names(world, copy):
    assert copy.stands.parties == (f"contact:{copy.ana}", f"company:{copy.nova}")
    (fresh,) = world.run(world.side.read(Kind.INVOICE, [copy.id]))
    assert fresh.record.parties == copy.stands.parties


def test_the_new_customer_is_put_on_before_the_former_is_taken_off(world, copy):
    seen = []
    while outcomes := world.write(copy.given()):
        assert all(isinstance(one, Done) for one in outcomes)
        seen.append((copy.linked("contacts"), copy.linked("companies")))
        world.clock.advance(1)
    ana, ben, nova, ode = copy.ana, copy.ben, copy.nova, copy.ode
    assert seen == [({ana, ben}, {nova}), ({ana, ben}, {nova, ode}), ({ben}, {nova, ode}), ({ben}, {ode})]
    assert (copy.stands.customer, copy.stands.contact) == (f"company:{ode}", f"contact:{ben}")
    world.clock.advance(5)
    world.pull()
    known = copy.stands
    (fresh,) = world.run(world.side.read(Kind.INVOICE, [copy.id]))
    assert fresh.record == known
    assert (known.customer, known.parties) == (f"company:{ode}", (f"contact:{ben}", f"company:{ode}"))


def test_whom_a_person_added_stays(world, copy):
    third = world.ana("", "eve@nova.example")
    world.associate("invoices", copy.id, "contacts", third)
    world.clock.advance(5)
    world.pull()
    while world.write(copy.given()):
        world.clock.advance(1)
    assert copy.linked("contacts") == {copy.ben, third}


def test_a_step_of_many_copies_is_one_request(world, copy):
    others = [replace(copy.given(), id=f"{n:032x}", target=copy.another(n)) for n in range(100, 103)]
    prepared = world.prepare(*others)
    assert [(unit.path, len(unit.members)) for unit in prepared.units] == [
        ("/crm/associations/2026-09/invoices/contacts/batch/create", 3)
    ]
    assert all(isinstance(one, Done) for one in world.send(prepared.units[0], *others))


def test_a_copy_on_which_somebody_put_another_meanwhile_is_left_alone(world, copy):
    operation = copy.given()
    world.associate("invoices", copy.id, "companies", world.make("companies", {"name": "Rio Ltd"}))
    prepared = world.prepare(operation)
    assert (prepared.units, prepared.dropped) == ((), (operation.id,))
    assert len(prepared.stale[0].record.parties) == 3


def test_a_copy_keeps_its_own_version_whatever_others_of_its_request_have(world, copy, monkeypatch):
    monkeypatch.setattr(edges, "recipients", lambda *_: None)  # an association changes no date
    other = copy.another(100)
    world.clock.advance(60)
    world.edit("invoices", other, hs_comments="later")
    world.clock.advance(5)
    world.pull()
    operation = copy.given()
    beside = replace(operation, id=f"{100:032x}", target=other, base=world.record(Kind.INVOICE, other))
    assert all(isinstance(one, Done) for one in world.write(operation, beside))
    world.associate("invoices", copy.id, "contacts", world.ana("", "eve@nova.example"))
    world.take(world.prepare(copy.given()).stale)
    assert world.prepare(copy.given()).units


@pytest.mark.parametrize("lost", [LOST_BEFORE, LOST_AFTER])
@pytest.mark.parametrize("step", range(4))
def test_a_lost_answer_is_settled_by_what_the_copy_names(world, copy, step, lost):
    for _ in range(step):
        world.write(copy.given())
    operation = copy.given()
    (unit,) = world.prepare(operation).units
    world.plan({"match": {"path": "associations/2026-09/invoices"}, "nth": 1, "do": lost})
    assert isinstance(world.send(unit, operation)[0], Unknown)
    world.plan()
    (finding,) = world.settle(unit, operation)
    if lost == LOST_BEFORE:
        assert isinstance(finding, Absent)
        assert isinstance(world.send(unit, operation)[0], Done)
        (finding,) = world.settle(unit, operation)
    assert isinstance(finding, Landed)
    assert finding.sent.record.parties == finding.row.record.parties


def test_a_step_of_a_copy_that_is_gone_is_moot(world, copy):
    operation = copy.given()
    (unit,) = world.prepare(operation).units
    world.archive("invoices", copy.id)
    (finding,) = world.settle(unit, operation)
    assert isinstance(finding, Moot)


def test_a_company_that_is_gone_is_refused_with_its_reason(world, copy):
    world.write(copy.given())
    world.archive("companies", copy.ode)
    (outcome,) = world.write(copy.given())
    assert isinstance(outcome, Refused)
    assert outcome.fault.cause == "object_gone"
